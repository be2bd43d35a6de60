"""The page in a real Chromium, served by this process; a test fails if the page asks anything of anyone else."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import torch
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from gan.hub.resolve import load_generator
from gan.web.model_store import ModelStore
from gan.web.serve import application, server
from tests.browser.ensure_browser import find_browser
from tests.web.models import untrained

torch.set_num_threads(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """A page that a thread of this process serves."""

    def __init__(self, models: ModelStore):
        self._server = server(application(models), host="127.0.0.1", port=free_port())
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server ended"
            time.sleep(0.01)
        self.address = f"http://127.0.0.1:{self._server.config.port}/"

    def close(self, *, verbose: bool = False) -> None:
        self._server.should_exit = True
        self._thread.join(10)


def served(models: ModelStore) -> tuple[Served, str]:
    """A page of these models, to be closed, and its address."""
    page = Served(models)
    return page, page.address


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    return ModelStore(untrained(tmp_path_factory.mktemp("models") / "tested", "modern"))


@pytest.fixture(scope="session")
def url(models: ModelStore) -> Iterator[str]:
    """The address of the page of a class-conditional model."""
    page, address = served(models)
    yield address
    page.close()


@pytest.fixture(scope="session")
def plain_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page of a model without classes."""
    page, address = served(ModelStore(untrained(tmp_path_factory.mktemp("models") / "plain", "relu-2")))
    yield address
    page.close()


@pytest.fixture(scope="session")
def trained_url() -> Iterator[str]:
    """The address of the page of the model that is served by default."""
    page, address = served(ModelStore(load_generator("modern")))
    yield address
    page.close()


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


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open an address in a fresh browser profile and wait until its first picture is painted."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_(address: str, *, ready: str | None = None, **options: object) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **options}
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
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


def is_external(address: str) -> bool:
    return not address.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:"))
