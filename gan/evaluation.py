"""How good a generator is: `python -m gan.evaluation MODEL` measures it on the 8-bit pixels that users see.

Every figure stands beside its floor: the same figure of as many real digits (training digits, of the classes that a
class-conditional generator is asked for; for the last figures test digits), which no honest generator beats by much.
The features are those of our own small classifier, so distances compare with each other only, not with an Inception
FID. For that one, in a table of its own, there is --inception.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import tyro
from torch import Tensor

from gan import inception, latents
from gan.card import CARD, METRICS, write_model_card
from gan.classifier import NUM_FEATURES, Classifier, load_classifier
from gan.data import Dataset, load_dataset
from gan.devices import choose_device
from gan.files import UserError, to_json, write_atomically
from gan.hub import Source, resolve
from gan.metrics import (
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
from gan.model_folder import read_config
from gan.networks import IMAGE_SIZE, Generator
from gan.reference import classes_to_ask, load_reference

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
    values = _means([real.figures(*_draw(generator, real, temperature, draw)) for draw in range(real.draws)])
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


def _draw(generator: Generator, real: RealDigits, temperature: float, draw: int) -> tuple[Tensor, list[int] | None]:
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


# The table

EXPLANATIONS = {
    "frechet_train": "Fréchet distance to the training digits, ‰ of their variance; lower is better",
    "frechet_test": "Fréchet distance to the test digits",
    "precision": "digits that look like test digits",
    "recall": "test digits that the generator could have drawn",
    "density": "as precision, in how many neighbourhoods",
    "coverage": "neighbourhoods of test digits that were drawn in",
    "classes": "classes with at least 1 % of the digits",
    "class_entropy": "bits; 3.32 for ten equal classes",
    "smallest_class": "share of the class drawn least",
    "largest_class": "share of the class drawn most",
    "nearest_training_digit": "median distance, pixels of 0 … 1; far below real digits': copies, or many ones",
    "near_copies": "nearer to a training digit than 99 % of test digits are",
    "specks": "inked pixels without an inked neighbour, for each digit",
    "asked_digit_right": "read as the digit asked for; floor: test digits as their labels",
}


def format_table(result: dict[str, Any], name: str) -> str:
    """The figures of `evaluate` as text, the model's column beside the floor's."""
    rows = [("", name, "real digits", "")]
    for figure, value in result["values"].items():
        rows.append(
            (figure, format_figure(figure, value), format_figure(figure, result["floor"][figure]), EXPLANATIONS[figure])
        )
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}  {d}".rstrip() for a, b, c, d in rows]
    return "\n".join([*lines, "", *(f"{key}: {value}" for key, value in result["protocol"].items())])


def format_figure(figure: str, value: float) -> str:
    """A figure with the digits that its accuracy deserves; shares in percent."""
    if figure in ("frechet_train", "frechet_test", "class_entropy", "nearest_training_digit"):
        return f"{value:.2f}"
    if figure == "classes":
        return f"{value:.0f}"
    if figure in ("precision", "recall", "density", "coverage", "specks"):
        return f"{value:.3f}"
    return f"{value:.2%}"


# The command


@dataclass(frozen=True, kw_only=True)
class Options:
    """Measure a generator, print every figure beside its floor, and keep them in the model folder's metrics.json."""

    model: tyro.conf.Positional[str]
    """A model folder, the name of a bundled checkpoint, or a Hub repository."""
    data_dir: Path = Path("data")
    """Folder of MNIST in torchvision's layout; downloaded there if missing."""
    output: Path | None = None
    """Where to keep the figures; metrics.json in the model folder by default, nowhere for a model from the Hub."""
    samples: int = 10_000
    """Digits in a draw. Distances of different counts don't compare."""
    draws: int = DRAWS
    """Draws, of which every figure is the mean."""
    temperature: float = 1.0
    """Scales the latents, 0.1 … 1.5; the figures that models are compared by are those at 1."""
    device: str = "auto"
    """What draws the digits, and runs Inception: auto, cpu, cuda, cuda:1, mps, xpu. The rest is computed on the CPU."""
    inception: bool = False
    """Measure with Inception's features as well, as the literature does. Needs torch-fidelity, fetches its weights
    once, and is slow on a CPU."""
    inception_weights: Path | None = None
    """Inception's weights, if they can't be fetched; says --inception."""

    def __post_init__(self) -> None:
        latents.checked_temperature(self.temperature)
        if self.draws < 1:
            raise ValueError(f"draws must be 1 or more, not {self.draws}")
        if self.samples <= NUM_FEATURES:
            raise ValueError(f"samples must be {NUM_FEATURES + 1} or more, for a covariance, not {self.samples}")
        if self.with_inception and self.samples <= inception.NUM_FEATURES:
            raise ValueError(
                f"with --inception, samples must be {inception.NUM_FEATURES + 1} or more, for a covariance, "
                f"not {self.samples}"
            )

    @property
    def with_inception(self) -> bool:
        return self.inception or self.inception_weights is not None


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 measured, 1 failed, 2 wrong usage, 130 interrupted."""
    options = tyro.cli(Options, args=arguments, prog="python -m gan.evaluation")
    try:
        source = resolve(options.model)
        with source.whole():
            _check_draws_digits(source)
        output = options.output or (source.folder / METRICS if source.commit is None else None)
        if output:
            _read_metrics(output)  # before minutes are spent
        device = choose_device(options.device)
        generator = Generator.from_pretrained(
            source.name if source.commit else source.folder, revision=source.commit, device=device
        )
        extract = inception.load_extractor(options.inception_weights, device) if options.with_inception else None
        training, test = (load_dataset("mnist", options.data_dir, train=part) for part in (True, False))
        real = RealDigits(training, test, options.samples, options.draws)

        def keep(key: str, result: dict[str, Any]) -> None:
            if output:  # first of all: minutes were spent on it
                write_atomically(output, to_json({**_read_metrics(output), key: result}))
                if output == source.folder / METRICS and (source.folder / CARD).is_file():
                    write_model_card(source.folder)
            print(format_table(result, generator.name))
            if output:
                print(f"kept in {output}")

        result = evaluate(generator, real, options.temperature)
        keep("evaluation", result)
        if extract:
            digits, _ = _draw(generator, real, options.temperature, 0)
            theirs = inception.inception_evaluation(digits, real.stand_ins, test, extract)
            same = ("classes", "temperature", "weights")
            theirs["protocol"] |= {"seeds": f"0 … {real.samples - 1}"} | {k: result["protocol"][k] for k in same}
            keep("inception", theirs)
    except UserError as error:
        print(f"gan.evaluation: {error}", file=sys.stderr)
        return 1
    except torch.OutOfMemoryError:
        print(f"gan.evaluation: {device} has too little memory left: free it, or add --device cpu", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("gan.evaluation: interrupted", file=sys.stderr)
        return 130
    return 0


def _read_metrics(path: Path) -> dict[str, Any]:
    """What metrics.json holds already, which stays there."""
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise UserError(f"{path} cannot be read ({error}): move it away, or name another file with --output") from None
    if not isinstance(content, dict):
        raise UserError(f"{path} holds no JSON object: move it away, or name another file with --output")
    return content


def _check_draws_digits(source: Source) -> None:
    data = read_config(source.folder)["training"].get("dataset", "mnist")
    if data != "mnist":
        raise UserError(
            f"{source.name} was trained on {data}, and everything here is measured against MNIST: its figures would "
            f"mean nothing"
        )


if __name__ == "__main__":
    sys.exit(main())
