"""The page in a real Chromium, served by this process; a test fails if the page asks anything of anyone else."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import torch
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from gan.hub.resolve import load_generator
from gan.web.model_store import ModelStore
from gan.web.serve import application, server
from tests.browser.ensure_browser import find_browser
from tests.web.models import untrained

torch.set_num_threads(1)
expect.set_options(timeout=15_000)  # a machine may be slow: what never comes fails all the same


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(models: ModelStore) -> Iterator[str]:
    """The address of a page of these models, which a thread of this process serves."""
    running = server(application(models), host="127.0.0.1", port=free_port())
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive(), "the server ended"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{running.config.port}/"
    running.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    return ModelStore(untrained(tmp_path_factory.mktemp("models") / "tested", "modern"))


@pytest.fixture(scope="session")
def url(models: ModelStore) -> Iterator[str]:
    """The address of the page of a class-conditional model."""
    with served(models) as address:
        yield address


@pytest.fixture(scope="session")
def plain_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page of a model without classes."""
    with served(ModelStore(untrained(tmp_path_factory.mktemp("models") / "plain", "relu-2"))) as address:
        yield address


@pytest.fixture(scope="session")
def trained_url() -> Iterator[str]:
    """The address of the page of the model that is served by default."""
    with served(ModelStore(load_generator("modern"))) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        pytest.fail("no Chromium: run python tests/browser/ensure_browser.py")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


Open = Callable[..., Page]


@contextmanager
def opening(browser: Browser) -> Iterator[Open]:
    """A function that opens an address in a fresh browser profile, and waits until its first picture is painted.

    At the end, no page may have had an error or have asked anything of anyone else.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_(address: str, *, ready: str | None = None, **options: object) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **options}
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        context.on(
            "request",
            lambda request: faults.append(f"external request: {request.url}") if is_external(request.url) else None,
        )
        page.goto(address)
        if ready:
            page.wait_for_selector(ready)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens pages that are closed after the test."""
    with opening(browser) as open_:
        yield open_


def is_external(address: str) -> bool:
    return not address.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:"))
