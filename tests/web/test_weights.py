"""Weights at addresses that carry their sha256 are read and verified once, whoever asks and how often."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from gan.networks import Generator
from gan.web.discriminators import discriminator_state
from gan.web.drawn_here import engine_state
from gan.web.model_store import ModelStore
from gan.web.queue import CACHED_AT_MOST
from gan.web.routes import routes
from gan.web.weights import KEPT_BYTES, WeightsFiles


def client_of(contents: list[bytes]) -> tuple[TestClient, list[str]]:
    """A client of these files, and the sha256 of each that was read."""
    files, read = WeightsFiles(), []
    here = {hashlib.sha256(content).hexdigest(): content for content in contents}

    def found(sha256: str) -> bytes | None:
        read.append(sha256)
        time.sleep(0.05)
        return here.get(sha256)

    async def endpoint(http: Request) -> Response:
        return await files.response(http, found)

    return TestClient(Starlette(routes=[Route("/{sha256}.safetensors", endpoint)])), read


def test_a_file_is_read_once() -> None:
    content = b"w" * (CACHED_AT_MOST + 1)  # larger than any picture that is kept
    address = f"/{hashlib.sha256(content).hexdigest()}.safetensors"
    client, read = client_of([content])
    answers = [client.get(address) for _ in range(5)]
    assert {(a.status_code, a.content, a.headers["Cache-Control"]) for a in answers} == {
        (200, content, "public, max-age=31536000, immutable")
    }
    assert len(read) == 1


def test_a_crowd_that_asks_at_once_has_it_read_once() -> None:
    content = b"w" * 1000
    client, read = client_of([content])
    with client, ThreadPoolExecutor(20) as crowd:
        address = f"/{hashlib.sha256(content).hexdigest()}.safetensors"
        answers = list(crowd.map(client.get, [address] * 20))
    assert {answer.content for answer in answers} == {content}
    assert len(read) == 1


def test_who_has_it_is_told_so() -> None:
    client, _ = client_of([b"weights"])
    address = f"/{hashlib.sha256(b'weights').hexdigest()}.safetensors"
    etag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_only_so_many_bytes_are_kept() -> None:
    contents = [bytes([i]) * (KEPT_BYTES // 3) for i in range(4)]
    client, read = client_of(contents)
    for content in (*contents, contents[0], contents[3]):
        assert client.get(f"/{hashlib.sha256(content).hexdigest()}.safetensors").content == content
    assert len(read) == 5, "the first had to go, the fourth not"


@pytest.mark.parametrize("name", ["0" * 64, "F" * 64, "e7bd9f38", "x"])
def test_what_is_missing_is_asked_for_again(name: str) -> None:
    client, read = client_of([])
    for _ in range(2):
        answer = client.get(f"/{name}.safetensors")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    assert read in ([], [name, name])


def test_a_file_is_not_given_out_under_another_route(store: ModelStore, served: Generator) -> None:
    """Whatever was asked for before."""
    found = discriminator_state(served)["discriminator"]
    assert isinstance(found, dict)
    with TestClient(Starlette(routes=routes(store))) as client:
        assert client.get(found["weights"].removeprefix(".")).status_code == 200
        assert client.get(f"/quantized/{found['sha256']}.safetensors").status_code == 404
        assert client.get(f"/quantized/{engine_state(served)['sha256']}.safetensors").status_code == 200


def test_json_is_asked_for_again_by_its_etag(store: ModelStore, served: Generator) -> None:
    found = discriminator_state(served)["discriminator"]
    assert isinstance(found, dict)
    with TestClient(Starlette(routes=routes(store))) as client:
        for address in ("/judge.json?seed=7", "/directions.json", found["reference"].removeprefix(".")):
            first = client.get(address)
            assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-cache")
            again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
