"""Directions of the latent space that change one thing of a digit: its slant, its stroke's thickness or its width.

Closed form, nothing is trained. What a latent can change passes through the first layer, so the right singular vectors
of its weights are the directions that change most (SeFa, Shen & Zhou 2021, "Closed-Form Factorization of Latent
Semantics in GANs"). They have no names: each is a mixture. So the leading ones are measured in the pictures, and the
combination that changes one measure and leaves the others is the least-norm solution of three linear equations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan import latents
from gan.config import IMAGE_SIZE
from gan.networks import Generator

MEASURES = ("slant", "thickness", "width")
LEADING = 16  # singular vectors that are measured: with 32 or 64, modern's directions change by less than 1 %
STEP = 2.0  # length of the move to either side, in units of the latent: modern's slant then moves 1.6 deviations
CALIBRATION_SEEDS = range(100)  # ten of each class
DECIMALS = 5  # of a direction: libraries of linear algebra differ beyond


@dataclass(frozen=True)
class Directions:
    """For each measure a direction in which it grows, and what was measured along it."""

    vectors: dict[str, list[float]]
    """`[latent_dim]` of length 1 by measure; all zeros where nothing that was measured changes it"""
    measured: dict[str, dict[str, float]]
    """by direction, then measure: the change for one unit, in standard deviations of that measure among digits of one
    class, as the linear fit has it"""


def find_directions(generator: Generator) -> Directions:
    """The directions of a generator, measured on its digits 0 … 99 with the integer network; deterministic."""
    singular = leading_directions(generator)  # [k, latent_dim]
    effects = np.stack([effect(generator, CALIBRATION_SEEDS, STEP * vector) for vector in singular])  # [k, 3]
    effects /= 2 * STEP * np.maximum(deviations(generator, CALIBRATION_SEEDS), 1e-9)
    combinations = np.linalg.pinv(effects.T, rcond=1e-6)  # [k, 3]: column m changes measure m by 1, the others by 0
    vectors, measured = {}, {}
    for name, combination in zip(MEASURES, combinations.T, strict=True):
        length = np.linalg.norm(combination)
        weights = combination / length if length > 0 else combination
        vectors[name] = np.round(weights @ singular, DECIMALS).tolist()
        measured[name] = dict(zip(MEASURES, np.round(weights @ effects, 3).tolist(), strict=True))
    return Directions(vectors, measured)


def leading_directions(generator: Generator) -> np.ndarray:
    """The right singular vectors `float64 [k, latent_dim]` of the integer first layer's weights for the latent, those
    of the largest singular values first."""
    layer = generator.quantized().layers[0]
    matrix = layer.matrix.double().numpy()  # [rows, in]: out rows, or out · k · k of a convolution
    multiplier = np.repeat(layer.multiplier.double().numpy(), len(matrix) // len(layer.multiplier))
    weight = (matrix * multiplier[:, None])[:, : generator.config.latent_dim]
    _, vectors = np.linalg.eigh(weight.T @ weight)  # in ascending order
    return vectors[:, ::-1].T[:LEADING]


def effect(generator: Generator, seeds: Sequence[int], move: np.ndarray) -> np.ndarray:
    """How much each measure `[3]` changes on average when the digits' latents go from −move to +move."""
    return (_moved(generator, seeds, move) - _moved(generator, seeds, -move)).mean(axis=0)


def deviations(generator: Generator, seeds: Sequence[int]) -> np.ndarray:
    """The standard deviation of each measure `[3]` among digits of one class, averaged over the classes."""
    measured = _moved(generator, seeds, np.zeros(generator.config.latent_dim))
    classes = np.array([latents.default_digit(seed) for seed in seeds])
    return np.sqrt(np.mean([measured[classes == c].var(axis=0) for c in np.unique(classes)], axis=0))


def _moved(generator: Generator, seeds: Sequence[int], move: np.ndarray) -> np.ndarray:
    """The measures `[N, 3]` of digits whose latents are moved by `move [latent_dim]`."""
    z = latents.latent(seeds, generator.config.latent_dim) + move
    return measure(generator.draw(z, latents.one_hot(generator.classes(seeds, None))).numpy())


def measure(images: np.ndarray) -> np.ndarray:
    """Slant, thickness and width `float64 [N, 3]` of images `uint8 [N, 28, 28]`.

    - slant: the shear of the ink's second moments, the tangent of its angle to the vertical; above 0 it leans right.
    - thickness of the stroke in pixels: twice its area over its outline (a stroke of length L and thickness t has the
      area L·t and an outline of about 2L). The outline is the total variation, so grey edges count in part.
    - width in pixels: the standard deviation of the ink from left to right after the shear is taken out.
    """
    ink = images.astype(np.float64) / 255
    y, x = np.mgrid[:IMAGE_SIZE, :IMAGE_SIZE]
    area = np.maximum(ink.sum(axis=(1, 2)), 1e-9)

    def mean(values: np.ndarray) -> np.ndarray:  # over the ink, [N, 28, 28] → [N]
        return (ink * values).sum(axis=(1, 2)) / area

    dx, dy = x - mean(x)[:, None, None], y - mean(y)[:, None, None]
    xx, xy, yy = mean(dx * dx), mean(dx * dy), np.maximum(mean(dy * dy), 1e-9)
    padded = np.pad(ink, ((0, 0), (0, 1), (0, 1)))
    across, down = padded[:, :-1, 1:] - ink, padded[:, 1:, :-1] - ink
    outline = np.maximum(np.hypot(across, down).sum(axis=(1, 2)), 1e-9)
    return np.stack([-xy / yy, 2 * area / outline, np.sqrt(np.maximum(xx - xy * xy / yy, 0))], axis=1)
