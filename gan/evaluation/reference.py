"""The reference: the real digits as the classifier sees them, in a few numbers that are bundled beside it.

With it a generator can be watched while it trains, without classifying 60,000 real digits first.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from gan.config import IMAGE_SIZE, NUM_CLASSES
from gan.data import Dataset
from gan.errors import UserError
from gan.evaluation.classifier import FOLDER, NUM_FEATURES, Classifier, read_classifier_config
from gan.evaluation.metrics import Moments, class_spreads, frechet_distance
from gan.model_folder import expected_sha256, load_weights

FILE = "reference.safetensors"
FLOOR_SAMPLES = (500, 1000, 2000, 5000, 10000)
MINIMUM = 2000  # images that a reference needs: a floor needs twice its samples, and two floors make a law
CLASS_MINIMUM = 20  # of each class, for its spread
FLOOR_DRAWS = 30  # a floor is their mean: single draws of 10,000 digits range from 0.2 to 0.6


class Reference(nn.Module):
    """Buffers only: a module, so that they are saved and verified as weights are."""

    count: Tensor
    """`int64 []`, with `sums` and `products` the `Moments` of the training digits' features"""
    sums: Tensor
    products: Tensor
    spreads: Tensor
    """`float64 [10]`, their `class_spreads`"""
    class_counts: Tensor
    """`int64 [10]`, how many training digits each class has"""
    floors: Tensor
    """`float64 [5]`, for each count of `FLOOR_SAMPLES` the distance of that many random training digits to all; where
    that is more than half of them, by the law of the counts before"""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))
        self.register_buffer("sums", torch.zeros(NUM_FEATURES, dtype=torch.float64))
        self.register_buffer("products", torch.zeros(NUM_FEATURES, NUM_FEATURES, dtype=torch.float64))
        self.register_buffer("spreads", torch.zeros(NUM_CLASSES, dtype=torch.float64))
        self.register_buffer("class_counts", torch.zeros(NUM_CLASSES, dtype=torch.int64))
        self.register_buffer("floors", torch.zeros(len(FLOOR_SAMPLES), dtype=torch.float64))

    @property
    def moments(self) -> Moments:
        return Moments(self.count, self.sums, self.products)

    def floor(self, samples: float) -> float:
        """The Fréchet distance of this many random training digits to all of them.

        The bias of the distance is a power law of the count, so between the measured counts, and beyond them, such a
        law is taken through the two nearest.
        """
        return _by_power_law(FLOOR_SAMPLES, self.floors.tolist(), samples)


def _by_power_law(counts: Sequence[float], floors: Sequence[float], count: float) -> float:
    """The floor of a count, from those of at least two others in rising order."""
    x, y, at = np.log(counts), np.log(floors), np.log(count)
    i = int(np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2))
    return float(np.exp(y[i] + (y[i + 1] - y[i]) / (x[i + 1] - x[i]) * (at - x[i])))


def make_reference(classifier: Classifier, training: Dataset) -> Reference:
    """The reference of the training digits.

    Raises:
        UserError: they have no labels, or are too few for two floors.
    """
    if training.labels is None:
        raise UserError(f"{training.name} has no labels: the reference counts its classes")
    features, logits = classifier.features_and_logits(training.images.view(-1, IMAGE_SIZE, IMAGE_SIZE))
    moments = Moments.of(features)
    reference = Reference()
    reference.count, reference.sums, reference.products = moments.count, moments.sums, moments.products
    reference.spreads = class_spreads(features, logits.argmax(dim=1))
    reference.class_counts = torch.bincount(training.labels, minlength=NUM_CLASSES)
    counts = [n for n in FLOOR_SAMPLES if 2 * n <= len(features)]
    if len(counts) < 2:
        raise UserError(f"a reference needs {2 * FLOOR_SAMPLES[1]} images, and {training.name} has {len(features)}")
    floors = [frechet_floor(features, moments, n) for n in counts]
    floors += [_by_power_law(counts, floors, n) for n in FLOOR_SAMPLES[len(counts) :]]
    reference.floors = torch.tensor(floors, dtype=torch.float64)
    return reference


def classes_to_ask(class_counts: Tensor, samples: int, draw: int = 0) -> list[int]:
    """The classes that a class-conditional generator is asked for: drawn at random, as often as the data has them.

    MNIST's classes are unequal (9.0 … 11.2 %). Asked for equal ones, even real digits would be 0.6 farther away, more
    than the floor of 0.47 itself. The number of the draw determines the classes, so all generators get the same.
    """
    shares = class_counts.double() / class_counts.sum()
    return np.random.RandomState(draw).choice(NUM_CLASSES, size=samples, p=shares.numpy()).tolist()


def frechet_floor(features: Tensor, target: Moments, samples: int) -> float:
    """The mean distance to `target` of `samples` rows drawn at random from the features of real digits, `[N, 64]`.

    Raises:
        UserError: there are fewer features than samples.
    """
    if len(features) < samples:
        raise UserError(f"a floor for {samples} digits needs as many real ones, and the data has {len(features)}")
    random = torch.Generator().manual_seed(0)
    draws = [torch.randperm(len(features), generator=random)[:samples] for _ in range(FLOOR_DRAWS)]
    return sum(frechet_distance(Moments.of(features[rows]), target) for rows in draws) / FLOOR_DRAWS


@cache
def load_reference(folder: Path = FOLDER) -> Reference:
    """The reference beside the classifier in `folder`, verified; loaded once.

    Raises:
        ModelError: it is missing or damaged. The message says which.
    """
    reference = Reference()
    load_weights(reference, folder / FILE, expected_sha256(read_classifier_config(folder), FILE, folder))
    return reference
