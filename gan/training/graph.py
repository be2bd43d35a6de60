"""A training step as one CUDA graph (Nguyen et al. 2021, "Accelerating PyTorch with CUDA graphs")."""

from collections.abc import Callable

import torch

from gan.training.batches import StepBatches
from gan.training.state import TrainingState

WARM_UPS = 3  # steps before the capture: libraries choose their kernels, optimisers make their state


class CapturedUpdates:
    """`update(batches)`, recorded once and replayed on new batches; the state is as it was before the capture.

    Args:
        update: the updates of a step; it may not wait for the device.
        batches: their shapes are those of every replay.
        state: what `update` changes.
    """

    def __init__(self, update: Callable[[StepBatches], None], batches: StepBatches, state: TrainingState):
        self.inputs = batches.tensors()
        before = {name: tensor.clone() for name, tensor in state.tensors().items()}
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                update(batches)
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            update(batches)
        with torch.no_grad():  # undo the warm-up; what it made (Adam's moments) starts from zero
            for name, tensor in state.tensors().items():
                tensor.copy_(before[name]) if name in before else tensor.zero_()

    def __call__(self, batches: StepBatches) -> None:
        """The updates of a step on new batches."""
        with torch.no_grad():
            for tensor, new in zip(self.inputs, batches.tensors(), strict=True):
                tensor.copy_(new, non_blocking=True)
        self.graph.replay()
