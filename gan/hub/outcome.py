"""How a run ended, in words for its card: stopped early, collapsed, and the scores of its last epoch."""

import json
from pathlib import Path
from typing import Any

from gan.evaluation.report import format_figure, has_collapsed

HISTORY = "history.jsonl"


def warnings(training: dict[str, Any], figures: dict[str, float]) -> list[str]:
    """What a reader must know before using the model; empty for a whole run that didn't collapse.

    Args:
        training: `training` of config.json.
        figures: of the evaluation, or the last scores of the run.
    """
    found = []
    recipe, epochs = training.get("recipe"), training.get("best_of_epochs", training.get("epochs"))
    planned = recipe.get("epochs") if isinstance(recipe, dict) else None
    if isinstance(epochs, int | float) and isinstance(planned, int | float) and epochs < planned:
        found.append(
            f"**Stopped early**, after {epochs:.4g} of {planned:g} epochs: its schedule didn't come to its end."
        )
    if has_collapsed(figures):
        classes = figures.get("classes", 10)
        what = "draws pictures that are much alike" if "classes" not in figures else "draws the digits of a class alike"
        if round(classes) < 10:
            what = f"draws {classes:.0f} of the ten digits, the others in less than 1 % of its pictures each"
        found.append(f"**Collapsed**: the generator {what}.")
    return found


def last_scores(folder: Path) -> tuple[dict[str, float], float | None]:
    """The scores of the last epoch that a run's history has any of, and that epoch; empty if it has none."""
    try:
        lines = (folder / HISTORY).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}, None
    for line in reversed(lines):
        if '"scores"' not in line:
            continue
        try:
            record = json.loads(line)
            scores = {k: float(v) for k, v in record["scores"].items()}
            return scores, float(record["epoch"])
        except (ValueError, LookupError, TypeError, AttributeError):  # half a line of a run that was killed
            continue
    return {}, None


def scores_in_words(folder: Path) -> str:
    """The figures that a run took of itself, as a sentence; "" if it took none."""
    scores, epoch = last_scores(folder)
    words = {
        "frechet_train": f"Fréchet distance {scores.get('frechet_train', 0):.2f}"
        + (f" (as many real digits: {scores['frechet_train_floor']:.2f})" if "frechet_train_floor" in scores else ""),
        "classes": f"{scores.get('classes', 0):.0f} of ten classes",
        "diversity": f"diversity {scores.get('diversity', 0):.2f} of the data's 1.00",
        "pixel_diversity": f"the pictures differ by {scores.get('pixel_diversity', 0):.2f} of what the data's do",
        "asked_digit_right": f"{format_figure('asked_digit_right', scores.get('asked_digit_right', 0))} read as asked",
    }
    shown = ", ".join(text for name, text in words.items() if name in scores)
    return f"Scored in passing after epoch {epoch:.4g}, on few digits: {shown}." if shown else ""
