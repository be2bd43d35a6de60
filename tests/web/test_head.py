"""The page's HTML knows its link: those who unfurl it see its picture, and the scripts start from its state."""

import html
import json
import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from gan.web.head import LinkHead
from gan.web.model_store import ModelStore
from gan.web.routes import routes

PAGE = '<!doctype html><html><head><meta property="og:title" content="Gradio"><title>x</title></head></html>'


@pytest.fixture
def client(store: ModelStore) -> TestClient:
    """A page with nothing but a head, and the routes beside it."""
    endpoints = [Route("/", lambda _: HTMLResponse(PAGE)), Route("/other", lambda _: HTMLResponse(PAGE))]
    middleware = [Middleware(LinkHead, models=store)]
    return TestClient(Starlette(routes=[*routes(store), *endpoints], middleware=middleware))


def tags(page: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="((?:og|twitter):[\w:]+)" content="([^"]*)">', page)
    assert len(found) == len(dict(found)), "a tag is there twice"
    return {name: html.unescape(content) for name, content in found}


def state(page: str) -> dict:
    """What the page's scripts start from."""
    return json.loads(re.search(r"window.digitsPage = \{ \.\.\.(.*), ready, go \};", page)[1])


def test_a_link_unfurls_with_the_picture_that_it_shows_pinned(client: TestClient, store: ModelStore) -> None:
    found = tags(client.get("/?seed=7&count=9&model=served").text)
    assert found["og:title"] == found["twitter:title"] == "9 handwritten digits, numbers 7 to 15"
    pins = f"model=served&weights={store.served.weights}&v=1"
    assert found["og:image"] == f"http://testserver/card.png?seed=7&count=9&temperature=1&{pins}"
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    assert client.get(found["og:image"]).headers["content-type"] == "image/png"
    assert found["og:url"] == f"http://testserver/?seed=7&count=9&temperature=1&{pins}"
    assert "immutable" in client.get(found["og:image"]).headers["cache-control"]


def test_the_scripts_start_from_the_link_and_what_had_to_be_ignored(client: TestClient) -> None:
    found = state(client.get("/?seeds=7,42&frames=x&model=plain&digits=3").text)
    assert (found["kind"], found["pin"]["model"], found["conditional"]) == ("walk", "plain", False)
    assert found["state"]["walk"]["seeds"] == [7, 42]
    assert {p["parameter"]: p["shown"] for p in found["problems"]} == {"frames": "60", "digits": None}
    problems = {p["parameter"]: p["code"] for p in found["problems"]}
    assert problems == {"frames": "whole", "digits": "unconditional"}
    assert found["state"]["text"]["text"] == ""
    assert [choice["model"] for choice in found["models"]] == ["served", "broken", "plain"]


def test_a_text_in_the_link_cannot_end_the_script(client: TestClient) -> None:
    page = client.get("/?text=</script><script>alert(1)</script>").text
    assert "alert" not in re.sub(r"window.digitsPage = .*", "", page)
    assert "</script><script>" not in page


def test_the_page_is_not_stored_and_other_pages_are_left_alone(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["cache-control"] == "no-store"
    assert int(page.headers["content-length"]) == len(page.content)
    assert client.get("/other").text == PAGE
