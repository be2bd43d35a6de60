"""A run from its first step to its folder: checkpoints, resume, history, and a clean stop.

`run_folder` says what the folder holds. Only the main process of a job writes.
"""

import io
import json
import math
import os
import platform
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import torch
from accelerate import Accelerator
from accelerate.tracking import get_available_trackers
from accelerate.utils import broadcast_object_list

from gan.console import pip_install
from gan.data import load_dataset
from gan.devices import choose_device, describe_device
from gan.errors import ModelError, UserError, listed, one_line
from gan.evaluation.evaluate import quick_scores
from gan.evaluation.standard import Standard, standard_of
from gan.files import check_writable, hold, is_held, is_of_the_disk, remove_unfinished, unwritable, write_atomically
from gan.hub.card import DATA_PICTURE
from gan.model_folder import CONFIG, check_size, model_files, read_saved, save_model
from gan.networks import Generator
from gan.recipes import Recipe
from gan.recording import HISTORY
from gan.training.advice import Collapse
from gan.training.batches import check_share
from gan.training.checkpoints import load_newest_state, save_state
from gan.training.commands import reproducing_command, resuming_command
from gan.training.initial import Initial, load_initial
from gan.training.options import RunOptions
from gan.training.progress import HEADER, Progress
from gan.training.run_folder import BEST, SAMPLES_OF_BEST, describe, save_samples, strange_files, take_best
from gan.training.settings import holds_model, no_checkpoint, only_a_model, options_as_json, saved_states
from gan.training.trackers import end_trackers, log_picture, start_trackers
from gan.training.trainer import Trainer

RECORD_EVERY = 100  # steps in a line of the history
EARLY = 0.05  # the share of a run in which its first digits may all look alike
LOOKS = 200  # at an epoch's end, in a run: of more epochs (few pictures, passed often) not each is looked at
FEW_STEPS = 2000  # less than two epochs of MNIST draw nothing yet
SCORED_SAMPLES = 1000  # digits drawn and scored after an epoch: 0.4 s on one CPU core


class InterruptedRunError(Exception):
    """SIGINT or SIGTERM arrived; the run is saved. `code` is the exit status, 128 + signal."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code


class ProcessError(UserError):
    """What one process of a job has met and the others may not have: it speaks for itself."""


def run(name: str, recipe: Recipe, options: RunOptions) -> Path:
    """Train `recipe` from the beginning, or from its last checkpoint, to its end; returns the run folder.

    Raises:
        UserError: bad data, device or folder, a full disk, a model to begin with that doesn't fit, or a loss that is
            not finite. What was saved stays whole.
        InterruptedRunError: SIGINT or SIGTERM; the step was finished and saved.
    """
    folder = options.folder(name)
    check_share(recipe, int(os.environ.get("WORLD_SIZE", "1")))  # before they meet: who leaves then fails the others
    check_size(recipe.generator_config(), recipe.discriminator_config())
    accelerator = start_accelerator(options, folder)
    main = accelerator.is_main_process
    if main:
        check_apart(options, folder)
        check_folder(name, folder, options.resume)
    with accelerator.main_process_first(), nullcontext() if main else redirect_stdout(io.StringIO()):
        data = load_dataset(options.dataset, options.data_dir)
        standard = standard_of(data, options.data_dir)
        if options.keep == "best" and standard.reference is None:
            raise UserError(
                f"--keep best needs a distance after each epoch, and none is measured for {options.dataset}: leave it "
                f"out ({standard.missing})"
            )
        initial = None
        if options.init_from and not options.resume:
            initial = load_initial(options.init_from, recipe, labelled=data.labels is not None)
    try:
        with enough_memory(accelerator.device):
            trainer = Trainer(recipe, data, seed=options.seed, accelerator=accelerator)
            if main:
                print(data.description())
                if recipe.conditional and (absent := data.absent_classes()):
                    classes = listed([str(c) for c in absent], 10)
                    print(f"no image shows {classes}: what is drawn of that class means nothing")
            with occupied(name, folder, options.resume) if main else open(os.devnull, "a", encoding="utf-8") as history:
                if main and not options.resume:
                    write_atomically(folder / DATA_PICTURE, data.preview())
                return Run(name, options, trainer, folder, history, initial, standard).train()
    except OSError as error:  # of what is written bit by bit: the history, a tracker's log
        if not is_of_the_disk(error):
            raise
        raise unwritable(Path(error.filename or folder), error) from error
    finally:
        end_trackers(accelerator)


@contextmanager
def enough_memory(device: torch.device) -> Iterator[None]:
    """Say in a sentence that the memory of the device, or of the processor, isn't enough for what is done inside."""
    try:
        yield
    except RuntimeError as error:
        if not _is_of_memory(error):
            raise
        raise ProcessError(
            f"{device} is out of memory: lower --batch-size, --generator-widths or --discriminator-widths, or choose "
            f"another --device"
        ) from None


