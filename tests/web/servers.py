"""Servers of this process, each in a thread of its own."""

import contextlib
import threading
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from gan.web import serve
from gan.web.streams import Streams
from tests.waiting import wait_until
from tests.web.apps import free_port


@contextlib.contextmanager
def serving(app: Starlette) -> Iterator[tuple[uvicorn.Server, int]]:
    """The server of an application, which listens, and its port; told to stop at the end, and waited for."""
    app.state.streams = Streams()
    port = free_port()
    running = serve.server(app, host="127.0.0.1", port=port)
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        wait_until(lambda: running.started)
        yield running, port
    finally:
        running.should_exit = True
        thread.join()
