"""How good a generator is, measured on the 8-bit images that users see. The command is `python -m gan.evaluation`.

Every figure stands beside its floor, the same figure of as many real digits: training digits, or where they would be no
measure, test digits. No generator that doesn't copy beats the floor by much. The features are those of our own small
classifier, so distances compare with each other only, not with an Inception FID (for that one there is `--inception`).
"""

from typing import Any

import torch
from torch import Tensor

from gan.config import IMAGE_SIZE, NUM_CLASSES, PIXELS
from gan.data import Dataset
from gan.errors import UserError
from gan.evaluation.classifier import Classifier, load_classifier
from gan.evaluation.metrics import (
    NEIGHBOURS,
    Moments,
    class_figures,
    diversity,
    frechet_distance,
    nearest_distances,
    nearest_in_set,
    neighbourhood_figures,
    neighbourhood_radii,
    specks_per_digit,
)
from gan.evaluation.reference import classes_to_ask, load_reference
from gan.evaluation.standard import COMPARED, Standard
from gan.networks import Generator

DRAWS = 10  # a figure is the mean of ten draws: single draws, whose classes differ by chance, differ by up to a half
NEAR_SAMPLES = 2000  # images whose nearest training digit is looked up
SMALLEST = 10  # images of each part, for figures that need no classifier
NEAR_QUANTILE = 0.01  # a near copy is nearer than 99 % of the test digits
Figures = dict[str, float]


# The quick look, for training


def quick_scores(generator: Generator, n: int = 2000, standard: Standard | None = None) -> Figures:
    """A few figures of the first `n` seeds, in seconds and without the data set.

    - frechet_train: distance to the training digits of the standard, MNIST's unless another one is given
    - frechet_train_floor: the mean distance of `n` real ones; a single draw, as this one, may lie a little below it
    - classes, class_entropy, smallest_class, largest_class: see `metrics.class_figures`
    - diversity: see `metrics.diversity`; near 0 for a collapsed generator, even one that still draws all ten classes
    - specks: see `metrics.specks_per_digit`
    - asked_digit_right, of a class-conditional generator, asked for `classes_to_ask`: the share read as the class asked

    Of a standard without a classifier:

    - pixel_diversity: see `pixel_diversity`
    - specks

    Raises:
        UserError: `n` is too small for a covariance.
    """
    standard = standard or Standard(load_classifier(), load_reference())
    classifier, reference = standard.classifier, standard.reference
    if classifier is None or reference is None:
        images = generator.sample(range(n))
        return {**pixel_diversity(images, standard.nearest), "specks": specks_per_digit(images)}
    asked = classes_to_ask(reference.class_counts, n) if generator.conditional else None
    images = generator.sample(range(n), asked)
    features, logits = classifier.features_and_logits(images)
    read = logits.argmax(dim=1)
    return {
        "frechet_train": frechet_distance(Moments.of(features), reference.moments),
        "frechet_train_floor": reference.floor(n),
        **class_figures(read),
        "diversity": diversity(features, read, reference.spreads),
        "specks": specks_per_digit(images),
        **_asked_digit_right(read, asked),
    }


def pixel_diversity(images: Tensor, nearest: float) -> Figures:
    """How much the first images of `uint8 [N, 28, 28]` differ from each other, of real ones' `nearest`; see
    `metrics.nearest_in_set`. Nothing where real ones don't differ."""
    if not nearest:
        return {}
    return {"pixel_diversity": nearest_in_set(images[:COMPARED].view(-1, PIXELS)) / nearest}


def _asked_digit_right(read: Tensor, asked: Tensor | list[int] | None) -> Figures:
    if asked is None:
        return {}
    return {"asked_digit_right": (read == torch.as_tensor(asked)).double().mean().item()}


# The full figures


