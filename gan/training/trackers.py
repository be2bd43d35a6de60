"""A live dashboard beside the run folder: TensorBoard, trackio or Weights & Biases, through accelerate."""

from typing import Any

import numpy as np
from accelerate import Accelerator
from PIL import Image

PROJECT = "mlp-gan"


def start_trackers(accelerator: Accelerator, run: str, config: dict[str, Any]) -> None:
    """Open the tracker that the accelerator was made with, under the run's name; nothing where it has none."""
    if not accelerator.log_with:
        return
    plain = {k: v if isinstance(v, bool | int | float | str) else str(v) for k, v in config.items()}
    tracker = str(accelerator.log_with[0])
    options: dict[str, Any] = {"trackio": {"name": run, "resume": "allow"}, "wandb": {"name": run}}
    # TensorBoard has no projects: a run is a folder, and is called as its folder is.
    accelerator.init_trackers(run if tracker == "tensorboard" else PROJECT, config=plain, init_kwargs=options)


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
