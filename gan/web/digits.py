"""The real digits on the page, each set as one picture: python -m gan.web.digits --data-dir DIR makes them.

training-digits.png holds the first thousand of each class of MNIST's training set, test-digits.png the first eighty of
each class of its test set: class after class, row by row. The pictures are committed, with MNIST's licence in
DIGITS.md. They are PNGs whose rows are not filtered, so that training/digits.js reads them without a canvas, which some
browsers falsify on purpose.
"""

import argparse
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan.config import IMAGE_SIZE, NUM_CLASSES
from gan.console import print_everywhere
from gan.data import Dataset, load_dataset

FOLDER = Path(__file__).parent / "engine"
COLUMNS = {"training-digits.png": 100, "test-digits.png": 40}
PER_CLASS = {"training-digits.png": 1000, "test-digits.png": 80}


def first_of_each_class(data: Dataset, count: int) -> NDArray[np.uint8]:
    """The first `count` images of each class, class after class: `uint8 [10 · count, 28, 28]`."""
    assert data.labels is not None
    rows = [(data.labels == digit).nonzero()[:count, 0] for digit in range(NUM_CLASSES)]
    return np.concatenate([data.images[of_class].numpy() for of_class in rows]).reshape(-1, IMAGE_SIZE, IMAGE_SIZE)


def grid(images: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Images `uint8 [N, 28, 28]` as one, `columns` of them in a row."""
    cells = images.reshape(-1, columns, IMAGE_SIZE, IMAGE_SIZE)
    return cells.transpose(0, 2, 1, 3).reshape(-1, columns * IMAGE_SIZE)


def unseen_digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The digits of test-digits.png, `uint8 [800, 28, 28]`, and their classes `[800]`."""
    name = "test-digits.png"
    picture = np.asarray(Image.open(FOLDER / name))
    cells = picture.reshape(-1, IMAGE_SIZE, COLUMNS[name], IMAGE_SIZE).transpose(0, 2, 1, 3)
    return cells.reshape(-1, IMAGE_SIZE, IMAGE_SIZE), np.arange(NUM_CLASSES).repeat(PER_CLASS[name])


def unfiltered_png(picture: NDArray[np.uint8]) -> bytes:
    """A picture `uint8 [height, width]` as a grey PNG: zlib is enough, a filter makes digits no smaller."""
    height, width = picture.shape
    rows = np.concatenate([np.zeros((height, 1), dtype=np.uint8), picture], axis=1)  # each begins with its filter: none
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="where MNIST is, or is downloaded to")
    folder = parser.parse_args().data_dir
    for name, columns in COLUMNS.items():
        data = load_dataset("mnist", folder, train=name.startswith("training"))
        picture = unfiltered_png(grid(first_of_each_class(data, PER_CLASS[name]), columns))
        (FOLDER / name).write_bytes(picture)
        print(f"{FOLDER / name}: {len(picture):,} bytes")


if __name__ == "__main__":
    print_everywhere()
    main()
