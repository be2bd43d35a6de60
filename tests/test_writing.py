"""A written line: its digits are the generator's, its separators drawn."""

import numpy as np
import pytest

from gan.networks import Generator
from gan.recipes import RECIPES
from gan.writing import MARKS, READ_AS, SEPARATORS, readable, separator, written_line


@pytest.fixture(scope="module")
def conditional() -> Generator:
    return Generator(RECIPES["modern"].generator_config()).eval()


def test_line_advances_by_character_and_draws_separators_itself(conditional: Generator) -> None:
    line = written_line(conditional, "1-2", seed=7)
    assert line.shape == (28, 4 + 20 + 15 + 20 + 4)
    assert np.array_equal(line[:, :18], conditional.sample([7], [1]).numpy()[0][:, :18])
    only_separators = written_line(conditional, "-", seed=7)
    assert only_separators.max() == 255
    assert np.array_equal(only_separators, written_line(conditional, "-", seed=8))


def test_line_in_one_handwriting_or_each_digit_its_own(conditional: Generator) -> None:
    one = written_line(conditional, "11", seed=7)
    own = written_line(conditional, "11", seed=7, own=True)
    assert np.array_equal(one[:, 8:16], one[:, 28:36])  # away from the neighbours' overhang
    assert np.array_equal(own[:, :18], one[:, :18])
    assert not np.array_equal(own[:, 28:36], own[:, 8:16])


@pytest.mark.parametrize("character", sorted(SEPARATORS))
def test_separator_has_ink_within_its_advance(character: str) -> None:
    glyph = separator(character)
    columns = np.flatnonzero(glyph.max(axis=0))
    assert (character == " ") == (len(columns) == 0)
    if len(columns):
        assert columns.max() - columns.min() < SEPARATORS[character]


@pytest.mark.parametrize("text", ["", "12a", "1\n2", "٣", "½"])
def test_line_refuses_other_characters(conditional: Generator, text: str) -> None:
    with pytest.raises(ValueError, match="text must be"):
        written_line(conditional, text, seed=7)


@pytest.mark.parametrize(
    ("text", "held", "refused"),
    [
        ("2026-11-21", "2026-11-21", ""),
        ("（０３０）12–34 ", "(030)12-34 ", ""),
        ("2026年11月21日", "2026-11-21", ""),
        ("2026年11月21日14时30分", "2026-11-21 14:30", ""),
        ("2026年", "2026", ""),
        ("二〇二六", "2026", ""),
        ("٣½", "31/2", ""),
        ("π", "3.14159265358979", ""),
        ("5 €, a5a", "5 , 5", "€a"),
        ("1\u200b2\n3", "12 3", ""),
        ("", "", ""),
    ],
)
def test_what_can_be_read_as_digits_and_separators_is_and_the_rest_is_named(text: str, held: str, refused: str) -> None:
    assert readable(text) == (held, refused)


def test_what_a_line_can_hold_is_left_as_it_is() -> None:
    ours = "0123456789" + "".join(SEPARATORS)
    assert readable(ours) == (ours, "")
    assert set("".join([*READ_AS.values(), *MARKS.values()])) <= set(ours)
    assert not (set(READ_AS) | set(MARKS)) & set(ours)
