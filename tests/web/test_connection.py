"""Connections end when their other side is silent; whoever reads, however slowly, gets the whole answer."""

import contextlib
import socket
import time

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gan.web import connection
from tests.waiting import wait_until
from tests.web.servers import serving

BODY = b"x" * 24_000_000  # more than what both ends' systems hold of it
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\n"


async def large(_: Request) -> Response:
    return Response(BODY)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STUCK_SECONDS", 1.0)


def asking(port: int) -> socket.socket:
    """A client with little room of its own that has asked for the large answer."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    client.settimeout(20)
    client.connect(("127.0.0.1", port))
    client.sendall(REQUEST)
    return client


def read(client: socket.socket, *, slow_seconds: float = 0) -> int:
    """How many bytes of the answer's body come before its end or the connection's; read slowly for a while."""
    begin, received = time.monotonic(), b""
    with contextlib.suppress(ConnectionResetError):
        while not received.endswith(b"\r\n\r\n"):
            received += client.recv(1)
        body = 0
        while body < len(BODY):
            slow = time.monotonic() - begin < slow_seconds
            piece = client.recv(min(32 * 1024 if slow else 1 << 20, len(BODY) - body))
            if not piece:
                break
            body += len(piece)
            time.sleep(0.1 if slow else 0)
    return body


@pytest.mark.usefixtures("impatient")
def test_who_reads_slowly_gets_all_and_who_reads_nothing_is_cut_off() -> None:
    """And what was unread of an answer says nothing about the next one on the connection."""
    with (
        serving(Starlette(routes=[Route("/", large)])) as (running, port),
        asking(port) as slow,
        asking(port) as silent,
    ):
        assert read(slow, slow_seconds=4) == len(BODY)
        wait_until(lambda: len(running.server_state.connections) == 1)
        slow.sendall(REQUEST)
        assert read(slow, slow_seconds=2) == len(BODY)
        assert read(silent) < len(BODY) / 2, "only what the system had taken"


async def echo(http: Request) -> Response:
    return Response(await http.body())


def test_a_request_whose_body_is_on_its_way_may_have_come_with_the_one_before() -> None:
    with (
        serving(Starlette(routes=[Route("/", echo, methods=["GET", "POST"])])) as (_, port),
        socket.create_connection(("127.0.0.1", port), timeout=10) as client,
    ):
        client.sendall(REQUEST + POST)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        time.sleep(0.1)
        client.sendall(b"body")
        assert client.recv(1000).endswith(b"\r\n\r\nbody")


def test_a_connection_ends_if_the_body_of_what_is_answered_has_not_come() -> None:
    async def unread(_: Request) -> Response:
        return Response()

    with (
        serving(Starlette(routes=[Route("/", unread, methods=["POST"])])) as (_, port),
        socket.create_connection(("127.0.0.1", port), timeout=4) as client,
    ):
        client.sendall(POST)
        while client.recv(1000):
            pass
