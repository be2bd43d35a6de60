"""How good a generator is: `python -m gan.evaluation MODEL` measures it on the 8-bit pixels that users see.

Every figure stands beside its floor: the same figure of as many real digits (training digits, of the classes that a
class-conditional generator is asked for; for the last figures test digits), which no honest generator beats by much.
The features are those of our own small classifier, so distances compare with each other only, not with an Inception
FID. For that one, in a table of its own, there is --inception.
"""

from typing import Any

import torch
from torch import Tensor

from gan.config import IMAGE_SIZE
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
    neighbourhood_figures,
    neighbourhood_radii,
    specks_per_digit,
)
from gan.evaluation.reference import classes_to_ask, load_reference
from gan.networks import Generator

DRAWS = 10  # a figure is their mean: of single draws, distances differ by half, by their luck with the classes
NEAR_SAMPLES = 2000  # digits looked up among the training digits
NEAR_QUANTILE = 0.01
Figures = dict[str, float]


# The quick look, for training


def quick_scores(generator: Generator, n: int = 2000) -> Figures:
    """A few figures of the digits of the first `n` seeds, in seconds and without the data set; a class-conditional
    generator is asked for `classes_to_ask`.

    - frechet_train: distance to MNIST's training digits, with frechet_train_floor, that of `n` real ones in the mean
      (a single draw, this one as well, can be luckier with its classes and lie a little beneath it)
    - classes, class_entropy, smallest_class, largest_class: see `metrics.class_figures`
    - diversity: see `metrics.diversity`; near 0 for a collapsed generator, whichever classes it has left
    - specks: see `metrics.specks_per_digit`
    - asked_digit_right, of a class-conditional generator: the share of digits read as the one asked for

    Raises:
        UserError: `n` is too small for a covariance.
    """
    reference = load_reference()
    asked = classes_to_ask(reference.class_counts, n) if generator.conditional else None
    digits = generator.sample(range(n), asked)
    features, logits = load_classifier().features_and_logits(digits)
    read = logits.argmax(dim=1)
    return {
        "frechet_train": frechet_distance(Moments.of(features), reference.moments),
        "frechet_train_floor": reference.floor(n),
        **class_figures(read),
        "diversity": diversity(features, read, reference.spreads),
        "specks": specks_per_digit(digits),
        **_asked_digit_right(read, asked),
    }


def _asked_digit_right(read: Tensor, asked: Tensor | list[int] | None) -> Figures:
    if asked is None:
        return {}
    return {"asked_digit_right": (read == torch.as_tensor(asked)).double().mean().item()}


# The full figures


