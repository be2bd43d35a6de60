"""The server as a process: it ends as it should, lets nobody hold its connections, and works behind nginx."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.web.apps import ROOT, Apps, free_port, nginx
from tests.web.models import untrained


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


def test_a_connection_on_which_nothing_comes_is_closed(apps: Apps, model: Path) -> None:
    with apps.running(model) as app:
        port = int(app.address.rpartition(":")[2])
        idle, half, kept = (socket.create_connection(("127.0.0.1", port)) for _ in range(3))
        half.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        begin = time.monotonic()
        for connection in (idle, half, kept):
            connection.settimeout(20)
            while True:
                try:
                    if not connection.recv(4096):
                        break
                except ConnectionResetError:
                    break
        assert time.monotonic() - begin < 15
        assert httpx.get(f"{app.address}/healthz").status_code == 200


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
