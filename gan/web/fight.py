"""The recipes that a browser trains (gan/web/engine/training) before the visitor's eyes, and what it needs for that."""

from collections.abc import Callable
from typing import Any

from gan.recipes import RECIPES, Recipe

FIGHTS: dict[str, Recipe] = {
    **{name: RECIPES[name] for name in ("relu-2", "leaky-3", "batchnorm")},
    "small": Recipe(
        summary="class-conditional and small: readable digits within a minute of one core",
        source="this project, after quick",
        generator_widths=(256, 256),  # a step takes two thirds of one of quick's
        generator_batch_norm="all",  # as quick
        discriminator_widths=(256, 256),  # as G
        conditional=True,  # as quick; it makes the first digits readable
        normalize_input=True,  # as quick
        r1=0.1,  # as modern
        batch_size=64,  # as quick
        epochs=12,  # as quick
        learning_rate=2e-3,  # as quick
        discriminator_learning_rate=1e-3,  # as quick
        beta1=0.0,  # as quick
        beta2=0.99,  # as quick
        moving_average=0.99,  # averages over a hundred steps: who watches sees the digits form
    ),
}
PRESETS = ("collapse", "strong_d", "strong_g", "overfit")  # ways to break `small`, of engine/training/presets.js
# What trains; each is fetched when the tab is opened.
FILES = {"wasm": "train.wasm", "worker": "trainer.js", "digits": "training-digits.png", "unseen": "test-digits.png"}


DRAWING_FILES = {"wasm": "engine.wasm", "worker": "worker.js"}  # of the page's engine, for a generator trained here


def fight_state(address: Callable[[str], str]) -> dict[str, Any]:
    """What the page's scripts start a training with; `address` says where a file of engine/ is served."""
    files = {name: address(file) for name, file in FILES.items()}
    drawing = {name: address(file) for name, file in DRAWING_FILES.items()}
    return {**files, "drawing": drawing, "recipes": {name: recipe.as_dict() for name, recipe in FIGHTS.items()}}