class RealDigits:
    """Both parts of a data set as the classifier sees them, and the floor of every figure for so many samples.

    A figure and its floor are means over `draws`. Of each draw, the floor has as many training digits, of the classes
    that a class-conditional generator is asked for in it. (They are compared with a set that holds them, which is kind
    to them: a perfect generator of new digits would come to (N + n) / (N − n) of their distance, 1.4 times it for
    10,000 of 60,000.) What a generator copies and whether it draws what it was asked for have test digits as their
    floor, once. Made once, it serves any number of generators. Takes a minute or two for MNIST.

    Attributes:
        stand_ins: the training digits of the first draw's floor, `uint8 [samples, 28, 28]`

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
        self.name, self.samples, self.draws = training.name, samples, draws
        self.classifier = classifier or load_classifier()
        self.training = training.images
        self.class_counts = torch.bincount(training.labels, minlength=10)

        features, logits = self._judge(training.images)
        self.training_moments = Moments.of(features)
        self.test_features, test_logits = self._judge(test.images)
        self.test_moments = Moments.of(self.test_features)
        self.radii = neighbourhood_radii(self.test_features)

        random = torch.Generator().manual_seed(0)
        rows = torch.randperm(len(test), generator=random)[: min(NEAR_SAMPLES, samples)]
        test_nearest = nearest_distances(test.images[rows], self.training)
        self.near = test_nearest.quantile(NEAR_QUANTILE).item()

        floors = []
        for draw in range(draws):
            classes = torch.tensor(classes_to_ask(self.class_counts, samples, draw))
            rows = _digits_of(classes, training.labels, random)
            stand_ins = training.images[rows].view(-1, IMAGE_SIZE, IMAGE_SIZE)
            if draw == 0:
                self.stand_ins = stand_ins
            specks = specks_per_digit(stand_ins)
            floors.append({**self._figures(features[rows], logits[rows].argmax(dim=1)), "specks": specks})
        self.floor: Figures = {
            **_means(floors),
            **self._memorisation(test_nearest),
            **_asked_digit_right(test_logits.argmax(dim=1), test.labels),
        }

    def figures(self, digits: Tensor, asked: list[int] | None) -> Figures:
        """The figures of generated digits `uint8 [N, 28, 28]`, and of the classes asked for, if any were."""
        features, logits = self.classifier.features_and_logits(digits)
        read = logits.argmax(dim=1)
        nearest = nearest_distances(digits[:NEAR_SAMPLES].view(-1, IMAGE_SIZE**2), self.training)
        return {
            **self._figures(features, read),
            **self._memorisation(nearest),
            "specks": specks_per_digit(digits),
            **_asked_digit_right(read, asked),
        }

    def _judge(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return self.classifier.features_and_logits(images.view(-1, IMAGE_SIZE, IMAGE_SIZE))

    def _figures(self, features: Tensor, read: Tensor) -> Figures:
        moments = Moments.of(features)
        return {
            "frechet_train": frechet_distance(moments, self.training_moments),
            "frechet_test": frechet_distance(moments, self.test_moments),
            **neighbourhood_figures(self.test_features, self.radii, features),
            **class_figures(read),
        }

    def _memorisation(self, nearest: Tensor) -> Figures:
        return {
            "nearest_training_digit": nearest.median().item(),
            "near_copies": (nearest < self.near).double().mean().item(),
        }


def _digits_of(classes: Tensor, labels: Tensor, random: torch.Generator) -> Tensor:
    """Rows of digits of these classes, drawn at random: `int64 [N]`. A class with too few of them gives some twice."""
    rows = torch.empty_like(classes)
    for c in classes.unique():
        places = (classes == c).nonzero()[:, 0]
        there = (labels == c).nonzero()[:, 0]
        order = torch.randperm(len(there), generator=random)
        rows[places] = there[order[torch.arange(len(places)) % len(there)]]
    return rows


def evaluate(generator: Generator, real: RealDigits, temperature: float = 1.0) -> dict[str, Any]:
    """Every figure, as the mean over `real.draws` of `real.samples` digits each, with floors and the protocol, as JSON
    values of six decimals. The draws are of the first seeds, one after the other; a class-conditional generator is
    asked for `classes_to_ask`.

    Keys: values and floor (both by figure; `EXPLANATIONS` says what each means), protocol.

    Raises:
        UserError: the generator's device has too little memory.
    """
    values = _means([real.figures(*draw_digits(generator, real, temperature, draw)) for draw in range(real.draws)])
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
            "data": f"{real.name}: {len(real.training)} training and {len(real.test_features)} test digits",
            "features": f"64 of the digit classifier {real.classifier.weights}",
            "neighbours": NEIGHBOURS,
            "weights": generator.weights,
        },
    }


def draw_digits(
    generator: Generator, real: RealDigits, temperature: float, draw: int
) -> tuple[Tensor, list[int] | None]:
    """The digits of a draw, and the classes they were asked for."""
    seeds = range(draw * real.samples, (draw + 1) * real.samples)
    asked = classes_to_ask(real.class_counts, real.samples, draw) if generator.conditional else None
    try:
        return generator.sample(seeds, asked, temperature), asked
    except torch.OutOfMemoryError as error:
        raise UserError(
            f"{generator.device} has too little memory left for {generator.name}: free it, or add --device cpu"
        ) from error


def _means(draws: list[Figures]) -> Figures:
    return {figure: sum(d[figure] for d in draws) / len(draws) for figure in draws[0]}
