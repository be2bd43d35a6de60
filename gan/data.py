"""An MNIST-like data set as one uint8 tensor. It is small enough to stay on the device, so a batch is one indexing."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torchvision import datasets

from gan import mnist_files
from gan.config import IMAGE_SIZE, NUM_CLASSES, PIXELS, DatasetName
from gan.errors import UserError, one_line
from gan.image_folder import first_picture, read_image_folder
from gan.images import grid_png

_TORCHVISION: dict[str, Callable[..., Any]] = {
    "mnist": datasets.MNIST,
    "fashion-mnist": datasets.FashionMNIST,
    "kmnist": datasets.KMNIST,
    "emnist-digits": lambda root, **kw: datasets.EMNIST(root, split="digits", **kw),
    "qmnist": datasets.QMNIST,
}
SHOWN = 10  # rows and columns of a preview


@dataclass(frozen=True)
class Dataset:
    """Images `uint8 [N, 784]` (0 = paper, 255 = ink) and labels `int64 [N]` in 0 … 9, or None where there are none."""

    name: str
    images: Tensor
    labels: Tensor | None
    notes: tuple[str, ...] = ()
    """What was converted and what was left out, in a few words each."""

    def __len__(self) -> int:
        return len(self.images)

    def to(self, device: torch.device) -> "Dataset":
        labels = None if self.labels is None else self.labels.to(device)
        return replace(self, images=self.images.to(device), labels=labels)

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor | None]:
        """Images `float32 [B, 784]` in −1 … 1, and class weights `float32 [B, 10]` where there are labels."""
        images = self.images[indices].to(torch.float32).mul_(2 / 255).sub_(1)
        if self.labels is None:
            return images, None
        return images, torch.nn.functional.one_hot(self.labels[indices], NUM_CLASSES).to(torch.float32)

    def split(self) -> tuple["Dataset", "Dataset"]:
        """A training and a test part of a data set that has none: every sixth image is for tests, as many as MNIST
        has."""
        test = torch.arange(len(self)) % 6 == 5

        def part(rows: Tensor) -> Dataset:
            return replace(self, images=self.images[rows], labels=None if self.labels is None else self.labels[rows])

        return part(~test), part(test)

    def fingerprint(self) -> str:
        """16 hex digits that change with the data, so that a run is only resumed on its own."""
        digest = hashlib.sha256(self.images.cpu().numpy().tobytes())
        if self.labels is not None:
            digest.update(self.labels.cpu().numpy().tobytes())
        return digest.hexdigest()[:16]

    def class_counts(self) -> Tensor | None:
        """How many images each class has, `int64 [10]`; None without labels."""
        return None if self.labels is None else torch.bincount(self.labels, minlength=NUM_CLASSES)

    def description(self) -> str:
        """One line for the person who loads it: how many images, their classes, and what was converted."""
        counts = self.class_counts()
        if counts is None:
            classes = "without labels"
        else:
            there = counts[counts > 0]
            each = f"{there.min():,}" if there.min() == there.max() else f"{there.min():,} … {there.max():,}"
            classes = f"{len(there)} class{'es' if len(there) > 1 else ''} of {each}"
            if len(there) < NUM_CLASSES:
                classes += f" (only {', '.join(str(c) for c in range(NUM_CLASSES) if counts[c])})"
        return "; ".join([f"{self.name}: {len(self):,} image{'s' * (len(self) != 1)}, {classes}", *self.notes])

    def absent_classes(self) -> list[int]:
        """Those of the classes 0 … 9 that no image has; none without labels."""
        counts = self.class_counts()
        return [] if counts is None else (counts == 0).nonzero()[:, 0].tolist()

    def preview(self) -> bytes:
        """A PNG of up to a hundred of the images, as the networks see them: where there are labels, a column of each
        class (empty where it has none), otherwise some from all over the data set."""
        cells = torch.zeros(SHOWN, SHOWN, PIXELS, dtype=torch.uint8)  # [row, column, pixel]
        if self.labels is None:
            rows = torch.linspace(0, len(self) - 1, min(len(self), SHOWN**2)).long()
            cells.view(SHOWN**2, PIXELS)[: len(rows)] = self.images[rows].cpu()
        else:
            for c in range(SHOWN):
                rows = (self.labels == c).nonzero()[:SHOWN, 0]
                cells[: len(rows), c] = self.images[rows].cpu()
        used = cells.flatten(1).any(dim=1).nonzero().max().item() + 1 if cells.any() else 1
        shown = cells[: int(used)].view(-1, IMAGE_SIZE, IMAGE_SIZE).numpy()
        return grid_png(shown, columns=SHOWN, scale=2)


class DatasetNotFoundError(UserError):
    """The data set is not in the folder, and downloading was not asked for."""


def load_dataset(name: DatasetName, folder: Path, *, train: bool = True, download: bool = True) -> Dataset:
    """The training (or test) part of a data set in `folder`: its files lie there as torchvision lays them out, or
    directly, gzipped or not; where they don't, they are downloaded in torchvision's layout.

    The name "folder" means images of any size in the folder itself, see `load_image_folder`; it has no test part.

    Raises:
        DatasetNotFoundError: it is not there and `download` is off.
        UserError: the download failed, the folder holds something else, or a file is damaged or of the wrong size; the
            message says what to do.
    """
    if name == "folder":
        return load_image_folder(folder)
    layout = mnist_files.LAYOUTS[name]
    files = layout.find(folder, train=train)
    if files is None:
        if not download:
            raise DatasetNotFoundError(f"{name} is not in {folder}: {layout.words(train=train)}")
        check_is_for_downloads(name, folder, train)
        print(f"{name} is not in {folder}: downloading it there")
        _download(name, folder, train)
        files = layout.find(folder, train=train)
    part = "training" if train else "test"
    try:
        if files is None:
            raise ValueError("not what was to be downloaded")
        pixels, labels = (torch.from_numpy(_native(mnist_files.read(path))) for path in (files.images, files.labels))
        if pixels.dtype != torch.uint8:
            raise ValueError(f"{files.images.name} holds {pixels.dtype}, not bytes 0 … 255")
        dimensions = 2 if name == "qmnist" else 1
        if labels.ndim != dimensions or labels.is_floating_point():
            wanted = f"whole numbers in {dimensions} dimension{'s' * (dimensions > 1)}"
            raise ValueError(f"{files.labels.name} holds {labels.dtype} {list(labels.shape)}, not {wanted}")
        if name == "qmnist":
            labels = labels[:, 0]  # the other columns say who wrote the digit
        if name == "emnist-digits":
            pixels = pixels.transpose(1, 2)  # EMNIST stores its images transposed
        if pixels.ndim != 3 or tuple(pixels.shape[1:]) != (IMAGE_SIZE, IMAGE_SIZE) or len(pixels) != len(labels):
            raise ValueError(f"{tuple(pixels.shape)} images, {tuple(labels.shape)} labels")
        if len(labels) == 0 or int(labels.min()) < 0 or int(labels.max()) >= NUM_CLASSES:
            raise ValueError("labels must be in 0 … 9, and at least one")
    except (ValueError, IndexError, OSError) as error:
        raise UserError(
            f"the {part} files of {name} in {folder} are damaged or of the wrong size ({one_line(error)}). "
            f"Delete them and run again to download them, or name another folder with --data-dir."
        ) from None
    return Dataset(name, pixels.contiguous().view(-1, PIXELS), labels.long())


def _native(array: Any) -> Any:
    """An array of this machine's byte order, in memory of its own."""
    return array.astype(array.dtype.newbyteorder("="))


