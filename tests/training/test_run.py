"""Runs as a maker meets them: killed, interrupted, resumed, refused, in processes of their own where that matters."""

import hashlib
import json
import math
import multiprocessing
import os
import random
import re
import resource
import shlex
import shutil
import signal
import sqlite3
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from gan.data import DatasetNotFoundError, load_dataset
from gan.errors import ModelError, UserError
from gan.files import UNFINISHED, is_held, write_atomically
from gan.hub.resolve import load_generator
from gan.networks import Generator
from gan.recipes import RECIPES
from gan.training import run as run_module
from gan.training.options import RunOptions
from gan.training.run import Run, check_folder
from gan.training.trainer import Trainer
from tests.training.jobs import FORK, SMALL, SMALL_FLAGS, options, start, train_here, train_py
from tests.waiting import wait_until
from train import parse

ROOT = Path(__file__).resolve().parents[2]


def files(folder: Path) -> dict[str, str]:
    """Every file below a folder with its hash."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_a_run_folder_holds_what_a_hub_repository_holds(finished: Path) -> None:
    names = {p.name for p in finished.iterdir()}
    assert {"config.json", "model.safetensors", "discriminator.safetensors", "metrics.json", "history.jsonl"} <= names
    assert {"README.md", "samples", "timelapse.gif", "timelapse.webp", "curves-light.png", "curves-dark.png"} <= names
    assert len(list(finished.glob("samples/epoch-*.png"))) == SMALL.epochs + 1  # noise first
    assert len(list(finished.glob("state/*.safetensors"))) == 3
    drawn = np.asarray(Image.open(finished / "samples" / "epoch-0003.png"))
    generator = Generator.from_pretrained(finished)
    expected = generator.sample(range(100)).numpy().reshape(10, 10, 28, 28).swapaxes(1, 2).reshape(280, 280)
    np.testing.assert_array_equal(255 - drawn, expected.repeat(2, 0).repeat(2, 1))


def test_what_was_loaded_is_shown_before_the_first_step(
    mnist_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(trainer: Trainer) -> None:
        assert (tmp_path / "run" / "data.png").read_bytes() == load_dataset("mnist", mnist_dir).preview()
        assert capsys.readouterr().out.startswith("mnist: 512 images, 10 classes of 51 … 52\n")
        raise UserError("seen")

    monkeypatch.setattr(Trainer, "step", look)
    with pytest.raises(UserError, match="seen"):
        train_here(SMALL, options(mnist_dir, tmp_path / "run"))


def test_the_history_tells_losses_probabilities_and_scores(finished: Path) -> None:
    records = [json.loads(line) for line in (finished / "history.jsonl").read_text().splitlines()]
    assert [r["step"] for r in records] == [32, 64, 96]
    assert [r["epoch"] for r in records] == [1, 2, 3]
    for record in records:
        assert 0 < record["d_real"] < 1
        assert 0 < record["d_fake"] < 1
        assert 0 <= record["scores"]["diversity"] <= 1
        assert 0 <= record["scores"]["classes"] <= 10


def test_the_config_names_the_command_but_no_folder_of_this_machine(finished: Path, mnist_dir: Path) -> None:
    text = (finished / "config.json").read_text()
    training = json.loads(text)["training"]
    assert training["recipe"]["epochs"] == 3
    assert training["steps"] == 96
    assert str(mnist_dir) not in text
    assert str(finished.parent) not in text


def kill_at_random(run_options: RunOptions, seconds: float) -> bool:
    """Start or resume a run in a process of its own and SIGKILL it some time after it began to step; True if killed."""
    process = start(train_here, SMALL, run_options)
    folder = run_options.output_dir
    assert folder is not None
    assert process.pid is not None
    deadline = time.monotonic() + 60
    while not any(folder.glob("state/step-*")) and process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.002)  # the first checkpoint: from here on nothing may be lost
    process.join(seconds)
    killed = process.is_alive()
    if killed:
        os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    assert killed or process.exitcode == 0
    return killed


def test_twenty_kills_at_random_moments_change_nothing(finished: Path, mnist_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    dice = random.Random(1)
    kills = 0
    while kills < 20:
        resume = any(folder.glob("state/step-*"))
        if resume and len((folder / "history.jsonl").read_text().splitlines()) >= 2 and kills < 20:
            # late in the run: rewind to its beginning by keeping only the oldest state, so that kills go on
            states = sorted(folder.glob("state/step-*"))
            for newer in states[1:]:
                newer.unlink()
        kills += kill_at_random(options(mnist_dir, folder, resume=resume, checkpoint_steps=3), dice.uniform(0.0, 0.6))
        if (folder / "config.json").exists():
            Generator.from_pretrained(folder)  # what a killed run leaves can be looked at
    train_here(SMALL, options(mnist_dir, folder, resume=True, checkpoint_steps=3))
    for name in ("model.safetensors", "discriminator.safetensors", "history.jsonl"):
        assert (folder / name).read_bytes() == (finished / name).read_bytes(), name
    assert not list(folder.rglob(".*.part")), "what a killed process had begun to write"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_saves_says_how_to_resume_and_ends_alike(
    finished: Path, mnist_dir: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    folder, output = tmp_path / "cut", tmp_path / "output.txt"
    arguments = [*SMALL_FLAGS, "--data-dir", str(mnist_dir), "--device", "cpu", "--output-dir", str(folder)]
    process = start(train_py, arguments, output)
    while not (folder / "state").exists():
        time.sleep(0.01)
        assert process.is_alive()
    assert process.pid is not None
    os.kill(process.pid, number)
    process.join(60)
    assert process.exitcode == status
    message = output.read_text()
    assert "Traceback" not in message
    advice = message.strip().rpartition("Continue with: ")[2]
    assert advice.endswith(f"python train.py modern --output-dir {folder} --resume")
    Generator.from_pretrained(folder)  # what is there so far can be looked at
    assert {"README.md", "timelapse.webp", "curves-light.png", "metrics.json"} <= {p.name for p in folder.iterdir()}
    assert "Stopped early" in (folder / "README.md").read_text()
    subprocess.run(shlex.split(advice), cwd=ROOT, check=True, timeout=100)
    for name in ("model.safetensors", "history.jsonl"):
        assert (folder / name).read_bytes() == (finished / name).read_bytes()


def copy_of(folder: Path, target: Path) -> Path:
    shutil.copytree(folder, target)
    return target


def test_a_folder_that_holds_a_run_is_refused_untouched(finished: Path, mnist_dir: Path) -> None:
    before = files(finished)
    with pytest.raises(UserError, match="already holds a run: add --resume"):
        train_here(SMALL, options(mnist_dir, finished))
    with pytest.raises(UserError, match="holds another run: it has learning_rate 0.0005, you asked for 0.001"):
        train_here(replace(SMALL, learning_rate=1e-3), options(mnist_dir, finished, resume=True))
    with pytest.raises(UserError, match="it has seed 0, you asked for 5"):
        train_here(SMALL, options(mnist_dir, finished, resume=True, seed=5))
    assert files(finished) == before


def test_a_run_older_than_a_recipes_newest_field_is_continued(finished: Path, mnist_dir: Path, tmp_path: Path) -> None:
    folder = copy_of(finished, tmp_path / "old")
    newest = sorted(folder.glob("state/step-*"))[-1]
    with safetensors.safe_open(newest, framework="pt") as file:
        metadata = json.loads(file.metadata()["run"])
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    del metadata["recipe"]["label_smoothing"], metadata["mixed_precision"]
    newest.write_bytes(safetensors.torch.save(state, {"run": json.dumps(metadata)}))
    (folder / "model.safetensors").unlink()
    train_here(SMALL, options(mnist_dir, folder, resume=True))
    assert (folder / "model.safetensors").read_bytes() == (finished / "model.safetensors").read_bytes()


def test_a_finished_run_that_is_resumed_keeps_what_was_measured_of_its_weights(
    finished: Path, mnist_dir: Path, tmp_path: Path
) -> None:
    folder = copy_of(finished, tmp_path / "measured")
    metrics = json.loads((folder / "metrics.json").read_text())
    weights = hashlib.sha256((folder / "quantized.safetensors").read_bytes()).hexdigest()[:8]
    mine, others = ({"values": {}, "protocol": {"weights": w}} for w in (weights, "01234567"))
    (folder / "metrics.json").write_text(json.dumps({**metrics, "evaluation": mine, "inception": others}))
    train_here(SMALL, options(mnist_dir, folder, resume=True))
    assert json.loads((folder / "metrics.json").read_text()) == {**metrics, "evaluation": mine}


def test_there_must_be_something_to_resume(mnist_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no folder .*none to resume a run in"):
        train_here(SMALL, options(mnist_dir, tmp_path / "none", resume=True))
    assert not (tmp_path / "none").exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no checkpoint to resume from"):
        train_here(SMALL, options(mnist_dir, tmp_path / "empty", resume=True))


def test_a_run_that_was_killed_in_its_first_epoch_begins_anew(
    finished: Path, mnist_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever it left: there is nothing to resume, and nothing that another run would overwrite."""
    folder = tmp_path / "early"
    folder.mkdir()
    for name in ("data.png", "samples"):
        source = finished / name
        shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy(source, folder / name)
    (folder / "history.jsonl").write_text('{"step": 100, "epoch": 0.2}\n')
    with pytest.raises(SystemExit):
        parse(["--resume", "--output-dir", str(folder)])
    assert "holds no checkpoint to resume from: leave --resume out, and name a recipe" in capsys.readouterr().err
    train_here(SMALL, options(mnist_dir, folder))
    for name in ("model.safetensors", "history.jsonl"):
        assert (folder / name).read_bytes() == (finished / name).read_bytes()


