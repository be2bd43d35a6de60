"""A visitor's drawing as a link holds it (gan/web/engine/drawing.js writes it, and says how)."""

import base64
import binascii

import numpy as np

from gan.config import IMAGE_SIZE


def read_drawing(text: str) -> np.ndarray | None:
    """The pixels `uint8 [28, 28]` of a text, 0 = paper, 255 = ink; None if it is empty, or not a drawing's."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    if len(data) < 4:
        return None
    left, top, width, height = data[:4]
    fits = len(data) == 4 + width * height and left + width <= IMAGE_SIZE and top + height <= IMAGE_SIZE
    if not (fits and width and height):
        return None
    pixels = np.zeros((IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8)
    pixels[top : top + height, left : left + width] = np.frombuffer(data, np.uint8, offset=4).reshape(height, width)
    return pixels
