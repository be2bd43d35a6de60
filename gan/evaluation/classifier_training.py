"""Train the classifier that judges generators: `python -m gan.evaluation.classifier_training [--dataset NAME]`."""

import hashlib
import math
import os
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import safetensors.torch
import torch
import torch.nn.functional as F
import tyro
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gan.config import IMAGE_SIZE, DatasetName
from gan.console import print_everywhere
from gan.data import Dataset, load_dataset
from gan.errors import ModelError, UserError, listed
from gan.evaluation.classifier import WEIGHTS, Classifier, as_input, calibrate, read_classifier_config
from gan.evaluation.reference import FILE, FLOOR_SAMPLES, Reference, make_reference
from gan.evaluation.standard import classifier_folder, obstacle_to_a_classifier
from gan.files import check_writable, to_json, write_together
from gan.model_folder import CONFIG

WHAT = "digit classifier: features and readings for gan.evaluation"  # by which config.json is known as ours
LEAST_STEPS = 3000  # six times the memory of the moving average of the weights


@dataclass(frozen=True, kw_only=True)
class Training:
    """How the bundled classifier is trained: 8 minutes on one CPU core."""

    epochs: int = 12
    """More where the data set is small, so that they come to 3,000 steps."""
    batch_size: int = 128
    learning_rate: float = 3e-3
    """The peak of a one-cycle schedule (Smith & Topin 2018)."""
    weight_decay: float = 0.01
    average_decay: float = 0.998
    """Of the moving average of the weights, whose memory is about one epoch long."""
    rotation: float = 10.0
    """Degrees either way. People write with more or less slant, size and shift: so do these three."""
    zoom: float = 0.1
    shift: float = 2.0
    """Pixels either way."""
    seed: int = 0
    """Determines the initial weights, the order of the digits and how they are varied, 0 … 2³²−1."""

    def __post_init__(self) -> None:
        def require(ok: bool, name: str, allowed: str) -> None:
            if not ok:
                raise UserError(f"--{name.replace('_', '-')} must be {allowed}, not {getattr(self, name)}")

        require(1 <= self.epochs <= 100_000, "epochs", "from 1 to 100000")
        require(self.batch_size >= 2, "batch_size", "at least 2")  # of one digit BatchNorm knows no variance
        require(0 < self.learning_rate <= 1, "learning_rate", "above 0 and at most 1")
        require(0 <= self.weight_decay <= 1, "weight_decay", "from 0 to 1")
        require(0 <= self.average_decay < 1, "average_decay", "from 0 to below 1")
        require(0 <= self.rotation <= 180, "rotation", "from 0 to 180")
        require(0 <= self.zoom < 1, "zoom", "from 0 to below 1")
        require(0 <= self.shift <= IMAGE_SIZE, "shift", f"from 0 to {IMAGE_SIZE}")
        require(0 <= self.seed < 2**32, "seed", f"from 0 to {2**32 - 1} (2³²−1)")

    def lengthened(self, images: int) -> "Training":
        """The same for a data set of this many images, with epochs enough for it."""
        return replace(self, epochs=max(self.epochs, math.ceil(LEAST_STEPS / max(images // self.batch_size, 1))))


def train(data: Dataset, options: Training) -> Classifier:
    """A classifier trained on a labelled data set, calibrated and in evaluation mode.

    Raises:
        UserError: it has no labels, or fewer images than a batch.
    """
    images, labels = _images_and_labels(data)
    steps = len(images) // options.batch_size
    if steps == 0:
        raise UserError(
            f"--batch-size must be at most {len(images)}, the training digits that {data.name} has, "
            f"not {options.batch_size}"
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed)  # the initial weights
        classifier = Classifier().to(memory_format=torch.channels_last)
    random = torch.Generator().manual_seed(options.seed)  # order and augmentation
    average = AveragedModel(
        classifier, multi_avg_fn=get_ema_multi_avg_fn(options.average_decay), use_buffers=True
    )  # BatchNorm's statistics are averaged too
    optimizer = torch.optim.AdamW(classifier.parameters(), weight_decay=options.weight_decay, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.learning_rate, total_steps=options.epochs * steps, pct_start=0.2
    )
    start = time.monotonic()
    for epoch in range(options.epochs):
        losses = 0.0
        order = torch.randperm(len(images), generator=random)[: steps * options.batch_size]
        for batch in order.split(options.batch_size):
            varied = _vary(as_input(images[batch]), options, random)
            loss = F.cross_entropy(classifier(varied), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            average.update_parameters(classifier)
            losses += loss.item()
        minutes = (time.monotonic() - start) / 60
        print(f"epoch {epoch + 1}/{options.epochs}: loss {losses / steps:.4f}, {minutes:.1f} min", flush=True)
    result = average.module
    assert isinstance(result, Classifier)
    result.eval().requires_grad_(False)
    calibrate(result, images)
    return result


def _vary(images: Tensor, options: Training, random: torch.Generator) -> Tensor:
    """Images `[N, 1, 28, 28]`, each rotated, zoomed and shifted a little at random."""

    def uniform(limit: float) -> Tensor:
        return (torch.rand(len(images), generator=random) * 2 - 1) * limit

    angle, zoom = uniform(math.radians(options.rotation)), 1 + uniform(options.zoom)
    cosine, sine = zoom * angle.cos(), zoom * angle.sin()
    to_grid = 2 / IMAGE_SIZE  # pixels in the units of affine_grid, whose image spans −1 … 1
    theta = torch.stack(
        [cosine, -sine, uniform(options.shift * to_grid), sine, cosine, uniform(options.shift * to_grid)], dim=1
    ).view(-1, 2, 3)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def accuracy(classifier: Classifier, data: Dataset) -> float:
    """The share of a labelled data set's images that are read as their labels."""
    images, labels = _images_and_labels(data)
    return (classifier.read(images)[0] == labels).double().mean().item()


def _images_and_labels(data: Dataset) -> tuple[Tensor, Tensor]:
    if data.labels is None:
        raise UserError(f"{data.name} has no labels: the classifier learns from labelled digits only")
    return data.images.view(-1, IMAGE_SIZE, IMAGE_SIZE), data.labels


def save(
    classifier: Classifier,
    reference: Reference,
    folder: Path,
    *,
    training: Training,
    test_accuracy: float,
    data: Dataset | None = None,
) -> None:
    """Write the classifier's folder; config.json last, so that its hashes always match."""
    files = {
        name: safetensors.torch.save({key: t.contiguous() for key, t in module.state_dict().items()})
        for name, module in ((WEIGHTS, classifier), (FILE, reference))
    }
    config = {
        "what": WHAT,
        "training": asdict(training),
        **({"dataset": data.name, "dataset_fingerprint": data.fingerprint()} if data else {}),
        "test_accuracy": test_accuracy,
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    contents: dict[str, bytes | str] = {**files, CONFIG: to_json(config)}
    write_together({folder / name: content for name, content in contents.items()})


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds something else than a classifier, or can't be written, before minutes are spent.

    Raises:
        UserError: which of the two, and what is there.
    """
    held = sorted(path.name for path in folder.glob("[!.]*")) if os.path.isdir(folder) else []
    if set(held) - {WEIGHTS, FILE} and not _is_a_classifiers(folder):
        raise UserError(
            f"{folder} is no classifier's folder: it holds {listed(held)}, which could be overwritten. Nothing was "
            f"touched; choose a new or an empty --output-dir"
        )
    check_writable(folder)


def _is_a_classifiers(folder: Path) -> bool:
    try:
        return read_classifier_config(folder).get("what") == WHAT
    except ModelError:
        return False


# The command


@dataclass(frozen=True, kw_only=True)
class Options:
    """Train the digit classifier that gan.evaluation judges with."""

    dataset: DatasetName = "mnist"
    """What to learn; `folder` reads images of one's own, with labels from folders 0 … 9."""
    data_dir: Path = Path("data")
    """Folder of the data set in torchvision's layout; downloaded there if missing. For `folder`: the images."""
    output_dir: Path | None = None
    """Where to write the classifier, and the reference numbers of the real digits beside it: by default where training
    and evaluation look for it."""
    training: Training = field(default_factory=Training)


def main(arguments: list[str] | None = None) -> int:
    """Train, test, save. Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    try:
        options = tyro.cli(
            Options,
            args=arguments,
            prog="python -m gan.evaluation.classifier_training",
            config=(tyro.conf.OmitArgPrefixes,),
        )
    except UserError as error:  # a value of the right type, out of its range
        print(f"gan.evaluation.classifier_training: {error}", file=sys.stderr)
        return 2
    try:
        data = load_dataset(options.dataset, options.data_dir)
        if options.dataset == "mnist" and len(data) < max(FLOOR_SAMPLES):  # the bundled floors are all measured
            raise UserError(f"the reference needs {max(FLOOR_SAMPLES)} training digits, and mnist has {len(data)}")
        if obstacle := obstacle_to_a_classifier(data):  # said now rather than after the training
            raise UserError(f"{obstacle}, so none can be trained")
        folder = options.output_dir or classifier_folder(data.name, data.fingerprint())
        check_folder(folder)
        print(data.description(), flush=True)
        if options.dataset == "folder":
            real, test = data.split()
        else:
            real, test = data, load_dataset(options.dataset, options.data_dir, train=False)
        training = options.training.lengthened(len(real))
        classifier = train(real, training)
        right = accuracy(classifier, test)
        save(classifier, make_reference(classifier, data), folder, training=training, test_accuracy=right, data=data)
    except UserError as error:
        print(f"gan.evaluation.classifier_training: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("gan.evaluation.classifier_training: interrupted", file=sys.stderr)
        return 130
    print(f"{right:.2%} of the test digits read right; saved in {folder}")
    return 0


if __name__ == "__main__":
    print_everywhere()
    sys.exit(main())
