"""`python app.py` as processes that start at once: one process (this module's `main`) has imported all that it needs,
and forks."""

import contextlib
import importlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class App:
    """A forked `python app.py`."""

    apps: "Apps"
    pid: int
    address: str
    temporary: Path
    log: Path
    code: int | None = None

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, seconds: float = 60) -> int | None:
        """The exit status, negative for a signal; None if it still runs after these seconds."""
        if self.code is None:
            self.code = self.apps.ask(wait=self.pid, seconds=seconds)
        return self.code

    def said(self) -> str:
        return self.log.read_text()

    def until_it_answers(self) -> "App":
        end = time.monotonic() + 120
        while time.monotonic() < end:
            assert self.wait(0) is None, f"it ended: {self.said()}"
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{self.address}/healthz", timeout=5)
                return self
            time.sleep(0.05)
        raise AssertionError("it does not answer")


@dataclass
class Apps:
    """Starts them, and ends those that still run; use it in a `with` statement."""

    folder: Path
    process: subprocess.Popen[str] = field(init=False)
    started: list[App] = field(default_factory=list)

    def __enter__(self) -> "Apps":
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.web.apps"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        for app in self.started:
            self.stop(app)
        self.process.communicate()

    def stop(self, app: App) -> None:
        if app.wait(0) is None:
            app.send(signal.SIGKILL)
            app.wait()

    def ask(self, **what: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def start(
        self, model: Path | str, *, port: int = 0, temporary: Path | None = None, mcp: bool = False, **options: Any
    ) -> App:
        """Start one.

        Args:
            port: what it listens on; a free one unless given.
            temporary: its folder for temporary files.
            mcp: whether it serves MCP tools.
            options: `kill_at`, a function as "module:name", before whose call it kills itself; `after`, how many calls
                are let pass; `descriptors`, how many it may have; `environment`.
        """
        port = port or free_port()
        temporary = temporary or self.folder / f"temporary-{port}"
        temporary.mkdir(exist_ok=True)
        log = self.folder / f"log-{len(self.started)}"
        arguments = ["--model", str(model), "--port", str(port), "--device", "cpu", *["--mcp"] * mcp]
        pid = self.ask(start=arguments, temporary=str(temporary), log=str(log), **options)
        self.started.append(App(self, pid, f"http://127.0.0.1:{port}", temporary, log))
        return self.started[-1]

    @contextmanager
    def running(self, model: Path | str, **options: Any) -> Iterator[App]:
        """Start one, wait until it answers, and end it."""
        app = self.start(model, **options)
        try:
            yield app.until_it_answers()
        finally:
            self.stop(app)


@contextmanager
def nginx(folder: Path, first: App, second: App) -> Iterator[str]:
    """The address of an nginx that docs/nginx.conf puts before two of them."""
    port = free_port()
    config = (ROOT / "docs" / "nginx.conf").read_text()
    for written, here in (
        ("127.0.0.1:7860", first.address.removeprefix("http://")),
        ("127.0.0.1:7861", second.address.removeprefix("http://")),
        ("listen 80", f"listen 127.0.0.1:{port}"),
    ):
        assert written in config
        config = config.replace(written, here)
    main = f"daemon off; pid {folder}/nginx.pid; error_log stderr crit; events {{}} http {{ access_log off;\n"
    for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        main += f"{name}_temp_path {folder}/{name};\n"
    (folder / "nginx.conf").write_text(f"{main}{config}}}")
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


# In the process that forks


def main() -> None:
    import app  # noqa: F401
    import gan.web.serve  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        answer = wait(asked["wait"], asked["seconds"]) if "wait" in asked else start(**asked)
        print(json.dumps(answer), flush=True)


def wait(pid: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= end:
            return None
        time.sleep(0.02)


def start(
    start: list[str], temporary: str, log: str, kill_at: str | None = None, after: int = 0,
    descriptors: int | None = None, environment: dict[str, str] | None = None,
) -> int:  # fmt: skip
    if pid := os.fork():
        return pid
    with open(log, "w") as file, open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ |= {"TMPDIR": temporary, **(environment or {})}
    tempfile.tempdir = None  # what it was before, is kept there
    if descriptors:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
    if kill_at:
        replace(kill_at, after)
    movable_clock()
    import tyro

    import app
    from gan.errors import UserError

    try:
        app.main(tyro.cli(app.Options, args=start))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(1)


def replace(where: str, after: int) -> None:
    """Put a kill before the call of a function or method."""
    module, _, path = where.partition(":")
    holder: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        holder = getattr(holder, part)
    original: Callable[..., Any] = getattr(holder, name)
    left = iter(range(after))

    def killed(*args: Any, **kwargs: Any) -> Any:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    setattr(holder, name, killed)


def movable_clock() -> None:
    """SIGUSR1 sets the time of day a year ahead, SIGUSR2 two years back; the monotonic clock goes on, as it does."""
    true, moved = time.time, [0.0]
    year = 365 * 86400.0
    signal.signal(signal.SIGUSR1, lambda *_: moved.append(moved[-1] + year))
    signal.signal(signal.SIGUSR2, lambda *_: moved.append(moved[-1] - 2 * year))
    time.time = lambda: true() + moved[-1]


if __name__ == "__main__":
    main()
