"""Latents → digits → pictures: grid PNG, strip of frames, GIF and WebP, a written line.

Digits come and go as `uint8 [..., 28, 28]` with 0 = paper and 255 = ink; encoded pictures show dark ink on light paper.
"""

import io
import zlib
from collections.abc import Sequence
from functools import cache
from math import ceil, sqrt

import numpy as np
from PIL import Image, ImageDraw

from gan import latents
from gan.networks import IMAGE_SIZE, Generator

STRIP_WIDTH = 8192  # pixels; a longer strip goes on in the next row, since browsers refuse to decode very wide pictures
DIGIT_ADVANCE = 20  # MNIST centres its digits in 20 of the 28 columns, so written digits overlap by the empty margins
SEPARATORS = {" ": 12, "-": 15, ".": 9, "/": 15, ":": 9, "+": 18, ",": 9}  # and how far the pen moves after each
STROKES: dict[str, list[tuple[tuple[float, float], tuple[float, float]]]] = {  # of the separators: (x, y) to (x, y)
    " ": [],
    "-": [((9.5, 14.5), (18.5, 14))],
    ".": [((14, 22.5), (14, 22.6))],
    "/": [((18.5, 5.5), (9.5, 23))],
    ":": [((14, 11), (14, 11.1)), ((14, 20), (14, 20.1))],
    "+": [((8, 14.2), (20, 13.8)), ((14.2, 8), (13.8, 20))],
    ",": [((14.5, 21.5), (13, 25))],
}
GREYS = [channel for grey in range(256) for channel in (grey, grey, grey)]
ENCODING = 2  # counts changes to the bytes of pictures whose pixels stay
MARGIN = (IMAGE_SIZE - DIGIT_ADVANCE) // 2  # of a written line, so that its ends are as airy as a digit's cell


# Digits to numbers of pictures


def walk(
    generator: Generator,
    seeds: Sequence[int],
    digits: Sequence[int | None] = (),
    *,
    count: int = 1,
    temperature: float = 1.0,
    frames: int = 60,
    mode: latents.Path = "slerp",
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
    mode: latents.Path = "slerp",
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


def _between(corners: np.ndarray, size: int, mode: latents.Path) -> np.ndarray:
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


def written_line(
    generator: Generator, text: str, seed: int, *, own: bool = False, temperature: float = 1.0
) -> np.ndarray:
    """Text as one line `uint8 [28, W]`: its digits are generated, its separators drawn.

    Args:
        text: digits and the characters of `SEPARATORS`.
        seed: the handwriting of every digit; with `own`, digit i of the line has the number seed + i instead.

    Raises:
        ValueError: another character, no character, or an unconditional generator.
    """
    if not text or not set(text) <= set("0123456789") | set(SEPARATORS):
        raise ValueError(f"text must be digits, spaces and - . / : + , only, not {text!r}")
    wanted = [int(c) for c in text if c.isdigit()]
    seeds = latents.seed_range(seed, len(wanted)) if own else [seed] * len(wanted)
    generated = iter(generator.sample(seeds, wanted, temperature).numpy() if wanted else ())
    line = np.zeros((IMAGE_SIZE, 2 * MARGIN + sum(advance(c) for c in text)), dtype=np.uint8)
    x = MARGIN
    for character in text:
        glyph = next(generated) if character.isdigit() else separator(character)  # [28, 28]
        left = x + (advance(character) - IMAGE_SIZE) // 2  # the cell is centred on the pen's way, and may overhang it
        a, b = max(left, 0), min(left + IMAGE_SIZE, line.shape[1])
        line[:, a:b] = np.maximum(line[:, a:b], glyph[:, a - left : b - left])
        x += advance(character)
    return line


def advance(character: str) -> int:
    """How many pixels the pen moves right after a character."""
    return SEPARATORS.get(character, DIGIT_ADVANCE)


@cache
def separator(character: str) -> np.ndarray:
    """A separator as `uint8 [28, 28]`, drawn with a round pen as thick as the digits' strokes."""
    zoom, pen = 8, 2.6
    sheet = Image.new("L", (IMAGE_SIZE * zoom, IMAGE_SIZE * zoom))
    canvas = ImageDraw.Draw(sheet)
    for start, end in STROKES[character]:
        for t in np.linspace(0, 1, 200):
            x, y = ((1 - t) * a + t * b for a, b in zip(start, end, strict=True))
            canvas.ellipse([(c + side * pen / 2) * zoom for side in (-1, 1) for c in (x, y)], fill=255)
    return np.asarray(sheet.resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BOX))


# Digits to one picture


def grid(digits: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Digits `[N, 28, 28]` side by side in rows, `uint8 [H, W]`; cells that are left over are paper.

    `columns` defaults to the square root of N, rounded up.
    """
    columns = columns or square(len(digits))
    rows = ceil(len(digits) / columns)
    cells = np.zeros((rows * columns, *digits.shape[1:]), dtype=np.uint8)
    cells[: len(digits)] = digits
    height, width = digits.shape[1:]
    return cells.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)


def square(count: int) -> int:
    """The columns of the most nearly square grid of `count` cells."""
    return ceil(sqrt(count))


def strip(frames: np.ndarray) -> np.ndarray:
    """Frames `[F, H, W]` side by side; past `STRIP_WIDTH` pixels they go on in the next row."""
    return grid(frames, strip_columns(*frames.shape[::2]))


def strip_columns(frames: int, width: int) -> int:
    """How many frames of a width stand in a row of a strip."""
    return min(frames, max(1, STRIP_WIDTH // width))


def enlarge(image: np.ndarray, scale: int) -> np.ndarray:
    """Each pixel of `[..., H, W]` as a square of `scale` × `scale`."""
    return image.repeat(scale, axis=-2).repeat(scale, axis=-1) if scale > 1 else image


# Pictures to files


def png(image: np.ndarray) -> bytes:
    """`uint8 [H, W]` as a grey PNG, dark ink on light paper."""
    file = io.BytesIO()
    picture = Image.fromarray(255 - image)
    picture.putpalette(GREYS)  # entry v is grey v; Pillow tries no row filters on palettes, which takes half the time
    # Runs alone: digits are mostly paper, so this is as small as level 6 of all of zlib, in a fraction of the time.
    picture.save(file, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return file.getvalue()


def grid_png(digits: np.ndarray, columns: int | None = None, scale: int = 1) -> bytes:
    """Digits `uint8 [N, 28, 28]` as the PNG of an enlarged grid."""
    return png(enlarge(grid(digits, columns), scale))


def gif(frames: np.ndarray, fps: int) -> bytes:
    """`uint8 [F, H, W]` as an endless GIF. GIF counts hundredths of a second, so the delay is rounded to these."""
    return _animation(frames, "GIF", duration=max(2, round(100 / fps)) * 10, optimize=False)


def webp(frames: np.ndarray, fps: int) -> bytes:
    """`uint8 [F, H, W]` as an endless lossy WebP, some twenty times smaller than the GIF."""
    return _animation(frames, "WEBP", duration=round(1000 / fps), quality=80, method=2)


def _animation(frames: np.ndarray, file_format: str, **options: int | bool) -> bytes:
    first, *rest = (Image.fromarray(255 - frame) for frame in frames)
    file = io.BytesIO()
    first.save(file, file_format, save_all=True, append_images=rest, loop=0, **options)
    return file.getvalue()


def there_and_back(frames: np.ndarray) -> np.ndarray:
    """Frames followed by themselves in reverse, each end once, so that an endless animation swings."""
    return np.concatenate([frames, frames[-2:0:-1]])
