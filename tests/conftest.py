"""Small data that the tests make themselves: no test needs the real MNIST, a network or a GPU."""

import functools
import os
import struct
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: two busy cores beat four waiting threads
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import anyio
import numpy as np
import pytest
import torch

import tests.hub.endpoint  # noqa: F401  (before huggingface_hub is imported: no test reaches the real Hub)
from gan.data import Dataset
from tests.hub.fixtures import hub, repository, run_folder, server  # noqa: F401  (fixtures)
from tests.web.apps import Apps


def blobs(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Toy digits: images `uint8 [count, 28, 28]` of a blot whose place is given by its label `uint8 [count]`."""
    random = np.random.RandomState(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    y, x = np.mgrid[:28, :28]
    centre = np.stack([6 + 8 * (labels % 3), 5 + 5 * (labels // 3)], axis=1) + random.randn(count, 2)
    distance = (y - centre[:, :1, None]) ** 2 + (x - centre[:, 1:, None]) ** 2
    return (255 * np.exp(-distance / 12)).astype(np.uint8), labels


def write_idx(path: Path, array: np.ndarray) -> None:
    """An IDX file, MNIST's format: 0, 0, 8 (uint8), dimensions, sizes, bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.tobytes())


def write_mnist(root: Path, train: int = 512, test: int = 256) -> Path:
    """A data set in MNIST's four files below `root`, in torchvision's layout; returns `root`."""
    for part, count in (("train", train), ("t10k", test)):
        images, labels = blobs(count, seed=count)
        write_idx(root / "MNIST" / "raw" / f"{part}-images-idx3-ubyte", images)
        write_idx(root / "MNIST" / "raw" / f"{part}-labels-idx1-ubyte", labels)
    return root


@pytest.fixture(scope="session")
def mnist_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds a small MNIST of 512 training and 256 test images."""
    return write_mnist(tmp_path_factory.mktemp("mnist"))


@pytest.fixture(scope="session")
def toy_data() -> Dataset:
    images, labels = blobs(1024)
    return Dataset("toy", torch.from_numpy(images).view(-1, 784), torch.from_numpy(labels).long())


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    """Starts `python app.py`."""
    with Apps(tmp_path_factory.mktemp("apps")) as apps:
        yield apps


def in_own_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that is a coroutine, in a thread of its own: Playwright's loop may be running in this one."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(anyio.run, functools.partial(test, *args, **kwargs)).result()

    return run
