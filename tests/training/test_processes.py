"""Several processes, really launched: the same weights as one, one writer, and a job that survives losing a process."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from gan.networks import Generator
from tests.conftest import write_mnist

ROOT = Path(__file__).resolve().parents[2]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node=2", "--standalone"]
FLOAT32 = 5e-3  # rounding, amplified by Adam over 200 steps: 2e-4 measured; other data or noise would be 0.03 apart
# Without --multi_gpu, accelerate 1.15 silently starts one process where it finds no GPU; with it, gloo joins the two.
ACCELERATE = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes=2"]
ACCELERATE += ["--num_machines=1", "--mixed_precision=no", "--dynamo_backend=no", "--main_process_port=0"]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12,800 images: 200 steps of 64 in an epoch."""
    return write_mnist(tmp_path_factory.mktemp("mnist"), train=12_800)


def differences(a: Path, b: Path) -> float:
    """The largest difference between the tensors of two files."""
    first, second = load_file(a), load_file(b)
    assert first.keys() == second.keys()
    return max((first[k] - second[k]).abs().max().item() for k in first)


@pytest.mark.parametrize(("recipe", "steps"), [("relu-2", "200"), ("wgan-gp", "20")])
def test_two_processes_compute_what_one_computes(recipe: str, steps: str, data_dir: Path, tmp_path: Path) -> None:
    """At the same global batch, for recipes without BatchNorm, with and without an inner gradient."""
    program = ["tests/training/double_training.py", recipe, steps, str(data_dir)]
    for launcher, file, processes in (([sys.executable], "one", 1), (TORCHRUN, "two", 2)):
        done = subprocess.run(
            [*launcher, *program, str(tmp_path / file)], cwd=ROOT, capture_output=True, text=True, timeout=200
        )
        assert done.returncode == 0, done.stderr[-3000:]
        assert done.stdout.count(f"{processes} processes") == processes
    assert differences(tmp_path / "one", tmp_path / "two") < 1e-5


def start(launcher: list[str], data_dir: Path, folder: Path, *more: object) -> subprocess.Popen[str]:
    arguments = ["train.py", "relu-2", "--data-dir", data_dir, "--output-dir", folder, "--device", "cpu", *more]
    return subprocess.Popen(
        [*launcher, *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=200)
    assert process.returncode == 0, errors[-3000:]
    return output


@pytest.fixture(scope="module")
def alone(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone") / "run"
    finish(start([sys.executable], data_dir, folder, "--epochs", 1))
    return folder


@pytest.mark.parametrize("launcher", [ACCELERATE, TORCHRUN], ids=["accelerate", "torchrun"])
def test_a_job_of_two_processes_writes_one_run(
    launcher: list[str], data_dir: Path, alone: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "together"
    output = finish(start(launcher, data_dir, folder, "--epochs", 1))
    assert differences(alone / "model.safetensors", folder / "model.safetensors") < FLOAT32
    assert "in 2 processes" in output
    assert output.count("saved in") == 1, "only the main process speaks"
    assert [p.name for p in folder.glob("state/*")] == ["step-000000200.safetensors"]
    trained, untrained = load_file(folder / "model.safetensors"), Generator.from_pretrained(folder).state_dict()
    assert all(torch.equal(trained[k], untrained[k]) for k in trained)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--batch-size", 33], "a batch of 33 can't be shared equally by 2 processes"),
        (["--batch-size", 36, "--minibatch-std", 4], "groups 4 samples, which does not divide the 18 of each of 2"),
    ],
)
def test_a_batch_that_cannot_be_shared_is_refused(
    flags: list[object], message: str, data_dir: Path, tmp_path: Path
) -> None:
    process = start(TORCHRUN, data_dir, tmp_path / "run", *flags)
    errors = process.communicate(timeout=120)[1]
    assert process.returncode != 0
    assert message in errors


def children_that_train(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                status = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                if int(status[1]) == parent and b"train.py" in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                pass
    return sorted(found)


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the processes of the job in /proc")
def test_a_lost_process_ends_the_job_and_one_alone_resumes_it(data_dir: Path, alone: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lost"
    process = start(TORCHRUN, data_dir, folder, "--epochs", 1, "--checkpoint-steps", 20)
    deadline = time.monotonic() + 120
    while not any(folder.glob("state/*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    ranks = children_that_train(process.pid)
    assert len(ranks) == 2
    os.kill(ranks[1], signal.SIGKILL)
    errors = process.communicate(timeout=120)[1]
    assert process.returncode != 0
    assert "lost another one of its job" in errors or "Signal 9" in errors
    finish(start([sys.executable], data_dir, folder, "--epochs", 1, "--checkpoint-steps", 20, "--resume"))
    assert differences(alone / "model.safetensors", folder / "model.safetensors") < FLOAT32
