"""A run from its first step to its folder: checkpoints, resume, history, samples, and a clean stop.

A run folder holds exactly what a Hub repository holds (config.json, model.safetensors, discriminator.safetensors,
metrics.json, history.jsonl, samples/, README.md) and, to resume from, state/ with the last three states.
"""

import json
import os
import platform
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from accelerate import Accelerator
from tqdm import tqdm

from gan import hub, rendering
from gan.data import Dataset, load_dataset
from gan.devices import choose_device, describe_device
from gan.files import UserError, to_json, write_atomically
from gan.options import RunOptions
from gan.recipes import Recipe
from gan.training import Trainer

SAMPLE_SEEDS = range(100)  # ten rows of ten: a class-conditional generator draws a class in each column
RECORD_EVERY = 100  # steps in a line of the history
STATES_KEPT = 3


class InterruptedRunError(Exception):
    """SIGINT or SIGTERM arrived; the run is saved. `code` is the exit status, 128 + signal."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code


def run(name: str, recipe: Recipe, options: RunOptions) -> Path:
    """Train `recipe` from the beginning, or from its last checkpoint, to its end; returns the run folder.

    Raises:
        UserError: bad data, device or folder, a full disk, or a loss that is not finite. What was saved stays whole.
        InterruptedRunError: SIGINT or SIGTERM; the step was finished and saved.
    """
    folder = options.output_dir or Path("runs") / name
    device = choose_device(options.device)
    check_folder(folder, options.resume)
    data = load_dataset(options.dataset, options.data_dir)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    trainer = Trainer(recipe, data, seed=options.seed, accelerator=Accelerator(cpu=device.type == "cpu"))
    return Run(name, recipe, options, trainer, folder, data).train()


def check_folder(folder: Path, resume: bool) -> None:
    """Refuse a folder that holds another run, holds none to resume, or can't be written, before hours are spent."""
    holds_run = any((folder / name).exists() for name in (hub.CONFIG, "history.jsonl", "state"))
    if holds_run and not resume:
        raise UserError(f"{folder} already holds a run: add --resume to continue it, or choose another --output-dir")
    if resume and not any(folder.glob("state/step-*.safetensors")):
        raise UserError(f"{folder} holds no checkpoint to resume from: leave --resume out to start a run there")
    probe = folder / "history.jsonl"
    if not probe.exists():
        write_atomically(probe, "")


