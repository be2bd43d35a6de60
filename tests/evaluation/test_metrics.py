"""Figures of merit whose values are known without computing them."""

import math

import numpy as np
import pytest
import torch

from gan.errors import UserError
from gan.evaluation.metrics import (
    NEIGHBOURS,
    Moments,
    class_figures,
    class_spreads,
    diversity,
    frechet_distance,
    nearest_distances,
    neighbourhood_figures,
    neighbourhood_radii,
    specks_per_digit,
)


def gaussian(count: int, dim: int = 4, seed: int = 0) -> torch.Tensor:
    """Features whose sample mean is exactly 0 and whose sample covariance is exactly the identity."""
    x = torch.randn(count, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    x -= x.mean(dim=0)
    return x @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(x.T))).T


def figures(real: torch.Tensor, fake: torch.Tensor) -> dict[str, float]:
    return neighbourhood_figures(real, neighbourhood_radii(real), fake)


# Fréchet distance


def test_the_distance_of_shifted_gaussians_is_the_squared_shift():
    x = gaussian(100)
    assert frechet_distance(Moments.of(x), Moments.of(x + torch.tensor([3.0, 4, 0, 0]))) == pytest.approx(25)


def test_the_distance_of_scaled_gaussians_is_the_squared_difference_of_deviations():
    x = gaussian(100)
    deviations = torch.tensor([1.0, 2, 3, 0.5])
    expected = sum((s - 1) ** 2 for s in deviations.tolist())  # tr(I + S² − 2 S) for commuting covariances
    assert frechet_distance(Moments.of(x), Moments.of(x * deviations)) == pytest.approx(expected)


def test_the_distance_of_gaussians_whose_covariances_do_not_commute_is_that_of_the_matrix_square_root():
    random = np.random.RandomState(0)
    a, b = random.randn(50, 3) @ random.randn(3, 3), random.randn(50, 3) @ random.randn(3, 3) + 1
    ca, cb = np.cov(a.T), np.cov(b.T)
    values, vectors = np.linalg.eigh(ca)
    root_a = vectors * np.sqrt(values) @ vectors.T
    root_trace = np.sqrt(np.linalg.eigvalsh(root_a @ cb @ root_a)).sum()  # tr (A½ B A½)½, all symmetric
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca + cb) - 2 * root_trace
    distance = frechet_distance(Moments.of(torch.from_numpy(a)), Moments.of(torch.from_numpy(b)))
    assert distance == pytest.approx(expected)


def test_equal_sets_are_at_distance_zero_even_far_from_the_origin():
    x = Moments.of(gaussian(100) + 1000)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-6)


def test_a_set_collapsed_to_one_point_is_at_the_distance_of_the_variance():
    x = gaussian(100)
    assert frechet_distance(Moments.of(x), Moments.of(torch.zeros(100, 4))) == pytest.approx(4)


def test_too_few_samples_for_a_covariance_are_refused():
    with pytest.raises(UserError, match="4 digits are too few for a covariance of 4 features: take at least 5"):
        Moments.of(torch.randn(4, 4))


# Neighbourhoods


def test_equal_sets_overlap_wholly():
    x = gaussian(200)
    same = figures(x, x)
    assert (same["precision"], same["recall"], same["coverage"]) == (1, 1, 1)
    assert same["density"] == pytest.approx((NEIGHBOURS + 1) / NEIGHBOURS)  # k neighbours and itself, of k


def test_sets_far_apart_do_not_overlap():
    x = gaussian(200)
    assert set(figures(x, x + 100).values()) == {0.0}


def test_a_set_collapsed_to_one_mode_is_precise_but_recalls_half():
    left, right = gaussian(300, seed=1), gaussian(300, seed=2) + 100
    collapsed = figures(torch.cat([left, right]), gaussian(600, seed=3))
    assert collapsed["precision"] > 0.9
    assert 0.4 < collapsed["recall"] <= 0.5
    assert 0.4 < collapsed["coverage"] <= 0.5


def test_a_set_wider_than_the_data_recalls_it_but_is_imprecise():
    wide = figures(gaussian(600, seed=1), 4 * gaussian(600, seed=2))
    assert wide["recall"] > 0.9
    assert wide["precision"] < 0.3


