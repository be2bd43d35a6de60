"""Latents of seeds, and the points between latents."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan import latents

SEEDS = st.integers(0, latents.NUM_SEEDS - 1)


@given(st.lists(SEEDS, min_size=1, max_size=5), st.sampled_from([1, 2, 64, 100]))
def test_latents_are_numpys_frozen_stream_on_a_grid(seeds: list[int], dim: int) -> None:
    found = latents.latent(seeds, dim)
    assert found.dtype == np.float32
    for row, seed in zip(found, seeds, strict=True):
        expected = np.random.RandomState(seed).randn(dim)
        np.testing.assert_allclose(row, expected, atol=0.5 / latents.GRID)
        assert np.array_equal(row * latents.GRID, np.floor(expected * latents.GRID + 0.5))


def test_the_stream_is_the_one_of_today() -> None:
    """Printed by NumPy 2.4.6 on 2026-11-21: `numpy.random.RandomState(7).randn(3)`."""
    golden = np.array([1.690525703800356, -0.4659373705408328, 0.0328201636785844])
    np.testing.assert_array_equal(latents.latent([7], 100)[0, :3], np.round(golden * 4096) / 4096)


def test_a_range_of_seeds_wraps_at_the_end() -> None:
    assert latents.seed_range(7, 3) == [7, 8, 9]
    assert latents.seed_range(latents.NUM_SEEDS - 2, 4) == [latents.NUM_SEEDS - 2, latents.NUM_SEEDS - 1, 0, 1]


@pytest.mark.parametrize("bad", [-1, 2**32, 1.5, "7", None, True, float("nan")])
def test_a_bad_seed_is_refused_by_its_value(bad: object) -> None:
    with pytest.raises(ValueError, match="seed must be a whole number from 0 to 4294967295"):
        latents.latent([bad], 4)  # type: ignore[list-item]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 0.0, 0.09, 1.51, "1", None, True])
def test_a_bad_temperature_is_refused_by_its_value(bad: object) -> None:
    with pytest.raises(ValueError, match="temperature must be a number from 0.1 to 1.5"):
        latents.checked_temperature(bad)  # type: ignore[arg-type]


@given(SEEDS)
def test_an_unasked_digit_is_the_seeds_last_decimal_digit(seed: int) -> None:
    assert latents.default_digit(seed) == int(str(seed)[-1])


@given(SEEDS, SEEDS, st.sampled_from(["slerp", "lerp"]))
def test_a_walk_starts_and_ends_exactly_on_its_keys(a: int, b: int, mode: latents.Interpolation) -> None:
    keys = latents.latent([a, b], 100)
    path = latents.points_along(keys, 7, mode)
    np.testing.assert_array_equal(path[0], keys[0])
    np.testing.assert_array_equal(path[-1], keys[1])


def test_a_walk_passes_through_its_middle_keys() -> None:
    keys = latents.latent([7, 42, 99], 100)
    np.testing.assert_array_equal(latents.points_along(keys, 9)[4], keys[1])


def test_lerp_is_a_straight_line_and_slerp_an_arc() -> None:
    a, b = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)
    np.testing.assert_allclose(latents.lerp(a, b, np.array([0.5]))[0], [0.5, 0.5])
    np.testing.assert_allclose(latents.slerp(a, b, np.array([0.5]))[0], [np.sqrt(0.5), np.sqrt(0.5)], rtol=1e-6)
    thirds = latents.slerp(a, 2 * b, np.array([1 / 3]))[0]  # equal angles; lengths in between
    np.testing.assert_allclose(thirds, [np.sin(np.pi / 3), 2 * np.sin(np.pi / 6)], rtol=1e-6)


def test_slerp_between_a_latent_and_itself_stays_there() -> None:
    a = latents.latent([7], 100)[0]
    np.testing.assert_allclose(latents.slerp(a, a, np.linspace(0, 1, 5)), np.tile(a, (5, 1)), rtol=1e-6)


@given(st.integers(2, 40), st.integers(2, 6))
def test_a_loop_takes_even_steps_and_does_not_repeat_its_start(frames: int, count: int) -> None:
    keys = np.eye(count, 8, dtype=np.float32)
    path = latents.points_along(keys, frames, "lerp", loop=True)
    assert path.shape == (frames, 8)
    np.testing.assert_array_equal(path[0], keys[0])
    assert not np.array_equal(path[-1], keys[0])


@pytest.mark.parametrize(
    ("keys", "frames", "mode", "message"),
    [(1, 5, "slerp", "two key frames"), (2, 1, "slerp", "two frames"), (2, 5, "cubic", "mode must be")],
)
def test_an_impossible_walk_is_refused(keys: int, frames: int, mode: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        latents.points_along(np.zeros((keys, 4), np.float32), frames, mode)  # type: ignore[arg-type]
