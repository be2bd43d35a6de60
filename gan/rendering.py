"""Digits as pictures."""

import io

import numpy as np
from PIL import Image


def grid_png(digits: np.ndarray, columns: int, scale: int = 1) -> bytes:
    """A PNG of digits `uint8 [N, 28, 28]` in rows of `columns`, ink dark on light paper."""
    n, size, _ = digits.shape
    rows = -(-n // columns)
    cells = np.zeros((rows * columns, size, size), dtype=np.uint8)
    cells[:n] = digits
    picture = 255 - cells.reshape(rows, columns, size, size).swapaxes(1, 2).reshape(rows * size, columns * size)
    image = Image.fromarray(picture).resize((columns * size * scale, rows * size * scale), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()
