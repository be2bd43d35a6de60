"""The figures of an evaluation in words and files: what each means, its format, the table, metrics.json."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan.config import NUM_CLASSES
from gan.errors import ModelError

METRICS = "metrics.json"
COLLAPSED_DIVERSITY = 0.1  # of the variance within the data's classes

COLLAPSED_PIXEL_DIVERSITY = 0.4  # of the data's; of MNIST's, relu-2 with one class left has .13, relu-3 with nine .75

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
WITHOUT_CLASSIFIER = {  # the figures that are left where no classifier knows the data
    "pixel_diversity": "distance of an image to the most similar other one, of real images' 1; far below: collapsed",
    "nearest_training_digit": EXPLANATIONS["nearest_training_digit"],
    "near_copies": EXPLANATIONS["near_copies"],
    "specks": EXPLANATIONS["specks"],
}


def has_collapsed(figures: dict[str, float]) -> bool:
    """Whether a generator repeats what fools its discriminator best: classes are missing, or the digits of a class look
    alike, or where no classifier counts them, all images do. False where nothing of this was measured."""
    return (
        round(figures.get("classes", NUM_CLASSES)) < NUM_CLASSES
        or figures.get("diversity", 1.0) < COLLAPSED_DIVERSITY
        or figures.get("pixel_diversity", 1.0) < COLLAPSED_PIXEL_DIVERSITY
    )


def explanation(figure: str) -> str:
    """What a figure means; "" for one that this version doesn't know."""
    return {**WITHOUT_CLASSIFIER, **EXPLANATIONS}.get(figure, "")


def format_table(result: dict[str, Any], name: str) -> str:
    """What `evaluate` returns as text: the figures of the model `name`, beside them their floors."""
    rows = [("", name, "real digits", "")]
    for figure, value in result["values"].items():
        floor = result["floor"][figure]
        rows.append((figure, format_figure(figure, value), format_figure(figure, floor), explanation(figure)))
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}  {d}".rstrip() for a, b, c, d in rows]
    return "\n".join([*lines, "", *(f"{key}: {value}" for key, value in result["protocol"].items())])


def format_figure(figure: str, value: float) -> str:
    """A figure with as many digits as are accurate; shares in percent."""
    if figure in ("frechet_train", "frechet_test", "class_entropy", "nearest_training_digit", "pixel_diversity"):
        return f"{value:.2f}"
    if figure == "classes":
        return f"{value:.0f}"
    if figure in ("precision", "recall", "density", "coverage", "specks"):
        return f"{value:.3f}"
    return f"{value:.2%}"


def format_value(value: Any) -> str:
    """A JSON value as a cell of a Markdown table."""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


@dataclass(frozen=True)
class Metrics:
    """What an evaluation measured: figures and their floors by name, and the protocol."""

    values: dict[str, float]
    floors: dict[str, float]
    protocol: dict[str, Any]

    @property
    def words(self) -> str:
        """The protocol as one line."""
        return ", ".join(f"{k}: {format_value(v)}" for k, v in self.protocol.items())


def read_metrics(folder: Path, weights: str, key: str = "evaluation") -> Metrics:
    """An evaluation in a model folder's metrics.json; an empty one if these weights have not been evaluated.

    Args:
        weights: the first 8 hex digits of the generator's sha256. Figures of other weights don't count: where a run
            went on after its evaluation, they are out of date.
        key: evaluation, or inception for the one with Inception's features.

    Raises:
        ModelError: the file is no JSON object.
    """
    path, nothing = folder / METRICS, Metrics({}, {}, {})
    if not path.is_file():
        return nothing
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{path} is not valid JSON ({error}): evaluate the model again") from None
    if not isinstance(content, dict):
        raise ModelError(f"{path} must hold a JSON object, not {type(content).__name__}")
    evaluation = content.get(key)
    evaluation = evaluation if isinstance(evaluation, dict) else {}
    protocol = evaluation.get("protocol")
    if not isinstance(protocol, dict) or protocol.get("weights") != weights:
        return nothing
    return Metrics(_numbers(evaluation.get("values")), _numbers(evaluation.get("floor")), protocol)


def _numbers(content: Any) -> dict[str, float]:
    if not isinstance(content, dict):
        return {}
    return {k: v for k, v in content.items() if isinstance(v, int | float) and not isinstance(v, bool)}
