"""The Hub's double, served at the port that tests/conftest.py points the client at, and model folders to publish."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.double import Hub, Repository
from tests.hub.endpoint import PORT
from tests.hub.model_files import files_of, save_model


@pytest.fixture(scope="session")
def server() -> Iterator[Hub]:
    server = Hub(PORT)
    yield server
    server.down()


@pytest.fixture
def hub(server, monkeypatch) -> Hub:
    """The double, empty and up; the client's cache empty; nobody logged in."""
    server.reset()
    server.up()
    shutil.rmtree(Path(os.environ["HF_HOME"]) / "hub", ignore_errors=True)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return server


@pytest.fixture
def run_folder(tmp_path) -> Path:
    return save_model(tmp_path / "runs" / "modern")


@pytest.fixture
def repository(hub, run_folder) -> Repository:
    """maker/digits, with one commit that holds the model of `run_folder`."""
    repository = hub.repository("maker/digits")
    repository.commit(files_of(run_folder))
    return repository
