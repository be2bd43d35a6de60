"""Directions that change a digit's slant, thickness or width, and little else."""

import numpy as np
import pytest

from gan.directions import MEASURES, Directions, deviations, effect, find_directions, measure
from gan.networks import Generator
from gan.recipes import RECIPES

OTHER_SEEDS = range(1000, 1200)  # 200 digits, 20 of each class, none of which the directions were found with


@pytest.fixture(scope="module")
def modern() -> Generator:
    return Generator.from_pretrained("modern")


@pytest.fixture(scope="module")
def directions(modern: Generator) -> Directions:
    return find_directions(modern)


@pytest.mark.parametrize("name", MEASURES)
def test_a_direction_changes_what_it_is_named_after_and_little_else(
    modern: Generator, directions: Directions, name: str
) -> None:
    move = 2 * np.array(directions.vectors[name])
    change = dict(zip(MEASURES, effect(modern, OTHER_SEEDS, move) / deviations(modern, OTHER_SEEDS), strict=True))
    own = change.pop(name)
    assert own > 2  # standard deviations from −2 to +2; measured: 2.7 to 3.8
    assert max(abs(other) for other in change.values()) < own / 5  # measured: at most own / 20


def test_directions_are_found_again_and_have_length_one(modern: Generator, directions: Directions) -> None:
    assert find_directions(modern) == directions
    for name in MEASURES:
        assert len(directions.vectors[name]) == 100
        assert np.linalg.norm(directions.vectors[name]) == pytest.approx(1, abs=1e-3)
        assert directions.measured[name][name] > 0.5


def stroke(thickness: int, width: int = 0, shear: float = 0.0) -> np.ndarray:
    """Two upright strokes `uint8 [28, 28]`, `width` apart, sheared to the right."""
    image = np.zeros((28, 28), dtype=np.uint8)
    for row in range(4, 24):
        left = 10 + round(shear * (14 - row))
        for at in {left, left + width}:
            image[row, at : at + thickness] = 255
    return image


def test_what_is_measured() -> None:
    upright, leaning, thick, wide = measure(np.stack([stroke(2, 6), stroke(2, 6, 0.4), stroke(4, 6), stroke(2, 10)]))
    assert upright[0] == 0
    assert leaning[0] == pytest.approx(0.4, abs=0.02)
    assert leaning[2] == pytest.approx(upright[2], abs=0.1)
    assert thick[1] > upright[1] + 1
    assert wide[2] == pytest.approx(upright[2] + 2, abs=0.05)
    assert np.isfinite(measure(np.zeros((1, 28, 28), dtype=np.uint8))).all()


@pytest.mark.parametrize("recipe", ["relu-2", "dcgan"])
def test_an_untrained_generator_has_directions_too(recipe: str) -> None:
    found = find_directions(Generator(RECIPES[recipe].generator_config()).eval())
    assert all(np.isfinite(found.vectors[name]).all() for name in MEASURES)
