"""The address that the page is served at."""

import os
import socket
from typing import Any

from gan.errors import UserError


def listening_address(host: str | None, port: int | None) -> dict[str, Any]:
    """`server_name` and `server_port` of a launch.

    Raises:
        UserError: the port is no port, or something listens there already.
    """
    on_space = "SPACE_ID" in os.environ
    name = host or os.environ.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if on_space else "127.0.0.1")
    text = str(port) if port is not None else os.environ.get("GRADIO_SERVER_PORT", "7860")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise UserError(f"the port must be a whole number from 1 to 65535, not {text!r}")
    try:
        with socket.socket(socket.AF_INET6 if ":" in name else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((name, int(text)))
    except OSError as error:
        raise UserError(
            f"cannot listen on {name}:{text}: {error.strerror or error}. Choose another with --port or --host."
        ) from error
    return {"server_name": name, "server_port": int(text)}
