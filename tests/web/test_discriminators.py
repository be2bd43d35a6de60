"""What a browser needs to ask a discriminator, under addresses that change with its bytes; or why it can't."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gan.errors import ModelError
from gan.hub.resolve import load_generator
from gan.model_folder import save_model
from gan.networks import Discriminator, Generator
from gan.recipes import RECIPES
from gan.web import discriminators
from gan.web.discriminators import discriminator_state
from gan.web.model_store import ModelStore
from gan.web.routes import routes
from gan.web.site import site_files
from gan.web.site_models import SiteModel
from tests.web.models import untrained


@pytest.fixture(scope="module")
def client(store: ModelStore) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(store))) as opened:
        yield opened


def test_the_state_names_the_discriminator_by_its_sha256(client: TestClient, served: Generator) -> None:
    state = discriminator_state(served)
    found = state["discriminator"]
    assert isinstance(found, dict)
    assert state["no_discriminator"] is None
    answer = client.get(found["weights"].removeprefix("."))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert hashlib.sha256(answer.content).hexdigest() == found["sha256"]
    assert served.folder is not None
    assert answer.content == (served.folder / "discriminator.safetensors").read_bytes()


def test_the_reference_says_what_it_makes_of_known_digits(client: TestClient, served: Generator) -> None:
    found = discriminator_state(served)["discriminator"]
    assert isinstance(found, dict)
    reference = client.get(found["reference"].removeprefix(".")).json()
    assert [len(row) for row in reference["beside"]] == [1] * 10  # the deviation within each class
    assert reference["loss"] == "non_saturating"
    assert reference["neutral"] == 0
    assert len(reference["real"]) == len(reference["drawn"]) == 21
    assert reference["real"] == sorted(reference["real"])


def test_the_reference_is_computed_once_whoever_asks(store: ModelStore, served: Generator, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(discriminators, "reference_json", lambda generator: asked.append(generator) or b"{}")
    found = discriminator_state(served)["discriminator"]
    assert isinstance(found, dict)
    with TestClient(Starlette(routes=routes(store))) as client:
        for _ in range(3):
            assert client.get(found["reference"].removeprefix(".")).content == b"{}"
    assert asked == [served]


def test_a_bundled_models_discriminator_is_there_before_anybody_has_opened_the_model(
    client: TestClient, store: ModelStore
) -> None:
    found = discriminator_state(store.get("plain"))["discriminator"]
    assert isinstance(found, dict)
    store._bundled.clear()
    assert client.get(found["weights"].removeprefix(".")).status_code == 200
    assert client.get(found["reference"].removeprefix(".")).json()["beside"] == [[]]


@pytest.mark.parametrize("name", ["0" * 64, "e7bd9f38", "../config"])
def test_what_is_not_here_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"/discriminator/{name}.safetensors").status_code == 404
    assert client.get(f"/discriminator/{name}.json").status_code == 404


def test_a_damaged_one_or_another_in_its_place_is_not_found(tmp_path: Path, monkeypatch) -> None:
    model = untrained(tmp_path / "model", "relu-2")
    found = discriminator_state(model)["discriminator"]
    assert isinstance(found, dict)
    path = tmp_path / "model" / "discriminator.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with TestClient(Starlette(routes=routes(ModelStore(model)))) as client:
        assert client.get(found["weights"].removeprefix(".")).status_code == 404
        assert client.get(found["reference"].removeprefix(".")).status_code == 404
        path.write_bytes(whole)
        assert client.get(found["weights"].removeprefix(".")).content == whole
    with TestClient(Starlette(routes=routes(ModelStore(model)))) as client:
        # a run that saves between the look and the reading
        monkeypatch.setattr(discriminators, "weights_bytes", lambda generator: b"another")
        assert client.get(found["weights"].removeprefix(".")).status_code == 404


def test_one_whose_logits_are_not_finite_has_no_reference(tmp_path: Path) -> None:
    recipe = RECIPES["relu-2"]
    networks = Generator(recipe.generator_config()), Discriminator(recipe.discriminator_config())
    for weights in networks[1].parameters():
        weights.data.fill_(3e38)  # finite, as a file's must be
    save_model(tmp_path, *networks, recipe="relu-2", training={})
    model = load_generator(tmp_path)
    found = discriminator_state(model)["discriminator"]
    assert isinstance(found, dict)
    with TestClient(Starlette(routes=routes(ModelStore(model)))) as client:
        assert client.get(found["reference"].removeprefix(".")).status_code == 404
    with pytest.raises(ModelError, match="logits that are not finite"):
        site_files([SiteModel(model, "")])


def test_why_there_is_none(tmp_path: Path) -> None:
    def why(generator: Generator) -> object:
        state = discriminator_state(generator)
        assert state["discriminator"] is None
        return state["no_discriminator"]

    assert why(untrained(tmp_path / "convolutional", "dcgan")) == "convolutions"
    alone = untrained(tmp_path / "alone", "relu-2")
    (tmp_path / "alone" / "discriminator.safetensors").unlink()
    assert why(alone) == "missing"
    run = untrained(tmp_path / "run", "relu-2")
    untrained(tmp_path / "run", "relu-2", seed=1)  # the run has gone on since the page began to serve it
    assert why(run) == "missing"
    assert discriminator_state(load_generator(tmp_path / "run"))["discriminator"]
    shutil.rmtree(tmp_path / "run")
    assert why(run) == "missing"


def test_a_site_has_it_as_files(served: Generator) -> None:
    files = site_files([SiteModel(served, "")])
    assert served.folder is not None
    weights = (served.folder / "discriminator.safetensors").read_bytes()
    (name,) = (name for name, content in files.items() if content == weights)
    html = files["index.html"].decode()
    assert f'"weights":"./{name}"' in html
    assert f'"sha256":"{hashlib.sha256(weights).hexdigest()}"' in html
