"""What a run says while it trains: a line for each epoch that stays, and a bar below that moves."""

import sys
import time
from typing import Any

from tqdm import tqdm

_COLUMNS = {"epoch": 11, "distance": 8, "classes": 7, "D loss": 7, "G loss": 7, "D(x)": 5, "D(G(z))": 7, "left": 8}
HEADER = "  ".join(f"{name:>{width}}" for name, width in _COLUMNS.items())
_BAR = "{desc} {percentage:3.0f}%|{bar}| {remaining} left, {rate_fmt}{postfix}"  # 80 columns hold both probabilities


class Progress:
    """The terminal of one session of a run; silent on every process but the main one. The bar is for terminals only: a
    log file gets the lines.

    Args:
        total: steps of the run.
        done: of them, before this session.
    """

    def __init__(self, total: int, done: int, epochs: int, *, silent: bool):
        self.total, self.done, self.epochs, self.silent = total, done, epochs, silent
        self.started_at, self.started = done, time.perf_counter()
        self.bar = tqdm(
            total=total,
            initial=done,
            disable=True if silent else None,
            unit="step",
            dynamic_ncols=True,
            bar_format=_BAR,
            file=sys.stderr,
        )

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def step(self, epoch: int) -> None:
        """One step of an epoch, which counts from 1, is done."""
        self.done += 1
        self.bar.set_description_str(f"epoch {epoch}/{self.epochs}", refresh=False)
        self.bar.update()

    def show(self, record: dict[str, Any]) -> None:
        """Put the probabilities of a record of the history into the bar."""
        self.bar.set_postfix_str(f"D(x) {record['d_real']:.2f}, D(G(z)) {record['d_fake']:.2f}", refresh=False)

    def say(self, line: str) -> None:
        """A line that stays."""
        if not self.silent:
            self.bar.write(line, file=sys.stdout)
            sys.stdout.flush()

    def warn(self, line: str) -> None:
        """The same on stderr."""
        if not self.silent:
            self.bar.write(line, file=sys.stderr)

    def epoch(self, record: dict[str, Any]) -> None:
        """The line of an epoch that ends with this record; its `scores`, where there are any, say how good it is."""
        self.say(epoch_line(record, self.epochs, self.seconds_left()))

    def seconds_left(self) -> float:
        """What the rest of the run takes, at this session's pace."""
        seconds = time.perf_counter() - self.started
        return seconds / max(self.done - self.started_at, 1) * (self.total - self.done)


def epoch_line(record: dict[str, Any], epochs: int, seconds_left: float) -> str:
    """A row under `HEADER`, 75 characters wide."""
    scores = record.get("scores", {})
    distance, classes = scores.get("frechet_train"), scores.get("classes")
    cells = [
        f"{round(record['epoch'])}/{epochs}",
        "–" if distance is None else f"{distance:.2f}" if distance < 100 else f"{distance:.0f}",
        "–" if classes is None else f"{classes:.0f}",
        f"{record['d_loss']:.3f}",
        f"{record['g_loss']:.3f}",
        f"{record['d_real']:.2f}",
        f"{record['d_fake']:.2f}",
        duration(seconds_left),
    ]
    return "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, _COLUMNS.values(), strict=True))


def duration(seconds: float) -> str:
    """Some seconds as people say them."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
