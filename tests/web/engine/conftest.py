"""The bundled models that a browser can draw, and the engines that draw them."""

from collections.abc import Iterator

import pytest
import torch

from gan.networks import Generator
from tests.web.engine.engines import BROWSERS, Browser, Engine, Node, command, opened

# Classes and a normalised input; no classes and ReLU; no classes and five layers.
MODELS = ("modern", "relu-2", "batchnorm")


@pytest.fixture(scope="package", params=MODELS)
def generator(request: pytest.FixtureRequest) -> Generator:
    torch.set_num_threads(1)
    return Generator.from_pretrained(request.param)


@pytest.fixture(scope="package")
def modern() -> Generator:
    return Generator.from_pretrained("modern")


@pytest.fixture(scope="package")
def node() -> Node:
    if not Node.path:
        pytest.skip("Node is not installed")
    return Node()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with opened("chromium") as browser:
        yield browser


@pytest.fixture(scope="package", params=["node", "chromium"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="package", params=BROWSERS)
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Every engine that is installed; Chromium must be."""
    if request.param != "chromium" and not command(request.param, tmp_path_factory.getbasetemp()):
        pytest.skip(f"{request.param} is not installed")
    with opened(request.param) as browser:
        yield browser
