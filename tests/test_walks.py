"""Walks, planes and ten classes begin and end at the digits that they lie between."""

import numpy as np
import pytest

from gan.networks import Generator
from gan.recipes import RECIPES
from gan.walks import plane, ten_classes, walk
from gan.writing import written_line


@pytest.fixture(scope="module")
def conditional() -> Generator:
    return Generator(RECIPES["modern"].generator_config()).eval()


@pytest.fixture(scope="module")
def unconditional() -> Generator:
    return Generator(RECIPES["relu-2"].generator_config()).eval()


def test_walk_starts_and_ends_at_its_key_frames(conditional: Generator) -> None:
    frames = walk(conditional, [7, 42], [3, 8], count=2, frames=5, temperature=0.7)
    assert frames.shape == (5, 2, 28, 28)
    assert np.array_equal(frames[0], conditional.sample([7, 8], [3, 3], 0.7).numpy())
    assert np.array_equal(frames[-1], conditional.sample([42, 43], [8, 8], 0.7).numpy())
    assert not np.array_equal(frames[2], frames[0])


def test_walk_without_digits_draws_each_key_as_its_last_decimal_digit(conditional: Generator) -> None:
    frames = walk(conditional, [7, 42], frames=2)
    assert np.array_equal(frames[:, 0], conditional.sample([7, 42], [7, 2]).numpy())
    mixed = walk(conditional, [7, 42], [None, 5], frames=2)
    assert np.array_equal(mixed[:, 0], conditional.sample([7, 42], [7, 5]).numpy())


def test_loop_leaves_out_the_repeated_first_frame(conditional: Generator) -> None:
    frames = walk(conditional, [7, 42], frames=6, loop=True)
    assert np.array_equal(frames[3, 0], conditional.sample([42]).numpy()[0])
    assert not np.array_equal(frames[-1], frames[0])


def test_lanes_of_a_walk_wrap_at_the_last_number(conditional: Generator) -> None:
    frames = walk(conditional, [2**32 - 1, 5], count=2, frames=2)
    assert np.array_equal(frames[0], conditional.sample([2**32 - 1, 0]).numpy())


def test_plane_has_its_digits_in_its_corners(conditional: Generator) -> None:
    cells = plane(conditional, [1, 2, 3, 4], [5, 6, 7, 8], size=4)
    corners = [cells[0, 0], cells[0, -1], cells[-1, 0], cells[-1, -1]]
    assert np.array_equal(np.stack(corners), conditional.sample([1, 2, 3, 4], [5, 6, 7, 8]).numpy())
    with pytest.raises(ValueError, match="four"):
        plane(conditional, [1, 2, 3])


def test_ten_classes_share_each_handwriting(conditional: Generator) -> None:
    digits = ten_classes(conditional, [7, 8])
    assert digits.shape == (20, 28, 28)
    assert np.array_equal(digits[13], conditional.sample([8], [3]).numpy()[0])


def test_unconditional_generator_walks_but_neither_writes_nor_takes_digits(unconditional: Generator) -> None:
    assert walk(unconditional, [7, 42], frames=3).shape == (3, 1, 28, 28)
    assert plane(unconditional, [1, 2, 3, 4], size=2).shape == (2, 2, 28, 28)
    for refused in (
        lambda: walk(unconditional, [7, 42], [3, 8]),
        lambda: written_line(unconditional, "12", seed=7),
        lambda: ten_classes(unconditional, [7]),
    ):
        with pytest.raises(ValueError, match="unconditional"):
            refused()
