"""Adversarial losses and gradient penalties: one short class for each idea, all with the same two methods.

`loss.discriminator(real_logits, fake_logits)` and `loss.generator(fake_logits, real_logits)` take logits `float [B]`
and return a scalar to minimise. The penalties take logits `[B]` and the images `[B, 784]` that D saw, which must
require gradients; their results are differentiable in D's weights.
"""

from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import softplus


class Loss(Protocol):
    """What each player minimises, from D's logits `[B]` of real and of fake images."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor: ...

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor: ...


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
    """D's estimate of the earth mover's distance (Arjovsky et al. 2017); needs a D whose gradient is bounded."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return fake.mean() - real.mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        return -fake.mean()


class Relativistic:
    """D scores how much more real a real sample is than a fake one (Jolicoeur-Martineau 2018; Huang et al. 2024)."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(fake - real).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        assert real is not None, "this loss compares fake images with real ones"
        return softplus(real - fake).mean()


LOSSES: dict[str, type[Loss]] = {
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "hinge": Hinge,
    "wasserstein": Wasserstein,
    "relativistic": Relativistic,
}


def make_loss(name: str, label_smoothing: float = 0.0) -> Loss:
    """The loss that a recipe names; only `non_saturating` has labels to smooth."""
    return NonSaturating(label_smoothing) if name == "non_saturating" else LOSSES[name]()


def squared_gradient_norm(logits: Tensor, images: Tensor) -> Tensor:
    """‖∇D‖² `[B]` at each image: R1 on real images, R2 on fake ones (Mescheder et al. 2018)."""
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)  # [B, 784]
    return gradient.square().sum(dim=1)


def interpolate(real: Tensor, fake: Tensor, epsilon: Tensor) -> Tensor:
    """Points `[B, 784]` on the lines between real and fake images, at `epsilon [B, 1]` in 0 … 1."""
    return epsilon * real + (1 - epsilon) * fake


def gradient_penalty(logits: Tensor, between: Tensor) -> Tensor:
    """The mean of (‖∇D(x̂)‖ − 1)² at points x̂ between real and fake images (Gulrajani et al. 2017)."""
    return ((squared_gradient_norm(logits, between) + 1e-12).sqrt() - 1).square().mean()
