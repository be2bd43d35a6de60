"""Data sets as one uint8 tensor."""

import gzip
import io
import re
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import datasets

from gan.data import Dataset, DatasetNotFoundError, load_dataset
from gan.errors import UserError
from tests.conftest import blobs, write_idx, write_mnist


def test_mnist_is_read_byte_by_byte(mnist_dir: Path) -> None:
    data = load_dataset("mnist", mnist_dir)
    images, labels = blobs(512, seed=512)
    assert data.images.dtype == torch.uint8
    np.testing.assert_array_equal(data.images.numpy(), images.reshape(512, 784))
    np.testing.assert_array_equal(data.labels, labels)
    assert len(load_dataset("mnist", mnist_dir, train=False)) == 256


def test_a_batch_is_scaled_to_plus_minus_one() -> None:
    data = Dataset("two", torch.tensor([[0, 255], [51, 102]], dtype=torch.uint8), torch.tensor([3, 9]))
    images, y = data.batch(torch.tensor([1, 0]))
    torch.testing.assert_close(images, torch.tensor([[-0.6, -0.2], [-1.0, 1.0]]))
    assert y is not None
    assert y.argmax(dim=1).tolist() == [9, 3]
    assert y.sum() == 2


def test_the_fingerprint_changes_with_any_pixel_or_label(toy_data: Dataset) -> None:
    pixel, label = toy_data.images.clone(), toy_data.labels.clone()
    pixel[5, 5] += 1
    label[5] = (label[5] + 1) % 10
    prints = {
        d.fingerprint() for d in (toy_data, Dataset("a", pixel, toy_data.labels), Dataset("b", toy_data.images, label))
    }
    assert len(prints) == 3


@pytest.mark.parametrize("file", ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
@pytest.mark.parametrize("damage", ["truncated", "empty", "noise"])
def test_a_damaged_mnist_file_is_named_with_the_remedy(tmp_path: Path, file: str, damage: str) -> None:
    path = write_mnist(tmp_path) / "MNIST" / "raw" / file
    content = {"truncated": path.read_bytes()[:-100], "empty": b"", "noise": b"\x07" * 400}[damage]
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"training files of mnist in .* damaged or of the wrong size.*--data-dir"):
        load_dataset("mnist", tmp_path)


def test_images_and_labels_of_different_counts_are_refused(tmp_path: Path) -> None:
    write_mnist(tmp_path)
    write_idx(tmp_path / "MNIST" / "raw" / "train-labels-idx1-ubyte", np.zeros(9, np.uint8))
    with pytest.raises(UserError, match="wrong size"):
        load_dataset("mnist", tmp_path)


def test_images_of_another_shape_are_refused(tmp_path: Path) -> None:
    write_mnist(tmp_path)
    write_idx(tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte", np.zeros((512, 32, 32), np.uint8))
    with pytest.raises(UserError, match="wrong size"):
        load_dataset("mnist", tmp_path)


def write_typed(path: Path, code: int, array: np.ndarray) -> None:
    """An IDX file of values of any type, by its code."""
    path.write_bytes(struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape) + array.tobytes())


def test_pixels_that_are_no_bytes_are_refused_by_name(tmp_path: Path) -> None:
    path = write_mnist(tmp_path) / "MNIST" / "raw" / "train-images-idx3-ubyte"
    write_typed(path, 13, np.zeros((512, 28, 28), ">f4"))
    with pytest.raises(UserError, match=r"train-images-idx3-ubyte holds torch\.float32, not bytes 0 … 255"):
        load_dataset("mnist", tmp_path)


@pytest.mark.parametrize(
    ("code", "labels", "said"),
    [
        (8, np.zeros((), "u1"), r"torch\.uint8 \[\]"),
        (8, np.zeros((512, 2), "u1"), r"torch\.uint8 \[512, 2\]"),
        (13, np.zeros(512, ">f4"), r"torch\.float32 \[512\]"),
    ],
)
def test_labels_of_another_shape_or_type_are_refused_by_name(
    tmp_path: Path, code: int, labels: np.ndarray, said: str
) -> None:
    write_typed(write_mnist(tmp_path) / "MNIST" / "raw" / "train-labels-idx1-ubyte", code, labels)
    with pytest.raises(UserError, match=f"train-labels-idx1-ubyte holds {said}, not whole numbers in 1 dimension"):
        load_dataset("mnist", tmp_path)


def test_a_failed_download_names_what_was_tried_and_both_remedies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.MNIST, "mirrors", ["http://127.0.0.1:9/mnist/"])  # nothing listens on port 9
    (tmp_path / "mine").mkdir()
    for folder in ("mine", "mistyped/data"):
        with pytest.raises(UserError, match=r"tried http://127.0.0.1:9/mnist/\. Try again.*--data-dir"):
            load_dataset("mnist", tmp_path / folder)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine", "mistyped"]  # no trace of what failed


