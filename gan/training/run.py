"""A run from its first step to its folder: checkpoints, resume, history, samples, and a clean stop.

A run folder holds exactly what a Hub repository holds (config.json, model.safetensors, discriminator.safetensors,
metrics.json, history.jsonl, samples/, time-lapse, curves, README.md) and, to resume from, state/ with the last three
states. Only the main process of a job writes.
"""

import json
import os
import platform
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list
from tqdm import tqdm

from gan import images
from gan.config import NUM_CLASSES
from gan.data import load_dataset
from gan.devices import choose_device, describe_device
from gan.errors import UserError, one_line
from gan.evaluation.evaluate import quick_scores
from gan.evaluation.report import COLLAPSED_DIVERSITY
from gan.files import remove_unfinished, to_json, write_atomically
from gan.hub.card import METRICS, write_model_card
from gan.model_folder import CONFIG, read_config, save_model, weights_of
from gan.networks import Generator
from gan.recipes import Recipe
from gan.training.checkpoints import HISTORY, load_newest_state, save_state, saved_states
from gan.training.curves import save_curves, save_time_lapse
from gan.training.options import RunOptions, command_line, reproducible_command_line
from gan.training.trainer import Trainer

SAMPLE_SEEDS = range(100)  # ten rows of ten: a class-conditional generator draws a class in each column
RECORD_EVERY = 100  # steps in a line of the history
SCORED_SAMPLES = 1000  # digits drawn and scored after an epoch: 0.4 s on one CPU core


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
    accelerator = start_accelerator(options, folder)
    if accelerator.is_main_process:
        check_folder(folder, options.resume)
    with accelerator.main_process_first():
        data = load_dataset(options.dataset, options.data_dir)
    trainer = Trainer(recipe, data, seed=options.seed, accelerator=accelerator)
    try:
        return Run(name, options, trainer, folder).train()
    except torch.OutOfMemoryError:
        raise UserError(f"{trainer.device} is out of memory: lower --batch-size or choose another --device") from None
    finally:
        accelerator.end_training()


def start_accelerator(options: RunOptions, folder: Path) -> Accelerator:
    """The device, the precision, the trackers, and this process's place among the others of `accelerate launch`.

    Raises:
        UserError: the device is missing or occupied, lacks the precision, or the tracker is not installed.
    """
    device = choose_device(options.device)
    try:
        if device.type == "cuda" and "LOCAL_RANK" not in os.environ:
            torch.cuda.set_device(device)
        accelerator = Accelerator(
            cpu=device.type == "cpu",
            mixed_precision=options.mixed_precision,
            log_with=None if options.report_to == "none" else options.report_to,
            project_dir=folder,
        )
    except (RuntimeError, ValueError) as error:
        raise UserError(f"cannot start on {device} with --mixed-precision {options.mixed_precision}: {error}") from None
    if options.report_to != "none" and not accelerator.log_with:
        raise UserError(f"--report-to {options.report_to}: not installed here; pip install {options.report_to}")
    return accelerator


def check_folder(folder: Path, resume: bool) -> None:
    """Refuse a folder that holds another run, holds none to resume, or can't be written, before hours are spent."""
    history, states = folder / HISTORY, saved_states(folder)
    begun = history.is_file() and history.stat().st_size > 0
    if (begun or states or (folder / CONFIG).exists()) and not resume:
        raise UserError(f"{folder} already holds a run: add --resume to continue it, or choose another --output-dir")
    if resume and not states:
        raise UserError(f"{folder} holds no checkpoint to resume from: leave --resume out to start a run there")
    if not resume:
        write_atomically(history, "")


