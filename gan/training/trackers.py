"""A live dashboard beside the run folder: TensorBoard, trackio or Weights & Biases, through accelerate."""

from pathlib import Path
from typing import Any

import numpy as np
from accelerate import Accelerator
from PIL import Image

from gan.console import command_line, python

PROJECT = "mlp-gan"


def start_trackers(accelerator: Accelerator, folder: Path, config: dict[str, Any]) -> str | None:
    """Open the tracker that the accelerator was made with, under the name of the run's folder; nothing where it has
    none. Returns what shows it, unless the tracker itself says that."""
    if not accelerator.log_with:
        return None
    run = folder.resolve().name
    if str(accelerator.log_with[0]) == "tensorboard":
        # It has no projects: a run is a folder, and is called as its folder is. And a configuration of
        # accelerate's kind would be one more run, without curves.
        accelerator.init_trackers("")
        told = "\n\n".join(f"{name}: {value}" for name, value in config.items())
        if accelerator.is_main_process:
            accelerator.get_tracker("tensorboard", unwrap=True).add_text("config", told)
        return command_line([python(), "-m", "tensorboard.main", "--logdir", str(folder.parent)])
    plain = {k: v if isinstance(v, bool | int | float | str) else str(v) for k, v in config.items()}
    options: dict[str, Any] = {"trackio": {"name": run, "resume": "allow"}, "wandb": {"name": run}}
    accelerator.init_trackers(PROJECT, config=plain, init_kwargs=options)
    return None


def end_trackers(accelerator: Accelerator) -> None:
    """Close it, and the group of a job's processes."""
    try:
        for tracker in accelerator.trackers:
            if tracker.name == "trackio" and accelerator.is_main_process:
                import trackio

                trackio.finish()  # as accelerate's wrapper would, but so that trackio knows, and doesn't at the exit
    finally:
        accelerator.trackers = [tracker for tracker in accelerator.trackers if tracker.name != "trackio"]
        accelerator.end_training()


def log_picture(accelerator: Accelerator, picture: np.ndarray, step: int) -> None:
    """Show a picture `uint8 [H, W]`, 255 = paper, in the tracker; nothing where there is none."""
    for tracker in accelerator.trackers:
        if tracker.name == "trackio":  # accelerate's own wrapper of it knows no pictures
            import trackio

            if accelerator.is_main_process:
                tracker.tracker.log({"samples": trackio.Image(Image.fromarray(picture))}, step=step)
        elif tracker.name == "tensorboard":
            tracker.log_images({"samples": picture[None, :, :, None]}, step=step, dataformats="NHWC")
        else:
            tracker.log_images({"samples": [Image.fromarray(picture)]}, step=step)
