"""What a visitor's browser needs to draw a generator itself: its integer weights, and how to know that it draws them
right (gan/web/engine)."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from weakref import WeakKeyDictionary

import safetensors.torch
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from gan.networks import Generator
from gan.web.assets import IMMUTABLE, engine_version
from gan.web.model_store import ModelStore

GOLDEN_SEEDS = range(8)  # the digits that the engine draws at its start; see worker.js


@dataclass(frozen=True)
class Fingerprints:
    """What a generator's weights and digits must be in a browser, too; both are sha256 in hexadecimal."""

    weights: str
    """of quantized.safetensors"""
    golden: str
    """of the digits 0 … 7, `Generator.sample(range(8))`"""


_fingerprints: WeakKeyDictionary[Generator, Fingerprints] = WeakKeyDictionary()


def integer_weights(generator: Generator) -> bytes:
    """quantized.safetensors of a generator."""
    return safetensors.torch.save(generator.quantized().tensors())


def fingerprints(generator: Generator) -> Fingerprints:
    """The fingerprints of a generator, computed once: two calls at a time find the same."""
    if generator not in _fingerprints:
        golden = generator.sample(GOLDEN_SEEDS).numpy().tobytes()
        _fingerprints[generator] = Fingerprints(
            weights=hashlib.sha256(integer_weights(generator)).hexdigest(), golden=hashlib.sha256(golden).hexdigest()
        )
    return _fingerprints[generator]


def engine_state(generator: Generator) -> dict[str, Any] | None:
    """What the page's scripts start the engine with; addresses are relative to the page's own. None if the engine can't
    draw the generator: it has no convolutions."""
    if generator.config.architecture != "mlp":
        return None
    found = fingerprints(generator)
    folder = f"./engine/{engine_version()}"
    return {
        "config": asdict(generator.config),
        "weights": f"./quantized/{found.weights}.safetensors",
        "sha256": found.weights,
        "golden": found.golden,
        "wasm": f"{folder}/engine.wasm",
        "worker": f"{folder}/worker.js",
    }


def weights_response(http: HttpRequest, models: ModelStore) -> Response:
    """The integer weights whose sha256 the address names, to be cached for ever; 404 if no model here has them."""
    sha256 = http.path_params["sha256"]
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        return Response(status_code=404)
    found = _with_weights(models.with_weights(sha256[:8]), sha256)
    if found is None:
        return Response(status_code=404)
    return Response(integer_weights(found), media_type="application/octet-stream", headers={"Cache-Control": IMMUTABLE})


def _with_weights(generators: Iterable[Generator], sha256: str) -> Generator | None:
    return next((g for g in generators if fingerprints(g).weights == sha256), None)