def test_two_processes_do_not_train_in_one_folder(mnist_dir: Path, tmp_path: Path) -> None:
    """Begun twice, or resumed while it still runs: the second is refused; one that was killed is not in the way."""
    folder = tmp_path / "run"
    begun = replace(SMALL, epochs=10_000)
    process = start(train_here, begun, options(mnist_dir, folder))
    wait_until(lambda: is_held(folder / "history.jsonl"), 60)
    with pytest.raises(UserError, match="another process is training in .*run: wait until it has ended"):
        train_here(SMALL, options(mnist_dir, folder))
    wait_until(lambda: any(folder.glob("state/step-*")), 60)
    with pytest.raises(UserError, match="another process is training"):
        train_here(begun, options(mnist_dir, folder, resume=True))
    assert process.is_alive()
    process.kill()
    process.join()
    with pytest.raises(UserError, match="already holds a run"):
        train_here(SMALL, options(mnist_dir, folder))


@pytest.mark.parametrize("resume", [False, True])
def test_of_two_processes_at_the_same_moment_one_trains(
    resume: bool, mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have found the folder free before either has taken it."""
    folder = tmp_path / "run"
    endless = replace(SMALL, epochs=10_000)
    if resume:
        first = start(train_here, endless, options(mnist_dir, folder))
        wait_until(lambda: any(folder.glob("state/step-*")), 60)
        first.kill()
        first.join()
    both = FORK.Barrier(2)

    class Meeting(Trainer):
        def __init__(self, *arguments: Any, **named: Any):
            both.wait(60)
            super().__init__(*arguments, **named)

    monkeypatch.setattr(run_module, "Trainer", Meeting)
    processes = [start(train_here, endless, options(mnist_dir, folder, resume=resume)) for _ in range(2)]
    wait_until(lambda: not all(process.is_alive() for process in processes), 60)
    [one] = [process for process in processes if process.is_alive()]
    before = len((folder / "history.jsonl").read_text().splitlines())
    wait_until(lambda: len((folder / "history.jsonl").read_text().splitlines()) > before, 60)
    one.kill()
    one.join()
    steps = [json.loads(line)["step"] for line in (folder / "history.jsonl").read_text().splitlines()]
    assert steps == sorted(set(steps)), "two have written"


def test_a_run_begun_anew_leaves_nothing_of_the_killed_one(mnist_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "history.jsonl").write_text('{"step": 1, "epoch": 0.1}\n')
    for name in ("config.json", "model.safetensors"):
        (folder / f".{name}.abc{UNFINISHED}").write_bytes(b"of the killed run")
    train_here(SMALL, options(mnist_dir, folder))
    assert not list(folder.rglob(f"*{UNFINISHED}"))
    assert json.loads((folder / "history.jsonl").read_text().splitlines()[0])["step"] > 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can become another")
def test_places_that_may_not_be_searched_are_refused_in_a_sentence(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    os.seteuid(65534)
    try:
        with pytest.raises(UserError, match=r"cannot write .*closed/run.*: Permission denied"):
            check_folder("relu-2", closed / "run", resume=False)
        with pytest.raises(UserError, match="there is no folder .*closed/run to resume"):
            check_folder("relu-2", closed / "run", resume=True)
        with pytest.raises(UserError, match="cannot write .*closed/a.json: Permission denied"):
            write_atomically(closed / "a.json", "")
        with pytest.raises(UserError, match="there is no folder .*closed/pictures"):
            load_dataset("folder", closed / "pictures")
        with pytest.raises(DatasetNotFoundError):
            load_dataset("mnist", closed / "mnist", download=False)
        with pytest.raises(ModelError):
            load_generator(str(closed / "model"))
    finally:
        os.seteuid(0)


def test_a_folder_to_resume_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for named in (["modern"], []):
        with pytest.raises(SystemExit):
            parse([*named, "--resume", "--output-dir", str(tmp_path / "nowhere")])
        assert f"there is no folder {tmp_path / 'nowhere'} to resume a run in" in capsys.readouterr().err


def test_a_resume_that_is_refused_leaves_the_model_of_a_killed_save_readable(
    finished: Path, mnist_dir: Path, tmp_path: Path
) -> None:
    folder = copy_of(finished, tmp_path / "killed")
    (folder / "config.json").rename(folder / f".config.json.abc{UNFINISHED}")  # its last rename didn't come
    with pytest.raises(UserError, match="holds another run"):
        train_here(SMALL, replace(options(mnist_dir, folder, resume=True), seed=8))
    assert load_generator(str(folder)).weights == load_generator(str(finished)).weights


def test_a_damaged_state_is_named_and_the_one_before_it_serves(finished: Path, mnist_dir: Path, tmp_path: Path) -> None:
    folder = copy_of(finished, tmp_path / "damaged")
    newest = sorted(folder.glob("state/step-*"))[-1]
    content = newest.read_bytes()
    for damaged in (content[:-9], os.urandom(len(content)), b""):  # truncated, noise, empty
        newest.write_bytes(damaged)
        before = files(folder)
        with pytest.raises(UserError, match="is damaged .*delete it to resume from the checkpoint before it"):
            train_here(SMALL, options(mnist_dir, folder, resume=True))
        assert files(folder) == before
    newest.unlink()
    train_here(SMALL, options(mnist_dir, folder, resume=True))
    assert (folder / "model.safetensors").read_bytes() == (finished / "model.safetensors").read_bytes()


def test_a_folder_that_cannot_be_written_is_refused_at_once(mnist_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match=r"cannot write .*: .*/file is a file\. Choose another folder"):
        train_here(SMALL, options(mnist_dir, tmp_path / "file" / "run"))
    with pytest.raises(UserError, match=r"cannot write .*: .*/file is a file\. Choose another folder"):
        train_here(SMALL, options(mnist_dir, tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_start_that_fails_leaves_nothing(mnist_dir: Path, tmp_path: Path) -> None:
    """Neither a folder nor a file that would let the next run into a folder of something else."""
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "new/run"):
        with pytest.raises(UserError, match="there is no folder"):
            train_here(SMALL, replace(options(tmp_path / "nothing", tmp_path / folder), dataset="folder"))
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def train_on_a_disk_that_fills_up(run_options: RunOptions, found: "multiprocessing.Queue[str]") -> None:
    """After the first checkpoint no file may grow past 20 kB, as on a full disk."""
    save_state = Run._save_state

    def save_then_fill(self: Run, history_bytes: int) -> None:
        save_state(self, history_bytes)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))

    Run._save_state = save_then_fill  # type: ignore[method-assign]
    try:
        train_here(SMALL, run_options)
    except UserError as error:
        found.put(str(error))


def test_a_disk_that_fills_up_stops_the_run_with_its_last_checkpoint_whole(
    finished: Path, mnist_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "full"
    found: multiprocessing.Queue[str] = FORK.Queue()
    start(train_on_a_disk_that_fills_up, options(mnist_dir, folder), found).join(60)
    assert "cannot write" in found.get(timeout=5)
    assert [p.name for p in folder.glob("state/step-*")] == ["step-000000032.safetensors"]
    assert not [p for p in folder.rglob(".*") if p.is_file()], "no half-written file stays"
    train_here(SMALL, options(mnist_dir, folder, resume=True))
    assert (folder / "model.safetensors").read_bytes() == (finished / "model.safetensors").read_bytes()


def test_a_run_whose_loss_explodes_stops_and_keeps_the_last_good_state(
    mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Trainer.step

    def explode_at_40(self: Trainer) -> None:
        if self.steps == 39:
            with torch.no_grad():
                next(self.generator.parameters()).fill_(math.inf)
        step(self)

    monkeypatch.setattr(Trainer, "step", explode_at_40)
    with pytest.raises(UserError, match=r"infinite or NaN at step 40: lower --learning-rate"):
        train_here(SMALL, options(mnist_dir, tmp_path / "wild", checkpoint_steps=1))
    states = sorted((tmp_path / "wild").glob("state/step-*"))
    assert states[-1].name == "step-000000039.safetensors"
    assert all(t.isfinite().all() for t in safetensors.torch.load_file(states[-1]).values())


def test_collapse_is_seen_and_explained(mnist_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A generator whose output layer hardly learns draws one blur for all ten digits."""
    train_here(replace(SMALL, epochs=1, learning_rate=1e-6), options(mnist_dir, tmp_path / "collapsed"))
    message = capsys.readouterr().err
    assert "The generator has collapsed" in message
    assert "begin anew with --" in message


def test_what_looks_alike_in_the_first_twentieth_of_a_run_is_no_collapse_yet(
    mnist_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train_here(replace(SMALL, epochs=21, learning_rate=1e-6), options(mnist_dir, tmp_path / "collapsed"))
    told = [line for line in capsys.readouterr().err.splitlines() if "has collapsed" in line]
    assert [line.partition(":")[0] for line in told] == ["epoch 2"]


def train_with_tracker(tracker: str, run_options: RunOptions) -> None:
    """In a process of its own, since trackers stay with the process that opened them."""
    assert run_options.output_dir is not None
    os.environ["TRACKIO_DIR"] = str(run_options.output_dir)
    train_here(replace(SMALL, epochs=1), replace(run_options, report_to=tracker))  # type: ignore[arg-type]


def test_trackers_receive_the_history(mnist_dir: Path, tmp_path: Path) -> None:
    trackers = ("tensorboard", "trackio")
    jobs = [start(train_with_tracker, tracker, options(mnist_dir, tmp_path / tracker)) for tracker in trackers]
    for job in jobs:
        job.join(120)
        assert job.exitcode == 0
    logs = tmp_path / "tensorboard"  # called as the run's folder is, and there is no other
    assert {path.parent for path in logs.rglob("events.*")} == {logs}
    events = EventAccumulator(str(logs))
    events.Reload()
    record = json.loads((tmp_path / "tensorboard" / "history.jsonl").read_text())
    assert events.Scalars("d_loss")[0].value == pytest.approx(record["d_loss"])
    assert events.Scalars("frechet_train")[0].step == record["step"]
    assert [e.step for e in events.Images("samples")] == [0, record["step"]]
    with sqlite3.connect(next((tmp_path / "trackio").glob("*.db"))) as database:
        logged = [
            json.loads(text) for (text,) in database.execute("select metrics from metrics where run_name = 'trackio'")
        ]
    assert any("d_loss" in values for values in logged)
    assert sum("samples" in values for values in logged) == 2


def test_half_precision_learns_in_single_precision_weights(mnist_dir: Path, tmp_path: Path) -> None:
    run_options = options(mnist_dir, tmp_path / "run", mixed_precision="bf16")
    process = start(train_here, replace(SMALL, epochs=1), run_options)  # a process has one precision
    process.join(60)
    assert process.exitcode == 0
    weights = safetensors.torch.load_file(tmp_path / "run" / "model.safetensors")
    assert {t.dtype for t in weights.values()} == {torch.float32, torch.int64}
    assert all(t.isfinite().all() for t in weights.values())


def test_a_folder_of_other_files_is_refused_untouched(mnist_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("my notes")
    with pytest.raises(UserError, match=r"is no run of ours: it holds README.md, which a run could overwrite"):
        train_here(SMALL, options(mnist_dir, tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"history.jsonl": '{"visited": "a page"}\n'}, "history.jsonl"),
        ({"history.jsonl": "[1]\n"}, "history.jsonl"),
        ({"history.jsonl": "not JSON\n"}, "history.jsonl"),
        ({"history.jsonl": "", "README.md": "my notes"}, "README.md"),
        ({"history.jsonl": "", "samples/mine.png": "a picture"}, "samples/mine.png"),
        ({"history.jsonl": "", "model.safetensors": "my weights"}, "model.safetensors"),
        ({"data.png": "a picture"}, "data.png"),
    ],
)
def test_a_folder_whose_history_is_of_something_else_is_refused(
    files: dict[str, str], named: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=f"is no run of ours: it holds {named}, which a run could overwrite"):
        check_folder("relu-2", tmp_path, resume=False)


def test_whatever_a_run_killed_before_its_first_checkpoint_leaves_is_begun_again(tmp_path: Path) -> None:
    names = ["data.png", "samples/epoch-0000.png", "samples/epoch-12345.png", "best/model.safetensors", "state/.x.part"]
    names += ["events.out.tfevents.17.host.1.0", f".config.json.x{UNFINISHED}", "model.safetensors"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "history.jsonl").write_text('{"step": 100, "epoch": 0.2, "d_loss": 1.3}\n')
    check_folder("relu-2", tmp_path, resume=False)


def test_a_run_that_was_killed_before_its_first_checkpoint_is_begun_again(mnist_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").write_text("")
    (tmp_path / "data.png").write_bytes(b"of the run that was killed")
    train_here(replace(SMALL, epochs=1), options(mnist_dir, tmp_path))
    assert (tmp_path / "model.safetensors").exists()


# A maker's own pictures


def pictures(folder: Path, classes: str, count: int = 12) -> Path:
    """Noise in folders that are called as digits."""
    for c in classes:
        (folder / c).mkdir(parents=True)
        for i in range(count):
            pixels = np.random.default_rng([int(c), i]).integers(0, 255, (28, 28), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / c / f"{i}.png")
    return folder


def test_classes_without_pictures_are_said_and_left_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = replace(RECIPES["quick"], batch_size=16, minibatch_std=0, epochs=1)
    own = replace(options(pictures(tmp_path / "own", "017"), tmp_path / "run"), dataset="folder")
    train_here(recipe, own)
    told = capsys.readouterr().out
    assert "no image shows 2, 3, 4, 5, 6, 8, 9: what is drawn of that class means nothing" in told
    columns = np.asarray(Image.open(tmp_path / "run" / "samples" / "epoch-0001.png").convert("L"))
    inked = [(columns[:, 56 * c : 56 * (c + 1)] < 255).any() for c in range(10)]
    assert [c for c in range(10) if inked[c]] == [0, 1, 7]
    card = (tmp_path / "run" / "README.md").read_text()
    assert "It was shown no picture of 2, 3, 4, 5, 6, 8, 9" in card
    assert "--data-dir PICTURES" in card


def test_a_run_is_not_resumed_on_other_pictures(tmp_path: Path) -> None:
    recipe = replace(RECIPES["relu-2"], batch_size=4, epochs=1)
    folder = pictures(tmp_path / "own", "3")
    own = replace(options(folder, tmp_path / "run"), dataset="folder")
    train_here(recipe, own)
    (folder / "3" / "0.png").unlink()
    with pytest.raises(UserError, match=r"the images are not those .*--init-from \S*run --output-dir \S*run-2") as told:
        train_here(recipe, replace(own, resume=True))
    assert "fingerprint" not in str(told.value)


def test_a_run_does_not_begin_among_its_pictures(tmp_path: Path) -> None:
    own = pictures(tmp_path / "own", "3")
    for folder in (own, own / "runs" / "relu-2"):
        with pytest.raises(UserError, match="lies in .*own, and the pictures of the run would be read as data"):
            train_here(SMALL, replace(options(own, folder), dataset="folder"))
    assert sorted(path.name for path in own.iterdir()) == ["3"]


def test_one_picture_is_too_few_and_the_message_says_how_many_do(tmp_path: Path) -> None:
    own = replace(options(pictures(tmp_path / "own", "3", 1), tmp_path / "run"), dataset="folder")
    with pytest.raises(UserError, match=r"and the data has 1: add some \((\d+) do, with --batch-size 2\)") as told:
        train_here(RECIPES["quick"], own)
    enough = int(re.search(r"\((\d+) do,", str(told.value))[1])
    pictures(tmp_path / "more", "3", enough)
    with pytest.raises(UserError, match=r"add some, or choose --batch-size (\d+)$") as told:
        train_here(RECIPES["quick"], replace(own, data_dir=tmp_path / "more"))
    size = int(str(told.value).rpartition(" ")[2])
    train_here(replace(RECIPES["quick"], batch_size=size, epochs=1), replace(own, data_dir=tmp_path / "more"))
