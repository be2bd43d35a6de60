"""Several processes, really started: the same weights as one, one writer, and a job that survives losing a process."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from safetensors.torch import load_file, save_file

from gan.data import load_dataset
from gan.networks import Generator
from gan.recipes import RECIPES
from gan.training.run import run
from gan.training.trainer import Trainer
from tests.conftest import write_mnist
from tests.training.float64 import compute_in_float64
from tests.training.jobs import options, start, start_two, train_py

ROOT = Path(__file__).resolve().parents[2]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node=2", "--standalone"]
# Without --multi_gpu, accelerate 1.15 silently starts one process where it finds no GPU; with it, gloo joins the two.
ACCELERATE = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes=2"]
ACCELERATE += ["--num_machines=1", "--mixed_precision=no", "--dynamo_backend=no", "--main_process_port=0"]
FLOAT32 = 5e-3  # rounding, amplified by Adam: 2e-4 measured after 200 steps; other data or noise would be 0.03 apart


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3,200 images: 50 steps of 64 in an epoch."""
    return write_mnist(tmp_path_factory.mktemp("mnist"), train=3200)


@pytest.fixture(scope="module")
def alone(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of one epoch in one process."""
    folder = tmp_path_factory.mktemp("alone") / "run"
    return run("relu-2", replace(RECIPES["relu-2"], epochs=1), options(data_dir, folder))


def differences(a: Path, b: Path) -> float:
    """The largest difference between the tensors of two files."""
    first, second = load_file(a), load_file(b)
    assert first.keys() == second.keys()
    return max((first[k] - second[k]).abs().max().item() for k in first)


def train_in_float64(recipe: str, data_dir: Path, file: Path) -> None:
    """Eight steps; the number of processes and the generator's weights go to `file`.

    In float32 the two halves of a batch sum to gradients that differ from the whole's in the last bits, and Adam turns
    the last bits of a small gradient into steps of full size. In float64 what is left is the maths.
    """
    data, accelerator = load_dataset("mnist", data_dir), Accelerator(cpu=True)
    trainer = Trainer(replace(RECIPES[recipe], batch_size=16), data, accelerator=accelerator)
    compute_in_float64(trainer)
    for _ in range(8):
        trainer.step()
    if accelerator.is_main_process:
        processes = torch.tensor(accelerator.num_processes)
        save_file({**trainer.generator.state_dict(), "processes": processes}, file)


@pytest.mark.parametrize("recipe", ["relu-2", "wgan-gp"])
def test_two_processes_compute_what_one_computes(recipe: str, data_dir: Path, tmp_path: Path) -> None:
    """At the same global batch, for recipes without BatchNorm, with and without an inner gradient."""
    train_in_float64(recipe, data_dir, tmp_path / "one")
    for process in start_two(train_in_float64, recipe, data_dir, tmp_path / "two"):
        process.join(120)
        assert process.exitcode == 0
    one, two = load_file(tmp_path / "one"), load_file(tmp_path / "two")
    assert (one.pop("processes"), two.pop("processes")) == (1, 2)
    assert one.keys() == two.keys()
    for name, weights in one.items():
        torch.testing.assert_close(two[name], weights, atol=1e-5, rtol=0)


def flags(data_dir: Path, folder: Path, *more: object) -> list[str]:
    """The arguments of train.py for the run that `alone` is, in another folder."""
    arguments = ["relu-2", "--epochs", 1, "--data-dir", data_dir, "--output-dir", folder, "--device", "cpu", *more]
    return [str(argument) for argument in arguments]


@pytest.mark.parametrize("launcher", [ACCELERATE, TORCHRUN], ids=["accelerate", "torchrun"])
def test_a_job_of_two_processes_writes_one_run(
    launcher: list[str], data_dir: Path, alone: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "together"
    command = [*launcher, "train.py", *flags(data_dir, folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-3000:]
    assert differences(alone / "model.safetensors", folder / "model.safetensors") < FLOAT32
    assert "in 2 processes" in done.stdout
    assert done.stdout.count("saved in") == 1, "only the main process speaks"
    assert [p.name for p in folder.glob("state/step-*")] == ["step-000000050.safetensors"]
    trained, loaded = load_file(folder / "model.safetensors"), Generator.from_pretrained(folder).state_dict()
    assert all(torch.equal(trained[k], loaded[k]) for k in trained)


def test_a_lost_process_ends_the_job_and_one_alone_resumes_it(data_dir: Path, alone: Path, tmp_path: Path) -> None:
    folder, output = tmp_path / "lost", tmp_path / "output.txt"
    arguments = flags(data_dir, folder, "--checkpoint-steps", 10)
    main, other = start_two(train_py, arguments, output)
    deadline = time.monotonic() + 120
    while not any(folder.glob("state/step-*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert other.pid is not None
    os.kill(other.pid, signal.SIGKILL)
    main.join(120)
    assert main.exitcode == 1
    message = output.read_text()
    assert "another process of this job ended" in message
    assert "Start the job again with --resume, with any number of processes." in message
    resumed = start(train_py, [*arguments, "--resume"], output)
    resumed.join(120)
    assert resumed.exitcode == 0
    assert differences(alone / "model.safetensors", folder / "model.safetensors") < FLOAT32


@pytest.mark.parametrize(
    ("wrong", "says", "status"),
    [
        (["batchnorm", "--batch-size", "2"], "BatchNorm needs two samples or more, and each of 2 processes has 1", 1),
        (["relu-2", "--learning-rate", "2"], "--learning-rate must be above 0 and at most 1, not 2", 2),
        (["relu-2", "--data-dir", "nowhere", "--dataset", "folder"], "there is no folder nowhere", 1),
    ],
)
def test_what_all_processes_refuse_is_said_once(
    wrong: list[str], says: str, status: int, data_dir: Path, tmp_path: Path
) -> None:
    folder, output = tmp_path / "refused", tmp_path / "output.txt"
    arguments = [*wrong[:1], "--data-dir", str(data_dir), "--output-dir", str(folder), "--device", "cpu", *wrong[1:]]
    for process in start_two(train_py, arguments, output):
        process.join(120)
        assert process.exitcode == status
    assert output.read_text().count(says) == 1
    assert len(output.read_text().splitlines()) == 1
    assert not (folder / "config.json").exists()


def test_an_interrupted_job_stops_whole_and_says_so_once(data_dir: Path, tmp_path: Path) -> None:
    folder, output = tmp_path / "stopped", tmp_path / "output.txt"
    jobs = start_two(train_py, flags(data_dir, folder, "--checkpoint-steps", 5), output)
    deadline = time.monotonic() + 120
    while not any(folder.glob("state/step-*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    for job in jobs:
        assert job.pid is not None
        os.kill(job.pid, signal.SIGINT)
    for job in jobs:
        job.join(60)
        assert job.exitcode == 130
    message = output.read_text()
    assert message.count("stopped after step") == message.count("Continue with: ") == 1
    assert (folder / "timelapse.webp").exists()


def diverge(data_dir: Path, folder: Path, output: Path) -> None:
    """A loss that is not finite on the second process only."""
    step = Trainer.step

    def explode_at_8(self: Trainer) -> None:
        step(self)
        if self.steps == 8 and not self.accelerator.is_main_process:
            self.statistics.sums.fill_(torch.inf)

    Trainer.step = explode_at_8  # type: ignore[method-assign]
    train_py(flags(data_dir, folder, "--checkpoint-steps", 10), output)


def test_a_loss_that_breaks_on_one_process_ends_the_job_on_all(data_dir: Path, tmp_path: Path) -> None:
    output = tmp_path / "output.txt"
    for process in start_two(diverge, data_dir, tmp_path / "broken", output):
        process.join(120)
        assert process.exitcode == 1
    assert output.read_text().count("a loss became infinite or NaN at step 9") == 1
