"""What the Judge tab needs in a visitor's browser: the classifier, the worker that finds a drawing in the generator,
and how near it comes to real digits, without which a distance says little."""

import hashlib
from collections.abc import Callable
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from gan.errors import ModelError
from gan.evaluation.classifier import FOLDER, WEIGHTS, read_classifier_config
from gan.networks import Generator
from gan.web.assets import IMMUTABLE

SEARCHER = "searcher.js"
# How near the search (gan/web/engine/search.js) comes to a hundred real test digits: the median of the distances, and
# the 95th percentile. By the first 8 hex digits of quantized.safetensors' sha256; benchmarks/finding.py measures them.
NEAR: dict[str, tuple[float, float]] = {}


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


def classifier_response(http: HttpRequest) -> Response:
    """The classifier's weights, whose sha256 the address names, to be cached for ever; 404 if they aren't here."""
    sha256 = http.path_params["sha256"]
    if sha256 != classifier_sha256():
        return Response(status_code=404)
    data = (FOLDER / WEIGHTS).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:  # damaged
        return Response(status_code=404)
    return Response(data, media_type="application/octet-stream", headers={"Cache-Control": IMMUTABLE})
