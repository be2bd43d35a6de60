"""The page's HTML knows its link: those who unfurl it see its picture, and the scripts start from its state."""

import html
import json
import re
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from gan.web.head import MAX_WAITING, LinkHead
from gan.web.model_store import ModelStore
from gan.web.routes import routes
from gan.web.serve import application
from tests.conftest import in_own_loop
from tests.web.queries import queries

PAGE = '<!doctype html><html><head><meta property="og:title" content="Gradio"><title>x</title></head></html>'

SCOPE = {
    "type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"host", b"here")],
    "scheme": "http", "server": ("here", 80), "root_path": "",
}  # fmt: skip


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
    constants, of_the_link = re.search(r"digitsPage = \{ \.\.\.(\{.*?\}), \.\.\.(\{.*\}), ready, go \};", page).groups()
    return json.loads(constants) | json.loads(of_the_link)


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


@pytest.mark.parametrize("path", ["info", "info/", "info?all_endpoints=True", "info?page=x"])
def test_the_api_tells_each_the_address_by_which_it_was_asked(store: ModelStore, path: str) -> None:
    with TestClient(application(store)) as opened:
        for host in ("one.example", "two.example"):
            headers = {"host": host}
            opened.post("/gradio_api/call/v2/write", json={"text": "7"}, headers=headers)
            told = opened.get(f"/gradio_api/{path}", headers=headers)
            assert set(told.json()["named_endpoints"]) == {"/generate", "/interpolate", "/write", "/judge"}
            assert set(re.findall(r"(\w+)\.example", told.text)) == {host.partition(".")[0]}
            assert ".example" not in opened.get("/gradio_api/openapi.json", headers=headers).text


@in_own_loop
async def test_one_page_is_made_at_a_time_and_who_reads_slowly_keeps_nobody_waiting(store: ModelStore) -> None:
    """The loop is free for pictures between any two pages of a crowd."""
    made, most, answered = 0, 0, []
    stuck = anyio.Event()

    async def page(_: Scope, receive: Receive, send: Send) -> None:
        nonlocal made, most
        made += 1
        most = max(most, made)
        await anyio.sleep(0.01)
        made -= 1
        await HTMLResponse(PAGE)({"type": "http", "method": "GET"}, receive, send)

    head = LinkHead(page, store)

    async def ask(i: int) -> None:
        async def send(message: Message) -> None:
            if i == 0:
                await stuck.wait()
            if message["type"] == "http.response.body":
                answered.append(i)

        await head(SCOPE, anyio.sleep_forever, send)

    async with anyio.create_task_group() as tasks:
        for i in range(6):
            tasks.start_soon(ask, i)
        with anyio.fail_after(20):
            while len(answered) < 5:
                await anyio.sleep(0.01)
        stuck.set()
    assert (most, sorted(answered)) == (1, [0, 1, 2, 3, 4, 5])


@pytest.mark.parametrize("query", ["ten=1&open=7,55", "ten=1&open=7,3,3", "open=7,3", "ten=1&open=99"])
def test_a_digit_that_is_not_there_cannot_be_opened(client: TestClient, query: str) -> None:
    page = client.get(f"/?seed=7&count=9&{query}")
    assert "open=" not in tags(page.text)["og:url"]
    assert client.get(tags(page.text)["og:image"]).status_code == 200
    assert client.get(f"/card.png?seed=7&count=9&{query}").status_code == 422


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_every_link_opens_and_what_it_opens_as_has_a_card(client: TestClient, data: Any) -> None:
    query = data.draw(queries(["served", "plain"]))
    page = client.get(f"/?{query}")
    assert page.status_code == 200
    assert client.get(tags(page.text)["og:image"]).status_code == 200
    assert client.get(f"/card.png?{query}").status_code == (422 if state(page.text)["problems"] else 200)


@in_own_loop
async def test_no_page_is_made_for_who_has_left_and_beyond_a_number_they_are_told_to_come_again(
    store: ModelStore,
) -> None:
    made: list[int] = []
    first = anyio.Event()

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        made.append(scope["i"])
        await first.wait()
        await HTMLResponse(PAGE)({"type": "http", "method": "GET"}, receive, send)

    async def left() -> Message:
        return {"type": "http.disconnect"}

    async def ask(i: int, receive: Receive = anyio.sleep_forever) -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[i] = message["status"]

        await head({**SCOPE, "i": i}, receive, send)

    head, status = LinkHead(page, store), {}
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, 0)
        await anyio.sleep(0.02)
        for i in range(1, 50):
            tasks.start_soon(ask, i, left)
        await anyio.sleep(0.05)
        assert head.at_a_time.statistics().tasks_waiting == 0
        for i in range(50, 50 + MAX_WAITING + 3):
            tasks.start_soon(ask, i)
        await anyio.sleep(0.1)
        assert [n for n, code in status.items() if code == 503] == [50 + MAX_WAITING + i for i in range(3)]
        first.set()
    assert made == [0, *range(50, 50 + MAX_WAITING)]
