"""Find a Chromium for the browser tests, or install one: python tests/browser/ensure_browser.py.

An installed Chromium or Chrome is used; else Playwright's own download is tried, then Debian's package.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find_browser() -> str | None:
    """The path of a Chromium: the environment's CHROMIUM, an installed one, or Playwright's own; None if there
    is none."""
    named = os.environ.get("CHROMIUM")
    installed = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if installed or MAC.exists():
        return installed or str(MAC)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def main() -> int:
    """Print the browser that the tests will use, after installing one if need be."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        attempts += [[*sudo, "apt-get", "update"], [*sudo, "apt-get", "install", "-y", "chromium", "fonts-noto-cjk"]]
    for attempt in attempts:
        if find_browser():
            break
        print("+", *attempt, flush=True)
        subprocess.run(attempt, check=False)
    browser = find_browser()
    print(
        f"browser: {browser}"
        if browser
        else "No Chromium was found or could be installed: install one, or name it by CHROMIUM."
    )
    return 0 if browser else 1


if __name__ == "__main__":
    sys.exit(main())