def _is_of_memory(error: RuntimeError) -> bool:
    # The processor's has no kind of its own.
    return isinstance(error, torch.OutOfMemoryError) or "DefaultCPUAllocator" in str(error)


def start_accelerator(options: RunOptions, folder: Path) -> Accelerator:
    """The device, the precision, the trackers, and this process's place among the others of `accelerate launch`.

    Raises:
        UserError: the device is missing or occupied, lacks the precision, or the tracker is not installed.
    """
    device = choose_device(options.device)
    if options.report_to not in ("none", *(str(tracker) for tracker in get_available_trackers())):
        raise UserError(f"--report-to {options.report_to}: not installed here; {pip_install(options.report_to)}")
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
    return accelerator


def occupied(name: str, folder: Path, resume: bool) -> IO[str]:
    """The history of the run in a folder, to be appended to. While it is open, no other process trains there.

    Raises:
        UserError: as `check_folder`, of what has happened since.
        OSError: the disk is full or may not be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    history = (folder / HISTORY).open("a", encoding="utf-8")
    try:
        if not hold(history):
            raise occupied_by_another(folder)
        check_folder(name, folder, resume, ours=True)
        if not resume:
            history.truncate(0)
            remove_unfinished(folder)  # of a run that was killed before its first checkpoint
    except BaseException:
        history.close()
        raise
    return history


def occupied_by_another(folder: Path) -> UserError:
    """The message about a folder in which another process is training."""
    return UserError(
        f"another process is training in {folder}: wait until it has ended, stop it, or choose another --output-dir"
    )


def check_folder(name: str, folder: Path, resume: bool, *, ours: bool = False) -> None:
    """Refuse a folder that another process trains in (unless it is `ours`), holds another run, holds none to resume, or
    can't be written, before hours are spent."""
    if not ours and is_held(folder / HISTORY):
        raise occupied_by_another(folder)
    states = saved_states(folder)
    if holds_model(folder) and not states and not resume:
        raise UserError(only_a_model(folder))
    if states and not resume:
        raise UserError(
            f"{folder} already holds a run: add --resume to continue it ({resuming_command(name, folder)}), or choose "
            f"another --output-dir"
        )
    if not resume and os.path.isdir(folder) and (strange := strange_files(folder)):
        raise UserError(
            f"{folder} is no run of ours: it holds {listed(strange)}, which a run could overwrite. Nothing was "
            f"touched; choose a new or an empty --output-dir"
        )
    if resume and not states:
        raise UserError(no_checkpoint(folder))
    if not resume:
        check_writable(folder)


def check_apart(options: RunOptions, folder: Path) -> None:
    """Refuse to begin a run among the pictures that it learns from: its own would be read as data from then on."""
    if (
        options.dataset == "folder"
        and not options.resume
        and folder.resolve().is_relative_to(options.data_dir.resolve())
    ):
        raise UserError(
            f"{folder} lies in {options.data_dir}, and the pictures of the run would be read as data: choose an "
            f"--output-dir outside, or name a folder that holds the pictures alone with --data-dir"
        )


