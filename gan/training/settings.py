"""What a run was begun with, as its newest state records it. Free of torch, since train.py asks before it parses."""

import json
import os
from dataclasses import MISSING, asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import safetensors

from gan.console import command_line
from gan.errors import UserError
from gan.hub.card_options import CardOptions
from gan.recipes import Recipe
from gan.training.options import RunOptions

_OF_ONE_SESSION = ("output_dir", "dry_run", "resume", "overwrite")  # what others wrote is replaced once, not ever after
_PATHS = ("data_dir",)


@dataclass(frozen=True)
class Settings:
    """A run's recipe and options; `name` is the recipe's, None of a run older than that record."""

    name: str | None
    recipe: Recipe
    options: RunOptions


def saved_states(folder: Path) -> list[Path]:
    """The states of a run folder, oldest first."""
    return sorted(folder.glob("state/step-*.safetensors")) if os.path.isdir(folder) else []


def newest_run(runs: Path) -> Path | None:
    """The run folder in `runs` whose state is the newest; None if there is none."""
    states = [path for folder in runs.glob("*") for path in saved_states(folder)]
    return max(states, key=lambda path: path.stat().st_mtime).parent.parent if states else None


def read_settings(folder: Path) -> Settings | None:
    """The settings of the run in a folder, which `--resume` continues; None if it holds no state.

    Raises:
        UserError: its newest state is damaged.
    """
    states = saved_states(folder)
    if not states:
        return None
    metadata = read_metadata(states[-1])
    recipe: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in metadata["recipe"].items()}
    known = {k: metadata[k] for k in ("dataset", "seed", "mixed_precision")}
    kept = {k: v for k, v in metadata.get("options", {}).items() if k not in _OF_ONE_SESSION}  # older runs kept more
    options = {**known, **kept}
    for name in _PATHS:
        if name in options:
            options[name] = Path(options[name])
    try:
        options["card"] = CardOptions(**options.get("card", {}))
        return Settings(metadata.get("name"), Recipe(**recipe), RunOptions(**options, output_dir=folder, resume=True))
    except TypeError as error:  # a field that this version doesn't know
        raise UserError(f"{folder} holds a run of another version of this project ({error})") from None


def no_checkpoint(folder: Path) -> str:
    """Why a folder can't be resumed, and what to do."""
    if not os.path.isdir(folder):
        return f"there is no folder {folder} to resume a run in"
    if holds_model(folder):
        return only_a_model(folder)
    return f"{folder} holds no checkpoint to resume from: leave --resume out, and name a recipe, to start a run there"


def holds_model(folder: Path) -> bool:
    """Whether a folder holds a model, be it of a run or fetched; whether it is whole isn't looked at."""
    return os.path.exists(folder / "config.json")


def only_a_model(folder: Path) -> str:
    """What to do with a folder that holds a model, and no state to resume from."""
    other = command_line(["--init-from", str(folder), "--output-dir", "OTHER"])
    return f"{folder} holds a model without checkpoints: begin with its weights, {other}"


def read_metadata(state: Path) -> dict[str, Any]:
    """What a state says of its run. Fields younger than the run have their defaults.

    Raises:
        UserError: the file is damaged.
    """
    try:
        with safetensors.safe_open(state, framework="numpy") as file:
            metadata = json.loads(file.metadata()["run"])
            recipe = metadata["recipe"]
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
        raise damaged(state, error) from None
    defaults = {f.name: f.default for f in fields(Recipe) if f.default is not MISSING}
    metadata["recipe"] = {**json.loads(json.dumps(defaults)), **recipe}
    metadata.setdefault("mixed_precision", "no")
    metadata.setdefault("init_from", None)
    metadata.setdefault("earlier_epochs", [])
    return metadata


def damaged(state: Path, error: Exception) -> UserError:
    """The message about a state that can't be read."""
    folder = state.parent.parent
    if saved_states(folder)[:1] != [state]:
        remedy = "delete it to resume from the checkpoint before it"
    elif holds_model(folder):
        remedy = f"there is none before it. {only_a_model(folder).replace(' without checkpoints', '')}"
    else:
        remedy = "there is none before it. Begin a new run with another --output-dir"
    return UserError(f"{state} is damaged ({error}): {remedy}")


def options_as_json(options: RunOptions) -> dict[str, Any]:
    """The options that a resumed run has as it was begun, as JSON values; folders as any working directory finds them.
    They stay on this machine: only the state holds them."""
    whole = replace(options, data_dir=options.data_dir.resolve())
    kept = {k: v for k, v in asdict(whole).items() if k not in _OF_ONE_SESSION}
    return {k: str(v) if isinstance(v, Path) else v for k, v in kept.items()}
