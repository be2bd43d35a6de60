"""A page's models, for the tests of what stands on them."""

from collections.abc import Iterator

import pytest

from gan.networks import Generator
from gan.web.model_store import ModelStore
from tests.web.models import untrained


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Generator:
    """The class-conditional generator that `store` serves."""
    return untrained(tmp_path_factory.mktemp("models") / "served", "modern")


@pytest.fixture(scope="module")
def store(served: Generator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelStore]:
    """A page's models: `served`, and the bundled plain (which has no classes) and broken."""
    bundled = tmp_path_factory.mktemp("bundled")
    untrained(bundled / "plain", "relu-2")
    untrained(bundled / "broken", "relu-2")
    (bundled / "broken" / "model.safetensors").write_bytes(b"not weights")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gan.bundled.BUNDLED", bundled)
        yield ModelStore(served, remote=False)


@pytest.fixture
def anyio_backend() -> str:
    """What tests that are coroutines run on."""
    return "asyncio"
