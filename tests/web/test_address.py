"""Where the page listens: the options, then the environment, then this machine alone; a Space's visitors are let in."""

import socket

import pytest

from gan.errors import UserError
from gan.web.address import Address, listening_address


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPACE_ID", "GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_options_come_before_the_environment(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_SERVER_PORT", str(port))
    assert listening_address(None, None) == Address("127.0.0.1", port)
    monkeypatch.setenv("SPACE_ID", "maker/page")
    assert listening_address(None, None).host == "0.0.0.0"
    monkeypatch.setenv("GRADIO_SERVER_NAME", "127.0.0.2")
    assert listening_address(None, None).host == "127.0.0.2"
    monkeypatch.setenv("GRADIO_SERVER_PORT", "1")
    assert listening_address("127.0.0.1", port) == Address("127.0.0.1", port)


@pytest.mark.parametrize("wrong", ["0", "65536", "http", "-1", ""])
def test_what_is_no_port_is_refused_with_its_value(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_SERVER_PORT", wrong)
    with pytest.raises(UserError, match=f"whole number from 1 to 65535, not '{wrong}'"):
        listening_address(None, None)


def test_a_port_that_is_taken_is_refused_with_the_remedy() -> None:
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        with pytest.raises(UserError, match="cannot listen on 127.0.0.1:.*Choose another with --port or --host"):
            listening_address("127.0.0.1", occupied.getsockname()[1])
