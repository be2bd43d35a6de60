"""Digits become pictures: grids, strips, and the files they travel in."""

import io

import numpy as np
import pytest
from PIL import Image

from gan import images


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def numbered(count: int) -> np.ndarray:
    """Digits that are one grey each: the picture shows where each went."""
    return np.repeat(np.arange(1, count + 1, dtype=np.uint8), 28 * 28).reshape(count, 28, 28)


def test_grid_fills_rows_from_left_to_right_and_leaves_paper() -> None:
    cells = images.grid(numbered(5), 3)[::28, ::28]
    assert cells.tolist() == [[1, 2, 3], [4, 5, 0]]


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 2), (4, 2), (5, 3), (16, 4), (400, 20)])
def test_grid_is_square_by_default(count: int, columns: int) -> None:
    assert images.grid(numbered(count % 256)).shape[1] == images.square(count % 256) * 28
    assert images.square(count) == columns


def test_strip_goes_on_in_the_next_row_past_its_width() -> None:
    frames = np.zeros((60, 224, 224), dtype=np.uint8)
    assert images.strip(frames).shape == (2 * 224, 36 * 224)  # 36 × 224 = 8064 ≤ 8192


def test_png_shows_ink_dark_on_light_paper_and_keeps_every_level() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(np.asarray(opened(images.png(levels))), 255 - levels)


def test_enlarged_pixels_are_squares() -> None:
    image = images.enlarge(np.array([[1, 2]], dtype=np.uint8), 3)
    assert image.tolist() == [[1, 1, 1, 2, 2, 2]] * 3


@pytest.mark.parametrize(("encode", "kind"), [(images.gif, "GIF"), (images.webp, "WEBP")])
def test_animation_is_endless_and_keeps_frames_and_pace(encode, kind: str) -> None:
    frames = np.stack([np.full((28, 28), 40 * i, dtype=np.uint8) for i in range(5)])
    picture = opened(encode(frames, 20))
    assert (picture.format, picture.n_frames, picture.info["loop"]) == (kind, 5, 0)
    for i in range(5):
        picture.seek(i)
        assert abs(int(np.asarray(picture.convert("L"))[0, 0]) - (255 - 40 * i)) <= 3  # WebP is lossy
        if i:
            assert picture.info["duration"] == 50


def test_there_and_back_shows_each_end_once() -> None:
    assert images.there_and_back(np.arange(4)).tolist() == [0, 1, 2, 3, 2, 1]
    assert images.there_and_back(np.arange(2)).tolist() == [0, 1]
