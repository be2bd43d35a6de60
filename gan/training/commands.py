"""What to type: to repeat a run, and to continue it. Free of torch."""

import os
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

from gan.console import command_line, python
from gan.recipes import RECIPES, Recipe
from gan.training.options import RUNS, RunOptions

_ABOUT_THE_WEIGHTS = ("dataset", "seed", "mixed_precision", "cuda_graph", "keep")  # the other options name this machine


def reproducing_command(
    name: str, recipe: Recipe, options: RunOptions, *, init_from: str | None = None, earlier_epochs: list[int]
) -> str:
    """The command lines that give a run's weights on any machine.

    Args:
        init_from: the model that the run began with, as others find it.
        earlier_epochs: how many epochs the run had before it was given more, each time.
    """
    usual, default = RECIPES.get(name, recipe), RunOptions()
    settings = [f for f in _changed_flags(recipe, usual) if f[0] != "--epochs"]
    settings += [
        _flag(k, getattr(options, k)) for k in _ABOUT_THE_WEIGHTS if getattr(options, k) != getattr(default, k)
    ]
    settings += [["--data-dir", "PICTURES"]] if options.dataset == "folder" else []  # wherever they lie
    settings += [["--init-from", init_from]] if init_from else []
    first, *more = [*earlier_epochs, recipe.epochs]
    epochs = [["--epochs", str(first)]] if first != usual.epochs else []
    commands = [["python", "train.py", name, *sum(epochs + settings, [])]]
    commands += [["python", "train.py", name, "--resume", "--epochs", str(count)] for count in more]
    return " && ".join(map(shlex.join, commands))


def resuming_command(name: str, folder: Path, *more: str) -> str:
    """What continues the run in a folder, on this machine and with as many processes as now."""
    where = [] if folder == RUNS / name else ["--output-dir", str(folder)]
    return command_line([*launcher(), "train.py", name, *where, "--resume", *more])


def launcher() -> list[str]:
    """How this process was started: torchrun with its processes on this machine, or the Python that runs."""
    if "TORCHELASTIC_RUN_ID" in os.environ and os.environ.get("GROUP_WORLD_SIZE", "1") == "1":
        return ["torchrun", "--nproc_per_node", os.environ.get("LOCAL_WORLD_SIZE", "1")]
    return [python()]


def _changed_flags(recipe: Recipe, usual: Recipe) -> list[list[str]]:
    """The flags that make `usual` the recipe."""
    names = [f.name for f in fields(Recipe) if f.name not in ("summary", "source")]
    return [_flag(n, getattr(recipe, n)) for n in names if getattr(recipe, n) != getattr(usual, n)]


def _flag(name: str, value: Any) -> list[str]:
    """A field and its value as train.py takes them."""
    words = name.replace("_", "-")
    if isinstance(value, bool):
        return [f"--{words}" if value else f"--no-{words}"]
    return [f"--{words}", *(map(str, value) if isinstance(value, tuple) else [str(value)])]
