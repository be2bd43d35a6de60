"""Images to pictures: grid, strip, PNG, GIF and WebP.

Images are `uint8 [..., 28, 28]` with 0 = paper and 255 = ink. PNG, GIF and WebP files show dark ink on light paper.
"""

import io
import zlib
from math import ceil, sqrt

import numpy as np
from PIL import Image

STRIP_WIDTH = 8192  # pixels; a longer strip continues in the next row, since browsers refuse very wide pictures
GREYS = [channel for grey in range(256) for channel in (grey, grey, grey)]
ENCODING = 2  # count it up when the same pixels are encoded to other bytes: ETags depend on it


# Images to one picture


def grid(images: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Images `[N, 28, 28]` side by side in rows, `uint8 [H, W]`; cells that are left over are paper.

    `columns` defaults to the square root of N, rounded up.
    """
    columns = columns or square(len(images))
    rows = ceil(len(images) / columns)
    cells = np.zeros((rows * columns, *images.shape[1:]), dtype=np.uint8)
    cells[: len(images)] = images
    height, width = images.shape[1:]
    return cells.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)


def square(count: int) -> int:
    """The columns of the most nearly square grid of `count` cells."""
    return ceil(sqrt(count))


def strip(frames: np.ndarray) -> np.ndarray:
    """Frames `[F, H, W]` side by side; past `STRIP_WIDTH` pixels they continue in the next row."""
    return grid(frames, strip_columns(*frames.shape[::2]))


def strip_columns(frames: int, width: int) -> int:
    """How many frames of this width fit into a row of a strip."""
    return min(frames, max(1, STRIP_WIDTH // width))


def enlarge(image: np.ndarray, scale: int) -> np.ndarray:
    """Each pixel of `[..., H, W]` as a square of `scale` × `scale`."""
    return image.repeat(scale, axis=-2).repeat(scale, axis=-1) if scale > 1 else image


# Pictures to files


def png(image: np.ndarray) -> bytes:
    """`uint8 [H, W]` as a grey PNG, dark ink on light paper."""
    file = io.BytesIO()
    picture = Image.fromarray(255 - image)
    picture.putpalette(GREYS)  # entry v is grey v; for a palette Pillow tries no row filters: half the time
    # Digits are mostly paper, so run lengths alone compress as well as zlib's level 6, in a fraction of the time.
    picture.save(file, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return file.getvalue()


def grid_png(images: np.ndarray, columns: int | None = None, scale: int = 1) -> bytes:
    """Images `uint8 [N, 28, 28]` as the PNG of an enlarged grid."""
    return png(enlarge(grid(images, columns), scale))


def gif(frames: np.ndarray, fps: int) -> bytes:
    """`uint8 [F, H, W]` as an endless GIF. GIF counts in hundredths of a second, so the delay is rounded to these."""
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
    """Frames, then the same frames backwards, each end shown once: repeated without end, they swing."""
    return np.concatenate([frames, frames[-2:0:-1]])
