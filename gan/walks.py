"""Walks between digits, the plane between four, and the ten classes in one handwriting: latents in, digits out."""

from collections.abc import Sequence

import numpy as np

from gan import latents
from gan.config import IMAGE_SIZE
from gan.networks import Generator


def walk(
    generator: Generator,
    seeds: Sequence[int],
    digits: Sequence[int | None] = (),
    *,
    count: int = 1,
    temperature: float = 1.0,
    frames: int = 60,
    mode: latents.Interpolation = "slerp",
    loop: bool = False,
) -> np.ndarray:
    """Frames `uint8 [frames, count, 28, 28]` of a walk through key frames; the classes blend on a straight line.

    Args:
        seeds: K ≥ 2 key frames; digit i of a frame walks through the seeds `seeds[k] + i`.
        digits: a class for each key frame (None: the seed's last decimal digit), or nothing for none.

    Raises:
        ValueError: see `latents.walk` and `Generator.classes`.
    """
    if digits and len(digits) != len(seeds):
        raise ValueError(f"give one digit for each key frame: {len(seeds)} key frames, {len(digits)} digits")
    picture = np.empty((frames, count, IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8)
    z = np.empty((frames, count, generator.config.latent_dim), dtype=np.float32)
    y = np.empty((frames, count, latents.NUM_CLASSES), dtype=np.float32)
    for i in range(count):
        lane = [(seed + i) % latents.NUM_SEEDS for seed in seeds]
        z[:, i] = latents.walk(latents.latent(lane, generator.config.latent_dim), frames, mode, loop)
        y[:, i] = latents.walk(latents.one_hot(key_classes(generator, lane, digits)), frames, "lerp", loop)
    picture[:] = (
        generator.draw(z.reshape(frames * count, -1), y.reshape(frames * count, -1), temperature)
        .numpy()
        .reshape(picture.shape)
    )
    return picture


def plane(
    generator: Generator,
    seeds: Sequence[int],
    digits: Sequence[int | None] = (),
    *,
    temperature: float = 1.0,
    size: int = 16,
    mode: latents.Interpolation = "slerp",
) -> np.ndarray:
    """The plane between four digits, `uint8 [size, size, 28, 28]`: rows from top to bottom, columns from left to right.

    The corners are top left, top right, bottom left, bottom right; each row is a path between points of the two sides.
    """
    if len(seeds) != 4:
        raise ValueError(f"a plane lies between four digits, not {len(seeds)}")
    z = latents.latent(seeds, generator.config.latent_dim)
    y = latents.one_hot(key_classes(generator, seeds, digits))
    z, y = (_between(corners, size, path) for corners, path in ((z, mode), (y, "lerp")))
    return generator.draw(z, y, temperature).numpy().reshape(size, size, IMAGE_SIZE, IMAGE_SIZE)


def _between(corners: np.ndarray, size: int, mode: latents.Interpolation) -> np.ndarray:
    """`[4, D] → [size * size, D]`."""
    left, right = latents.walk(corners[[0, 2]], size, mode), latents.walk(corners[[1, 3]], size, mode)
    return np.concatenate([latents.walk(np.stack(ends), size, mode) for ends in zip(left, right, strict=True)])


def key_classes(generator: Generator, seeds: Sequence[int], digits: Sequence[int | None]) -> list[int]:
    """The class drawn at each key frame; a digit that is None stands for the seed's last decimal digit.

    Raises:
        ValueError: as `Generator.classes`, which is asked if any digit is.
    """
    if not any(d is not None for d in digits):
        return generator.classes(seeds, None)
    return generator.classes(
        seeds, [latents.default_digit(s) if d is None else d for s, d in zip(seeds, digits, strict=True)]
    )


def ten_classes(generator: Generator, seeds: Sequence[int], temperature: float = 1.0) -> np.ndarray:
    """Every class in each seed's handwriting, `uint8 [10 N, 28, 28]`: 0 … 9 of the first seed, then of the next."""
    repeated = [seed for seed in seeds for _ in range(latents.NUM_CLASSES)]
    return generator.sample(repeated, list(range(latents.NUM_CLASSES)) * len(seeds), temperature).numpy()
