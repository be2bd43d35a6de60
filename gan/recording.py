"""What a model folder records of its training: the time-lapse, the epochs that it shows, and the history.

The time-lapse (timelapse.webp) shows the same hundred digits epoch by epoch, timelapse.json says of which epochs, and
history.jsonl holds the losses, D's mean probabilities and the scores.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gan.errors import ModelError

TIME_LAPSE = "timelapse.webp"
EPOCHS = "timelapse.json"
HISTORY = "history.jsonl"
FRAMES = 60  # of a time-lapse, at most
FRAME_MILLISECONDS = 125
STILL_FRAMES = 16  # two seconds more for the last one
MAX_BYTES = 32 * 1024 * 1024  # of a file
Record = dict[str, Any]


class RecordingError(ModelError):
    """A folder has no whole recording: `file` is missing, or damaged."""

    def __init__(self, file: str, problem: str):
        super().__init__(f"{file} {problem}")
        self.file, self.missing = file, problem == "is missing"


@dataclass(frozen=True)
class Recording:
    """A training as it was recorded."""

    time_lapse: bytes
    """timelapse.webp as it is."""
    epochs: list[int]
    """Those that the time-lapse shows, in order; 0 is before the first step."""
    pictures: list[int]
    """For each of these epochs, which of the file's pictures shows it: encoders keep one for two that are alike."""
    history: list[Record]
    """The lines of history.jsonl."""

    def record(self, epoch: int) -> Record:
        """The history's line at the end of an epoch; empty if there is none, as before the first step."""
        return next((r for r in self.history if r["epoch"] == epoch), {})


def chosen_frames(count: int, most: int = FRAMES) -> list[int]:
    """Which of `count` pictures a time-lapse of at most `most` shows: all, or some at even distances on a logarithmic
    scale, since most happens early."""
    if count <= most:
        return list(range(count))
    return [int(i) for i in np.unique(np.geomspace(1, count, most).round().astype(int) - 1)]


def read_recording(folder: Path) -> Recording:
    """The recording in a model folder.

    Raises:
        RecordingError: a file is missing, damaged, or doesn't fit the others; it names the file.
    """
    time_lapse = _read(folder, TIME_LAPSE)
    pictures = _pictures(time_lapse)
    history = _history(_read(folder, HISTORY))
    try:
        epochs = json.loads(_read(folder, EPOCHS))["epochs"]
    except RecordingError as error:
        if not error.missing:
            raise
        epochs = _epochs_of(history, len(pictures))  # an older run's
    except (ValueError, LookupError, TypeError, RecursionError):
        epochs = None
    whole = isinstance(epochs, list) and all(type(e) is int and e >= 0 for e in epochs)
    if not whole or len(epochs) != len(pictures) or sorted(set(epochs)) != epochs:
        raise RecordingError(EPOCHS, "is damaged")
    return Recording(time_lapse, epochs, pictures, history)


def _read(folder: Path, name: str) -> bytes:
    try:
        with (folder / name).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise RecordingError(name, "is missing") from None
    except OSError:
        raise RecordingError(name, "is damaged") from None
    if len(content) > MAX_BYTES:
        raise RecordingError(name, "is damaged")
    return content


def _epochs_of(history: Sequence[Record], frames: int) -> list[int]:
    """The epochs of a time-lapse that doesn't say them: those that a run looks at, as far as a time-lapse of the usual
    length shows them."""
    looked_at = [0, *(round(r["epoch"]) for r in history if "scores" in r)]
    chosen = chosen_frames(len(looked_at))
    if len(chosen) != frames:
        raise RecordingError(EPOCHS, "is missing")
    return [looked_at[i] for i in chosen]


# The time-lapse


def _pictures(webp: bytes) -> list[int]:
    """Of each frame of a time-lapse, at its even rate, which picture of the file shows it."""
    durations = [int.from_bytes(payload[12:15], "little") for kind, payload in _chunks(webp) if kind == b"ANMF"]
    if not durations:
        raise RecordingError(TIME_LAPSE, "is damaged")
    shown = [i for i, ms in enumerate(durations) for _ in range(round(ms / FRAME_MILLISECONDS))]
    return shown[:-STILL_FRAMES] or [0]


def _chunks(webp: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a WebP file, each a name and its content (the format is RIFF's)."""
    if webp[:4] != b"RIFF" or webp[8:12] != b"WEBP":
        raise RecordingError(TIME_LAPSE, "is damaged")
    at = 12
    while at < len(webp):
        size = int.from_bytes(webp[at + 4 : at + 8], "little")
        content = webp[at + 8 : at + 8 + size]
        if len(content) < size:
            raise RecordingError(TIME_LAPSE, "is damaged")
        yield webp[at : at + 4], content
        at += 8 + size + size % 2  # padded to even


# The history


def is_finite(value: object) -> bool:
    """Whether a value of a JSON file is a number that a float can hold; whole numbers there may have any length."""
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max


def _history(lines: bytes) -> list[Record]:
    try:
        records = [json.loads(line) for line in lines.splitlines()]
        for record in records:
            if not all(is_finite(record[name]) for name in ("epoch", "d_real", "d_fake")):
                raise ValueError(record)
            if not isinstance(record.get("scores", {}), dict):
                raise TypeError(record)
    except (ValueError, LookupError, TypeError, RecursionError):
        raise RecordingError(HISTORY, "is damaged") from None
    if not records:
        raise RecordingError(HISTORY, "is damaged")
    return records
