"""A server of gan/web/engine and of a page that runs the test's scripts: no driver needed, so any browser will do."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from gan.web.engine.build import ENGINE
from gan.web.joining import joined

HARNESS = Path(__file__).resolve().parent / "harness.html"
TYPES = {".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html", ".png": "image/png"}


@dataclass
class Site:
    """What is served, and the conversation with the page that has it open."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    """Served beside the engine, by path."""
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    """Added to the answers of a path."""
    jobs: "queue.Queue[dict[str, Any] | None]" = field(default_factory=queue.Queue)
    answers: "queue.Queue[tuple[str, bytes]]" = field(default_factory=queue.Queue)

    def run(self, script: str, data: Any = None, timeout: float = 120) -> bytes:
        """What a script returns in the page: a Blob's bytes, or JSON.

        Raises:
            RuntimeError: the script's error, with its code.
            queue.Empty: the page says nothing.
        """
        self.jobs.put({"script": script, "data": data})
        path, body = self.answers.get(timeout=timeout)
        if path == "/failed":
            raise RuntimeError(body.decode())
        return body

    def body(self, path: str) -> tuple[bytes, str] | None:
        """Content and type of a path; None if there is nothing."""
        if path == "/job":
            return json.dumps(self.jobs.get()).encode(), "application/json"
        if path in self.files:
            return self.files[path], "application/octet-stream"
        if path.startswith("/joined/") and path.endswith(".js"):
            return joined(ENGINE / path.removeprefix("/joined/")).encode(), TYPES[".js"]
        inside = path.removeprefix("/engine/").removeprefix("/joined/").removeprefix("/")
        file = HARNESS if path == "/" else ENGINE / inside
        return (file.read_bytes(), TYPES[file.suffix]) if file.is_file() and file.suffix in TYPES else None


@contextmanager
def served() -> Iterator[Site]:
    """A site until the end of the block."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 (http.server's name)
            found = site.body(self.path.partition("?")[0])
            self._answer(200 if found else 404, *(found or (b"", "text/plain")))

        def do_POST(self) -> None:  # noqa: N802
            site.answers.put((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(200, b"", "text/plain")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            added = site.headers.get(self.path, {})
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **added}.items():
                self.send_header(name, value)
            with suppress(ConnectionError):  # a browser that was closed waits no more for a job
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        site.jobs.put(None)  # the page stops
        server.shutdown()
        server.server_close()
