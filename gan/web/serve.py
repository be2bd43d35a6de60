"""The page as a web application, and the server that runs it until it is told to stop.

connection ─ headers ─ unfinished ─ limits ─ head ─ plain routes │ Gradio's page and API
"""

import ctypes
import inspect
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

import gradio as gr
import uvicorn
from anyio.to_thread import current_default_thread_limiter, run_sync
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from gan.web.assets import engine_file, static_file
from gan.web.connection import Connection
from gan.web.head import LinkHead
from gan.web.headers import SafeHeaders
from gan.web.histories import history_of, history_response, store_folders
from gan.web.lesson import lesson_file
from gan.web.limits import MAX_HEAD, Call, Limits
from gan.web.mailboxes import Mailboxes
from gan.web.model_store import ModelStore
from gan.web.page import build_page, say
from gan.web.queue import DrawingQueue
from gan.web.routes import routes
from gan.web.streams import Streams, Unfinished
from gan.web.theme import theme

PAGE_THREADS = 8
MAX_CALLS = 64  # of Gradio's API that wait
MAX_SESSIONS = 500  # whose state Gradio keeps
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of malloc.h
DRAIN_SECONDS = 4  # for work in flight when the server is told to stop; hosts kill after 10 to 30


def application(models: ModelStore, *, mcp: bool = False, more_routes: tuple[Route, ...] = ()) -> Starlette:
    """The page of these models: nothing leaves the machine, nothing is recorded."""
    queue, streams = DrawingQueue(), Streams()
    plain = routes(models, queue)
    page = build_page(models, queue)
    page.queue(max_size=MAX_CALLS, default_concurrency_limit=None)
    page.state_session_capacity = MAX_SESSIONS
    calls = {index: call_of(fn.api_name, fn.fn) for index, fn in page.fns.items() if fn.fn is not None}
    app = Starlette(
        lifespan=few_threads,
        routes=[
            *plain,
            Route("/page/{version}/{name}", static_file),
            Route("/engine/{version}/{name}", engine_file),
            Route("/history/{name}", history_file(models)),
            Route("/lesson/{version}/{name}", lesson_file),
            *more_routes,
        ],
        middleware=[
            Middleware(SafeHeaders, public=[route.path_regex for route in plain]),
            Middleware(Unfinished),
            Middleware(Limits, calls=calls, streams=streams),
            Middleware(LinkHead, models=models),
        ],
    )
    gr.mount_gradio_app(
        app,  # type: ignore[arg-type]  # any Starlette will do
        page, "/", theme=theme(), i18n=say, run_history=False, enable_monitoring=False, footer_links=["api"],
        ssr_mode=False,  # its proxy answers unknown paths with HTML and bypasses the middleware
        max_file_size="1kb",  # nothing here takes a file
        mcp_server=mcp, root_path=os.environ.get("GRADIO_ROOT_PATH", ""),
    )  # fmt: skip
    waiting = page._queue
    waiting.pending_messages_per_session = Mailboxes(waiting.pending_event_ids_session)
    app.state.streams = streams
    return app


def history_file(models: ModelStore) -> Callable[[HttpRequest], Awaitable[Response]]:
    """The endpoint of the recorded trainings' files."""

    async def endpoint(http: HttpRequest) -> Response:
        return await run_sync(history_response, http, store_folders(models).values())

    return endpoint


def call_of(name: object, function: Callable[..., object]) -> Call:
    """A function of Gradio's API as its calls are checked against."""
    parameters = inspect.signature(function).parameters.values()
    return Call(str(name), {p.name: p.default is p.empty for p in parameters})


@asynccontextmanager
async def few_threads(_: Starlette) -> AsyncIterator[None]:
    """As many threads for pages and files as pay: forty that want the interpreter would keep each other waiting."""
    current_default_thread_limiter().total_tokens = PAGE_THREADS
    yield


class Server(uvicorn.Server):
    """uvicorn's, which open pages do not keep from stopping."""

    def __init__(self, config: uvicorn.Config, streams: Streams):
        super().__init__(config)
        self.streams = streams
        self.told: list[int] = []  # signals that came before uvicorn listened to them

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.should_exit = self.should_exit or bool(self.told)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:  # a second Ctrl+C makes nothing faster: there is a limit
            super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.streams.end_idle()
        await super().shutdown(sockets)


def server(app: Starlette, **address: Any) -> Server:
    """The server of an `application`; `address` is host and port, or fd."""
    return Server(
        uvicorn.Config(
            app,
            http=Connection,
            ws="none",
            log_level="error",  # warnings are of malformed requests, which are answered
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=MAX_HEAD,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=DRAIN_SECONDS,
            **address,
        ),
        app.state.streams,
    )


def return_freed_memory() -> None:
    """Let glibc give large blocks back as they are freed. Left to itself, it keeps the pictures of a busy minute: in an
    arena for each thread, and in its heap once blocks of that size have been freed."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # another C library
        return
    mallopt(M_ARENA_MAX, 2)
    mallopt(M_MMAP_THRESHOLD, 1 << 20)


def page_address(host: str, port: int) -> str:
    """Where the page is for a browser on this machine, if the server listens there."""
    name = "localhost" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/"


def serve(models: ModelStore, *, host: str, port: int, mcp: bool = False) -> None:
    """Serve the page until SIGTERM or SIGINT; then what is in flight is answered, and the process ends."""
    return_freed_memory()
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises a signal again after it has stopped; it is not to end the process then.
        signal.signal(number, lambda number, _: told.append(number))
    for folder in store_folders(models).values():
        history_of(folder)  # read now, not by each of the first visitors
    running = server(application(models, mcp=mcp), host=host, port=port)
    running.told = told
    page = page_address(host, port)
    print(f"The page is at {page} (Ctrl+C stops it)", flush=True)
    if mcp:
        print(f"Its MCP tools are at {page}gradio_api/mcp/", flush=True)
    running.run()
    models.close()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: a thread may still draw for nobody, and libwebp aborts when the interpreter goes away under it.
    os._exit(0 if running.started else 1)
