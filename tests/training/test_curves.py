"""A run's pictures come in the order of its epochs."""

import json
from pathlib import Path

import numpy as np

from gan.files import write_atomically
from gan.hub.card import sample_grid
from gan.images import png
from gan.training.curves import save_time_lapse


def test_ten_thousand_epochs_come_after_fewer(tmp_path: Path) -> None:
    for epoch, grey in ((0, 0), (9999, 100), (10000, 200)):
        write_atomically(tmp_path / "samples" / f"epoch-{epoch:04d}.png", png(np.full((56, 56), grey, np.uint8)))
    save_time_lapse(tmp_path)
    assert json.loads((tmp_path / "timelapse.json").read_text())["epochs"] == [0, 9999, 10000]
    assert sample_grid(tmp_path) == Path("samples/epoch-10000.png")
