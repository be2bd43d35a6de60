"""On a ZeroGPU Space, a GPU is lent for the time of single calls, to functions that are declared so. A Space that
declares none is not started.

The page has no use for one: visitors' browsers draw, and a page of digits takes the server's CPU some milliseconds,
where the loan of a GPU takes seconds.
"""

import spaces  # only there, and to be imported before torch


@spaces.GPU
def gpu_name() -> str:
    """The GPU that is lent."""
    import torch

    return torch.cuda.get_device_name()
