"""A connection over HTTP/1.1 that ends when its other side is silent for too long, and of which there are only so many
at a time. uvicorn ends only those that idle between two requests, and counts only those that ask for something."""

import asyncio
import socket
from contextlib import suppress
from functools import cache

import h11

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0  # from the opening of a connection, or its last answer, until a request's head is whole
STUCK_SECONDS = 30.0  # in which a client must have read some of an answer that waits for it
UNSENT = 128 * 1024  # bytes that the system takes ahead of the line's speed, so that what is read soon shows here
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
        if (line := transport.get_extra_info("socket")) and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            with suppress(OSError):  # a socket of another kind
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
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
        body_missing = self.conn.their_state is h11.SEND_BODY  # asked before the next request is begun, if one waits
        super().on_response_complete()
        if body_missing:  # the answer didn't need it, and it may never end
            self.transport.close()
        self._unstick()  # what was unread of the answer before says nothing about this one
        self._wait_for_head()

    def _wait_for_head(self) -> None:
        if self.transport.get_write_buffer_size():  # the last answer is still being read
            self._expect_progress()
        elif self._waiting is None and self.conn.their_state is h11.IDLE:
            seconds = REFUSED_SECONDS if self._refused else HEAD_SECONDS
            self._waiting = self.loop.call_later(seconds, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unstick()
        self._expect_progress()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unstick()
        self._wait_for_head()

    def _expect_progress(self) -> None:
        if self._stuck is None:
            unread = self.transport.get_write_buffer_size()
            self._stuck = self.loop.call_later(STUCK_SECONDS, self._check_progress, unread)

    def _check_progress(self, unread_before: int) -> None:
        self._stuck = None
        if self.transport.get_write_buffer_size() >= unread_before:
            self.transport.abort()
        else:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unstick()
        if self._waiting:
            self._waiting.cancel()

    def _unstick(self) -> None:
        if self._stuck:
            self._stuck.cancel()
            self._stuck = None
