"""Runs for the tests: a small recipe, and processes of their own to train it in, alone or two together."""

import multiprocessing
import os
import socket
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import train
from gan.recipes import RECIPES, Recipe
from gan.training.options import RunOptions
from gan.training.run import run

SMALL = replace(
    RECIPES["modern"],
    generator_widths=(32, 32),
    discriminator_widths=(32,),
    batch_size=16,
    epochs=3,
    moving_average=0.9,
)
SMALL_FLAGS = ["modern", "--generator-widths", "32", "32", "--discriminator-widths", "32"]  # what train.py calls SMALL
SMALL_FLAGS += ["--batch-size", "16", "--epochs", "3", "--moving-average", "0.9"]

# A process that has imported torch once, and forks: a new process costs milliseconds instead of seconds.
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.training.jobs"])


def options(data_dir: Path, folder: Path, **more: object) -> RunOptions:
    return RunOptions(data_dir=data_dir, output_dir=folder, device="cpu", **more)  # type: ignore[arg-type]


def train_here(recipe: Recipe, run_options: RunOptions) -> None:
    run("modern", recipe, run_options)


def start(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A new process that calls `target`."""
    process = FORK.Process(target=target, args=arguments)
    process.start()
    return process


def train_py(arguments: list[str], output: Path) -> None:
    """What `python train.py ARGUMENTS` does, and the end of this process; what it says goes to the file `output`."""
    sys.argv = ["train.py", *arguments]
    with open(output, "a", buffering=1, encoding="utf-8") as file, redirect_stdout(file), redirect_stderr(file):
        sys.exit(train.main())


def start_two(target: Callable[..., None], *arguments: Any) -> list[BaseProcess]:
    """Two new processes of one job, as `torchrun --nproc_per_node=2` starts them, that both call `target`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return [start(_as_rank, rank, port, target, arguments) for rank in range(2)]


def _as_rank(rank: int, port: int, target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "LOCAL_WORLD_SIZE": 2}
    os.environ.update({name: str(value) for name, value in place.items()})
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    target(*arguments)
