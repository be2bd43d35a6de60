"""How good the digits are, what makes them so, and how soon.

    python benchmarks/quality.py [table] [--data-dir DIR]     every bundled checkpoint, and the floor
    python benchmarks/quality.py ablation [--epochs 2] [--seeds 0 1 2] [--only NAME …]
    python benchmarks/quality.py speed    [--recipe quick] [--epochs N] [--seeds 0 1 2] [--distances 10 5]

- table measures each checkpoint as `python -m gan.evaluation` does, all against the same real digits.
- ablation trains a few epochs for each variant and seed: modern with one ingredient removed or exchanged, and
  batchnorm with one remedy added. Each cell is the mean over the seeds, with the worst seed in brackets. Learning rates
  are constant, as in the first part of a full run, since annealing needs more epochs. The ranking holds at that length
  only.
- speed trains modern or another --recipe, on its own schedule or on one of --epochs, and measures the distance of
  10,000 digits after each epoch, until the smallest of --distances is reached. It counts the CPU time of the training
  steps alone. Not counted are imports, loading, the measuring, and a warm-up of 20 steps of a network that is then
  thrown away.

Training takes minutes to hours. Every finished training is kept in --results at once, so a second call continues where
the first was stopped. Calls side by side, of one thread and some --only each, share the work.
"""

import hashlib
import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import torch
import tyro

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan.bundled import bundled_models
from gan.console import print_everywhere
from gan.data import Dataset, load_dataset
from gan.errors import UserError
from gan.evaluation.classifier import load_classifier
from gan.evaluation.evaluate import DRAWS, RealDigits, evaluate, quick_scores
from gan.evaluation.report import format_figure
from gan.files import to_json, write_atomically
from gan.networks import Generator
from gan.recipes import RECIPES, Recipe
from gan.training.trainer import Trainer

