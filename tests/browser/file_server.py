"""A plain file server on loopback: a static host, that can lose files, change headers, and go away."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class FileServer:
    """What is served, and what was asked for."""

    folder: Path
    prefix: str = "/"
    """The sub-path at which the folder is served; 404 for all others."""
    headers: dict[str, str] = field(default_factory=dict)
    """Added to every answer."""
    requests: list[str] = field(default_factory=list)
    """Paths beneath the prefix, with their queries."""
    sent: dict[str, int] = field(default_factory=dict)
    """Bytes of the bodies by path."""
    port: int = 0
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    def up(self) -> None:
        """Serve it, at the same port as before."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), partial(_Handler, self))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def down(self) -> None:
        """Refuse connections from now on."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, site: FileServer, *arguments: object):
        self.site = site
        super().__init__(*arguments, directory=str(site.folder))  # type: ignore[arg-type]

    def do_GET(self) -> None:  # noqa: N802 (http.server's name)
        if not self.path.startswith(self.site.prefix):
            self.send_error(404)
            return
        self.path = "/" + self.path.removeprefix(self.site.prefix)
        self.site.requests.append(self.path.removeprefix("/"))
        super().do_GET()

    def end_headers(self) -> None:
        for name, value in self.site.headers.items():
            self.send_header(name, value)
        super().end_headers()

    def copyfile(self, source: object, outputfile: object) -> None:
        content = source.read()  # type: ignore[attr-defined]
        path = self.path.partition("?")[0]
        self.site.sent[path] = self.site.sent.get(path, 0) + len(content)
        outputfile.write(content)  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def file_server(folder: Path, prefix: str = "/", headers: Mapping[str, str] | None = None) -> Iterator[FileServer]:
    """A folder served until the end of the block."""
    server = FileServer(folder, prefix, dict(headers or {}))
    server.up()
    try:
        yield server
    finally:
        server.down()


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Files in a folder, by path."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder
