"""MNIST's file format, and where the files of MNIST and of its siblings lie; they are read gzipped or not."""

import gzip
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}  # of values, by their code in a file


@dataclass(frozen=True)
class Files:
    """The two files of one part of a data set."""

    images: Path
    labels: Path


@dataclass(frozen=True)
class Layout:
    """How the files of a data set are called, and the folder that torchvision puts them into."""

    folder: str
    training: tuple[str, str] = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    test: tuple[str, str] = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

    def find(self, root: Path, *, train: bool) -> Files | None:
        """The files of a part, both in one folder: as torchvision lays them out below `root`, or in `root` itself."""
        for folder in self._folders(root):
            found = [_file(folder, name) for name in self._names(train)]
            if found[0] and found[1]:
                return Files(found[0], found[1])
        return None

    def half(self, root: Path, *, train: bool) -> tuple[Path, str] | None:
        """Where a person put only one file of a part: that file, and the name of the other. (What torchvision's own
        folder lacks, it downloads.)"""
        for folder in self._folders(root)[1:]:
            images, labels = self._names(train)
            for here, missing in ((images, labels), (labels, images)):
                if (found := _file(folder, here)) and not _file(folder, missing):
                    return found, missing
        return None

    def _folders(self, root: Path) -> tuple[Path, ...]:
        return root / self.folder / "raw", root, root / "raw"

    def _names(self, train: bool) -> tuple[str, str]:
        return self.training if train else self.test

    def words(self, *, train: bool) -> str:
        """Where the files of a part may lie."""
        images, labels = self._names(train)
        return f"{images} and {labels} (or the same with .gz), in it or in its {self.folder}/raw"


LAYOUTS = {
    "mnist": Layout("MNIST"),
    "fashion-mnist": Layout("FashionMNIST"),
    "kmnist": Layout("KMNIST"),
    "emnist-digits": Layout(
        "EMNIST",
        ("emnist-digits-train-images-idx3-ubyte", "emnist-digits-train-labels-idx1-ubyte"),
        ("emnist-digits-test-images-idx3-ubyte", "emnist-digits-test-labels-idx1-ubyte"),
    ),
    "qmnist": Layout(
        "QMNIST",
        ("qmnist-train-images-idx3-ubyte", "qmnist-train-labels-idx2-int"),
        ("qmnist-test-images-idx3-ubyte", "qmnist-test-labels-idx2-int"),
    ),
}


def read(path: Path) -> np.ndarray:
    """The array in an IDX file: two zeros, the type's code, the number of dimensions, their sizes, the values.

    Raises:
        ValueError: it is no such file, or not whole.
        OSError: it can't be read.
    """
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (EOFError, zlib.error) as error:
            raise ValueError(f"{path.name} is a damaged archive: {error}") from None
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise ValueError(f"{path.name} is no file of MNIST's format")
    dimensions, start = content[3], 4 + 4 * content[3]
    if len(content) < start:
        raise ValueError(f"{path.name} ends in its header")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    dtype = np.dtype(TYPES[content[2]])
    expected = start + int(np.prod(shape, dtype=np.uint64)) * dtype.itemsize
    if len(content) != expected:
        raise ValueError(f"{path.name} has {len(content):,} bytes, not {expected:,}")
    return np.frombuffer(content, dtype, offset=start).reshape(shape)


def _file(folder: Path, name: str) -> Path | None:
    """A file of this name in a folder, also as a person's browser or Kaggle names it: gzipped, or with a dot."""
    names = [name, name.replace("-idx", ".idx")]
    return next((folder / n for n in (*names, *(f"{n}.gz" for n in names)) if os.path.isfile(folder / n)), None)
