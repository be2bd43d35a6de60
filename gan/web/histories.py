"""How the models learned, as the page shows it: of each, two files, which the page fetches when they are looked at.

The one is the recorded time-lapse itself, byte by byte; the page takes it apart (static/film.js). The other holds the
figures of its epochs, the curves, and the last evaluation, as JSON.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from gan import bundled
from gan.errors import ModelError
from gan.evaluation.report import METRICS, Metrics, read_metrics
from gan.model_folder import CONFIG, read_config, weights_of
from gan.recipes import RECIPES
from gan.recording import EPOCHS, HISTORY, TIME_LAPSE, Record, Recording, RecordingError, is_finite, read_recording
from gan.web.caching import IMMUTABLE, not_found
from gan.web.model_store import ModelStore, name_of
from gan.web.moments import MOMENTS, WHY

READ = (TIME_LAPSE, EPOCHS, HISTORY, METRICS, CONFIG)
CURVE_POINTS = 400  # of a curve, at most: more than a chart has pixels for
BUNDLED_TWIN = "bundled/{name}"  # a bundled model's name here where a run of the same name is served
MEDIA_TYPES = {".webp": "image/webp", ".json": "application/json"}
FIGURES = ("frechet_train", "precision", "recall", "classes", "largest_class", "specks", "asked_digit_right")


@dataclass(frozen=True)
class HistoryFile:
    """A file for the page: its content, and a name that changes with it."""

    content: bytes
    suffix: str
    name: str


@dataclass(frozen=True)
class History:
    """A model's recorded training, or what is wrong with it."""

    files: dict[str, HistoryFile] = field(default_factory=dict)
    """By what they are, `film` and `record`."""
    trouble: dict[str, str] = field(default_factory=dict)
    """`missing` or `damaged`: a file's name."""


def page_histories(
    folders: Mapping[str, Path | None], address: Callable[[str, HistoryFile], str]
) -> list[dict[str, Any]]:
    """What the page's scripts know of the recordings; `address` says where the file of a model is served.

    Args:
        folders: the models' folders by the names that links have for them; None for a model that came without one.
    """
    told = []
    for name, folder in folders.items():
        history = history_of(folder)
        files = {what: address(name, file) for what, file in history.files.items()}
        told.append({"model": name, **files, **history.trouble})
    return told


def history_folders(models: Iterable[tuple[str, Path | None]]) -> dict[str, Path | None]:
    """The folders of these models and of the bundled ones (in the recipes' order), by the names that links have for
    them."""
    folders: dict[str, Path | None] = {}
    for name, folder in models:
        if _bundled_name(folder) is None:
            folders.setdefault(name, folder)
    order = {name: i for i, name in enumerate(RECIPES)}
    for name in sorted(bundled.bundled_models(), key=lambda name: order.get(name, len(order))):
        folders[BUNDLED_TWIN.format(name=name) if name in folders else name] = bundled.BUNDLED / name
    return folders


def store_folders(models: ModelStore) -> dict[str, Path | None]:
    """`history_folders` of the model that a page serves."""
    return history_folders([(name_of(models.served), models.served_folder)])


def history_response(http: HttpRequest, folders: Iterable[Path | None]) -> Response:
    """The file of a recording that the address names by its content, to be cached for ever; 404 if no model has it."""
    asked = http.path_params["name"]
    for history in map(history_of, folders):
        for file in history.files.values():
            if file.name == asked:
                headers = {"Cache-Control": IMMUTABLE}
                return Response(file.content, media_type=MEDIA_TYPES[file.suffix], headers=headers)
    return not_found()


def history_of(folder: Path | None) -> History:
    """The recording in a model folder, read again when its files have changed."""
    if folder is None:
        return History(trouble={"missing": TIME_LAPSE})
    return _history_of(folder, tuple(_changed(folder / name) for name in READ))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=64)
def _history_of(folder: Path, _: tuple[int, ...]) -> History:
    try:
        recording = read_recording(folder)
    except RecordingError as error:
        return History(trouble={"missing" if error.missing else "damaged": error.file})
    try:
        config = read_config(folder)
    except ModelError:
        return History(trouble={"damaged": CONFIG})
    try:
        metrics = read_metrics(folder, weights_of(config))
    except ModelError:
        return History(trouble={"damaged": METRICS})
    told = _record_json(recording, config, metrics, _bundled_name(folder))
    record = json.dumps(told, separators=(",", ":"), allow_nan=False)
    return History({"film": _file(recording.time_lapse, ".webp"), "record": _file(record.encode(), ".json")})


def _file(content: bytes, suffix: str) -> HistoryFile:
    return HistoryFile(content, suffix, hashlib.sha256(content).hexdigest()[:16] + suffix)


def _bundled_name(folder: Path | None) -> str | None:
    return folder.name if folder and folder.resolve().parent == bundled.BUNDLED.resolve() else None


# The figures


def _record_json(
    recording: Recording, config: dict[str, Any], metrics: Metrics, bundled_as: str | None
) -> dict[str, Any]:
    recipe = config["training"].get("recipe")
    recipe = recipe if isinstance(recipe, dict) else {}  # a stranger's config.json may hold something else
    temperature = recipe.get("temperature")
    shown = [recording.record(epoch) for epoch in recording.epochs]
    return {
        "epochs": recording.epochs,
        "pictures": recording.pictures,
        "at": {name: [_value(r, name) for r in shown] for name in ("d_real", "d_fake", "distance", "classes")},
        "curves": _curves(recording.history),
        "distances": [[r["epoch"], d] for r in recording.history if (d := _value(r, "distance")) is not None],
        "floor": next((_score(r, "frechet_train_floor") for r in recording.history if "scores" in r), None),
        # the other losses make scores of logits, where 0.5 means nothing
        "probabilities": recipe.get("loss", "non_saturating") == "non_saturating",
        "temperature": temperature if is_finite(temperature) else 1.0,
        "figures": {name: v for name in FIGURES if is_finite(v := metrics.values.get(name))},
        "why": _in_both_languages(WHY[bundled_as]) if bundled_as in WHY else None,
        "moments": {epoch: _in_both_languages(said) for epoch, said in MOMENTS.get(bundled_as or "", {}).items()},
    }


def _in_both_languages(said: tuple[str, str]) -> dict[str, str]:
    return dict(zip(("en", "zh"), said, strict=True))


def _curves(history: list[Record]) -> list[list[float]]:
    """Epoch, D(x) and D(G(z)) over the run; of a long one each point is the mean of some lines of the history."""
    each = math.ceil(len(history) / CURVE_POINTS)
    groups = [history[i : i + each] for i in range(0, len(history), each)]
    return [
        [round(group[-1]["epoch"], 3), *(round(fmean(r[name] for r in group), 4) for name in ("d_real", "d_fake"))]
        for group in groups
    ]


def _value(record: Record, name: str) -> float | None:
    if name in ("d_real", "d_fake"):
        return record.get(name)
    return _score(record, {"distance": "frechet_train"}.get(name, name))


def _score(record: Record, name: str) -> float | None:
    value = record.get("scores", {}).get(name)
    return round(value, 2) if is_finite(value) else None