@pytest.mark.parametrize("picture", ["seven.png", "7/seven.JPG"])
def test_nothing_is_downloaded_into_a_makers_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: str
) -> None:
    monkeypatch.setattr(datasets.MNIST, "mirrors", ["http://127.0.0.1:9/mnist/"])
    (tmp_path / picture).parent.mkdir(exist_ok=True)
    (tmp_path / picture).write_bytes(b"")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=f"holds pictures.*{picture}.*add --dataset folder to train on them"):
        load_dataset("mnist", tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_is_no_folder_of_data(tmp_path: Path) -> None:
    (tmp_path / "seven.png").write_bytes(b"")
    for name in ("mnist", "folder"):
        with pytest.raises(UserError, match=r"seven.png is a file: name .*--data-dir"):
            load_dataset(name, tmp_path / "seven.png")


@pytest.mark.parametrize(("there", "missing"), [("images-idx3", "labels-idx1"), ("labels-idx1", "images-idx3")])
def test_half_of_mnist_names_the_other_half(tmp_path: Path, there: str, missing: str) -> None:
    (tmp_path / f"train-{there}-ubyte.gz").write_bytes(b"")
    with pytest.raises(UserError, match=f"train-{there}-ubyte.gz is there and train-{missing}-ubyte .* is not: put it"):
        load_dataset("mnist", tmp_path)


def test_downloaded_archives_are_unpacked_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever fetched the four .gz files by hand is served too."""
    raw = write_mnist(tmp_path) / "MNIST" / "raw"
    resources = []
    for path in sorted(raw.iterdir()):
        archive = path.with_name(path.name + ".gz")
        archive.write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
        resources.append((archive.name, None))
    monkeypatch.setattr(datasets.MNIST, "resources", resources)
    monkeypatch.setattr(datasets.MNIST, "mirrors", ["http://127.0.0.1:9/mnist/"])
    assert len(load_dataset("mnist", tmp_path)) == 512


@pytest.mark.parametrize("place", ["", "raw", "MNIST/raw"])
@pytest.mark.parametrize("zipped", [False, True])
def test_mnists_own_files_are_found_where_people_put_them(tmp_path: Path, place: str, zipped: bool) -> None:
    (tmp_path / "mine" / place).mkdir(parents=True)
    for path in (write_mnist(tmp_path / "whole") / "MNIST" / "raw").iterdir():
        content = gzip.compress(path.read_bytes()) if zipped else path.read_bytes()
        (tmp_path / "mine" / place / (path.name + ".gz" * zipped)).write_bytes(content)
    for train, count in ((True, 512), (False, 256)):
        assert len(load_dataset("mnist", tmp_path / "mine", train=train, download=False)) == count


def test_kaggles_names_of_the_files_are_understood(tmp_path: Path) -> None:
    for path in (write_mnist(tmp_path) / "MNIST" / "raw").iterdir():
        path.rename(tmp_path / path.name.replace("-idx", ".idx"))
    assert len(load_dataset("mnist", tmp_path, download=False)) == 512


def test_where_files_are_missing_the_layout_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = (
        "train-images-idx3-ubyte and train-labels-idx1-ubyte (or the same with .gz), in it or in its FashionMNIST/raw"
    )
    with pytest.raises(DatasetNotFoundError, match=f"fashion-mnist is not in .*: {re.escape(layout)}"):
        load_dataset("fashion-mnist", tmp_path, download=False)
    monkeypatch.setattr(datasets.FashionMNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(UserError, match=f"--data-dir: {re.escape(layout)}"):
        load_dataset("fashion-mnist", tmp_path)


def test_qmnists_labels_are_the_first_of_its_columns(tmp_path: Path) -> None:
    images, labels = blobs(30)
    columns = np.stack([labels] + [np.full(30, n) for n in range(7)], axis=1).astype(">i4")
    write_idx(tmp_path / "QMNIST" / "raw" / "qmnist-train-images-idx3-ubyte", images)
    path = tmp_path / "QMNIST" / "raw" / "qmnist-train-labels-idx2-int"
    path.write_bytes(bytes([0, 0, 12, 2]) + struct.pack(">2I", 30, 8) + columns.tobytes())
    data = load_dataset("qmnist", tmp_path)
    np.testing.assert_array_equal(data.labels, labels)
    write_idx(path, labels)
    with pytest.raises(UserError, match=r"idx2-int holds torch\.uint8 \[30\], not whole numbers in 2 dimensions"):
        load_dataset("qmnist", tmp_path)


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    for path in (write_mnist(tmp_path) / "MNIST" / "raw").iterdir():
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes())[:-300])
        path.unlink()
    with pytest.raises(UserError, match="train-images-idx3-ubyte.gz is a damaged archive"):
        load_dataset("mnist", tmp_path)


def test_the_description_says_count_and_classes(toy_data: Dataset, mnist_dir: Path) -> None:
    assert load_dataset("mnist", mnist_dir).description() == "mnist: 512 images, 10 classes of 51 … 52"
    assert Dataset("toy", toy_data.images[:5], None).description() == "toy: 5 images, without labels"


def test_a_preview_shows_each_class_in_its_column(toy_data: Dataset) -> None:
    assert toy_data.labels is not None
    some = toy_data.labels < 9  # none of class 9
    data = Dataset("toy", toy_data.images[some][:45], toy_data.labels[some][:45])  # five of each
    picture = 255 - np.asarray(Image.open(io.BytesIO(data.preview())).convert("L"))
    assert picture.shape == (5 * 56, 10 * 56)
    cells = picture[::2, ::2].reshape(5, 28, 10, 28).swapaxes(1, 2)
    third = data.images[data.labels == 3].view(-1, 28, 28)  # type: ignore[index]
    np.testing.assert_array_equal(cells[:, 3], third)
    assert cells[:, 9].max() == 0


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (12, 2), (1000, 10)])
def test_a_preview_without_labels_takes_images_from_all_over(toy_data: Dataset, count: int, rows: int) -> None:
    picture = Image.open(io.BytesIO(Dataset("toy", toy_data.images[:count], None).preview()))
    assert picture.size == (560, rows * 56)


@pytest.mark.parametrize(("name", "folder"), [("fashion-mnist", "FashionMNIST"), ("kmnist", "KMNIST")])
def test_mnists_siblings_are_read_from_their_own_folders(tmp_path: Path, name: str, folder: str) -> None:
    write_mnist(tmp_path)
    (tmp_path / "MNIST").rename(tmp_path / folder)
    data = load_dataset(name, tmp_path)  # type: ignore[arg-type]
    assert (data.name, len(data)) == (name, 512)


def test_emnist_is_turned_upright(tmp_path: Path) -> None:
    images, labels = blobs(40)
    raw = tmp_path / "EMNIST" / "raw"
    for part in ("train", "test"):
        write_idx(raw / f"emnist-digits-{part}-images-idx3-ubyte", images.transpose(0, 2, 1))  # as NIST stores them
        write_idx(raw / f"emnist-digits-{part}-labels-idx1-ubyte", labels)
    data = load_dataset("emnist-digits", tmp_path)
    np.testing.assert_array_equal(data.images.numpy(), images.reshape(40, 784))


def save_images(folder: Path, count: int, size: tuple[int, int], mode: str = "L", value: int | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for i, image in enumerate(blobs(count)[0]):
        pixels = image if value is None else np.full_like(image, value)
        Image.fromarray(pixels).resize(size).convert(mode).save(folder / f"{i}.png")


def test_a_folder_of_any_images_becomes_small_grey_digits(tmp_path: Path) -> None:
    save_images(tmp_path / "3", 4, (56, 56), "RGB")
    save_images(tmp_path / "8", 2, (28, 28), "RGBA")
    data = load_dataset("folder", tmp_path)
    assert data.images.shape == (6, 784)
    assert data.labels is not None
    assert data.labels.tolist() == [3, 3, 3, 3, 8, 8]


def test_dark_ink_on_light_paper_is_inverted_and_said(tmp_path: Path) -> None:
    for i, image in enumerate(blobs(3)[0]):
        Image.fromarray(255 - image).resize((40, 30)).save(tmp_path / f"{i}.png")
    data = load_dataset("folder", tmp_path)
    assert data.images[:, 0].max() < 5
    assert data.labels is None
    assert data.description() == (
        "folder: 3 images, without labels; scaled from 40×30; 3 inverted, from dark ink on lighter paper; "
        "3 padded to a square"
    )


def test_bad_folders_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no folder .*absent"):
        load_dataset("folder", tmp_path / "absent")
    with pytest.raises(UserError, match="holds no images"):
        load_dataset("folder", tmp_path)
    save_images(tmp_path / "1", 2, (28, 28))
    save_images(tmp_path / "cats", 1, (28, 28))
    with pytest.raises(UserError, match=r"some don't \(.*cats"):
        load_dataset("folder", tmp_path)
    (tmp_path / "1" / "text.png").write_text("no image")
    with pytest.raises(UserError, match=r"text.png is not an image"):
        load_dataset("folder", tmp_path)
