"""Answers that may have no end: there is room for so many, and they end whole when a newer one or the server's own end
needs that."""

import asyncio
import re
from collections import OrderedDict
from typing import NamedTuple

import anyio
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_STREAMS = 300  # at a time, a third of the connections; a newcomer ends the oldest
STREAM = re.compile(r"/gradio_api/(heartbeat/[^/]+|queue/data|call(/v2)?/[^/]+/[^/]+|mcp(/.*)?)/?")  # when they are got
IDLE = ("/gradio_api/heartbeat/", "/gradio_api/mcp")  # that have no end of their own
RETRY_SECONDS = 5  # until a server that ends has been followed by another


class _Stream(NamedTuple):
    path: str
    until: anyio.CancelScope


class Streams:
    """The endless answers of one server."""

    def __init__(self) -> None:
        self._open: OrderedDict[int, _Stream] = OrderedDict()

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer of `app`, until too many newer ones have come. A page asks again by itself."""
        if len(self._open) >= MAX_STREAMS:
            self._open.popitem(last=False)[1].until.cancel()
        answer = _Answer(send)
        with anyio.CancelScope() as until:
            self._open[id(until)] = _Stream(scope["path"], until)
            try:
                await app(scope, receive, answer.send)
            except RuntimeError as error:  # Gradio raises what it has just told
                if not (answer.begun and isinstance(error.__cause__, HTTPException)):
                    raise
            finally:
                self._open.pop(id(until), None)
        if until.cancelled_caught or answer.begun:  # Gradio's and MCP's may leave off in the middle
            await answer.end(scope, receive, "There is no room for this answer now. Ask again in some seconds.")

    def end_idle(self) -> None:
        """Those of open pages and of MCP's sessions, which would keep a server that is told to stop waiting."""
        for stream in self._open.values():
            if stream.path.startswith(IDLE):
                stream.until.cancel()


class Unfinished:
    """Middleware that ends what is still being answered when the server's time to stop is over: with 503, or where it
    was. Only then does the server cancel what it answers."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            await self.app(scope, receive, answer.send)
        except asyncio.CancelledError:
            await answer.end(scope, receive, "The server stops. Ask again in some seconds.")


class _Answer:
    """How far an answer has come."""

    def __init__(self, send: Send):
        self._send = send
        self.begun = self.ended = self.of_known_length = False

    async def send(self, message: Message) -> None:
        if self.ended:
            return
        if self.begun and message["type"] == "http.response.start":  # of a second answer: MCP's at its session's end
            message = {"type": "http.response.body", "body": b""}
        if message["type"] == "http.response.start":
            self.begun = True
            self.of_known_length = any(name.lower() == b"content-length" for name, _ in message.get("headers", ()))
        self.ended = message["type"] == "http.response.body" and not message.get("more_body")
        await self._send(message)

    async def end(self, scope: Scope, receive: Receive, reason: str) -> None:
        """End it whole; one of known length that has begun can only be cut off, which is the server's."""
        if not self.begun:
            headers = {"Cache-Control": "no-store", "Retry-After": str(RETRY_SECONDS)}
            await JSONResponse({"detail": reason}, 503, headers)(scope, receive, self.send)
        elif not (self.ended or self.of_known_length):
            await self.send({"type": "http.response.body", "body": b""})
