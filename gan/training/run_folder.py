"""What a run writes into its folder besides its states and its history.

The folder holds exactly what a Hub repository holds (config.json, model.safetensors, discriminator.safetensors,
metrics.json, history.jsonl, samples/, time-lapse, curves, README.md), and beside that state/, to resume from,
best/, the model of the epoch that was nearest to the data, and data.png, some of the data as the networks see it. The
model is written after each epoch, so that a run that is killed can be looked at and published.
"""

import json
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np

from gan import images
from gan.config import NUM_CLASSES
from gan.files import UNFINISHED, to_json, write_atomically, write_together
from gan.hub.card import DATA_PICTURE, METRICS, write_model_card
from gan.model_folder import CONFIG, DISCRIMINATOR, GENERATOR, QUANTIZED, read_config, weights_of
from gan.networks import Generator
from gan.recording import HISTORY
from gan.training.curves import save_curves, save_time_lapse

SAMPLE_SEEDS = range(100)  # ten rows of ten: a class-conditional generator draws a class in each column
BEST = "best"
SAMPLES_OF_BEST = "samples.png"
WEIGHTS = (GENERATOR, QUANTIZED, DISCRIMINATOR)
EARLY = (  # what a run writes before its first checkpoint; the last is TensorBoard's
    *(HISTORY, DATA_PICTURE, "state", "samples", "samples/epoch-*.png", BEST),
    *(f"{BEST}/{name}" for name in (CONFIG, *WEIGHTS)),
    "events.out.tfevents.*",
)


def strange_files(folder: Path) -> list[str]:
    """What a folder holds that no run of ours has written before its first checkpoint; hidden files don't count."""
    paths = [p for pattern in ("[!.]*", "samples/[!.]*", f"{BEST}/[!.]*", "state/[!.]*") for p in folder.glob(pattern)]
    names = sorted(path.relative_to(folder).as_posix() for path in paths)
    early = EARLY
    if any(folder.glob(f".{CONFIG}.*{UNFINISHED}")):  # killed between the renames of its first model
        early = (*EARLY, *WEIGHTS, SAMPLES_OF_BEST)
    strange = [name for name in names if not any(fnmatch(name, pattern) for pattern in early)]
    if HISTORY not in names:  # the first file of every run
        return names
    return strange if _is_ours(folder / HISTORY) else sorted({*strange, HISTORY})


def _is_ours(history: Path) -> bool:
    """Whether a history is empty, or holds what a run records."""
    try:
        records = [json.loads(line) for line in history.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError, RecursionError):
        return False
    return all(isinstance(record, dict) and {"step", "epoch"} <= record.keys() for record in records)


def save_samples(
    folder: Path, generator: Generator, epoch: int, temperature: float, absent: Sequence[int] = ()
) -> np.ndarray:
    """A picture of the same hundred digits, epoch after epoch; returns it, `uint8 [H, W]`, 0 = paper.

    Args:
        absent: classes that the generator was shown no image of; their columns stay empty.
    """
    drawn = generator.sample(SAMPLE_SEEDS, temperature=temperature).numpy()
    drawn[[seed for seed in SAMPLE_SEEDS if seed % NUM_CLASSES in absent]] = 0
    picture = images.enlarge(images.grid(drawn, columns=NUM_CLASSES), 2)
    write_atomically(_samples(folder, epoch), images.png(picture))
    return picture


def _samples(folder: Path, epoch: int) -> Path:
    return folder / "samples" / f"epoch-{epoch:04d}.png"


def take_best(folder: Path, epochs_done: float) -> bool:
    """Make the model in best/ the run's own, which says that it is the best of the epochs done; False if there is
    none."""
    best = folder / BEST
    if not (best / CONFIG).is_file():
        return False
    config = read_config(best)
    samples = _samples(folder, round(config["training"]["epochs"]))
    config["training"]["best_of_epochs"] = epochs_done
    contents = {folder / name: (best / name).read_bytes() for name in WEIGHTS}
    write_together({**contents, folder / SAMPLES_OF_BEST: samples.read_bytes(), folder / CONFIG: to_json(config)})
    return True


def describe(folder: Path, record: dict[str, Any]) -> None:
    """Write metrics.json, the time-lapse, the curves and the card of a run that ends or stops.

    Args:
        record: the history's, of the epoch whose generator the run's model is.
    """
    write_atomically(folder / METRICS, to_json({**_evaluations(folder), "training": record}))
    save_time_lapse(folder)
    save_curves(folder)
    write_model_card(folder)


def _evaluations(folder: Path) -> dict[str, Any]:
    """What metrics.json already says of exactly these weights: a finished run may be resumed to publish it."""
    try:
        kept = json.loads((folder / METRICS).read_text(encoding="utf-8"))
        weights = weights_of(read_config(folder))
        return {k: v for k, v in kept.items() if k != "training" and v["protocol"]["weights"] == weights}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):  # none, or none that can be read
        return {}