class RealImages:
    """Both parts of a data set that no classifier knows, and the floor of the figures that need pixels alone.

    The floor is that of the test images.

    Attributes:
        class_counts: how many training images each class has, `int64 [10]`; None without labels
        floor: the floor of every figure
        features: where the features of distances come from, for the protocol

    Raises:
        UserError: too few images to compare.
    """

    features = "none: no classifier knows this data"

    def __init__(self, training: Dataset, test: Dataset, samples: int, draws: int = DRAWS):
        if min(len(training), len(test)) < SMALLEST:
            raise UserError(
                f"{training.name} has {len(training)} training and {len(test)} test images: figures need {SMALLEST} of "
                f"each or more"
            )
        self.name, self.samples, self.draws = training.name, samples, draws
        self.training, self.test_count = training.images, len(test)
        self.class_counts = training.class_counts()
        random = torch.Generator().manual_seed(0)
        rows = torch.randperm(len(test), generator=random)[: min(NEAR_SAMPLES, samples)]
        test_nearest = nearest_distances(test.images[rows], self.training)
        self.near_copy = test_nearest.quantile(NEAR_QUANTILE).item()
        some = training.images[torch.randperm(len(training), generator=random)[: min(COMPARED, samples)]]
        self.nearest_in_set = nearest_in_set(some)
        self.floor: Figures = {
            **({"pixel_diversity": 1.0} if self.nearest_in_set else {}),
            **self._memorisation(test_nearest),
            "specks": specks_per_digit(test.images.view(-1, IMAGE_SIZE, IMAGE_SIZE)),
        }

    def figures(self, images: Tensor, asked: list[int] | None) -> Figures:
        """The figures of generated images `uint8 [N, 28, 28]`, with the classes they were asked for, if any."""
        nearest = nearest_distances(images[:NEAR_SAMPLES].view(-1, PIXELS), self.training)
        return {
            **pixel_diversity(images, self.nearest_in_set),
            **self._memorisation(nearest),
            "specks": specks_per_digit(images),
        }

    def _memorisation(self, nearest: Tensor) -> Figures:
        return {
            "nearest_training_digit": nearest.median().item(),
            "near_copies": (nearest < self.near_copy).double().mean().item(),
        }


