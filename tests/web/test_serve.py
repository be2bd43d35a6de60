"""The server as a process: it ends as it should, lets nobody hold its connections, and works behind nginx."""

import asyncio
import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from gan.web import serve
from gan.web.serve import DRAIN_SECONDS
from gan.web.streams import MAX_STREAMS, Unfinished
from tests.waiting import wait_until
from tests.web.apps import ROOT, Apps, free_port, nginx
from tests.web.models import untrained
from tests.web.servers import serving


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "served"
    untrained(folder, "modern")
    return folder


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_answers_what_is_in_flight_and_ends(apps: Apps, model: Path, number: int) -> None:
    answers: list[httpx.Response] = []
    with apps.running(model) as app:
        walk = f"{app.address}/walk.webp?seeds=1,2&frames=60&count=4&scale=2"
        thread = threading.Thread(target=lambda: answers.append(httpx.get(walk, timeout=30)))
        thread.start()
        time.sleep(0.3)
        begin = time.monotonic()
        app.send(number)
        assert app.wait(15) == 0
        took = time.monotonic() - begin
        thread.join()
        assert "Traceback" not in app.said()
    assert took < 5
    assert answers[0].status_code == 200
    assert answers[0].content.endswith(answers[0].content[-4:])
    assert not list(app.temporary.glob("gan-*"))
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{app.address}/healthz")


@pytest.mark.parametrize("stream", ["heartbeat/page", "mcp/", "mcp/sse"])
def test_an_open_page_does_not_keep_it_from_stopping(apps: Apps, model: Path, stream: str) -> None:
    """Nor does a session of MCP."""
    with apps.running(model, mcp="mcp" in stream) as app:
        with socket.create_connection(("127.0.0.1", int(app.address.rpartition(":")[2]))) as page:
            accepted = "application/json, text/event-stream"
            head = f"GET /gradio_api/{stream} HTTP/1.1\r\nHost: here\r\nAccept: {accepted}\r\n\r\n"
            page.sendall(head.encode())
            assert page.recv(12) == b"HTTP/1.1 200"
            begin = time.monotonic()
            app.send(signal.SIGTERM)
            assert app.wait(15) == 0
            assert time.monotonic() - begin < DRAIN_SECONDS / 2
            assert has_ended(page)
        told = [line for line in app.said().splitlines() if " at http://" not in line]
        assert told == [], "nothing but where the page is, and MCP's tools"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_while_it_starts_it_ends(model: Path, number: int) -> None:
    """At the last moment, too, when the page is built and the server doesn't listen yet."""
    code = (
        "import os, sys\n"
        "from gan.web import serve\n"
        "from gan.web.model_store import ModelStore\n"
        "build = serve.server\n"
        "def told(app, **address):\n"
        f"    os.kill(os.getpid(), {int(number)})\n"
        "    return build(app, **address)\n"
        "serve.server = told\n"
        f"serve.serve(ModelStore({str(model)!r}, remote=False), host='127.0.0.1', port={free_port()})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("host", "name"),
    [("0.0.0.0", "localhost"), ("::", "localhost"), ("::1", "[::1]"), ("127.0.0.1", "127.0.0.1"), ("here", "here")],
)
def test_where_the_page_is_can_be_opened(host: str, name: str) -> None:
    assert serve.page_address(host, 7860) == f"http://{name}:7860/"


def test_told_to_stop_twice_it_ends_once(apps: Apps, model: Path) -> None:
    with apps.running(model) as app:
        for _ in range(3):
            app.send(signal.SIGINT)
        assert app.wait(15) == 0
        assert "Traceback" not in app.said()


async def never(_: Request) -> Response:
    await asyncio.sleep(600)
    return Response()


