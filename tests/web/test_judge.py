"""The classifier reads what a request draws."""

from pathlib import Path

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gan.evaluation.classifier import load_classifier
from gan.networks import Generator
from gan.web import api, judge
from gan.web.judge import NoJudgeError, read_digits
from gan.web.model_store import ModelStore
from gan.web.requests import DigitsRequest
from gan.web.routes import routes
from tests.conftest import in_own_loop


def test_each_digit_is_read_as_the_classifier_reads_its_pixels(served: Generator) -> None:
    readings = read_digits(served, DigitsRequest(seed=7, count=2, ten=True))
    assert [(r.number, r.drawn_as) for r in readings] == [(n, d) for n in (7, 8) for d in range(10)]
    read, probability = load_classifier().read(served.sample([8], [3]))
    assert readings[13].read_as == int(read[0])
    assert readings[13].probability == pytest.approx(float(probability[0]), abs=1e-3)


def test_a_generator_without_classes_draws_no_class(store: ModelStore) -> None:
    [reading] = read_digits(store.get("plain"), DigitsRequest(count=1))
    assert reading.drawn_as is None


def test_a_classifier_that_is_not_there_is_a_reason_for_everyone_who_asks(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "load_classifier", lambda: load_classifier(tmp_path))
    with pytest.raises(NoJudgeError, match="cannot be loaded: .* holds no classifier"):
        read_digits(store.served, DigitsRequest())
    answer = TestClient(Starlette(routes=routes(store))).get("/judge.json")
    assert (answer.status_code, answer.json()["detail"][0]["code"]) == (404, "broken_model")
    assert str(tmp_path) not in answer.text
    with pytest.raises(gr.Error, match="holds no classifier"):
        in_own_loop(api.functions(store)["judge"])()
