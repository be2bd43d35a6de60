"""Where the page is served, and where the server may write."""

import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gan.errors import UserError


@dataclass(frozen=True)
class Address:
    """What a server listens on."""

    host: str
    port: int


def listening_address(host: str | None, port: int | None) -> Address:
    """The address that the options, or else the environment, name.

    Raises:
        UserError: the port is no port, or something listens there already.
    """
    on_space = "SPACE_ID" in os.environ
    name = host or os.environ.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if on_space else "127.0.0.1")
    name = name.removeprefix("[").removesuffix("]")
    text = str(port) if port is not None else os.environ.get("GRADIO_SERVER_PORT", "7860")
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 0 < int(text) < 65536):
        raise UserError(
            f"the port must be a whole number from 1 to 65535, not {text!r}: see --port and GRADIO_SERVER_PORT"
        )
    try:
        with socket.socket(socket.AF_INET6 if ":" in name else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((name, int(text)))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"cannot listen on {name}:{text}: {reason}. Choose another with --port or --host.") from error
    return Address(name, int(text))


def check_temporary_folder() -> None:
    """Refuse to start where Gradio could write no temporary file.

    Raises:
        UserError: names the folder.
    """
    try:
        folder = Path(os.environ.get("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir()) / "gradio")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(
            f"cannot write temporary files: {error.strerror or error} "
            f"({error.filename or 'no folder'}). Set TMPDIR or GRADIO_TEMP_DIR to a folder that can be written."
        ) from error
