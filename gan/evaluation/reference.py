"""What the real digits look like to the classifier, in a few numbers that ship beside it: enough to watch a generator
while it trains, without judging 60,000 digits first."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from gan.config import IMAGE_SIZE
from gan.data import Dataset
from gan.errors import UserError
from gan.evaluation.classifier import FOLDER, NUM_FEATURES, Classifier, read_config
from gan.evaluation.metrics import Moments, class_spreads, frechet_distance
from gan.model_folder import expected_sha256, load_weights

FILE = "reference.safetensors"
FLOOR_SAMPLES = (500, 1000, 2000, 5000, 10000)
FLOOR_DRAWS = 30  # a floor is their mean: single draws of 10,000 range from 0.2 to 0.6, by their luck with the classes


class Reference(nn.Module):
    """Buffers only, a module so that it is saved and verified as weights are."""

    count: Tensor
    """`int64 []`, with sums and products the moments of the training digits' features"""
    sums: Tensor
    products: Tensor
    spreads: Tensor
    """`float64 [10]`, see `class_spreads`"""
    class_counts: Tensor
    """`int64 [10]`, how many training digits each class has"""
    floors: Tensor
    """`float64 [5]`, the distance to all of so many training digits drawn at random"""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))
        self.register_buffer("sums", torch.zeros(NUM_FEATURES, dtype=torch.float64))
        self.register_buffer("products", torch.zeros(NUM_FEATURES, NUM_FEATURES, dtype=torch.float64))
        self.register_buffer("spreads", torch.zeros(10, dtype=torch.float64))
        self.register_buffer("class_counts", torch.zeros(10, dtype=torch.int64))
        self.register_buffer("floors", torch.zeros(len(FLOOR_SAMPLES), dtype=torch.float64))

    @property
    def moments(self) -> Moments:
        return Moments(self.count, self.sums, self.products)

    def floor(self, samples: float) -> float:
        """The Fréchet distance that so many real training digits would have, between the measured counts interpolated
        (a power law, as the bias is) and outside them extended."""
        x, y = np.log(FLOOR_SAMPLES), np.log(self.floors.numpy())
        at = np.log(samples)
        i = int(np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2))
        return float(np.exp(y[i] + (y[i + 1] - y[i]) / (x[i + 1] - x[i]) * (at - x[i])))


def make_reference(classifier: Classifier, training: Dataset) -> Reference:
    """The reference of the training digits.

    Raises:
        UserError: they have no labels, or are fewer than the largest floor needs.
    """
    if training.labels is None:
        raise UserError(f"{training.name} has no labels: the reference counts its classes")
    features, logits = classifier.features_and_logits(training.images.view(-1, IMAGE_SIZE, IMAGE_SIZE))
    moments = Moments.of(features)
    reference = Reference()
    reference.count, reference.sums, reference.products = moments.count, moments.sums, moments.products
    reference.spreads = class_spreads(features, logits.argmax(dim=1))
    reference.class_counts = torch.bincount(training.labels, minlength=10)
    reference.floors = torch.tensor([frechet_floor(features, moments, n) for n in FLOOR_SAMPLES], dtype=torch.float64)
    return reference


def classes_to_ask(class_counts: Tensor, samples: int, draw: int = 0) -> list[int]:
    """The classes that a class-conditional generator is asked for when it is measured, the same for each draw of one
    number: drawn at random as often as the data has them. MNIST's are unequal (9.0 … 11.2 %), and ten equal ones would
    cost even real digits 0.6 of distance, more than the floor itself."""
    shares = class_counts.double() / class_counts.sum()
    return np.random.RandomState(draw).choice(10, size=samples, p=shares.numpy()).tolist()


def frechet_floor(features: Tensor, target: Moments, samples: int) -> float:
    """The mean distance to `target` of `samples` real features drawn at random from `features [N, 64]`.

    Raises:
        UserError: there are fewer real ones.
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
    load_weights(reference, folder / FILE, expected_sha256(read_config(folder), FILE, folder))
    return reference