async def half(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"half"
        await asyncio.sleep(600)

    return StreamingResponse(pieces())


def test_what_it_has_no_time_for_when_told_to_stop_ends_whole(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Work that takes longer than the time to stop is refused with a reason; a stream ends where it is."""
    monkeypatch.setattr(serve, "DRAIN_SECONDS", 1)
    app = Starlette(routes=[Route("/never", never), Route("/half", half)], middleware=[Middleware(Unfinished)])
    answers: dict[str, httpx.Response] = {}
    with serving(app) as (running, port):

        def ask(path: str) -> None:
            answers[path] = httpx.get(f"http://127.0.0.1:{port}{path}", timeout=60)

        asking = [threading.Thread(target=ask, args=(path,)) for path in ("/never", "/half")]
        for each in asking:
            each.start()
        wait_until(lambda: len(running.server_state.tasks) == 2)
        time.sleep(0.2)  # the stream has begun
    for each in asking:
        each.join()
    assert answers["/never"].status_code == 503
    assert answers["/never"].json() == {"detail": "The server stops. Ask again in some seconds."}
    assert int(answers["/never"].headers["Retry-After"]) > 0
    assert (answers["/half"].status_code, answers["/half"].content) == (200, b"half")
    assert "Traceback" not in capfd.readouterr().err


def test_a_connection_on_which_nothing_comes_is_closed(apps: Apps, model: Path) -> None:
    with apps.running(model) as app:
        port = int(app.address.rpartition(":")[2])
        idle, half, kept, owing = (socket.create_connection(("127.0.0.1", port)) for _ in range(4))
        owing.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        half.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        begin = time.monotonic()
        time.sleep(0.5)  # it has been answered
        owing.send(b"x")  # of a body that never ends
        for connection in (idle, half, kept, owing):
            connection.settimeout(20)
            while True:
                try:
                    if not connection.recv(4096):
                        break
                except ConnectionResetError:
                    break
        assert time.monotonic() - begin < 15
        assert httpx.get(f"{app.address}/healthz").status_code == 200


def has_ended(stream: socket.socket) -> bool:
    """Whether an answer in chunks, of which nothing more comes within a second, has come whole or was cut off."""
    data = b""
    while select.select([stream], [], [], 1)[0]:
        piece = stream.recv(1000)
        data += piece
        if not piece:
            return True
    return data.endswith(b"0\r\n\r\n")


def test_streams_without_end_leave_room_for_others(apps: Apps, model: Path) -> None:
    """A newcomer ends the oldest; whoever only draws notices nothing."""
    with apps.running(model) as app, contextlib.ExitStack() as open_ones:
        port = int(app.address.rpartition(":")[2])
        streams = []
        for i in range(MAX_STREAMS + 20):
            stream = open_ones.enter_context(socket.create_connection(("127.0.0.1", port)))
            stream.sendall(b"GET /gradio_api/heartbeat/s%d HTTP/1.1\r\nHost: here\r\n\r\n" % i)
            stream.settimeout(20)
            assert stream.recv(12) == b"HTTP/1.1 200"
            streams.append(stream)
        for stream in streams[:20]:
            while data := stream.recv(1000):
                if data.endswith(b"0\r\n\r\n"):
                    break
            assert data.endswith(b"0\r\n\r\n"), "a whole answer"
        assert not has_ended(streams[-1]), "the newest goes on"
        assert httpx.get(f"{app.address}/digits.png?seed=1", timeout=20).status_code == 200
        assert "Traceback" not in app.said()


@pytest.mark.skipif(shutil.which("nginx") is None, reason="there is no nginx here (apt-get install nginx)")
def test_behind_nginx_one_process_may_die(apps: Apps, model: Path, tmp_path: Path) -> None:
    with apps.running(model) as first, apps.running(model) as second, nginx(tmp_path, first, second) as address:
        failed = 0
        with httpx.Client(base_url=address, timeout=20) as visitor:
            for seed in range(60):
                if seed == 20:
                    apps.stop(first)
                failed += visitor.get(f"/digits.png?seed={seed}").status_code != 200
            event = visitor.post("/gradio_api/call/write", json={"data": ["1", 0, "one", 1, 4]}).json()["event_id"]
            assert "event: complete" in visitor.get(f"/gradio_api/call/write/{event}").text
            assert visitor.get("/").status_code == 200
        assert failed <= 1


def test_a_wrong_environment_is_told_in_one_line(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for environment, message in (
        ({"GRADIO_SERVER_PORT": "x"}, "the port must be a whole number"),
        ({"GRADIO_TEMP_DIR": str(tmp_path / "file" / "x")}, "cannot write temporary files"),
    ):
        run = subprocess.run(
            [sys.executable, "app.py", "--model", str(model)], cwd=ROOT,
            env={**os.environ, "GRADIO_SERVER_PORT": str(free_port()), **environment},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert run.returncode == 1
        assert run.stderr.startswith(f"error: {message}")