class Run:
    """One trainer and the folder that it fills."""

    def __init__(
        self,
        name: str,
        options: RunOptions,
        trainer: Trainer,
        folder: Path,
        history: IO[str],
        initial: Initial | None = None,
        standard: Standard | None = None,
    ) -> None:
        self.name, self.options, self.trainer, self.folder, self.history = name, options, trainer, folder, history
        self.accelerator, self.recipe = trainer.accelerator, trainer.recipe
        self.main = self.accelerator.is_main_process
        self.standard = standard or standard_of(trainer.data, options.data_dir)
        self.identity = {  # what must agree for a run to be continued
            "recipe": json.loads(json.dumps(asdict(self.recipe))),
            "dataset": trainer.data.name,
            "dataset_fingerprint": trainer.data.fingerprint(),
            "seed": options.seed,
            "mixed_precision": options.mixed_precision,
        }
        self.init_from = initial.record if initial else None
        if initial:
            trainer.start_from(initial.generator, initial.discriminator)
        self.earlier_epochs: list[int] = []  # how many the run had before it was given more
        self.seconds = 0.0  # spent so far, in earlier sessions too
        self.last_record: dict[str, Any] = {}
        self.best_record: dict[str, Any] = {}  # of the epoch nearest to the data
        self.absent = trainer.data.absent_classes() if self.recipe.conditional else []
        self.collapse = Collapse(self.recipe, labelled=trainer.data.labels is not None)

    def train(self) -> Path:
        """Run to the end; see `run`."""
        trainer, total = self.trainer, self.trainer.total_steps
        if self.options.resume:
            self._resume()
        config = {"recipe_name": self.name, "seed": self.options.seed, **asdict(self.recipe)}
        shown_by = start_trackers(self.accelerator, self.folder, config)
        if not self.options.resume and self.main:
            self._save_samples(self.trainer.trained_generator())
        if trainer.device.type == "cuda" and self.accelerator.num_processes == 1 and self.options.cuda_graph:
            trainer.capture()
        started = time.perf_counter() - self.seconds
        with (
            _signals() as arrived,
            Progress(total, trainer.steps, self.recipe.epochs, silent=not self.main) as progress,
        ):
            if shown_by:
                progress.say(f"look on with: {shown_by}")
            self._introduce(progress)
            while trainer.steps < total:
                epoch = trainer.steps // trainer.steps_per_epoch + 1
                self._step()
                progress.step(epoch)
                self.seconds = time.perf_counter() - started
                epoch_ends = self._is_looked_at(trainer.steps)
                if epoch_ends or trainer.steps % RECORD_EVERY == 0:
                    self._record(progress, epoch_ends)
                stop = self._signal_of_any_process(arrived)
                due = self.options.checkpoint_steps and trainer.steps % self.options.checkpoint_steps == 0
                if epoch_ends or due or stop:
                    trainer.check_finite()  # never keep a broken state
                    if self.main:
                        os.fsync(self.history.fileno())
                        self._save_state(self.history.tell())
                if stop and trainer.steps < total:
                    self._stop(stop)
        if self.main:
            self._finish()
        return self.folder

    def _introduce(self, progress: Progress) -> None:
        """What is about to happen, and the head of the table of epochs."""
        trainer, recipe = self.trainer, self.recipe
        left, processes = trainer.total_steps - trainer.steps, self.accelerator.num_processes
        many = "es" if processes > 1 else ""
        where = f"on {describe_device(trainer.device)} in {processes} process{many}, into {self.folder}"
        if not left:
            more = resuming_command(self.name, self.folder, "--epochs", str(2 * recipe.epochs))
            progress.say(f"{self.name}: the {recipe.epochs} epochs of {self.folder} are done; more of them: {more}")
            return
        progress.say(f"{self.name}: {left:,} step{'s' * (left != 1)} {where}")
        if self.init_from:
            progress.say(f"began with the weights of {self.init_from['model']} ({self.init_from['weights']})")
        if self.options.resume:
            done = trainer.steps / trainer.steps_per_epoch
            progress.say(f"continued after epoch {done:.4g} of {recipe.epochs}")
        if self.earlier_epochs and recipe.decay_start < 1:
            progress.say(f"the learning rates are those of a run of {recipe.epochs} epochs from here on")
        if trainer.total_steps < FEW_STEPS:
            enough = math.ceil(FEW_STEPS / trainer.steps_per_epoch)
            progress.say(
                f"that is little: {trainer.steps_per_epoch} steps an epoch; --epochs {enough} or more would do"
            )
        if self.standard.missing:
            progress.say(self.standard.missing)
        if self.standard.reference:
            floor = self.standard.reference.floor(SCORED_SAMPLES)
            progress.say(f"distance: of {SCORED_SAMPLES:,} drawn digits to the data; as many real ones: {floor:.2f}")
        progress.say(HEADER)

    def _is_looked_at(self, step: int) -> bool:
        """Whether an epoch ends with this step, and is one of those that are shown, scored and saved."""
        every = self.trainer.steps_per_epoch * math.ceil(self.recipe.epochs / LOOKS)
        return step % every == 0 or step == self.trainer.total_steps

    def _step(self) -> None:
        try:
            self.trainer.step()
        except RuntimeError as error:
            if self.accelerator.num_processes == 1 or _is_of_memory(error):
                raise
            raise ProcessError(
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

    def _record(self, progress: Progress, epoch_ends: bool) -> None:
        means = self.trainer.read_statistics()
        step = self.trainer.steps
        record: dict[str, Any] = {"step": step, "epoch": step / self.trainer.steps_per_epoch, **means}
        if not self.main:
            return
        generator = self.trainer.trained_generator() if epoch_ends else None
        if generator:
            record["scores"] = quick_scores(generator, SCORED_SAMPLES, self.standard)
        record = _rounded(record)
        self.history.write(json.dumps(record) + "\n")
        self.history.flush()
        self.last_record = record
        scores = record.get("scores", {})
        self.accelerator.log({**{k: v for k, v in record.items() if k not in ("step", "scores")}, **scores}, step=step)
        progress.show(record)
        if generator:
            self._save_samples(generator)
            self._save_best(generator)
            self._save_model(generator)
            progress.epoch(record)
            late = step >= EARLY * self.trainer.total_steps
            if late and (message := self.collapse.message(round(record["epoch"]), scores)):
                progress.warn(message)

    def _save_samples(self, generator: Generator) -> None:
        epoch = self.trainer.steps // self.trainer.steps_per_epoch
        picture = save_samples(self.folder, generator, epoch, self.recipe.temperature, self.absent)
        log_picture(self.accelerator, 255 - picture, self.trainer.steps)

    def _save_state(self, history_bytes: int) -> None:
        metadata = {
            **self.identity,
            "name": self.name,
            "options": options_as_json(self.options),
            "init_from": self.init_from,
            "earlier_epochs": self.earlier_epochs,
            "steps": self.trainer.steps,
            "history_bytes": history_bytes,
            "seconds": self.seconds,
        }
        save_state(self.folder, self.trainer.state.saved(), metadata)

    def _save_best(self, generator: Generator) -> None:
        """Keep the generator of the epoch that just ended, if none was nearer to the data."""
        if _distance(self.last_record) < _distance(self.best_record):
            self.best_record = self.last_record
            self._save_to(self.folder / BEST, generator)

    def _save_model(self, generator: Generator) -> None:
        """Make the generator the run's model, or the best one, if that is what is kept."""
        done = self.trainer.steps / self.trainer.steps_per_epoch
        if self.options.keep == "best" and take_best(self.folder, done):
            return
        (self.folder / SAMPLES_OF_BEST).unlink(missing_ok=True)
        self._save_to(self.folder, generator)

    def _save_to(self, folder: Path, generator: Generator) -> None:
        name, options = self.name, self.options
        training = {
            **self.identity,
            **({"absent_classes": self.absent} if self.absent else {}),
            **({"init_from": self.init_from} if self.init_from else {}),
            "steps": self.trainer.steps,
            "epochs": self.trainer.steps / self.trainer.steps_per_epoch,
            "command": reproducing_command(
                name,
                self.recipe,
                options,
                init_from=self.init_from["model"] if self.init_from else None,
                earlier_epochs=self.earlier_epochs,
            ),
            "device": describe_device(self.trainer.device),
            "processes": self.accelerator.num_processes,
            "seconds": round(self.seconds, 1),
            "versions": {"python": platform.python_version(), "torch": torch.__version__},
        }
        save_model(folder, generator, self.trainer.discriminator, recipe=name, training=training)

    def _finish(self) -> None:
        """The run's model and all that describes it."""
        self._save_model(self.trainer.trained_generator())
        best = self.options.keep == "best" and (self.folder / BEST).exists()
        describe(self.folder, self.best_record if best else self.last_record)

    def _stop(self, signal_number: int) -> None:
        if self.main:
            self._finish()
        self.accelerator.wait_for_everyone()
        raise InterruptedRunError(
            128 + signal_number,
            f"stopped after step {self.trainer.steps} of {self.trainer.total_steps}, saved in {self.folder}. "
            f"Continue with: {resuming_command(self.name, self.folder)}",
        )

    # Resume

    def _resume(self) -> None:
        loaded: list[Any] = [None, None]
        if self.main:  # other machines need not see the folder
            for folder in (self.folder, self.folder / BEST):
                with suppress(ModelError):  # of a run that has saved no model yet
                    read_saved(model_files, folder)  # a save that was killed between its renames is brought to its end
            remove_unfinished(self.folder)
            loaded = list(load_newest_state(self.folder, self.identity, self.trainer.steps_per_epoch))
        if self.accelerator.num_processes > 1:
            broadcast_object_list(loaded)
        tensors, metadata = loaded
        begun_from = metadata.get("options", {}).get("init_from")
        if self.options.init_from not in (None, begun_from):
            raise UserError(
                f"{self.folder} holds a run that began with {begun_from or 'random weights'}, you asked for "
                f"{self.options.init_from}: leave --init-from out, or begin a new run with another --output-dir"
            )
        self.trainer.load_state(tensors, metadata["steps"])
        self.seconds = metadata["seconds"]
        self.init_from, self.earlier_epochs = metadata["init_from"], metadata["earlier_epochs"]
        if self.main:  # the history as it was when the state was saved
            self.history.truncate(metadata["history_bytes"])
            self.history.seek(0, os.SEEK_END)
            lines = (self.folder / HISTORY).read_text(encoding="utf-8").splitlines()
            records = [json.loads(line) for line in lines]
            self.last_record = records[-1] if records else {}
            if (self.folder / BEST / CONFIG).is_file():
                self.best_record = min(records, key=_distance, default={})


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


def _distance(record: dict[str, Any]) -> float:
    """How far an epoch's generator is from the data; infinite where that wasn't measured."""
    return record.get("scores", {}).get("frechet_train", float("inf"))


def _rounded(value: Any) -> Any:
    """A record with six decimals; further ones are noise."""
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return round(value, 6) if isinstance(value, float) else value
