"""Digits to pictures: grid, strip, PNG, GIF and WebP.

Digits come as `uint8 [..., 28, 28]` with 0 = paper and 255 = ink; encoded pictures show dark ink on light paper.
"""

import io
import zlib
from math import ceil, sqrt

import numpy as np
from PIL import Image

STRIP_WIDTH = 8192  # pixels; a longer strip goes on in the next row, since browsers refuse to decode very wide pictures
GREYS = [channel for grey in range(256) for channel in (grey, grey, grey)]
ENCODING = 2  # counts changes to the bytes of pictures whose pixels stay


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
