"""The states that a run is resumed from: state/step-*.safetensors in its folder, of which the last three are kept."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from gan.console import command_line
from gan.errors import UserError
from gan.files import patiently, write_atomically
from gan.recording import HISTORY
from gan.training.settings import damaged, read_metadata, saved_states

STATES_KEPT = 3


def save_state(folder: Path, tensors: dict[str, Tensor], metadata: dict[str, Any]) -> None:
    """Write a state, then delete those that are too old to be kept.

    Args:
        metadata: JSON values: what identifies the run, `steps` done, and `history_bytes`, the size of its history.
    """
    data = safetensors.torch.save(tensors, {"run": json.dumps(metadata)})
    write_atomically(folder / "state" / f"step-{metadata['steps']:09d}.safetensors", data)
    for old in saved_states(folder)[:-STATES_KEPT]:
        patiently(partial(old.unlink, missing_ok=True))


def load_newest_state(
    folder: Path, identity: dict[str, Any], steps_per_epoch: int
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and the metadata of a run folder's newest state.

    Args:
        identity: what the metadata must say for the run to be continued. A finished run may be given more epochs.

    Raises:
        UserError: the file is damaged, its run is another one than `identity` says, or the run's history is shorter
            than it was.
    """
    path = saved_states(folder)[-1]
    metadata = read_metadata(path)
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, OSError) as error:
        raise damaged(path, error) from None
    planned = metadata["recipe"]["epochs"]
    if identity["recipe"]["epochs"] != planned:
        _lengthen(metadata, identity["recipe"]["epochs"], finished=metadata["steps"] >= planned * steps_per_epoch)
    for key, asked in identity.items():
        if key == "dataset_fingerprint" and metadata.get(key) != asked:
            other = command_line(["--init-from", str(folder), "--output-dir", f"{folder}-2"])
            raise UserError(
                f"the images are not those that the run in {folder} was begun with: name those with --data-dir, or go "
                f"on from its weights with the new ones, in a run of their own: leave --resume out and add {other}"
            )
        if metadata.get(key) != asked:
            raise UserError(
                f"{folder} holds another run: {_difference(key, metadata.get(key), asked)}. A run is resumed "
                f"as it was begun: leave that out, or begin a new run with another --output-dir."
            )
    history = folder / HISTORY
    if not history.is_file() or history.stat().st_size < metadata["history_bytes"]:
        raise UserError(f"{history} is shorter than {path.name} says: it was changed, the run cannot be resumed")
    return tensors, metadata


def _lengthen(metadata: dict[str, Any], epochs: int, *, finished: bool) -> None:
    """Give a run more epochs than it was begun with.

    Raises:
        UserError: it has not come to its end (its learning rates belong to its own schedule), or has done as many.
    """
    planned = metadata["recipe"]["epochs"]
    if epochs < planned:
        raise UserError(
            f"this run is one of {planned} epochs, you asked for {epochs}: leave --epochs out, or "
            f"name more than {planned}"
        )
    if not finished:
        raise UserError(
            f"this run is one of {planned} epochs and has not come to its end, you asked for {epochs}: finish it with "
            f"--resume alone, then give it more with --resume --epochs {epochs}"
        )
    metadata["earlier_epochs"] = [*metadata["earlier_epochs"], planned]
    metadata["recipe"]["epochs"] = epochs


def _difference(key: str, found: Any, asked: Any) -> str:
    """Names the first field in which two values of a run's identity differ."""
    if isinstance(found, dict) and isinstance(asked, dict):
        for field in sorted(asked.keys() | found.keys()):
            if asked.get(field) != found.get(field):
                key, found, asked = field, found.get(field), asked.get(field)
                break
    return f"it has {key} {found}, you asked for {asked}"