def check_is_for_downloads(name: DatasetName, folder: Path, train: bool) -> None:
    """Refuse to download into a folder that was meant for something else."""
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise UserError(f"{folder} is a file: name a folder with --data-dir")
    if half := mnist_files.LAYOUTS[name].half(folder, train=train):
        there, missing = half
        raise UserError(
            f"{there} is there and {missing} (or the same with .gz) is not: put it beside it, or name another folder "
            f"with --data-dir"
        )
    if os.path.isdir(folder) and (picture := first_picture(folder)):
        raise UserError(
            f"{name} is not in {folder}, which holds pictures ({picture}): add --dataset folder to train on them, or "
            f"name another folder for {name} with --data-dir"
        )


def _download(name: str, folder: Path, train: bool) -> None:
    layout = mnist_files.LAYOUTS[name]
    places = (folder / layout.folder / "raw", folder / layout.folder, folder)
    new = [path for path in places if not os.path.exists(path)]
    try:
        _TORCHVISION[name](str(folder), train=train, download=True)
    except (RuntimeError, OSError, ValueError) as error:
        mirrors = getattr(_TORCHVISION[name], "mirrors", None) or [getattr(_TORCHVISION[name], "url", "its web site")]
        raise UserError(
            f"{name} could not be downloaded to {folder} ({one_line(error)}); tried {', '.join(mirrors)}. "
            f"Try again when the network is back, or name a folder that holds it with --data-dir: "
            f"{layout.words(train=train)}."
        ) from None
    finally:
        for path in new:
            with suppress(OSError):  # it holds something, or was never made
                path.rmdir()


def load_image_folder(folder: Path) -> Dataset:
    """Your own images of any size and format, made grey and 28×28; folders named 0 … 9 give labels.

    Each image whose background is light, judged by its own border, is inverted, since 0 is paper here. See
    `gan.image_folder` for the rest.

    Raises:
        UserError: no such folder, no images in it, files that are no images, blank images, or only some with a label.
    """
    found = read_image_folder(folder)
    labels = None if found.labels is None else torch.from_numpy(found.labels)
    return Dataset("folder", torch.from_numpy(found.images).view(-1, PIXELS), labels, found.notes)