class RealDigits(RealImages):
    """Both parts of a data set as the classifier sees them, and the floor of every figure for a number of samples.

    Making one takes a minute or two for MNIST; any number of generators can then be measured with it.

    A figure and its floor are means over `draws`. In each draw, training digits stand in for the generator's: as many,
    of the classes that a class-conditional generator is asked for. They are part of the set that they are compared to,
    which favours them: a perfect generator of new digits comes to (N + n) / (N − n) of their distance, 1.4 times it for
    n = 10,000 of N = 60,000. Where training digits are no measure (of copying, and of drawing the class asked for), the
    floor is that of the test digits.

    Attributes:
        floor: the floor of every figure
        stand_ins: the training digits of the first draw, `uint8 [samples, 28, 28]`

    Raises:
        UserError: fewer training digits than `samples`, fewer test digits or samples than a covariance needs, or no
            labels.
    """

    def __init__(
        self,
        training: Dataset,
        test: Dataset,
        samples: int = 10_000,
        draws: int = DRAWS,
        classifier: Classifier | None = None,
    ):
        if len(training) < samples:
            raise UserError(
                f"the floor of {samples} samples needs as many training digits, and {training.name} has "
                f"{len(training)}: lower --samples"
            )
        if training.labels is None or test.labels is None:
            raise UserError(f"{training.name} has no labels, and the figures need its classes")
        super().__init__(training, test, samples, draws)
        self.classifier = classifier or load_classifier()
        self.features = f"64 of the digit classifier {self.classifier.weights}"
        class_counts = torch.bincount(training.labels, minlength=NUM_CLASSES)

        features, logits = self._classify(training.images)
        self.training_moments = Moments.of(features)
        self.test_features, test_logits = self._classify(test.images)
        self.test_moments = Moments.of(self.test_features)
        self.radii = neighbourhood_radii(self.test_features)

        random = torch.Generator().manual_seed(0)
        torch.randperm(len(test), generator=random)  # the rows of `RealImages`: the floors are those of earlier figures
        floors = []
        for draw in range(draws):
            classes = torch.tensor(classes_to_ask(class_counts, samples, draw))
            rows = _rows_of(classes, training.labels, random)
            stand_ins = training.images[rows].view(-1, IMAGE_SIZE, IMAGE_SIZE)
            if draw == 0:
                self.stand_ins = stand_ins
            specks = specks_per_digit(stand_ins)
            floors.append({**self._feature_figures(features[rows], logits[rows].argmax(dim=1)), "specks": specks})
        self.floor = {
            **_means(floors),
            **{figure: self.floor[figure] for figure in ("nearest_training_digit", "near_copies")},
            **_asked_digit_right(test_logits.argmax(dim=1), test.labels),
        }

    def figures(self, images: Tensor, asked: list[int] | None) -> Figures:
        """The figures of generated images `uint8 [N, 28, 28]`, with the classes they were asked for, if any."""
        features, logits = self.classifier.features_and_logits(images)
        read = logits.argmax(dim=1)
        nearest = nearest_distances(images[:NEAR_SAMPLES].view(-1, PIXELS), self.training)
        return {
            **self._feature_figures(features, read),
            **self._memorisation(nearest),
            "specks": specks_per_digit(images),
            **_asked_digit_right(read, asked),
        }

    def _classify(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return self.classifier.features_and_logits(images.view(-1, IMAGE_SIZE, IMAGE_SIZE))

    def _feature_figures(self, features: Tensor, read: Tensor) -> Figures:
        moments = Moments.of(features)
        return {
            "frechet_train": frechet_distance(moments, self.training_moments),
            "frechet_test": frechet_distance(moments, self.test_moments),
            **neighbourhood_figures(self.test_features, self.radii, features),
            **class_figures(read),
        }


def _rows_of(classes: Tensor, labels: Tensor, random: torch.Generator) -> Tensor:
    """Random rows `int64 [N]` of a data set, of these classes in their order; where one runs out, some come twice."""
    rows = torch.empty_like(classes)
    for c in classes.unique():
        places = (classes == c).nonzero()[:, 0]
        there = (labels == c).nonzero()[:, 0]
        order = torch.randperm(len(there), generator=random)
        rows[places] = there[order[torch.arange(len(places)) % len(there)]]
    return rows


def evaluate(generator: Generator, real: RealImages, temperature: float = 1.0) -> dict[str, Any]:
    """Every figure with its floor, and the protocol, as JSON values of six decimals.

    A figure is the mean over `real.draws` draws of `real.samples` images each, of seeds from 0 on. A class-conditional
    generator is asked for `classes_to_ask`.

    Keys: values and floor (both by figure; `report.explanation` says what each means), protocol.

    Raises:
        UserError: the generator's device has too little memory.
    """
    values = _means([real.figures(*draw_images(generator, real, temperature, draw)) for draw in range(real.draws)])
    return {
        "values": {name: round(value, 6) for name, value in values.items()},
        "floor": {name: round(real.floor[name], 6) for name in values},
        "protocol": {
            "samples": real.samples,
            "draws": real.draws,
            "nearest": f"looked up for the first {min(NEAR_SAMPLES, real.samples)} digits of a draw",
            "seeds": f"0 … {real.draws * real.samples - 1}",
            "classes": "asked for as often as the training digits have them"
            if generator.conditional
            else "the generator's own",
            "temperature": temperature,
            "data": f"{real.name}: {len(real.training)} training and {real.test_count} test digits",
            "features": real.features,
            "neighbours": NEIGHBOURS,
            "weights": generator.weights,
        },
    }


def draw_images(
    generator: Generator, real: RealImages, temperature: float, draw: int
) -> tuple[Tensor, list[int] | None]:
    """The images of a draw, `uint8 [samples, 28, 28]`, and the classes they were asked for, if any."""
    seeds = range(draw * real.samples, (draw + 1) * real.samples)
    counts = real.class_counts if generator.conditional else None
    asked = None if counts is None else classes_to_ask(counts, real.samples, draw)
    try:
        return generator.sample(seeds, asked, temperature), asked
    except torch.OutOfMemoryError as error:
        raise UserError(
            f"{generator.device} has too little memory left for {generator.name}: free it, or add --device cpu"
        ) from error


def _means(draws: list[Figures]) -> Figures:
    return {figure: sum(d[figure] for d in draws) / len(draws) for figure in draws[0]}
