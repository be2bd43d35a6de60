"""Scripts and styles have an address that changes with them, and nothing else is served there."""

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from gan.web.assets import STATIC, static_file, static_version


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[Route("/page/{version}/{name}", static_file)]))


@pytest.mark.parametrize(("name", "media_type"), [("main.js", "text/javascript"), ("style.css", "text/css")])
def test_a_file_may_be_cached_for_ever(client: TestClient, name: str, media_type: str) -> None:
    answer = client.get(f"/page/{static_version()}/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media_type)
    assert "immutable" in answer.headers["cache-control"]


def test_a_style_is_served_as_it_is(client: TestClient) -> None:
    assert client.get("/page/x/style.css").content == (STATIC / "style.css").read_bytes()


@pytest.mark.parametrize("name", ["none.js", "..", "%2e%2e%2fpage.py", "..%2fpage.py", "page.py", "main"])
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/page/x/{name}").status_code == 404
