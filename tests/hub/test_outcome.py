"""A card says how the run ended, and shows what figures there are."""

import json

import pytest

from gan.hub.card import render_model_card
from tests.hub.model_files import save_model

SCORES = {
    "frechet_train": 31.5,
    "frechet_train_floor": 4.66,
    "classes": 10.0,
    "diversity": 0.8,
    "asked_digit_right": 0.9,
}


@pytest.fixture
def run(tmp_path):
    return save_model(tmp_path / "run")


def record(run, *scores: dict) -> None:
    lines = [json.dumps({"step": i, "epoch": float(i), "scores": s}) for i, s in enumerate(scores, start=1)]
    (run / "history.jsonl").write_text("\n".join([*lines, '{"step": 9, "epoch": 9.5}', '{"step": 9, "scores": {']))


def with_training(run, **training) -> None:
    config = json.loads((run / "config.json").read_text())
    config["training"] |= training
    (run / "config.json").write_text(json.dumps(config))


def test_a_run_that_was_interrupted_says_so(run):
    with_training(run, epochs=3.5, recipe={"epochs": 160})
    assert "**Stopped early**, after 3.5 of 160 epochs" in render_model_card(run)
    with_training(run, epochs=160.0)
    assert "Stopped early" not in render_model_card(run)


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ({"classes": 3.0}, "the generator draws 3 of the ten digits"),
        ({"diversity": 0.02}, "the generator draws the digits of a class alike"),
    ],
)
def test_a_run_that_collapsed_says_so(run, scores, words):
    record(run, SCORES, {**SCORES, **scores})
    assert f"**Collapsed**: {words}" in render_model_card(run)


def test_a_run_that_recovered_does_not(run):
    record(run, {**SCORES, "classes": 3.0}, SCORES)
    assert "Collapsed" not in render_model_card(run)


def test_what_was_scored_in_passing_is_shown_until_the_weights_are_evaluated(run):
    record(run, SCORES)
    card = render_model_card(run)
    assert "These weights have not been evaluated. Scored in passing after epoch 1, on few digits: " in card
    assert "Fréchet distance 31.50 (as many real digits: 4.66), 10 of ten classes, diversity 0.80" in card


def test_the_snippet_of_a_folder_elsewhere_does_not_load_the_bundled_model_of_its_name(tmp_path, monkeypatch):
    run = save_model(tmp_path / "elsewhere/modern")
    for folder in (tmp_path, run.parent):
        monkeypatch.chdir(folder)
        assert 'from_pretrained("modern")' not in render_model_card(run)
    assert 'from_pretrained("./modern")' in render_model_card(run)