COLUMNS = (
    "frechet_train",
    "frechet_test",
    "precision",
    "recall",
    "density",
    "coverage",
    "classes",
    "smallest_class",
    "largest_class",
    "asked_digit_right",
    "specks",
    "nearest_training_digit",
    "near_copies",
)
ABLATIONS: dict[str, dict[str, dict[str, Any]]] = {  # recipe → what is changed → the fields that change it
    "modern": {
        "as it is": {},
        "without class conditioning": {"conditional": False},
        "without R1": {"r1": 0.0},
        "without class deviation": {"class_std": False},
        "with minibatch deviation instead": {"class_std": False, "minibatch_std": 4},
        "without shifts": {"shift": 0.0},
        "without batch norm in G": {"generator_batch_norm": "none"},
        "without input normalisation": {"normalize_input": False},
        "without moving average": {"moving_average": 0.0},
        "with Adam's usual ε in G": {"generator_adam_eps": 1e-8},
        "with the tutorials' Adam (0.9, 0.999)": {"beta1": 0.9, "beta2": 0.999},
    },
    "batchnorm": {
        "as it is": {},
        "with class conditioning": {"conditional": True},
        "with R1 0.1": {"r1": 0.1},
        "with R2 0.1": {"r2": 0.1},
        "with gradient penalty 10": {"gradient_penalty": 10.0},
        "with spectral norm": {"spectral_norm": True},
        "with minibatch deviation": {"minibatch_std": 4},
        "with shifts": {"shift": 0.5},
        "with Adam's ε 1e-4 in G": {"generator_adam_eps": 1e-4},
        "with label smoothing 0.1": {"label_smoothing": 0.1},
        "with two time scales (D 4e-4)": {"discriminator_learning_rate": 4e-4},
        "with 5 D steps": {"discriminator_steps": 5},
        "with moving average 0.999": {"moving_average": 0.999},
    },
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """See the head of this file."""

    what: tyro.conf.Positional[Literal["table", "ablation", "speed"]] = "table"
    data_dir: Path = Path("data")
    """Folder of MNIST in torchvision's layout; downloaded there if missing."""
    epochs: int | None = None
    """Length of a schedule; 2 for ablation, the recipe's own for speed."""
    seeds: tuple[int, ...] = (0, 1, 2)
    only: tuple[str, ...] = ()
    """Variants whose name holds one of these, as `modern` or `R1`; all by default."""
    recipe: str = "modern"
    """What speed trains."""
    distances: tuple[float, ...] = (10.0, 5.0)
    """What speed waits for: frechet_train of 10,000 digits."""
    results: Path = Path("runs/quality")
    """Folder where the figures of finished trainings are kept, a file each."""

    def __post_init__(self) -> None:
        if self.epochs is not None and self.epochs < 1:
            raise ValueError(f"epochs must be 1 or more, not {self.epochs}")
        if not self.seeds:
            raise ValueError("seeds must be one or more, as --seeds 0 1 2")
        if not self.distances:
            raise ValueError("distances must be one or more, as --distances 10 5")
        if self.recipe not in RECIPES:
            raise ValueError(f"recipe must be one of {', '.join(RECIPES)}, not {self.recipe!r}")


# Tables


def print_table(header: list[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, ["-" * width for width in widths], *rows]:
        print("| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) + " |")


def show_bundled(real: RealDigits) -> None:
    names = bundled_models()
    rows = []
    for name in names:
        values = evaluate(Generator.from_pretrained(name), real)["values"]
        rows.append([name, *(format_figure(c, values[c]) if c in values else "–" for c in COLUMNS)])
        print(f"{name} measured", file=sys.stderr)
    rows.append(["real digits", *(format_figure(c, real.floor[c]) for c in COLUMNS)])
    print_table(["model", *(c.replace("_", " ") for c in COLUMNS)], rows)


# Trainings


def train(
    recipe: Recipe, data: Dataset, seed: int, after_epoch: Callable[[Trainer, float], bool] | None = None
) -> Trainer:
    """A trainer at the end of its schedule, or where `after_epoch(trainer, CPU seconds in steps)` says to stop."""
    trainer = Trainer(recipe, data, seed=seed)
    seconds = 0.0
    for _ in range(recipe.epochs):
        started = time.process_time()
        for _ in range(trainer.steps_per_epoch):
            trainer.step()
        trainer.read_statistics()
        seconds += time.process_time() - started
        if after_epoch and after_epoch(trainer, seconds):
            break
    return trainer


def fingerprint(data: Dataset, *settings: Any) -> str:
    """12 hex digits that change with the data, the classifier and the settings: a kept result is used for these alone.

    They don't change with the code: after a change of the training step, name another folder for --results.
    """
    everything = [data.fingerprint(), load_classifier().weights, *settings]
    return hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()[:12]


def remembered(options: Options, key: str, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The result kept under `key`; where there is none, that of `compute`, which is then kept."""
    path = options.results / (re.sub(r"[^\w.-]+", "-", key) + ".json")
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    print(f"{key} …", file=sys.stderr, flush=True)
    result = compute()
    write_atomically(path, to_json(result))
    return result


def chosen_variants(options: Options) -> list[tuple[str, str, dict[str, Any]]]:
    """The ablation's variants, chosen by --only: name, recipe and the fields that are changed."""
    variants = [(f"{base} {c}", base, fields) for base, changes in ABLATIONS.items() for c, fields in changes.items()]
    chosen = [v for v in variants if not options.only or any(part in v[0] for part in options.only)]
    if not chosen:
        raise UserError(f"no variant's name holds any of {', '.join(options.only)}: see ABLATIONS")
    return chosen


def show_ablation(options: Options, data: Dataset, real: RealDigits) -> None:
    epochs = options.epochs or 2

    def measure(recipe: Recipe, seed: int) -> dict[str, Any]:
        started = time.process_time()
        try:
            trainer = train(recipe, data, seed)
        except UserError as error:  # a loss that is not finite: a result, too
            return {"failed": str(error)}
        minutes = (time.process_time() - started) / 60
        return {**evaluate(trainer.trained_generator(), real)["values"], "cpu_minutes": minutes}

    figures = ("frechet_train", "precision", "recall", "asked_digit_right", "specks")
    rows = []
    for name, base, fields in chosen_variants(options):
        recipe = replace(RECIPES[base], **{"epochs": epochs, "decay_start": 1.0, **fields})
        identity = fingerprint(data, recipe.as_dict())
        runs = [
            remembered(options, f"{name}, seed {s}, {epochs} epochs: {identity}", partial(measure, recipe, s))
            for s in options.seeds
        ]
        rows.append([name, *(_mean_and_worst(figure, runs) for figure in figures), _mean_minutes(runs)])
    rows.append(["real digits", *(format_figure(f, real.floor[f]) for f in figures), ""])
    print_table(
        [f"epochs: {epochs}, seeds: {len(options.seeds)}", *(f.replace("_", " ") for f in figures), "CPU min"], rows
    )


def _mean_and_worst(figure: str, runs: list[dict[str, Any]]) -> str:
    values = [run[figure] for run in runs if figure in run]
    failed = sum("failed" in run for run in runs)
    if not values:
        return "diverged" if failed else "–"
    worst = max(values) if figure in ("frechet_train", "specks") else min(values)
    text = f"{format_figure(figure, statistics.mean(values))} ({format_figure(figure, worst)})"
    return f"{text}, {failed} diverged" if failed else text


def _mean_minutes(runs: list[dict[str, Any]]) -> str:
    minutes = [run["cpu_minutes"] for run in runs if "cpu_minutes" in run]
    return f"{statistics.mean(minutes):.1f}" if minutes else ""


def show_speed(options: Options, data: Dataset) -> None:
    recipe = RECIPES[options.recipe]
    recipe = replace(recipe, epochs=options.epochs or recipe.epochs)
    identity = fingerprint(data, recipe.as_dict(), options.distances)

    def measure(seed: int) -> dict[str, Any]:
        warm = Trainer(recipe, data, seed=seed)
        for _ in range(20):
            warm.step()
        reached: dict[str, float] = {}
        curve = []

        def look(trainer: Trainer, seconds: float) -> bool:
            distance = quick_scores(trainer.trained_generator(), 10_000)["frechet_train"]
            curve.append([round(seconds, 1), round(distance, 3)])
            for goal in options.distances:
                if distance <= goal:
                    reached.setdefault(str(goal), seconds)
            return distance <= min(options.distances)

        train(recipe, data, seed, look)
        return {"reached": reached, "curve": curve}

    rows = []
    for seed in options.seeds:
        key = f"speed, seed {seed}, {torch.get_num_threads()} threads: {identity}"
        result = remembered(options, key, partial(measure, seed))
        times = [result["reached"].get(str(goal)) for goal in options.distances]
        rows.append([str(seed), *(f"{t:.0f} s" if t is not None else "not reached" for t in times)])
    print_table(["seed", *(f"CPU time to a distance of {goal:g}" for goal in options.distances)], rows)


def main() -> int:
    options = tyro.cli(Options, description=__doc__)
    try:
        data = load_dataset("mnist", options.data_dir)
        if options.what == "speed":
            show_speed(options, data)
            return 0
        table = options.what == "table"
        if not table:
            chosen_variants(options)  # a misspelt one is refused before a minute is spent
        elif not bundled_models():
            raise UserError("there are no bundled checkpoints to compare")
        test = load_dataset("mnist", options.data_dir, train=False)
        real = RealDigits(data, test, draws=DRAWS if table else 1)  # an ablation's distances differ by far more
        if table:
            show_bundled(real)
        else:
            show_ablation(options, data, real)
    except UserError as error:
        print(f"quality.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"quality.py: interrupted; finished trainings are kept in {options.results}", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    print_everywhere()
    sys.exit(main())
