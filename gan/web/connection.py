"""A connection over HTTP/1.1 that ends when its other side is silent for too long, and of which there are only so many
at a time. uvicorn ends only those that idle between two requests, and counts only those that ask for something."""

import asyncio
from functools import cache

import h11

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0  # from the opening of a connection, or its last answer, until a request's head is whole
STUCK_SECONDS = 30.0  # that an answer may wait for a client that does not read it
MAX_CONNECTIONS = 900  # at a time; each takes a descriptor
REFUSED_AT_A_TIME = 40  # more, that are told so when they ask; beyond them, newcomers are cut off
REFUSED_SECONDS = 1.0  # that one of them may be silent
DESCRIPTORS = 84  # for all else: files, the Hub, what the interpreter holds
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: %d\r\nConnection: close\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s"
)
REASON = b'{"detail": "The server has no connection left. Ask again in some seconds."}'


@cache
def most_connections() -> int:
    """How many connections there may be at a time, by the descriptors that the process may have."""
    if resource is None:  # Windows, which sets no such limit
        return MAX_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    others = REFUSED_AT_A_TIME + DESCRIPTORS
    wanted = MAX_CONNECTIONS + others
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else max(1, min(MAX_CONNECTIONS, soft - others))


class Connection(H11Protocol):
    """uvicorn's connection, with limits on the time of what it waits for."""

    _refused = False
    _waiting: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        too_many = len(self.connections) - most_connections()
        if too_many > REFUSED_AT_A_TIME:
            transport.abort()
            return
        self._refused = too_many > 0
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        if self._refused:  # not before it asked: an answer to bytes that were never read would be lost
            self.transport.write(FULL % (round(HEAD_SECONDS), len(REASON), REASON))
            self.transport.close()
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE and self._waiting:  # a request has come
            self._waiting.cancel()
            self._waiting = None

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait_for_head()

    def _wait_for_head(self) -> None:
        if self._waiting is None and self.conn.their_state is h11.IDLE:
            seconds = REFUSED_SECONDS if self._refused else HEAD_SECONDS
            self._waiting = self.loop.call_later(seconds, self.transport.abort)

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
