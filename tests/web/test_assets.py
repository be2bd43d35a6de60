"""Scripts and styles have an address that changes with them, and nothing else is served there."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from gan.web import assets
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


def test_an_address_keeps_its_content_while_the_files_are_replaced(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by `git pull` beside a server that goes on."""
    for name in ("a.css", "a.js", "b.js"):
        (tmp_path / name).write_text('import "./b.js";\nold();\n' if name == "a.js" else "old();\n")
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    static_version.cache_clear()
    version = static_version()
    for name in ("a.css", "a.js", "b.js"):
        (tmp_path / name).write_text("new();\n")
    assert client.get(f"/page/{version}/a.css").text == "old();\n"
    joined = client.get(f"/page/{version}/a.js").text
    assert joined.count("old();") == 2
    assert "new" not in joined
    static_version.cache_clear()


@pytest.mark.parametrize("name", ["none.js", "..", "%2e%2e%2fpage.py", "..%2fpage.py", "page.py", "main"])
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/page/x/{name}").status_code == 404
