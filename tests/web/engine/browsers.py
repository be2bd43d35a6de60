"""Browsers that open a page without a driver: the page reports to the test's own server."""

import glob
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.browser.ensure_browser import find_browser

CHROMIUM_FLAGS = ("--headless", "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-gpu")


def command(browser: str, profile: Path) -> list[str] | None:
    """How to open an address (the last argument) in "chromium", "firefox" or "webkit"; None where it isn't installed."""
    if browser == "chromium":
        path = find_browser()
        return [path, *CHROMIUM_FLAGS, f"--user-data-dir={profile}"] if path else None
    if browser == "firefox":
        path = shutil.which("firefox-esr") or shutil.which("firefox")
        return [path, "--headless", "--no-remote", "--profile", str(profile)] if path else None
    mini = next(iter(glob.glob("/usr/lib/*/webkit2gtk-4*/MiniBrowser")), None)  # Debian's package webkit2gtk-driver
    xvfb = shutil.which("xvfb-run")
    return [xvfb, "-a", mini] if mini and xvfb else None


@contextmanager
def opened(browser: str, url: str, profile: Path) -> Iterator[None]:
    """A browser with the page open, until the end of the block."""
    line = command(browser, profile)
    assert line is not None
    # WebKit's sandbox needs user namespaces, which containers seldom have.
    environment = os.environ | {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "HOME": str(profile)}
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*line, url], env=environment, start_new_session=True, **silent)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