class Run:
    """One trainer and the folder that it fills."""

    def __init__(self, name: str, options: RunOptions, trainer: Trainer, folder: Path) -> None:
        self.name, self.options, self.trainer, self.folder = name, options, trainer, folder
        self.accelerator, self.recipe = trainer.accelerator, trainer.recipe
        self.main = self.accelerator.is_main_process
        self.identity = {  # what must agree for a run to be continued
            "recipe": json.loads(json.dumps(asdict(self.recipe))),
            "dataset": trainer.data.name,
            "dataset_fingerprint": trainer.data.fingerprint(),
            "seed": options.seed,
            "mixed_precision": options.mixed_precision,
        }
        self.seconds = 0.0  # spent so far, in earlier sessions too
        self.last_record: dict[str, Any] = {}
        self.collapsed = False

    def train(self) -> Path:
        """Run to the end; see `run`."""
        trainer, total = self.trainer, self.trainer.total_steps
        if self.options.resume:
            self._resume()
        elif self.main:
            self._save_samples(self.trainer.trained_generator())
        if self.options.report_to != "none":
            config = {"recipe_name": self.name, "seed": self.options.seed, **asdict(self.recipe)}
            plain = {k: v if isinstance(v, bool | int | float | str) else str(v) for k, v in config.items()}
            self.accelerator.init_trackers("mlp-gan", config=plain)
        processes = self.accelerator.num_processes
        if trainer.device.type == "cuda" and processes == 1 and self.options.cuda_graph:
            trainer.capture()
        self.accelerator.print(
            f"{self.name}: {total - trainer.steps:,} steps on {describe_device(trainer.device)} in {processes} "
            f"process{'es' if processes > 1 else ''}, into {self.folder}"
        )
        started = time.perf_counter() - self.seconds
        with (
            _signals() as arrived,
            open(self.folder / HISTORY, "a", encoding="utf-8") as history,
            tqdm(total=total, initial=trainer.steps, disable=not self.main, unit="step", dynamic_ncols=True) as bar,
        ):
            while trainer.steps < total:
                epoch = trainer.steps // trainer.steps_per_epoch + 1
                bar.set_description(f"epoch {epoch}/{self.recipe.epochs}", refresh=False)
                self._step()
                bar.update()
                self.seconds = time.perf_counter() - started
                epoch_ends = trainer.steps % trainer.steps_per_epoch == 0
                if epoch_ends or trainer.steps % RECORD_EVERY == 0:
                    self._record(history, bar, epoch_ends)
                stop = self._signal_of_any_process(arrived)
                due = self.options.checkpoint_steps and trainer.steps % self.options.checkpoint_steps == 0
                if self.main and (epoch_ends or due or stop):
                    trainer.check_finite()  # never keep a broken state
                    os.fsync(history.fileno())
                    self._save_state(history.tell())
                if stop and trainer.steps < total:
                    self._stop(stop)
        if self.main:
            self._finish()
        return self.folder

    def _step(self) -> None:
        try:
            self.trainer.step()
        except RuntimeError as error:
            if self.accelerator.num_processes == 1 or isinstance(error, torch.OutOfMemoryError):
                raise
            raise UserError(
                f"another process of this job ended: process {self.accelerator.process_index} could not finish step "
                f"{self.trainer.steps + 1} ({one_line(error)}). Start the job again with --resume, with any number of "
                f"processes."
            ) from None

    def _signal_of_any_process(self, arrived: list[int]) -> int:
        """The signal to obey, 0 for none: the same on every process, so that all stop after the same step."""
        signal_number = arrived[0] if arrived else 0
        if self.accelerator.num_processes == 1:
            return signal_number
        return int(self.accelerator.gather(torch.tensor([signal_number], device=self.trainer.device)).max())

    # What a run writes

    def _record(self, history: Any, bar: tqdm, epoch_ends: bool) -> None:
        means = self.trainer.read_statistics()
        step = self.trainer.steps
        record: dict[str, Any] = {"step": step, "epoch": step / self.trainer.steps_per_epoch, **means}
        if not self.main:
            return
        if epoch_ends:
            generator = self.trainer.trained_generator()
            self._save_samples(generator)
            if self.trainer.data.name == "mnist":  # the classifier knows MNIST's digits only
                record["scores"] = quick_scores(generator, SCORED_SAMPLES)
                self._warn_of_collapse(record["scores"], bar)
        record = _rounded(record)
        history.write(json.dumps(record) + "\n")
        history.flush()
        self.last_record = record
        scores = record.get("scores", {})
        self.accelerator.log({**{k: v for k, v in record.items() if k not in ("step", "scores")}, **scores}, step=step)
        bar.set_postfix_str(
            f"D {means['d_loss']:.3f}  G {means['g_loss']:.3f}  "
            f"D(x) {means['d_real']:.2f}  D(G(z)) {means['d_fake']:.2f}",
            refresh=False,
        )

    def _warn_of_collapse(self, scores: dict[str, float], bar: tqdm) -> None:
        """Say once that the generator has collapsed, and once that it has recovered."""
        missing = NUM_CLASSES - int(scores["classes"])
        collapsed = missing > 0 or scores["diversity"] < COLLAPSED_DIVERSITY
        epoch = self.trainer.steps // self.trainer.steps_per_epoch
        if collapsed and not self.collapsed:
            what = f"{missing} of the ten digits are missing" if missing else "the digits of a class look alike"
            bar.write(
                f"epoch {epoch}: {what} (diversity {scores['diversity']:.2f} of the data's 1.00). The generator has "
                f"collapsed: it repeats what fools D best. Early on this often mends itself; if it stays, try "
                f"--conditional --class-std --r1 0.1, or a lower --learning-rate.",
                file=sys.stderr,
            )
        elif self.collapsed and not collapsed:
            bar.write(f"epoch {epoch}: recovered, all ten digits are drawn", file=sys.stderr)
        self.collapsed = collapsed

    def _save_samples(self, generator: Generator) -> None:
        """A picture of the same hundred digits, epoch after epoch."""
        epoch = self.trainer.steps // self.trainer.steps_per_epoch
        drawn = generator.sample(SAMPLE_SEEDS, temperature=self.recipe.temperature)
        picture = images.enlarge(images.grid(drawn.numpy(), columns=NUM_CLASSES), 2)
        write_atomically(self.folder / "samples" / f"epoch-{epoch:04d}.png", images.png(picture))

    def _save_state(self, history_bytes: int) -> None:
        metadata = {
            **self.identity,
            "steps": self.trainer.steps,
            "history_bytes": history_bytes,
            "seconds": self.seconds,
        }
        save_state(self.folder, self.trainer.state.saved(), metadata)

    def _save_model(self) -> None:
        training = {
            **self.identity,
            "steps": self.trainer.steps,
            "epochs": self.trainer.steps / self.trainer.steps_per_epoch,
            "command": reproducible_command_line(),
            "device": describe_device(self.trainer.device),
            "processes": self.accelerator.num_processes,
            "seconds": round(self.seconds, 1),
            "versions": {"python": platform.python_version(), "torch": torch.__version__},
        }
        generator = self.trainer.trained_generator()
        save_model(self.folder, generator, self.trainer.discriminator, recipe=self.name, training=training)

    def _finish(self) -> None:
        self._save_model()
        write_atomically(self.folder / METRICS, to_json({**self._evaluations(), "training": self.last_record}))
        save_time_lapse(self.folder)
        save_curves(self.folder)
        write_model_card(self.folder)

    def _evaluations(self) -> dict[str, Any]:
        """What metrics.json already says of exactly these weights: a finished run may be resumed to publish it."""
        try:
            kept = json.loads((self.folder / METRICS).read_text(encoding="utf-8"))
            weights = weights_of(read_config(self.folder))
            return {k: v for k, v in kept.items() if k != "training" and v["protocol"]["weights"] == weights}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):  # none, or none that can be read
            return {}

    def _stop(self, signal_number: int) -> None:
        if self.main:
            self._save_model()
        self.accelerator.wait_for_everyone()
        raise InterruptedRunError(
            128 + signal_number,
            f"stopped after step {self.trainer.steps} of {self.trainer.total_steps}, saved in {self.folder}. "
            f"Continue with: {command_line(without={'--resume'})} --resume",
        )

    # Resume

    def _resume(self) -> None:
        loaded: list[Any] = [None, None]
        if self.main:  # other machines need not see the folder
            remove_unfinished(self.folder)
            loaded = list(load_newest_state(self.folder, self.identity))
        if self.accelerator.num_processes > 1:
            broadcast_object_list(loaded)
        tensors, metadata = loaded
        self.trainer.load_state(tensors, metadata["steps"])
        self.seconds = metadata["seconds"]
        if self.main:  # the history as it was when the state was saved
            os.truncate(self.folder / HISTORY, metadata["history_bytes"])
            lines = (self.folder / HISTORY).read_text(encoding="utf-8").splitlines()
            self.last_record = json.loads(lines[-1]) if lines else {}


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


def _rounded(value: Any) -> Any:
    """A record with six decimals; further ones are noise."""
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return round(value, 6) if isinstance(value, float) else value