def test_one_outlier_among_the_real_misleads_precision_more_than_density():
    real = torch.cat([gaussian(300), torch.full((1, 4), 30.0)])
    outside = gaussian(300, seed=1) * 0.1 + 20  # only the outlier's huge neighbourhood holds these
    misled = figures(real, outside)
    assert misled["precision"] == 1
    assert misled["density"] == pytest.approx(1 / NEIGHBOURS)
    assert misled["coverage"] == pytest.approx(1 / 301)


def test_figures_do_not_depend_on_the_chunks(monkeypatch):
    real, fake = gaussian(200), gaussian(150, seed=1)
    whole = figures(real, fake)
    monkeypatch.setattr("gan.evaluation.metrics.CHUNK", 7)
    assert figures(real, fake) == whole


def test_radii_reach_the_fifth_neighbour():
    line = torch.arange(10.0)[:, None]
    assert neighbourhood_radii(line).sqrt().tolist() == [5, 4, 3, 3, 3, 3, 3, 3, 4, 5]


def test_too_few_samples_for_neighbours_are_refused():
    with pytest.raises(UserError, match="5 digits have no 5 neighbours each"):
        neighbourhood_radii(torch.randn(5, 4))


# Classes


def test_equal_classes_have_an_entropy_of_log2_10():
    found = class_figures(torch.arange(1000) % 10)
    assert found == {
        "classes": 10,
        "class_entropy": pytest.approx(math.log2(10)),
        "smallest_class": 0.1,
        "largest_class": 0.1,
    }


def test_a_class_counts_from_one_percent_on():
    read = torch.cat([torch.zeros(980), torch.ones(10), torch.full((9,), 2), torch.full((1,), 3)]).long()
    assert class_figures(read)["classes"] == 2


def test_one_class_only_has_no_entropy():
    assert class_figures(torch.full((100,), 7)) == {
        "classes": 1,
        "class_entropy": 0,
        "smallest_class": 0,
        "largest_class": 1,
    }


def test_spreads_are_taken_within_classes():
    features = torch.tensor([[0.0, 0], [2, 0], [100, 0], [100, 4], [7, 7]])
    assert class_spreads(features, torch.tensor([0, 0, 1, 1, 2])).tolist() == [2, 8, 0, 0, 0, 0, 0, 0, 0, 0]


def test_one_wild_class_does_not_make_up_for_nine_collapsed_ones():
    features = torch.cat([1000 * gaussian(50), torch.zeros(450, 4)])
    assert diversity(features, torch.arange(500) // 50, torch.ones(10)) == pytest.approx(0.1)


def test_as_much_variance_as_the_data_within_each_class_is_full_diversity():
    features = torch.cat([gaussian(50) + 100 * c for c in range(10)])
    assert diversity(features, torch.arange(500) // 50, torch.full((10,), 4.0)) == pytest.approx(1)
    assert diversity(features, torch.arange(500) // 50, torch.full((10,), 8.0)) == pytest.approx(0.5)


# Memorisation


def test_copies_are_at_distance_zero_and_others_at_their_nearest():
    training = torch.randint(0, 256, (50, 784), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    changed = training[20].clone()
    changed[:2] = changed[:2] ^ 128  # two pixels, each changed by 128
    found = nearest_distances(torch.stack([training[7], changed]), training)
    assert found[0] == 0
    assert found[1] == pytest.approx(math.sqrt(2) * 128 / 255)


# Specks


def test_a_lone_pixel_is_a_speck_and_a_stroke_is_none():
    digits = torch.zeros(2, 28, 28, dtype=torch.uint8)
    digits[0, 5:20, 14] = 255  # a stroke
    digits[0, 0, 0] = 32  # a speck in the corner, just dark enough
    digits[0, 25, 25] = 31  # too pale
    digits[1, 3, 3] = digits[1, 4, 4] = 200  # touching at a corner
    digits[1, 10, 27] = 100  # a speck at the edge
    assert specks_per_digit(digits) == 1.0
