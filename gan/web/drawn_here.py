"""What a visitor's browser needs to draw a generator itself: its integer weights, and how to know that it draws them
right (gan/web/engine)."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any
from weakref import WeakKeyDictionary

import safetensors.torch

from gan.networks import Generator
from gan.web.assets import engine_version
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


def weights(models: ModelStore, sha256: str) -> bytes | None:
    """The integer weights that have this sha256; None if no model here has them."""
    found = (g for g in models.with_weights(sha256[:8]) if fingerprints(g).weights == sha256)
    return next((integer_weights(generator) for generator in found), None)
