"""What the Judge tab needs in a visitor's browser: the classifier, the worker that finds a drawing in the generator,
and how near it comes to real digits, without which a distance says little."""

from collections.abc import Callable
from typing import Any

from gan.errors import ModelError
from gan.evaluation.classifier import FOLDER, WEIGHTS, read_classifier_config
from gan.networks import Generator

SEARCHER = "searcher.js"
# How near the search (gan/web/engine/search.js) comes to a hundred real test digits: the median of the distances, and
# the 95th percentile. By the first 8 hex digits of quantized.safetensors' sha256; benchmarks/finding.py measures them.
NEAR: dict[str, tuple[float, float]] = {  # and the share of 27 letters and shapes that lie further off than the second
    "e7bd9f38": (1.9, 3.1),  # modern: 81 %
    "a336e2b4": (2.5, 4.0),  # quick: 74 %
    "49468fd2": (2.1, 3.5),  # wgan-gp: 74 %
    "bb0f73e9": (2.8, 5.0),  # batchnorm: 70 %
    "3b7e180d": (2.9, 5.3),  # leaky-3: 52 %
    "c55a2703": (3.4, 5.0),  # relu-3: 74 %
    "06d8088d": (6.5, 7.7),  # leaky-2: 56 %
    "b177e648": (6.7, 8.1),  # relu-2: 48 %
}


def judge_state(address: Callable[[str], str]) -> dict[str, Any]:
    """What the page's scripts begin with; `address` says where a file is: SEARCHER, or the classifier's weights."""
    sha256 = classifier_sha256()
    classifier = {"weights": address(WEIGHTS), "sha256": sha256} if sha256 else None
    return {"searcher": address(SEARCHER), "classifier": classifier}


def near(generator: Generator) -> tuple[float, float] | None:
    """The median and the 95th percentile of a generator; None if nobody has measured them."""
    return NEAR.get(generator.weights)


def classifier_sha256() -> str | None:
    """Of its weights; None where there is no classifier."""
    try:
        sha256 = read_classifier_config()["sha256"].get(WEIGHTS)
    except ModelError:
        return None
    return sha256 if isinstance(sha256, str) and (FOLDER / WEIGHTS).is_file() else None


def classifier_weights(sha256: str) -> bytes | None:
    """The classifier's weights, if config.json says that they have this sha256; None if not."""
    return (FOLDER / WEIGHTS).read_bytes() if sha256 == classifier_sha256() else None
