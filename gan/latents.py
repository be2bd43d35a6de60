"""Seeds to latents, temperature, and the points between latents.

NumPy guarantees that the stream of the legacy `RandomState` never changes (NEP 19), up to rounding: logarithms and
sines differ by an ulp between libraries and browsers. So every latent is rounded to a multiple of 2⁻¹², and a link
outlives torch, the device and the count: digit 9 is the same digit whichever grid shows it, on whichever machine.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from gan.config import NUM_CLASSES

NUM_SEEDS = 2**32
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.1, 1.5
GRID = 4096  # latents are multiples of 1/4096

Interpolation = Literal["slerp", "lerp"]


def seed_range(seed: int, count: int) -> list[int]:
    """The `count` seeds from `seed` on, wrapping at 2³²: `seed_range(7, 3) == [7, 8, 9]`."""
    return [(seed + i) % NUM_SEEDS for i in range(count)]


def default_digit(seed: int) -> int:
    """The class that a class-conditional generator draws where none is asked for: the seed's last decimal digit."""
    return seed % NUM_CLASSES


def latent(seeds: Sequence[int], dim: int) -> np.ndarray:
    """Latents of seeds, `float32 [N, dim]`: row i is `numpy.random.RandomState(seeds[i]).randn(dim)`, rounded to
    multiples of 2⁻¹².

    Raises:
        ValueError: a seed is no whole number in 0 … 2³²−1.
    """
    rows = np.empty((len(seeds), dim))
    stream = np.random.RandomState(0)
    for row, seed in zip(rows, seeds, strict=True):
        stream.seed(checked_seed(seed))  # 25 times faster than a new RandomState, and the same stream
        row[:] = stream.randn(dim)
    return on_grid(rows).astype(np.float32)


def on_grid(z: np.ndarray) -> np.ndarray:
    """`z` rounded to multiples of 2⁻¹², halves upwards, in float64."""
    return np.floor(z.astype(np.float64) * GRID + 0.5) / GRID


def checked_seed(seed: int) -> int:
    """The seed as a Python int; ValueError unless it is a whole number in 0 … 2³²−1."""
    if isinstance(seed, bool | np.bool_) or not isinstance(seed, int | np.integer) or not 0 <= seed < NUM_SEEDS:
        raise ValueError(f"seed must be a whole number from 0 to {NUM_SEEDS - 1} (2³²−1), not {seed!r}")
    return int(seed)


def checked_digit(digit: int) -> int:
    """The digit as a Python int; ValueError unless it is a whole number in 0 … 9."""
    if isinstance(digit, bool | np.bool_) or not isinstance(digit, int | np.integer) or not 0 <= digit < NUM_CLASSES:
        raise ValueError(f"digit must be a whole number from 0 to {NUM_CLASSES - 1}, not {digit!r}")
    return int(digit)


def checked_temperature(temperature: float) -> float:
    """The temperature as a float; ValueError unless it is a number in 0.1 … 1.5 (NaN is not)."""
    is_number = isinstance(temperature, int | float | np.number) and not isinstance(temperature, bool)
    if not is_number or not MIN_TEMPERATURE <= temperature <= MAX_TEMPERATURE:
        raise ValueError(
            f"temperature must be a number from {MIN_TEMPERATURE} to {MAX_TEMPERATURE}, not {temperature!r}"
        )
    return float(temperature)


def one_hot(classes: Sequence[int]) -> np.ndarray:
    """Class weights of classes 0 … 9, `float32 [N, 10]`, a single 1 in each row.

    Raises:
        ValueError: a class is no whole number in 0 … 9.
    """
    return np.eye(NUM_CLASSES, dtype=np.float32)[[checked_digit(c) for c in classes]]


def slerp(start: np.ndarray, end: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Spherical interpolation `float64 [T, D]` from `start [D]` to `end [D]` at `t [T]` in 0 … 1 (Shoemake 1985; White
    2016). Of latents on the grid the products and their sums are exact, whatever the order.

    A Gaussian latent of many dimensions lies near a sphere. The arc stays on it; a straight line between two latents
    leaves it and passes through latents that training never drew. The ends are met exactly. Between parallel vectors,
    where no arc is defined, the points lie on a line.
    """
    t = np.asarray(t, dtype=np.float64)[:, None]  # [T, 1]
    a, b = start.astype(np.float64), end.astype(np.float64)
    lengths = np.sqrt(a @ a) * np.sqrt(b @ b)
    cosine = a @ b / lengths if lengths else 1.0
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    if np.sin(angle) < 1e-6:
        return lerp(start, end, t[:, 0])
    path = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
    return np.where(t <= 0, a, np.where(t >= 1, b, path))


def lerp(start: np.ndarray, end: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Straight-line interpolation `float64 [T, D]` from `start [D]` to `end [D]` at `t [T]` in 0 … 1."""
    t = np.asarray(t, dtype=np.float64)[:, None]  # [T, 1]
    return (1 - t) * start + t * end


def points_along(keys: np.ndarray, frames: int, mode: Interpolation = "slerp", loop: bool = False) -> np.ndarray:
    """Evenly spaced points `float32 [frames, D]` on the path through the key frames `keys [K, D]`, from first to last,
    rounded to multiples of 2⁻¹².

    With `loop` the path returns to the first key, which is not repeated at the end: an animation closes smoothly.

    Raises:
        ValueError: fewer than two keys, fewer than two frames, or an unknown mode.
    """
    if len(keys) < 2:
        raise ValueError(f"a walk needs at least two key frames, not {len(keys)}")
    if frames < 2:
        raise ValueError(f"a walk needs at least two frames, not {frames}")
    if mode not in ("slerp", "lerp"):
        raise ValueError(f"mode must be 'slerp' or 'lerp', not {mode!r}")
    if loop:
        keys = np.concatenate([keys, keys[:1]])
    interpolate = slerp if mode == "slerp" else lerp
    positions = np.arange(frames) * (len(keys) - 1) / (frames if loop else frames - 1)  # in units of segments
    segment = np.minimum(positions.astype(int), len(keys) - 2)
    path = np.empty((frames, keys.shape[1]))
    for i in np.unique(segment):
        on_segment = segment == i
        path[on_segment] = interpolate(keys[i], keys[i + 1], positions[on_segment] - i)
    return on_grid(path).astype(np.float32)