class Run:
    """One trainer and the folder that it fills."""

    def __init__(
        self, name: str, recipe: Recipe, options: RunOptions, trainer: Trainer, folder: Path, data: Dataset
    ) -> None:
        self.name, self.recipe, self.options, self.trainer, self.folder = name, recipe, options, trainer, folder
        self.main = trainer.accelerator.is_main_process
        self.identity = {  # what must agree for a run to be continued
            "recipe": json.loads(json.dumps(recipe.as_dict())),
            "dataset": data.name,
            "dataset_fingerprint": data.fingerprint(),
            "seed": options.seed,
        }
        self.seconds = 0.0  # spent so far, in earlier sessions too
        self.last_record: dict[str, Any] = {}

    def train(self) -> Path:
        """Run to the end; see `run`."""
        trainer = self.trainer
        if self.options.resume:
            self._resume()
        elif self.main:
            self._save_samples()
        started = time.perf_counter() - self.seconds
        per_epoch, total = trainer.steps_per_epoch, trainer.total_steps
        with (
            _signals() as arrived,
            open(self.folder / "history.jsonl", "a", encoding="utf-8") as history,
            tqdm(total=total, initial=trainer.steps, disable=not self.main, unit="step", dynamic_ncols=True) as bar,
        ):
            while trainer.steps < total:
                bar.set_description(f"epoch {trainer.steps // per_epoch + 1}/{self.recipe.epochs}", refresh=False)
                trainer.step()
                bar.update()
                epoch_ends = trainer.steps % per_epoch == 0
                if epoch_ends or trainer.steps % RECORD_EVERY == 0:
                    self._record(history, bar)
                checkpoint_due = self.options.checkpoint_steps and trainer.steps % self.options.checkpoint_steps == 0
                self.seconds = time.perf_counter() - started
                if self.main and epoch_ends:
                    self._save_samples()
                if self.main and (epoch_ends or checkpoint_due or arrived):
                    os.fsync(history.fileno())
                    self._save_state(history.tell())
                if arrived and trainer.steps < total:
                    self._stop(arrived[0])
        if self.main:
            self._finish()
        return self.folder

    def _record(self, history: Any, bar: tqdm) -> None:
        means = self.trainer.read_statistics()
        step = self.trainer.steps
        self.last_record = {"step": step, "epoch": step / self.trainer.steps_per_epoch, **means}
        if self.main:
            history.write(json.dumps(self.last_record) + "\n")
            history.flush()
            bar.set_postfix_str(
                f"D {means['d_loss']:.3f}  G {means['g_loss']:.3f}  "
                f"D(x) {means['d_real']:.2f}  D(G(z)) {means['d_fake']:.2f}",
                refresh=False,
            )

    def _save_samples(self) -> None:
        """The same hundred digits, epoch after epoch."""
        epoch = self.trainer.steps // self.trainer.steps_per_epoch
        digits = self.trainer.result.sample(list(SAMPLE_SEEDS), temperature=self.recipe.temperature)
        write_atomically(
            self.folder / "samples" / f"epoch-{epoch:04d}.png", rendering.grid_png(digits.numpy(), columns=10, scale=2)
        )

    def _save_state(self, history_bytes: int) -> None:
        metadata = {
            **self.identity,
            "steps": self.trainer.steps,
            "history_bytes": history_bytes,
            "seconds": self.seconds,
        }
        data = safetensors.torch.save(self.trainer.state(), {"run": json.dumps(metadata)})
        write_atomically(self.folder / "state" / f"step-{self.trainer.steps:09d}.safetensors", data)
        for old in self._states()[:-STATES_KEPT]:
            old.unlink(missing_ok=True)

    def _states(self) -> list[Path]:
        return sorted(self.folder.glob("state/step-*.safetensors"))

    def _resume(self) -> None:
        path = self._states()[-1]
        try:
            with safetensors.safe_open(path, framework="pt") as file:
                metadata = json.loads(file.metadata()["run"])
                state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (safetensors.SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
            raise UserError(f"{path} is damaged ({error}): delete it to resume from the checkpoint before it") from None
        for key, mine in self.identity.items():
            if metadata.get(key) != mine:
                raise UserError(f"{self.folder} holds another run: {_difference(key, metadata.get(key), mine)}")
        history = self.folder / "history.jsonl"
        if not history.is_file() or history.stat().st_size < metadata["history_bytes"]:
            raise UserError(f"{history} is shorter than {path.name} says: it was changed, the run cannot be resumed")
        os.truncate(history, metadata["history_bytes"])
        self.trainer.load_state(state, metadata["steps"])
        self.seconds = metadata["seconds"]
        lines = history.read_text(encoding="utf-8").splitlines()
        self.last_record = json.loads(lines[-1]) if lines else {}

    def _stop(self, signal_number: int) -> None:
        if self.main:
            self._save_model()
        raise InterruptedRunError(
            128 + signal_number,
            f"stopped after step {self.trainer.steps} of {self.trainer.total_steps}, saved in {self.folder}. "
            f"Continue with: {_command(resume=True)}",
        )

    def _save_model(self) -> None:
        training = {
            **self.identity,
            "steps": self.trainer.steps,
            "epochs": self.trainer.steps / self.trainer.steps_per_epoch,
            "command": _published_command(),
            "device": describe_device(self.trainer.device),
            "processes": self.trainer.accelerator.num_processes,
            "seconds": round(self.seconds, 1),
            "versions": {"python": platform.python_version(), "torch": torch.__version__},
        }
        hub.save_model(
            self.folder, self.trainer.result, self.trainer.discriminator, recipe=self.name, training=training
        )

    def _finish(self) -> None:
        self._save_model()
        write_atomically(self.folder / "metrics.json", to_json({"training": self.last_record}))


@contextmanager
def _signals() -> Iterator[list[int]]:
    """A list that SIGINT and SIGTERM put themselves into, so that a step is finished before they are obeyed."""
    arrived: list[int] = []
    previous = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        previous[number] = signal.signal(number, lambda number, frame: arrived.append(number))
    try:
        yield arrived
    finally:
        for number, old in previous.items():
            signal.signal(number, old)


def _difference(key: str, theirs: Any, mine: Any) -> str:
    if isinstance(theirs, dict) and isinstance(mine, dict):
        for field in sorted(mine.keys() | theirs.keys()):
            if mine.get(field) != theirs.get(field):
                return f"its {field} is {theirs.get(field)!r}, asked for is {mine.get(field)!r}"
    return f"its {key} is {theirs!r}, asked for is {mine!r}"


def _command(resume: bool) -> str:
    """The command line of this process, with or without --resume."""
    arguments = [a for a in sys.argv[1:] if a != "--resume"]
    return shlex.join(["python", "train.py", *arguments, *(["--resume"] if resume else [])])


def _published_command() -> str:
    """The command line that reproduces the weights, without what concerns this machine or its folders only."""
    arguments = iter(sys.argv[1:])
    kept = []
    for argument in arguments:
        flag, _, value = argument.partition("=")
        if flag in _LOCAL_FLAGS:
            if not value and flag != "--resume":
                next(arguments, None)
        else:
            kept.append(argument)
    return shlex.join(["python", "train.py", *kept])


_LOCAL_FLAGS = {"--data-dir", "--output-dir", "--device", "--checkpoint-steps", "--resume"}
