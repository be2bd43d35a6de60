"""A connection over HTTP/1.1 that ends when its other side is silent for too long. uvicorn ends only those that idle
between two requests."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0  # from the opening of a connection, or its last answer, until a request's head is whole
STUCK_SECONDS = 30.0  # that an answer may wait for a client that does not read it


class Connection(H11Protocol):
    """uvicorn's connection, with limits on the time of what it waits for."""

    _waiting: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE and self._waiting:  # a request has come
            self._waiting.cancel()
            self._waiting = None

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait_for_head()

    def _wait_for_head(self) -> None:
        if self._waiting is None and self.conn.their_state is h11.IDLE:
            self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self._stuck or self.loop.call_later(STUCK_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unstick()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unstick()
        if self._waiting:
            self._waiting.cancel()

    def _unstick(self) -> None:
        if self._stuck:
            self._stuck.cancel()
            self._stuck = None
