from pathlib import Path

import pytest

from tests.training.jobs import SMALL, options, train_here


@pytest.fixture(scope="session")
def finished(mnist_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an uninterrupted run of `SMALL`; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    train_here(SMALL, options(mnist_dir, folder))
    return folder
