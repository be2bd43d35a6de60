"""The routes describe themselves, to programs and to people."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gan.web.model_store import ModelStore
from gan.web.openapi import docs_page, openapi_json
from gan.web.pictures import ENCODINGS
from gan.web.routes import routes


@pytest.fixture
def client(store: ModelStore) -> TestClient:
    return TestClient(Starlette(routes=routes(store)))


def test_openapi_describes_every_route_and_its_page_needs_nothing_from_elsewhere(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert set(document["paths"]) == set(ENCODINGS) | {
        "/judge.json", "/directions.json", "/healthz", "/model.json", "/card.png",
    }  # fmt: skip
    seed = next(p for p in document["paths"]["/digits.png"]["get"]["parameters"] if p["name"] == "seed")
    assert seed["schema"] == {"type": "integer", "minimum": 0, "maximum": 2**32 - 1, "default": 0}
    page = client.get("/docs").text
    assert "http://" not in page
    assert "https://" not in page
    for path in document["paths"]:
        assert f"GET {path}" in page
    assert "^" not in page  # no patterns: people read it
    for example in (line.split('"')[0] for line in page.split('<img src=".')[1:]):
        assert client.get(example.replace("&amp;", "&")).status_code == 200


def test_they_are_written_once_for_all() -> None:
    assert openapi_json() is openapi_json()
    assert docs_page() is docs_page()
