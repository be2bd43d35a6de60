"""What the Judge tab begins with: the classifier under its sha256, and how near real digits come."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gan.evaluation.classifier import FOLDER, load_classifier
from gan.model_folder import read_config, weights_of
from gan.networks import Generator
from gan.web import judge_state
from gan.web.head import _judge_address
from gan.web.model_store import ModelStore
from gan.web.routes import routes


@pytest.fixture(scope="module")
def client(store: ModelStore) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(store))) as opened:
        yield opened


def test_the_classifier_is_there_under_its_sha256(client: TestClient) -> None:
    found = judge_state.judge_state(_judge_address)["classifier"]
    answer = client.get(found["weights"].removeprefix("."))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert hashlib.sha256(answer.content).hexdigest() == found["sha256"]
    assert found["sha256"].startswith(load_classifier().weights)
    assert client.get(f"/classifier/{'0' * 64}.safetensors").status_code == 404


def test_a_damaged_or_missing_classifier_is_not_served(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = judge_state.judge_state(_judge_address)["classifier"]["weights"].removeprefix(".")
    monkeypatch.setattr(judge_state, "FOLDER", tmp_path)
    assert judge_state.judge_state(_judge_address)["classifier"] is None
    with TestClient(Starlette(routes=routes(store))) as client:
        assert client.get(address).status_code == 404
        (tmp_path / "classifier.safetensors").write_bytes(b"not weights")
        assert client.get(address).status_code == 404


def test_how_near_real_digits_come_is_known_of_every_bundled_model_that_a_browser_draws(served: Generator) -> None:
    configs = [read_config(path.parent) for path in FOLDER.parent.glob("*/model.safetensors")]
    drawn = [config for config in configs if config["generator"]["architecture"] == "mlp"]
    assert {weights_of(config) for config in drawn} == set(judge_state.NEAR)
    assert judge_state.near(served) is None  # a model that nobody has measured
    assert all(median < most for median, most in judge_state.NEAR.values())
