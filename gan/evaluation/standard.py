"""What generators of a data set are measured by: a classifier that was trained on it and its reference, if it has them.

MNIST's are bundled. `python -m gan.evaluation.classifier_training --dataset …` makes those of other labelled data, in
the folder `classifiers`. Without them a few figures are left that need pixels alone.
"""

from dataclasses import dataclass
from pathlib import Path

import torch

from gan.console import command_line, python
from gan.data import Dataset
from gan.errors import ModelError
from gan.evaluation.classifier import FOLDER, Classifier, load_classifier, read_classifier_config
from gan.evaluation.metrics import nearest_in_set
from gan.evaluation.reference import CLASS_MINIMUM, MINIMUM, Reference, load_reference
from gan.model_folder import CONFIG

CLASSIFIERS = Path("classifiers")
COMPARED = 1000  # images whose likeness to each other is measured


@dataclass(frozen=True)
class Standard:
    """What the generators of one data set are measured by.

    Attributes:
        classifier, reference: None where there are none
        nearest: the median distance of real images to the most similar other one, see `metrics.nearest_in_set`
        missing: which figures can't be had, and why; "" where all can
    """

    classifier: Classifier | None
    reference: Reference | None
    nearest: float = 0.0
    missing: str = ""


def standard_of(data: Dataset, data_dir: Path) -> Standard:
    """The standard of a data set that was loaded from `data_dir`.

    Raises:
        ModelError: its classifier is damaged, or was trained on other data.
    """
    folder = classifier_folder(data.name, data.fingerprint())
    if (folder / CONFIG).is_file():
        trained_on = read_classifier_config(folder).get("dataset_fingerprint")
        if folder != FOLDER and trained_on != data.fingerprint():
            raise ModelError(
                f"the classifier in {folder} was trained on other images than these of {data_dir}: move it away, and "
                f"train one with {training_command(data.name, data_dir)}"
            )
        return Standard(load_classifier(folder), load_reference(folder))
    random = torch.Generator().manual_seed(0)
    some = data.images[torch.randperm(len(data), generator=random)[:COMPARED]]
    missing = "no distance, no classes and no readings are measured, only how alike the images are: "
    obstacle = obstacle_to_a_classifier(data)
    missing += (
        obstacle or f"there is no classifier of this data yet; {training_command(data.name, data_dir)} trains one"
    )
    return Standard(None, None, nearest_in_set(some), missing)


def classifier_folder(name: str, fingerprint: str) -> Path:
    """Where the classifier of a data set lies; of one's own images each set has its own."""
    if name == "mnist":
        return FOLDER
    return CLASSIFIERS / (f"{name}-{fingerprint[:8]}" if name == "folder" else name)


def training_command(name: str, data_dir: Path) -> str:
    """What trains the classifier of a data set."""
    return command_line(
        [python(), "-m", "gan.evaluation.classifier_training", "--dataset", name, "--data-dir", str(data_dir)]
    )


def obstacle_to_a_classifier(data: Dataset) -> str | None:
    """Why no classifier can learn a data set and count its classes; None if one can."""
    counts = data.class_counts()
    if counts is None:
        return f"the images of {data.name} have no labels"
    if len(data) < MINIMUM:
        return f"{data.name} has {len(data):,} images, and a classifier with its reference needs {MINIMUM:,}"
    if counts.min() < CLASS_MINIMUM:
        few = ", ".join(f"{c} has {int(n)}" for c, n in enumerate(counts) if n < CLASS_MINIMUM)
        return f"each of the ten classes needs {CLASS_MINIMUM} images or more, and class {few}"
    return None
