"""app.py as a process of its own."""

import subprocess
import time
from typing import Any

import httpx


def health(process: subprocess.Popen, address: str, client: httpx.Client, *, seconds: float = 120) -> dict[str, Any]:
    """What the page at an address says of itself, as soon as it answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return client.get(f"{address}/healthz", timeout=5).json()
        except httpx.TransportError:
            assert process.poll() is None, "app.py ended"
            assert time.monotonic() < deadline, "app.py does not answer"
            time.sleep(0.2)
