"""What a browser needs to draw: the engine and the integer weights, under addresses that change with their bytes."""

import hashlib
from collections.abc import Iterator

import pytest
import safetensors.torch
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from gan.networks import Generator
from gan.web.assets import ENGINE, engine_file, engine_version
from gan.web.drawn_here import engine_state, integer_weights
from gan.web.model_store import ModelStore
from gan.web.routes import routes
from tests.web.models import untrained


@pytest.fixture(scope="module")
def client(store: ModelStore) -> Iterator[TestClient]:
    engine = Route("/engine/{version}/{name}", engine_file)
    with TestClient(Starlette(routes=[*routes(store), engine])) as opened:
        yield opened


def test_the_state_names_weights_and_digits_by_their_sha256(
    client: TestClient, served: Generator, store: ModelStore
) -> None:
    state = engine_state(served)
    assert state["config"]["widths"] == served.config.widths
    assert state["golden"] == hashlib.sha256(served.sample(range(8)).numpy().tobytes()).hexdigest()
    answer = client.get(state["weights"].removeprefix("."))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert hashlib.sha256(answer.content).hexdigest() == state["sha256"]
    assert state["sha256"].startswith(served.weights)
    assert set(safetensors.torch.load(answer.content)) == set(served.quantized().tensors())


def test_weights_of_a_bundled_model_that_nobody_has_asked_for_yet_are_there(
    client: TestClient, store: ModelStore
) -> None:
    plain = store.get("plain")
    sha256 = hashlib.sha256(integer_weights(plain)).hexdigest()
    store._bundled.clear()
    assert client.get(f"/quantized/{sha256}.safetensors").content == integer_weights(plain)


@pytest.mark.parametrize("name", ["0" * 64, "e7bd9f38", "../config", "%2e%2e"])
def test_weights_that_are_not_here_are_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"/quantized/{name}.safetensors").status_code == 404


def test_weights_whose_first_digits_alone_are_those_of_a_model_are_not_found(
    client: TestClient, served: Generator
) -> None:
    assert client.get(f"/quantized/{served.weights}{'0' * 56}.safetensors").status_code == 404


def test_a_model_that_the_engine_cannot_draw_has_no_state(tmp_path) -> None:
    assert engine_state(untrained(tmp_path / "convolutional", "dcgan")) is None


@pytest.mark.parametrize(
    ("name", "media_type"), [("worker.js", "text/javascript"), ("engine.wasm", "application/wasm")]
)
def test_the_engines_files_may_be_cached_for_ever(client: TestClient, name: str, media_type: str) -> None:
    answer = client.get(f"/engine/{engine_version()}/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media_type)
    assert "immutable" in answer.headers["cache-control"]


def test_the_worker_is_one_file(client: TestClient) -> None:
    code = client.get(f"/engine/{engine_version()}/worker.js").text
    assert not [line for line in code.splitlines() if line.startswith(("import", "export"))]
    assert "// random.js" in code


def test_the_webassembly_is_the_one_that_was_built(client: TestClient) -> None:
    assert client.get("/engine/x/engine.wasm").content == (ENGINE / "engine.wasm").read_bytes()


@pytest.mark.parametrize("name", ["engine.c", "build.py", "__init__.py", "package.json", "none.js", "..%2fpage.py"])
def test_nothing_else_of_the_engine_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/engine/x/{name}").status_code == 404
