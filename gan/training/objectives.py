"""Adversarial losses and gradient penalties: one short class an idea, all with one call signature, all on logits.

`loss.discriminator(real_logits, fake_logits)` and `loss.generator(fake_logits, real_logits)` take `float [N]` and
return a scalar to minimise. A penalty takes D and a batch and returns a scalar to add to D's loss.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import softplus

Critic = Callable[[Tensor, Tensor | None], Tensor]


class NonSaturating:
    """Cross-entropy; G maximises log D(G(z)) instead of minimising log(1 − D(G(z))), whose gradient vanishes while D
    wins (Goodfellow et al. 2014, section 3). Smoothing lowers the real label to 1 − s (Salimans et al. 2016)."""

    def __init__(self, label_smoothing: float = 0.0):
        self.real_label = 1 - label_smoothing

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return bce(real, torch.full_like(real, self.real_label)) + bce(fake, torch.zeros_like(fake))

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        return bce(fake, torch.ones_like(fake))


class LeastSquares:
    """Squared distance to the labels 1 and 0 (Mao et al. 2017): a confident D still gives a gradient."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return 0.5 * ((real - 1).square().mean() + fake.square().mean())

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        return 0.5 * (fake - 1).square().mean()


class Hinge:
    """D stops caring about samples beyond the margin (Lim & Ye 2017)."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return (1 - real).relu().mean() + (1 + fake).relu().mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        return -fake.mean()


class Wasserstein:
    """The critic's estimate of the earth mover's distance (Arjovsky et al. 2017); needs a bounded slope."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return fake.mean() - real.mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        return -fake.mean()


class Relativistic:
    """D scores how much more real a real sample is than a fake one (Jolicoeur-Martineau 2018; Huang et al. 2024)."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(fake - real).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        assert real is not None
        return softplus(real - fake).mean()


LOSSES = {
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "hinge": Hinge,
    "wasserstein": Wasserstein,
    "relativistic": Relativistic,
}


def squared_slope(discriminator: Critic, images: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor]:
    """Logits `[N]` of images and ‖∇D‖² `[N]` there, both differentiable in D's weights. `images` must require grad."""
    logits = discriminator(images, y)
    (slope,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return logits, slope.square().sum(dim=1)


def interpolate(real: Tensor, fake: Tensor, epsilon: Tensor) -> Tensor:
    """Points on the lines between real and fake images `[N, 784]`, at `epsilon [N, 1]` in 0 … 1."""
    return epsilon * real + (1 - epsilon) * fake


def gradient_penalty(discriminator: Critic, between: Tensor, y: Tensor | None) -> Tensor:
    """(‖∇D(x̂)‖ − 1)² at points between real and fake (Gulrajani et al. 2017): a critic of slope one."""
    _, squared = squared_slope(discriminator, between, y)
    return ((squared + 1e-12).sqrt() - 1).square().mean()
