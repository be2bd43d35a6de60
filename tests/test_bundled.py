"""The bundled runs are what their cards say: a fresh training begins as theirs did.

Needs MNIST itself in `data/`, or in the folder that MNIST_DIR names; skipped where it isn't.
"""

import json
import os
from pathlib import Path

import pytest

from gan.card import render_model_card
from gan.data import Dataset, DatasetNotFoundError, load_dataset
from gan.hub import BUNDLED, bundled_models, load_discriminator
from gan.recipes import RECIPES, Recipe
from gan.training import STATISTICS, Trainer


@pytest.fixture(scope="module")
def mnist() -> Dataset:
    folder = Path(os.environ.get("MNIST_DIR", "data"))
    try:
        return load_dataset("mnist", folder, download=False)
    except DatasetNotFoundError:
        pytest.skip(f"no MNIST in {folder}")


def training_of(name: str) -> dict:
    return json.loads((BUNDLED / name / "config.json").read_text())["training"]


@pytest.mark.parametrize("name", bundled_models())
def test_a_bundled_run_is_todays_recipe(name: str) -> None:
    training = training_of(name)
    recipe = {k: tuple(v) if isinstance(v, list) else v for k, v in training["recipe"].items()}
    assert Recipe(**recipe) == RECIPES[name]
    assert training["command"] == f"python train.py {name}"
    assert training["epochs"] == RECIPES[name].epochs


@pytest.mark.parametrize("name", bundled_models())
def test_both_networks_of_a_bundled_run_can_be_read_and_its_card_is_todays(name: str) -> None:
    load_discriminator(name)
    assert render_model_card(BUNDLED / name) == (BUNDLED / name / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", bundled_models())
def test_a_fresh_training_reproduces_a_bundled_runs_first_recorded_losses(name: str, mnist: Dataset) -> None:
    """To the bit where the arithmetic is the same; another number of threads moved modern's means by 0.006."""
    first = json.loads((BUNDLED / name / "history.jsonl").read_text().splitlines()[0])
    training = training_of(name)
    assert mnist.fingerprint() == training["dataset_fingerprint"]
    trainer = Trainer(RECIPES[name], mnist, seed=training["seed"])
    for _ in range(first["step"]):
        trainer.step()
    assert trainer.read_statistics() == pytest.approx({s: first[s] for s in STATISTICS}, abs=0.02)
