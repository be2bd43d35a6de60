"""A run as pictures: its time-lapse, and its curves in light and dark."""

import io
import json
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter
from PIL import Image

from gan import images
from gan.files import write_atomically, write_together
from gan.model_folder import read_config
from gan.recording import EPOCHS, FRAME_MILLISECONDS, FRAMES, STILL_FRAMES, TIME_LAPSE, chosen_frames

TIME_LAPSE_BYTES = 400_000
FEWER_FRAMES = (FRAMES, 40, 24, 16)  # until they fit into so many bytes, or are few
_INK = {"light": "#1f2328", "dark": "#e6edf3"}
_PAPER = {"light": "#ffffff", "dark": "#0d1117"}
_LINES = {"light": ("#0969da", "#bc4c00", "#1a7f37"), "dark": ("#58a6ff", "#f0883e", "#3fb950")}


def save_time_lapse(folder: Path) -> None:
    """timelapse.gif and timelapse.webp from samples/epoch-*.png, at half their size: the same digits, epoch by epoch,
    and timelapse.json, which says of which epochs.

    A page shows the WebP, so it has at most `TIME_LAPSE_BYTES`: of many epochs it shows some. The last frame stays for
    two seconds.
    """
    paths = sorted(folder.glob("samples/epoch-*.png"), key=_epoch)  # by name, 10000 would come before 9999
    pictures = [255 - np.asarray(Image.open(path).convert("L").reduce(2)) for path in paths]
    fps = round(1000 / FRAME_MILLISECONDS)
    for most in FEWER_FRAMES:
        chosen = chosen_frames(len(paths), most)
        frames = np.stack([pictures[i] for i in [*chosen, *chosen[-1:] * STILL_FRAMES]])
        webp = images.webp(frames, fps)
        if len(webp) <= TIME_LAPSE_BYTES:
            break
    epochs = [_epoch(paths[i]) for i in chosen]
    write_atomically(folder / "timelapse.gif", images.gif(frames, fps))
    write_together({folder / TIME_LAPSE: webp, folder / EPOCHS: json.dumps({"epochs": epochs}) + "\n"})


def _epoch(samples: Path) -> int:
    return int(samples.stem.rpartition("-")[2])


def save_curves(folder: Path) -> None:
    """curves-light.png and curves-dark.png from history.jsonl: losses, D's probabilities, and the distance where it was
    measured."""
    lines = (folder / "history.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    training = read_config(folder)["training"]
    loss, data = training["recipe"]["loss"], training["dataset"]
    if records:
        for theme in ("light", "dark"):
            write_atomically(
                folder / f"curves-{theme}.png",
                _curves(records, theme, loss, "MNIST" if data == "mnist" else "the data"),
            )


def _curves(records: list[dict[str, Any]], theme: str, loss: str, data: str) -> bytes:
    ink, paper = _INK[theme], _PAPER[theme]
    blue, orange, green = _LINES[theme]
    epochs = [r["epoch"] for r in records]
    scored = [r for r in records if "frechet_train" in r.get("scores", {})]
    panels = 3 if scored else 2
    with matplotlib.rc_context(
        {
            "text.color": ink,
            "axes.labelcolor": ink,
            "axes.edgecolor": ink,
            "xtick.color": ink,
            "ytick.color": ink,
            "figure.facecolor": paper,
            "axes.facecolor": paper,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "legend.frameon": False,
            "font.size": 11,
            **({"lines.marker": "o"} if len(records) < 3 else {}),  # a single point draws no line
        }
    ):
        figure = Figure(figsize=(4.6 * panels, 3.4), layout="constrained")
        axes = figure.subplots(1, panels)
        axes[0].plot(epochs, [r["d_loss"] for r in records], color=blue, label="discriminator")
        axes[0].plot(epochs, [r["g_loss"] for r in records], color=orange, label="generator")
        axes[0].set(title="Loss", xlabel="epoch")
        axes[1].plot(epochs, [r["d_real"] for r in records], color=blue, label="D(x), real digits")
        axes[1].plot(epochs, [r["d_fake"] for r in records], color=orange, label="D(G(z)), drawn digits")
        probabilities = loss == "non_saturating"  # the other losses make scores of logits, where 0.5 means nothing
        if probabilities:
            axes[1].axhline(0.5, color=ink, linewidth=0.8, linestyle=":")
        title = "What D believes" if probabilities else "D's scores, squeezed to 0 … 1"
        axes[1].set(title=title, xlabel="epoch", ylim=(0, 1))
        if scored:
            axes[2].plot([r["epoch"] for r in scored], [r["scores"]["frechet_train"] for r in scored], color=green)
            axes[2].set(title=f"Fréchet distance to {data}", xlabel="epoch", yscale="log")
            axes[2].yaxis.set_major_formatter("{x:g}")  # not powers of ten
            axes[2].yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.4)))
        for axis in axes[:2]:
            axis.legend(loc="best")
        for axis in axes:
            axis.xaxis.get_major_locator().set_params(integer=True)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=110)
    few_colours = io.BytesIO()
    Image.open(file).convert("RGB").quantize(256).save(few_colours, "PNG", optimize=True)  # a third of the bytes
    return few_colours.getvalue()
