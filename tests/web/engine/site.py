"""A server of gan/web/engine and one model, and of a page that draws what it is asked for: the same page needs no driver,
so that it runs in every browser."""

import hashlib
import json
import mimetypes
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import safetensors.torch

from gan.networks import Generator
from gan.web.engine.build import ENGINE

HERE = Path(__file__).resolve().parent
TYPES = {".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html"}


@dataclass
class Site:
    """What is served, and the conversation with the page that has it open."""

    generator: Generator
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    """Added to every answer."""
    requests: "queue.Queue[list[dict] | None]" = field(default_factory=queue.Queue)
    answers: "queue.Queue[bytes | str]" = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self.weights = safetensors.torch.save(self.generator.quantized().tensors())
        self.model = {
            "config": asdict(self.generator.config),
            "sha256": hashlib.sha256(self.weights).hexdigest(),
            "golden": hashlib.sha256(self.generator.sample(range(8)).numpy().tobytes()).hexdigest(),
        }

    def ask(self, requests: list[dict[str, Any]], timeout: float = 120) -> bytes:
        """The pixels of all requests, one after the other, as the page draws them.

        Raises:
            RuntimeError: the page's error, with its code.
            queue.Empty: the page says nothing.
        """
        self.requests.put(requests)
        answer = self.answers.get(timeout=timeout)
        if isinstance(answer, str):
            raise RuntimeError(answer)
        return answer

    def body(self, path: str) -> tuple[bytes, str] | None:
        """Content and type of a path; None if there is nothing."""
        if path == "/requests":
            return json.dumps(self.requests.get()).encode(), "application/json"
        if path == "/model.json":
            return json.dumps(self.model).encode(), "application/json"
        if path == "/weights":
            return self.weights, "application/octet-stream"
        file = HERE / "harness.html" if path == "/" else ENGINE / path.removeprefix("/engine/")
        if not file.is_file() or file.parent not in (HERE, ENGINE):
            return None
        return file.read_bytes(), TYPES.get(file.suffix) or mimetypes.guess_type(file)[0] or "text/plain"


@contextmanager
def served(generator: Generator, **headers: str) -> Iterator[Site]:
    """Serve a generator until the end of the block."""
    site = Site(generator, headers={name.replace("_", "-"): value for name, value in headers.items()})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 (http.server's name)
            found = site.body(self.path.partition("?")[0])
            self._answer(200 if found else 404, *(found or (b"", "text/plain")))

        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            site.answers.put(body if self.path == "/answer" else body.decode())
            self._answer(200, b"", "text/plain")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **site.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        site.requests.put(None)  # the page stops
        server.shutdown()
