"""Digits become pictures: grids, walks, planes, written lines, and the files they travel in."""

import io

import numpy as np
import pytest
from PIL import Image

from gan import rendering
from gan.networks import Generator
from gan.recipes import RECIPES


@pytest.fixture(scope="module")
def conditional() -> Generator:
    return Generator(RECIPES["modern"].generator_config()).eval()


@pytest.fixture(scope="module")
def unconditional() -> Generator:
    return Generator(RECIPES["relu-2"].generator_config()).eval()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def numbered(count: int) -> np.ndarray:
    """Digits that are one grey each: the picture shows where each went."""
    return np.repeat(np.arange(1, count + 1, dtype=np.uint8), 28 * 28).reshape(count, 28, 28)


def test_grid_fills_rows_from_left_to_right_and_leaves_paper() -> None:
    cells = rendering.grid(numbered(5), 3)[::28, ::28]
    assert cells.tolist() == [[1, 2, 3], [4, 5, 0]]


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 2), (4, 2), (5, 3), (16, 4), (400, 20)])
def test_grid_is_square_by_default(count: int, columns: int) -> None:
    assert rendering.grid(numbered(count % 256)).shape[1] == rendering.square(count % 256) * 28
    assert rendering.square(count) == columns


def test_strip_goes_on_in_the_next_row_past_its_width() -> None:
    frames = np.zeros((60, 224, 224), dtype=np.uint8)
    assert rendering.strip(frames).shape == (2 * 224, 36 * 224)  # 36 × 224 = 8064 ≤ 8192


def test_png_shows_ink_dark_on_light_paper_and_keeps_every_level() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(np.asarray(opened(rendering.png(levels))), 255 - levels)


def test_enlarged_pixels_are_squares() -> None:
    image = rendering.enlarge(np.array([[1, 2]], dtype=np.uint8), 3)
    assert image.tolist() == [[1, 1, 1, 2, 2, 2]] * 3


@pytest.mark.parametrize(("encode", "kind"), [(rendering.gif, "GIF"), (rendering.webp, "WEBP")])
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
    assert rendering.there_and_back(np.arange(4)).tolist() == [0, 1, 2, 3, 2, 1]
    assert rendering.there_and_back(np.arange(2)).tolist() == [0, 1]


def test_walk_starts_and_ends_at_its_key_frames(conditional: Generator) -> None:
    walk = rendering.walk(conditional, [7, 42], [3, 8], count=2, frames=5, temperature=0.7)
    assert walk.shape == (5, 2, 28, 28)
    assert np.array_equal(walk[0], conditional.sample([7, 8], [3, 3], 0.7).numpy())
    assert np.array_equal(walk[-1], conditional.sample([42, 43], [8, 8], 0.7).numpy())
    assert not np.array_equal(walk[2], walk[0])


def test_walk_without_digits_draws_each_key_as_its_last_decimal_digit(conditional: Generator) -> None:
    walk = rendering.walk(conditional, [7, 42], frames=2)
    assert np.array_equal(walk[:, 0], conditional.sample([7, 42], [7, 2]).numpy())
    mixed = rendering.walk(conditional, [7, 42], [None, 5], frames=2)
    assert np.array_equal(mixed[:, 0], conditional.sample([7, 42], [7, 5]).numpy())


def test_loop_leaves_out_the_repeated_first_frame(conditional: Generator) -> None:
    walk = rendering.walk(conditional, [7, 42], frames=6, loop=True)
    assert np.array_equal(walk[3, 0], conditional.sample([42]).numpy()[0])
    assert not np.array_equal(walk[-1], walk[0])


def test_lanes_of_a_walk_wrap_at_the_last_number(conditional: Generator) -> None:
    walk = rendering.walk(conditional, [2**32 - 1, 5], count=2, frames=2)
    assert np.array_equal(walk[0], conditional.sample([2**32 - 1, 0]).numpy())


def test_plane_has_its_digits_in_its_corners(conditional: Generator) -> None:
    plane = rendering.plane(conditional, [1, 2, 3, 4], [5, 6, 7, 8], size=4)
    corners = [plane[0, 0], plane[0, -1], plane[-1, 0], plane[-1, -1]]
    assert np.array_equal(np.stack(corners), conditional.sample([1, 2, 3, 4], [5, 6, 7, 8]).numpy())
    with pytest.raises(ValueError, match="four"):
        rendering.plane(conditional, [1, 2, 3])


def test_ten_classes_share_each_handwriting(conditional: Generator) -> None:
    digits = rendering.ten_classes(conditional, [7, 8])
    assert digits.shape == (20, 28, 28)
    assert np.array_equal(digits[13], conditional.sample([8], [3]).numpy()[0])


def test_line_advances_by_character_and_draws_separators_itself(conditional: Generator) -> None:
    line = rendering.written_line(conditional, "1-2", seed=7)
    assert line.shape == (28, 4 + 20 + 15 + 20 + 4)
    assert np.array_equal(line[:, :18], conditional.sample([7], [1]).numpy()[0][:, :18])
    only_separators = rendering.written_line(conditional, "-", seed=7)
    assert only_separators.max() == 255
    assert np.array_equal(only_separators, rendering.written_line(conditional, "-", seed=8))


def test_line_in_one_handwriting_or_each_digit_its_own(conditional: Generator) -> None:
    one = rendering.written_line(conditional, "11", seed=7)
    own = rendering.written_line(conditional, "11", seed=7, own=True)
    assert np.array_equal(one[:, 8:16], one[:, 28:36])  # away from the neighbours' overhang
    assert np.array_equal(own[:, :18], one[:, :18])
    assert not np.array_equal(own[:, 28:36], own[:, 8:16])


@pytest.mark.parametrize("character", sorted(rendering.SEPARATORS))
def test_separator_has_ink_within_its_advance(character: str) -> None:
    glyph = rendering.separator(character)
    columns = np.flatnonzero(glyph.max(axis=0))
    assert (character == " ") == (len(columns) == 0)
    if len(columns):
        assert columns.max() - columns.min() < rendering.SEPARATORS[character]


@pytest.mark.parametrize("text", ["", "12a", "1\n2", "٣", "½"])
def test_line_refuses_other_characters(conditional: Generator, text: str) -> None:
    with pytest.raises(ValueError, match="text must be"):
        rendering.written_line(conditional, text, seed=7)


def test_unconditional_generator_walks_but_neither_writes_nor_takes_digits(unconditional: Generator) -> None:
    assert rendering.walk(unconditional, [7, 42], frames=3).shape == (3, 1, 28, 28)
    assert rendering.plane(unconditional, [1, 2, 3, 4], size=2).shape == (2, 2, 28, 28)
    for refused in (
        lambda: rendering.walk(unconditional, [7, 42], [3, 8]),
        lambda: rendering.written_line(unconditional, "12", seed=7),
        lambda: rendering.ten_classes(unconditional, [7]),
    ):
        with pytest.raises(ValueError, match="unconditional"):
            refused()
