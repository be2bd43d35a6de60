"""The figures as functions of tensors, which know nothing of generators, classifiers or files."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gan.config import NUM_CLASSES
from gan.errors import UserError

NEIGHBOURS = 5  # the k of precision, recall, density and coverage: what Naeem et al. 2020 recommend
PRESENT = 0.01  # a class counts as drawn from this share of the images on: a tenth of its fair share
INK = 32  # of 255: from here on the eye sees a pixel on white paper
CHUNK = 500  # rows of a distance matrix held at once: 240 MB against 60,000 digits


# Fréchet distance


@dataclass(frozen=True)
class Moments:
    """What a Fréchet distance needs to know of a set of N features."""

    count: Tensor
    """`int64 []`"""
    sums: Tensor
    """`float64 [D]`, the sum of the features"""
    products: Tensor
    """`float64 [D, D]`, the sum of their outer products"""

    @classmethod
    def of(cls, features: Tensor) -> "Moments":
        """Of features `[N, D]`.

        Raises:
            UserError: fewer than D + 1 features, whose covariance has no full rank.
        """
        n, d = features.shape
        if n <= d:
            raise UserError(f"{n} digits are too few for a covariance of {d} features: take at least {d + 1}")
        features = features.double()
        return cls(torch.tensor(n), features.sum(dim=0), features.T @ features)

    @property
    def mean(self) -> Tensor:
        """`float64 [D]`"""
        return self.sums / self.count

    @property
    def covariance(self) -> Tensor:
        """`float64 [D, D]`, unbiased"""
        return (self.products - self.count * torch.outer(self.mean, self.mean)) / (self.count - 1)


def frechet_distance(a: Moments, b: Moments) -> float:
    """Squared Fréchet distance of the Gaussians of two sets (Heusel et al. 2017), in float64.

    Biased upwards by about 1 / count: compare with the same count of real digits only.
    """
    shift = (a.mean - b.mean).square().sum()
    spread = a.covariance.trace() + b.covariance.trace()
    overlap = torch.linalg.eigvals(a.covariance @ b.covariance).sqrt().real.sum()  # the trace of the product's root
    return max((shift + spread - 2 * overlap).item(), 0.0)  # rounding can leave −1e-12 for equal sets


# Neighbourhoods


def neighbourhood_radii(features: Tensor) -> Tensor:
    """Squared distance `float64 [N]` of each row of `features [N, D]` to its fifth neighbour in the same set.

    Raises:
        UserError: fewer than six features.
    """
    if len(features) <= NEIGHBOURS:
        raise UserError(f"{len(features)} digits have no {NEIGHBOURS} neighbours each: take at least {NEIGHBOURS + 1}")
    features = features.double()
    rows = [_squared_distances(f, features).kthvalue(NEIGHBOURS + 1).values for f in features.split(CHUNK)]  # + itself
    return torch.cat(rows)


def neighbourhood_figures(real: Tensor, real_radii: Tensor, fake: Tensor) -> dict[str, float]:
    """How two sets of features, real `[N, D]` and fake `[M, D]`, overlap.

    The neighbourhood of a feature is the ball that reaches to its fifth neighbour in its own set.

    - precision: the share of fakes in the neighbourhood of some real one; recall: the share of real ones in the
      neighbourhood of some fake (Kynkäänniemi et al. 2019).
    - density: the number of real neighbourhoods that a fake lies in, divided by five; coverage: the share of real
      neighbourhoods that hold a fake (Naeem et al. 2020). One outlier misleads these two less.
    """
    real, fake = real.double(), fake.double()
    fake_radii = neighbourhood_radii(fake)
    precise, dense = 0.0, 0.0
    recalled = torch.zeros(len(real), dtype=torch.bool)
    covered = torch.zeros(len(real), dtype=torch.bool)
    slack = 1 + 1e-9  # so that rounding never leaves out the fifth neighbour itself
    for f, radii in zip(fake.split(CHUNK), fake_radii.split(CHUNK), strict=True):
        distances = _squared_distances(f, real)  # [chunk, N]
        in_real = distances <= real_radii * slack
        precise += in_real.any(dim=1).sum().item()
        dense += in_real.sum().item()
        covered |= in_real.any(dim=0)
        recalled |= (distances <= radii[:, None] * slack).any(dim=0)
    return {
        "precision": precise / len(fake),
        "recall": recalled.double().mean().item(),
        "density": dense / (NEIGHBOURS * len(fake)),
        "coverage": covered.double().mean().item(),
    }


def _squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Squared Euclidean distances `[N, M]` of rows `float64 [N, D]`, `[M, D]`: float32 would cancel too many digits."""
    return (a.square().sum(1)[:, None] + b.square().sum(1) - 2 * a @ b.T).clamp_(min=0)


