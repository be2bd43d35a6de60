"""What is said of the bundled recordings is true of them: each moment's claim, measured in its pictures and figures."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from gan import bundled
from gan.config import NUM_CLASSES
from gan.evaluation.classifier import load_classifier
from gan.evaluation.metrics import specks_per_digit
from gan.model_folder import read_config
from gan.recording import Recording, read_recording
from gan.web.moments import MOMENTS, WHY
from tests.recordings import decoded, hundred_digits


class Recorded:
    """A bundled recording, read by the classifier."""

    def __init__(self, name: str):
        self.recording: Recording = read_recording(bundled.BUNDLED / name)
        self.training = read_config(bundled.BUNDLED / name)["training"]
        self.pictures = decoded(self.recording.time_lapse)
        self.epochs = self.recording.epochs

    def digits(self, epoch: int) -> torch.Tensor:
        return torch.from_numpy(hundred_digits(self.pictures[self.epochs.index(epoch)]))

    @cache  # noqa: B019  # as long as the tests run
    def read(self, epoch: int) -> np.ndarray:
        """What each of the hundred is read as."""
        return load_classifier().features_and_logits(self.digits(epoch))[1].argmax(dim=1).numpy()

    def counts(self, epoch: int) -> list[int]:
        """How many are read as each digit."""
        return np.bincount(self.read(epoch), minlength=NUM_CLASSES).tolist()

    def as_asked(self, epoch: int) -> int:
        """How many are read as their number's last digit, which a class-conditional generator draws."""
        return int((self.read(epoch) == np.arange(100) % 10).sum())

    def specks(self, epoch: int) -> float:
        return float(specks_per_digit(self.digits(epoch)))

    def score(self, epoch: int, name: str) -> float:
        return self.recording.record(epoch)["scores"][name]

    def distance(self, epoch: int) -> float:
        return self.score(epoch, "frechet_train")

    @property
    def distances(self) -> dict[float, float]:
        """Of every epoch in the history, shown or not."""
        return {r["epoch"]: r["scores"]["frechet_train"] for r in self.recording.history if "scores" in r}


recorded = cache(Recorded)


def relu_2(r: Recorded) -> dict[int, Any]:
    return {
        1: r.counts(1)[8] == 100,
        7: (
            (r.counts(7)[8], r.counts(7)[4]) == (62, 38)
            and all(r.counts(e)[8] == 100 for e in (1, 2, 3, 4, 5, 6, 8))
        ),
        10: r.score(10, "largest_class") == 0.992,
    }  # fmt: skip


def relu_3(r: Recorded) -> dict[int, Any]:
    return {
        5: all(r.score(5, "diversity") < r.score(e, "diversity") for e in r.epochs if e > 5),
        30: (
            r.score(30, "classes") == 7
            and 10 < r.score(30, "specks") < 11
            and all(r.score(30, "specks") >= r.score(e, "specks") for e in r.epochs[1:])
        ),
        100: r.score(100, "classes") == 9 and 25 <= r.counts(100)[1] <= 29 and r.counts(100)[0] == 1,
    }  # fmt: skip


def leaky_2(r: Recorded) -> dict[int, Any]:
    return {
        13: all(r.counts(e)[8] >= 94 for e in r.epochs if 0 < e <= 13),
        15: r.score(15, "diversity") > 2 * r.score(13, "diversity"),
        20: r.score(20, "largest_class") == 0.913 and r.counts(20)[9] > 0 and r.counts(17)[9] == 0,
    }


def leaky_3(r: Recorded) -> dict[int, Any]:
    end = r.counts(200)
    return {
        17: (r.counts(11)[8], r.counts(17)[8]) == (80, 33),
        74: (
            r.distance(74) == min(r.distance(e) for e in r.epochs[1:])
            and (round(r.distance(74)), round(r.distance(200))) == (176, 391)
            and all(r.distance(a) < r.distance(b) for a, b in zip((74, 89, 127, 139), (89, 127, 139, 200), strict=True))
        ),
        200: (
            end[2] == end[6] == 0 < min(r.counts(74)[2], r.counts(74)[6])
            and 60 <= end[1] + end[9] <= 70
            and min(r.distances, key=r.distances.__getitem__) == 67  # as WHY says
            and r.score(200, "classes") < r.score(89, "classes")
        ),
    }  # fmt: skip


