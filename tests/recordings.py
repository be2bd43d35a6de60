"""Recordings for tests: read as everybody reads WebP, and made small."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from gan import images
from gan.recording import FRAME_MILLISECONDS, STILL_FRAMES


def decoded(webp: bytes) -> np.ndarray:
    """The pictures of an animated WebP, `uint8 [F, H, W, 3]`."""
    film = Image.open(io.BytesIO(webp))
    pictures = []
    for i in range(film.n_frames):
        film.seek(i)
        pictures.append(np.asarray(film.convert("RGB")))
    return np.stack(pictures)


def hundred_digits(picture: np.ndarray) -> np.ndarray:
    """The digits of a recorded picture `uint8 [280, 280, 3]`, `uint8 [100, 28, 28]`, 255 = ink."""
    ink = 255 - np.asarray(Image.fromarray(picture).convert("L"))
    return ink.reshape(10, 28, 10, 28).swapaxes(1, 2).reshape(100, 28, 28)


def record(folder: Path, *, epochs: int = 3, scored: bool = True) -> None:
    """Write a recording of noise into a model folder, as an older run left it: without timelapse.json."""
    frames = np.random.default_rng(0).integers(0, 256, (epochs + 1, 280, 280), dtype=np.uint8)
    frames = np.concatenate([frames, frames[-1:].repeat(STILL_FRAMES, axis=0)])
    (folder / "timelapse.webp").write_bytes(images.webp(frames, 1000 // FRAME_MILLISECONDS))
    scores = {"frechet_train": 90.0, "frechet_train_floor": 4.5, "classes": 9.0} if scored else {"specks": 1.0}
    lines = [
        {"step": 10 * e, "epoch": float(e), "d_real": 0.6, "d_fake": 0.4, "scores": scores}
        for e in range(1, epochs + 1)
    ]
    (folder / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
