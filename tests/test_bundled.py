"""The bundled runs are what their cards and the README say, and a fresh training begins as theirs did.

That one needs MNIST itself in `data/`, or in the folder that MNIST_DIR names; skipped where it isn't.
"""

import itertools
import json
import os
from pathlib import Path

import pytest

from gan.bundled import BUNDLED, bundled_models
from gan.data import Dataset, DatasetNotFoundError, load_dataset
from gan.hub.card import render_model_card
from gan.hub.resolve import load_discriminator
from gan.recipes import RECIPES, Recipe
from gan.training.statistics import STATISTICS
from gan.training.trainer import Trainer


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


def test_everything_that_is_bundled_is_50_mb_at_most() -> None:
    assert sum(path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file()) <= 50e6


README_COLUMNS = (
    ("frechet_train",),
    ("precision", "recall"),
    ("density", "coverage"),
    ("classes",),
    ("asked_digit_right",),
    ("specks",),
    ("nearest_training_digit",),
)


def readme_rows() -> dict[str, list[str]]:
    """The cells of the README's table of figures, by model."""
    lines = (BUNDLED.parent / "README.md").read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| | Fréchet distance"))
    table = itertools.takewhile(lambda line: line.startswith("|"), lines[start:])
    rows = [[cell.strip(" *") for cell in line.split("|")[1:-1]] for line in table]
    return {name: cells for name, *cells in rows}


@pytest.mark.parametrize("name", [*bundled_models(), "real digits"])
def test_the_readme_shows_the_figures_that_were_measured(name: str) -> None:
    folder = BUNDLED / ("modern" if name == "real digits" else name)
    evaluation = json.loads((folder / "metrics.json").read_text())["evaluation"]
    figures = evaluation["floor" if name == "real digits" else "values"]
    for cell, names in zip(readme_rows()[name], README_COLUMNS, strict=True):
        shown = [] if cell == "–" else [part.strip() for part in cell.split("/")]
        assert len(shown) == len([n for n in names if n in figures]), cell
        for text, figure in zip(shown, names, strict=False):
            value = figures[figure] * (100 if text.endswith("%") else 1)
            decimals = len(text.removesuffix(" %").partition(".")[2])
            assert f"{value:.{decimals}f}" == f"{float(text.removesuffix(' %')):.{decimals}f}", figure


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
