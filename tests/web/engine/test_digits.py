"""The real digits on the page are MNIST's."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan.data import DatasetNotFoundError, load_dataset
from gan.web import digits
from tests.web.engine.engines import Node

ROOT = Path(__file__).parents[3]
# sha256 of what `python -m gan.web.digits` made, and the most bytes that a visitor waits for
PICTURES = {
    "training-digits.png": ("50b0446ff3f1c29cf4ecfe0f691abfcd627df5e5186068d0905f0ab6c5782e03", 1_800_000),
    "test-digits.png": ("d923643bfe45d6ad39736ce0927ca01e27294f1a6979f99174ee4e0744e76cf3", 150_000),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_it_was_made(name: str) -> None:
    sha256, most = PICTURES[name]
    data = (digits.FOLDER / name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == sha256
    assert len(data) <= most


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_holds_the_first_of_each_class(name: str) -> None:
    try:
        data = load_dataset("mnist", ROOT / "data", train=name.startswith("training"), download=False)
    except DatasetNotFoundError:
        pytest.skip("there is no MNIST in data")
    picture = np.asarray(Image.open(digits.FOLDER / name))
    images = digits.first_of_each_class(data, digits.PER_CLASS[name])
    assert np.array_equal(picture, digits.grid(images, digits.COLUMNS[name]))


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_reads_what_python_reads(node: Node, name: str) -> None:
    script = """
        const { readDigits } = await load("training/digits.js");
        const { readFile } = await import("node:fs/promises");
        return new Blob([(await readDigits(Uint8Array.from(await readFile(data)).buffer)).images]);
    """
    found = np.frombuffer(node.run(script, str(digits.FOLDER / name)), dtype=np.uint8)
    columns = digits.COLUMNS[name]
    picture = np.asarray(Image.open(digits.FOLDER / name))
    cells = picture.reshape(-1, 28, columns, 28).transpose(0, 2, 1, 3)
    assert np.array_equal(found.reshape(-1, 28, 28), cells.reshape(-1, 28, 28))


@pytest.mark.parametrize("damage", ["no PNG", "cut off", "colour"])
def test_a_damaged_picture_is_refused(node: Node, damage: str, tmp_path: Path) -> None:
    data = (digits.FOLDER / "test-digits.png").read_bytes()
    path = tmp_path / "damaged.png"
    if damage == "colour":
        Image.open(digits.FOLDER / "test-digits.png").convert("RGB").save(path)
    else:
        path.write_bytes(b"<html>" if damage == "no PNG" else data[: len(data) // 2])
    script = """
        const { readDigits } = await load("training/digits.js");
        const { readFile } = await import("node:fs/promises");
        const buffer = Uint8Array.from(await readFile(data)).buffer;
        return readDigits(buffer).then(() => "read", ({ code }) => code);
    """
    assert json.loads(node.run(script, str(path))) == "digits-damaged"
