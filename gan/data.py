"""An MNIST-like data set as one uint8 tensor. It is small enough to stay on the device, so a batch is one indexing."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor
from torchvision import datasets

from gan.config import IMAGE_SIZE, NUM_CLASSES, PIXELS, DatasetName
from gan.errors import UserError, one_line

_TORCHVISION: dict[str, Callable[..., Any]] = {
    "mnist": datasets.MNIST,
    "fashion-mnist": datasets.FashionMNIST,
    "kmnist": datasets.KMNIST,
    "emnist-digits": lambda root, **kw: datasets.EMNIST(root, split="digits", **kw),
    "qmnist": datasets.QMNIST,
}
_IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}


@dataclass(frozen=True)
class Dataset:
    """Images `uint8 [N, 784]` (0 = paper, 255 = ink) and labels `int64 [N]` in 0 … 9, or None where there are none."""

    name: str
    images: Tensor
    labels: Tensor | None

    def __len__(self) -> int:
        return len(self.images)

    def to(self, device: torch.device) -> "Dataset":
        return Dataset(self.name, self.images.to(device), None if self.labels is None else self.labels.to(device))

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor | None]:
        """Images `float32 [B, 784]` in −1 … 1, and class weights `float32 [B, 10]` where there are labels."""
        images = self.images[indices].to(torch.float32).mul_(2 / 255).sub_(1)
        if self.labels is None:
            return images, None
        return images, torch.nn.functional.one_hot(self.labels[indices], NUM_CLASSES).to(torch.float32)

    def fingerprint(self) -> str:
        """16 hex digits that change with the data, so that a run is only resumed on its own."""
        digest = hashlib.sha256(self.images.cpu().numpy().tobytes())
        if self.labels is not None:
            digest.update(self.labels.cpu().numpy().tobytes())
        return digest.hexdigest()[:16]


class DatasetNotFoundError(UserError):
    """The data set is not in the folder, and downloading was not asked for."""


def load_dataset(name: DatasetName, folder: Path, *, train: bool = True, download: bool = True) -> Dataset:
    """The training (or test) part of a data set in `folder`, in torchvision's layout; downloaded there if missing.

    The name "folder" means images of any size in the folder itself, see `load_image_folder`.

    Raises:
        DatasetNotFoundError: it is not there and `download` is off.
        UserError: the download failed, or a file is damaged or of the wrong size; the message says what to do.
    """
    if name == "folder":
        return load_image_folder(folder)
    part = "training" if train else "test"
    try:
        try:
            source = _TORCHVISION[name](str(folder), train=train, download=False)
        except RuntimeError as error:
            if "not found" not in str(error):  # torchvision's "Dataset not found"; damaged files say other things
                raise
            if not download:
                raise DatasetNotFoundError(f"{name} is not in {folder}") from None
            print(f"{name} is not in {folder}: downloading it there")
            source = _download(name, folder, train)
        images, labels = source.data, torch.as_tensor(source.targets)
        if name == "qmnist":
            labels = labels[:, 0]  # the other columns say who wrote the digit
        if name == "emnist-digits":
            images = images.transpose(1, 2)  # EMNIST stores its images transposed
        if images.ndim != 3 or tuple(images.shape[1:]) != (IMAGE_SIZE, IMAGE_SIZE) or len(images) != len(labels):
            raise ValueError(f"{tuple(images.shape)} images, {tuple(labels.shape)} labels")
        if len(labels) == 0 or int(labels.min()) < 0 or int(labels.max()) >= NUM_CLASSES:
            raise ValueError("labels must be in 0 … 9, and at least one")
    except (ValueError, RuntimeError, AssertionError, IndexError, TypeError, EOFError, OSError) as error:
        raise UserError(
            f"the {part} files of {name} in {folder} are damaged or of the wrong size ({one_line(error)}). "
            f"Delete them and run again to download them, or name another folder with --data-dir."
        ) from None
    return Dataset(name, images.contiguous().view(-1, PIXELS), labels.long())


def _download(name: str, folder: Path, train: bool) -> Any:
    try:
        return _TORCHVISION[name](str(folder), train=train, download=True)
    except (RuntimeError, OSError) as error:
        mirrors = getattr(_TORCHVISION[name], "mirrors", None) or [getattr(_TORCHVISION[name], "url", "its web site")]
        raise UserError(
            f"{name} could not be downloaded to {folder} ({one_line(error)}); tried {', '.join(mirrors)}. "
            f"Try again when the network is back, or name a folder that holds it with --data-dir."
        ) from None


def load_image_folder(folder: Path) -> Dataset:
    """Your own images of any size and format, made grey and 28×28; subfolders named 0 … 9 give labels.

    Where the background is light, judged by the borders of all images together, the images are inverted, since 0 is
    paper here; a printed line says so.

    Raises:
        UserError: no such folder, no images in it, a file that is no image, or only some images with a label.
    """
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder}: name a folder of images with --data-dir")
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _IMAGE_SUFFIXES)
    if not paths:
        kinds = " ".join(sorted(_IMAGE_SUFFIXES))
        raise UserError(f"{folder} holds no images ({kinds}): name a folder of images with --data-dir")
    images = torch.stack([_read_image(path) for path in paths])  # [N, 28, 28]
    border = torch.cat([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], dim=1)
    if border.float().mean() > 127.5:
        print(f"{folder}: light backgrounds, inverted to ink on paper")
        images = 255 - images
    names = [path.parent.name for path in paths]
    labelled = [name in set("0123456789") for name in names]
    if any(labelled) and not all(labelled):
        stray = paths[labelled.index(False)]
        raise UserError(f"some images of {folder} lie in folders 0 … 9 and some don't ({stray}): move or remove those")
    labels = torch.tensor([int(name) for name in names]) if all(labelled) else None
    return Dataset("folder", images.view(-1, PIXELS), labels)


def _read_image(path: Path) -> Tensor:
    try:
        with Image.open(path) as image:
            grey = image.convert("L").resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.LANCZOS)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"{path} is not an image that Pillow can read ({one_line(error)}): remove it") from None
    return torch.frombuffer(bytearray(grey.tobytes()), dtype=torch.uint8).view(IMAGE_SIZE, IMAGE_SIZE)
