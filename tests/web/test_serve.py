"""The server as a process: it ends as it should, lets nobody hold its connections, and works behind nginx."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.web.models import untrained

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(model: Path, temporary: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`python app.py` as a process, and its address."""
    port = free_port()
    temporary.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "app.py", "--model", str(model), "--port", str(port), "--device", "cpu"],
        cwd=ROOT, env={**os.environ, "TMPDIR": str(temporary)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield process, address
    finally:
        process.kill()
        process.wait()


def wait_for(address: str, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, "it ended"
        try:
            httpx.get(f"{address}/healthz", timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("it does not answer")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "served"
    untrained(folder, "modern")
    return folder


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_answers_what_is_in_flight_and_ends(model: Path, tmp_path: Path, number: int) -> None:
    answers: list[httpx.Response] = []
    with served(model, tmp_path / "temporary") as (process, address):
        walk = f"{address}/walk.webp?seeds=1,2&frames=60&count=4&scale=2"
        thread = threading.Thread(target=lambda: answers.append(httpx.get(walk, timeout=30)))
        thread.start()
        time.sleep(0.3)
        begin = time.monotonic()
        process.send_signal(number)
        assert process.wait(15) == 0
        took = time.monotonic() - begin
        thread.join()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert took < 5
    assert answers[0].status_code == 200
    assert answers[0].content.endswith(answers[0].content[-4:])
    assert not list((tmp_path / "temporary").glob("gan-*"))
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/healthz")


def test_a_connection_on_which_nothing_comes_is_closed(model: Path, tmp_path: Path) -> None:
    with served(model, tmp_path / "temporary") as (_, address):
        port = int(address.rpartition(":")[2])
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
        assert httpx.get(f"{address}/healthz").status_code == 200


@pytest.mark.skipif(shutil.which("nginx") is None, reason="there is no nginx here (apt-get install nginx)")
def test_behind_nginx_one_process_may_die(model: Path, tmp_path: Path) -> None:
    port = free_port()
    with served(model, tmp_path / "a") as (first, one), served(model, tmp_path / "b") as (_, two):
        config = (ROOT / "docs" / "nginx.conf").read_text()
        for written, here in (
            ("127.0.0.1:7860", one.removeprefix("http://")), ("127.0.0.1:7861", two.removeprefix("http://")),
            ("listen 80", f"listen 127.0.0.1:{port}"),
        ):  # fmt: skip
            assert written in config
            config = config.replace(written, here)
        main = f"daemon off; pid {tmp_path}/nginx.pid; error_log stderr crit; events {{}} http {{ access_log off;\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
            main += f"{name}_temp_path {tmp_path}/{name};\n"
        (tmp_path / "nginx.conf").write_text(f"{main}{config}}}")
        nginx = subprocess.Popen(["nginx", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)])
        try:
            time.sleep(1)
            failed = 0
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as visitor:
                for seed in range(60):
                    if seed == 20:
                        first.kill()
                    failed += visitor.get(f"/digits.png?seed={seed}").status_code != 200
                event = visitor.post("/gradio_api/call/write", json={"data": ["1", 0, "one", 1, 4]}).json()["event_id"]
                assert "event: complete" in visitor.get(f"/gradio_api/call/write/{event}").text
                assert visitor.get("/").status_code == 200
            assert failed <= 1
        finally:
            nginx.terminate()
            nginx.wait(10)


def test_a_wrong_environment_is_told_in_one_line(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for environment, message in (
        ({"GRADIO_SERVER_PORT": "x"}, "the port must be a whole number"),
        ({"GRADIO_TEMP_DIR": str(tmp_path / "file" / "x")}, "cannot write temporary files"),
    ):
        run = subprocess.run(
            [sys.executable, "app.py", "--model", str(model)], cwd=ROOT, env={**os.environ, **environment},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert run.returncode == 1
        assert run.stderr.startswith(f"error: {message}")
