"""The exponential moving average (EMA) of a generator's weights: it draws better digits than the weights of any single
step (Yazıcı et al. 2018)."""

import copy
from collections.abc import Iterable
from itertools import islice

import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from gan.networks import Generator

CALIBRATION_BATCHES = 200  # from which BatchNorm's statistics are taken


class ExponentialMovingAverage:
    """The average of a generator's weights over the steps of a training.

    Args:
        generator: the weights to begin with.
        decay: the weight of the old average in a step, 0 … 1; 0.9995 averages over some 2,000 steps.
    """

    def __init__(self, generator: Generator, decay: float):
        self.decay = decay
        self.generator = copy.deepcopy(generator).requires_grad_(False)

    @torch.no_grad()
    def update(self, generator: Generator, step: int) -> None:
        """Take the weights after step `step` (from 0) into the average: average ← d · average + (1 − d) · weights.

        d is small in the first steps, so that early samples show more than the random weights of the beginning.
        """
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(self.generator.parameters()), list(generator.parameters()), 1 - decay)

    @torch.no_grad()
    def calibrated(self, batches: Iterable[tuple[Tensor, Tensor | None]]) -> Generator:
        """A copy of the averaged generator in evaluation mode, with BatchNorm statistics of its own.

        The statistics that training keeps belong to the raw weights; with them, the averaged weights draw digits that
        are farther from the data. So they are taken anew, from 200 batches of latents `[B, latent_dim]` and classes
        `[B, 10]` (Izmailov et al. 2018, section 3.2). Without BatchNorm nothing has to be computed.
        """
        generator = copy.deepcopy(self.generator)
        norms = [layer for layer in generator.modules() if isinstance(layer, _BatchNorm)]
        momentums = [norm.momentum for norm in norms]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the mean of all batches, each with the same weight
        if norms:
            generator.train()
            for latents, classes in islice(batches, CALIBRATION_BATCHES):
                generator(latents, classes)
        for norm, momentum in zip(norms, momentums, strict=True):
            norm.momentum = momentum
        return generator.eval()