def batchnorm(r: Recorded) -> dict[int, Any]:
    return {
        3: r.counts(3)[8] == 79 and 11.5 < r.score(3, "specks") < 12.5,
        8: (r.score(6, "classes"), r.score(8, "classes")) == (8, 10),
        200: (
            (round(r.distances[93]), round(r.distances[200])) == (30, 66)
            and r.counts(200)[1] + r.counts(200)[7] == 40
            and r.counts(200)[0] == 2
        ),
    }  # fmt: skip


def dcgan(r: Recorded) -> dict[int, Any]:
    return {
        1: r.score(1, "classes") == 10 and r.score(1, "specks") < 0.5,
        20: r.distance(20) == min(r.distances.values()),
    }


def wgan_gp(r: Recorded) -> dict[int, Any]:
    still = [r.distances[e] for e in range(6, 21)]
    before, here = r.recording.record(6), r.recording.record(20)
    return {
        3: r.score(3, "classes") == 4 and r.score(3, "specks") < 0.2,
        6: r.score(6, "classes") == 10 and r.score(3, "classes") < 10,
        20: (
            min(still) > 255 and max(still) < 310
            and (round(here["d_fake"], 2), round(here["d_real"], 2)) == (0.06, 0.73)
            and before["d_fake"] > 0.9
            and here["d_fake"] < r.recording.record(27)["d_fake"] < r.recording.record(32)["d_fake"]
        ),
    }  # fmt: skip


def quick(r: Recorded) -> dict[int, Any]:
    return {
        1: r.as_asked(1) == 96 and round(r.training["seconds"] / r.training["epochs"]) == 18,
        12: r.distance(12) == min(r.distances.values()),
    }


def modern(r: Recorded) -> dict[int, Any]:
    return {
        2: 89 <= r.as_asked(2) <= 91 and 4.5 < r.specks(2) < 5.5,
        25: r.as_asked(25) == 100 and all(r.as_asked(e) < 100 for e in r.epochs if e < 25),
        87: (
            all(r.distance(e) <= r.score(e, "frechet_train_floor") for e in r.epochs if e >= 87)
            and all(r.distance(e) > r.score(e, "frechet_train_floor") for e in r.epochs[1:] if e < 87)
        ),
    }  # fmt: skip


CLAIMS: dict[str, Callable[[Recorded], dict[int, Any]]] = {
    "relu-2": relu_2, "relu-3": relu_3, "leaky-2": leaky_2, "leaky-3": leaky_3, "batchnorm": batchnorm,
    "dcgan": dcgan, "wgan-gp": wgan_gp, "quick": quick, "modern": modern,
}  # fmt: skip


@pytest.mark.parametrize("name", CLAIMS)
def test_each_moment_is_as_told(name: str) -> None:
    of = recorded(name)
    claims = CLAIMS[name](of)
    assert list(claims) == list(MOMENTS[name])
    assert set(claims) <= set(of.epochs)
    assert len(claims) <= 3
    assert all(claims.values()), claims


def test_every_bundled_recording_has_its_sentences_in_both_languages() -> None:
    assert list(WHY) == list(MOMENTS) == list(CLAIMS)
    assert set(WHY) == set(bundled.bundled_models())
    for english, chinese in [*WHY.values(), *(said for moments in MOMENTS.values() for said in moments.values())]:
        assert english.isascii()
        assert english.endswith(".")
        assert chinese.endswith("。")
        assert not re.search(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]", chinese), chinese
        numbers = re.compile(r"\d[\d,.]*\d|\d")
        assert set(numbers.findall(english)) <= set(numbers.findall(chinese)), chinese
