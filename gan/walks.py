"""Walks between digits, the plane between four, and the ten classes in one handwriting."""

from collections.abc import Sequence

import numpy as np

from gan import latents
from gan.config import IMAGE_SIZE, NUM_CLASSES
from gan.latents import Interpolation
from gan.networks import Generator


def walk(
    generator: Generator,
    seeds: Sequence[int],
    digits: Sequence[int | None] = (),
    *,
    count: int = 1,
    temperature: float = 1.0,
    frames: int = 60,
    mode: Interpolation = "slerp",
    loop: bool = False,
) -> np.ndarray:
    """Frames `uint8 [frames, count, 28, 28]` of a walk through key frames; the classes blend on a straight line.

    Args:
        seeds: K ≥ 2 key frames, each named by the seed of its first digit.
        digits: a class for each key frame (None: the seed's last decimal digit); empty: none is asked for.
        count: digits side by side. Digit i walks through the seeds `seeds[0] + i`, `seeds[1] + i`, …
        temperature: scales the latents, 0.1 … 1.5.
        mode: the way from one latent to the next, along an arc (slerp) or a straight line (lerp).
        loop: return to the first key frame.

    Raises:
        ValueError: see `latents.points_along` and `Generator.classes`.
    """
    if digits and len(digits) != len(seeds):
        raise ValueError(f"give one digit for each key frame: {len(seeds)} key frames, {len(digits)} digits")
    z = np.empty((frames, count, generator.config.latent_dim), dtype=np.float32)
    y = np.empty((frames, count, NUM_CLASSES), dtype=np.float32)
    for i in range(count):
        lane = [(seed + i) % latents.NUM_SEEDS for seed in seeds]
        key_latents = latents.latent(lane, generator.config.latent_dim)
        key_weights = latents.one_hot(key_classes(generator, lane, digits))
        z[:, i] = latents.points_along(key_latents, frames, mode, loop)
        y[:, i] = latents.points_along(key_weights, frames, "lerp", loop)
    drawn = generator.draw(z.reshape(frames * count, -1), y.reshape(frames * count, -1), temperature)
    return drawn.numpy().reshape(frames, count, IMAGE_SIZE, IMAGE_SIZE)


def plane(
    generator: Generator,
    seeds: Sequence[int],
    digits: Sequence[int | None] = (),
    *,
    temperature: float = 1.0,
    size: int = 16,
    mode: Interpolation = "slerp",
) -> np.ndarray:
    """The plane between four digits, `uint8 [size, size, 28, 28]`: rows from top to bottom, columns from left to right.

    Each row is a path from a point of the left side to one of the right side; both sides are paths between corners.

    Args:
        seeds: the corners: top left, top right, bottom left, bottom right.
        digits: a class for each corner, as in `walk`.
        temperature: as in `walk`.
        mode: as in `walk`.

    Raises:
        ValueError: other than four corners; else as `walk`.
    """
    if len(seeds) != 4:
        raise ValueError(f"a plane lies between four digits, not {len(seeds)}")
    z = latents.latent(seeds, generator.config.latent_dim)
    y = latents.one_hot(key_classes(generator, seeds, digits))
    z, y = (_between(corners, size, path) for corners, path in ((z, mode), (y, "lerp")))
    return generator.draw(z, y, temperature).numpy().reshape(size, size, IMAGE_SIZE, IMAGE_SIZE)


def _between(corners: np.ndarray, size: int, mode: Interpolation) -> np.ndarray:
    """`[4, D] → [size * size, D]`."""
    left, right = (latents.points_along(corners[side], size, mode) for side in ([0, 2], [1, 3]))
    rows = [latents.points_along(np.stack(ends), size, mode) for ends in zip(left, right, strict=True)]
    return np.concatenate(rows)


def key_classes(generator: Generator, seeds: Sequence[int], digits: Sequence[int | None]) -> list[int]:
    """The class drawn at each key frame: the digit asked for, or where it is None the seed's last decimal digit.

    Raises:
        ValueError: as `Generator.classes`; an unconditional generator refuses only if any digit is asked for.
    """
    if all(d is None for d in digits):
        return generator.classes(seeds, None)
    asked = [latents.default_digit(s) if d is None else d for s, d in zip(seeds, digits, strict=True)]
    return generator.classes(seeds, asked)


def ten_classes(generator: Generator, seeds: Sequence[int], temperature: float = 1.0) -> np.ndarray:
    """Every class in each seed's handwriting, `uint8 [10 N, 28, 28]`: 0 … 9 of the first seed, then of the next."""
    repeated = [seed for seed in seeds for _ in range(NUM_CLASSES)]
    return generator.sample(repeated, list(range(NUM_CLASSES)) * len(seeds), temperature).numpy()
