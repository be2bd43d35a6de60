"""A training step as one CUDA graph (Nguyen et al. 2021, "Accelerating PyTorch with CUDA graphs")."""

import torch
from torch import Tensor

from gan.training.trainer import Noise, Trainer

WARM_UPS = 3  # steps before the capture: libraries choose their kernels, optimisers make their state


class CapturedFight:
    """`Trainer.fight`, recorded once and replayed on new inputs; the trainer's state is as it was before the capture.

    Arguments as `Trainer.fight`: their shapes are those of every replay.
    """

    def __init__(self, trainer: Trainer, real: list[Tensor], y: list[Tensor] | list[None], noise: Noise):
        self.inputs = _tensors(real, y, noise)
        before = {name: tensor.clone() for name, tensor in trainer.live_state()}
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                trainer.fight(real, y, noise)
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            trainer.fight(real, y, noise)
        with torch.no_grad():  # undo the warm-up; what it made anew (Adam's moments) starts from zero
            for name, tensor in trainer.live_state():
                tensor.copy_(before[name]) if name in before else tensor.zero_()

    def replay(self, real: list[Tensor], y: list[Tensor] | list[None], noise: Noise) -> None:
        """The step, on new inputs."""
        with torch.no_grad():
            for mine, new in zip(self.inputs, _tensors(real, y, noise), strict=True):
                mine.copy_(new, non_blocking=True)
        self.graph.replay()


def _tensors(real: list[Tensor], y: list[Tensor] | list[None], noise: Noise) -> list[Tensor]:
    return [*real, *(one for one in y if one is not None), *noise]