# Classes


def class_figures(classes: Tensor) -> dict[str, float]:
    """How the images spread over the ten classes, from the class that each is read as, `int64 [N]`.

    - classes: how many have a share of at least 1 %
    - class_entropy: in bits, at most log₂ 10 = 3.32
    - smallest_class, largest_class: their shares
    """
    shares = torch.bincount(classes, minlength=NUM_CLASSES).double() / len(classes)
    return {
        "classes": float((shares >= PRESENT).sum()),
        "class_entropy": torch.special.entr(shares).sum().item() / math.log(2),
        "smallest_class": shares.min().item(),
        "largest_class": shares.max().item(),
    }


def class_spreads(features: Tensor, classes: Tensor) -> Tensor:
    """The total variance `float64 [10]` of features `[N, D]` within each class; 0 for a class of fewer than two."""
    spreads = torch.zeros(NUM_CLASSES, dtype=torch.float64)
    for c in range(NUM_CLASSES):
        members = features[classes == c].double()
        if len(members) > 1:
            spreads[c] = members.var(dim=0).sum()
    return spreads


def diversity(features: Tensor, classes: Tensor, real_spreads: Tensor) -> float:
    """The variance within a class (see `class_spreads`) divided by that of real digits: the mean over the ten classes.

    No class counts more than 1, so one class that varies too much doesn't make up for others that have collapsed.
    """
    return (class_spreads(features, classes) / real_spreads).clamp(max=1).mean().item()


# Memorisation


def nearest_distances(images: Tensor, training: Tensor) -> Tensor:
    """Euclidean distance `float64 [N]`, pixels in 0 … 1, of each image `uint8 [N, 784]` to the nearest of `training`
    `uint8 [M, 784]`; exactly 0 for a copy."""
    keys = training.float()
    half_squares = keys.square().sum(dim=1) / 2
    nearest = torch.cat([(half_squares - i.float() @ keys.T).argmin(dim=1) for i in images.split(CHUNK)])
    return (images.double() - training[nearest].double()).square().sum(dim=1).sqrt() / 255


# Likeness


def nearest_in_set(images: Tensor) -> float:
    """The median Euclidean distance, pixels in 0 … 1, of images `uint8 [N, 784]` to the most similar other one; 0 for
    fewer than two.

    A generator that repeats itself comes near 0, whatever it repeats.
    """
    if len(images) < 2:
        return 0.0
    keys = images.double() / 255
    distances = _squared_distances(keys, keys).fill_diagonal_(torch.inf)
    return distances.min(dim=1).values.sqrt().median().item()


# Specks


def specks_per_digit(images: Tensor) -> float:
    """The mean number of specks in images `uint8 [N, 28, 28]`: inked pixels none of whose eight neighbours is inked.

    Strokes are wider than a pixel, so handwriting has hardly any.
    """
    ink = (images >= INK).float()[:, None]  # [N, 1, 28, 28]
    around = torch.nn.functional.conv2d(ink, torch.ones(1, 1, 3, 3), padding=1) - ink
    return ((ink > 0) & (around == 0)).sum().item() / len(images)
