"""The dry run tells what a run would be, and leaves nothing behind."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from gan.errors import UserError
from gan.recipes import RECIPES
from gan.training.dry_run import report
from gan.training.trainer import Trainer
from tests.training.jobs import options, train_here


def test_a_dry_run_counts_parameters_and_writes_nothing(mnist_dir: Path, tmp_path: Path) -> None:
    text = report("batchnorm", RECIPES["batchnorm"], options(mnist_dir, tmp_path / "run", dry_run=True))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "total 1,510,032 parameters" in lines
    assert "total 533,505 parameters" in lines
    assert "layers.3 BatchNorm1d [B × 256] 512" in lines
    assert "logit Linear [B × 1] 257" in lines
    assert "data 512 images" in lines
    assert "steps 8 an epoch × 200 epochs = 1,600" in lines
    assert not (tmp_path / "run").exists()


def test_a_dry_run_assumes_mnists_size_where_there_is_no_data(tmp_path: Path) -> None:
    text = report("relu-2", RECIPES["relu-2"], options(tmp_path / "none", tmp_path / "run", dry_run=True))
    assert "60,000 images (assumed: mnist is not in" in text
    assert not list(tmp_path.iterdir()), "nothing is downloaded"


@pytest.mark.parametrize(
    ("widths", "says"),
    [
        (
            {"discriminator_widths": (4096, 4096)},
            "the discriminator has .* MB .* choose smaller --discriminator-widths",
        ),
        ({"generator_widths": (1040,) * 16}, "the generator has .* MB .* choose smaller --generator-widths"),
    ],
)
def test_networks_that_no_file_may_hold_are_refused_before_the_first_step(
    widths: dict[str, Any], says: str, mnist_dir: Path, tmp_path: Path
) -> None:
    recipe, run_options = replace(RECIPES["relu-2"], **widths), options(mnist_dir, tmp_path / "run")
    with pytest.raises(UserError, match=says):
        report("relu-2", recipe, run_options)
    with pytest.raises(UserError, match=says):
        train_here(recipe, run_options)
    assert not (tmp_path / "run").exists()


def test_a_dry_run_refuses_what_the_run_would(mnist_dir: Path, tmp_path: Path) -> None:
    file, half = tmp_path / "file", tmp_path / "half"
    file.touch()
    half.mkdir()
    images = next(path for path in mnist_dir.rglob("train-images*") if path.is_file())
    shutil.copy(images, half)
    for data_dir, says in ((file, "is a file: name a folder with --data-dir"), (half, "is there and .* is not")):
        with pytest.raises(UserError, match=says):
            report("relu-2", RECIPES["relu-2"], options(data_dir, tmp_path / "run"))


@pytest.mark.parametrize("at", ["__init__", "step"])
@pytest.mark.parametrize(
    "error", [RuntimeError("DefaultCPUAllocator: can't allocate memory"), torch.OutOfMemoryError("CUDA out of memory")]
)
def test_too_little_memory_is_said_in_a_sentence(
    at: str, error: RuntimeError, mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Trainer, at, fail)
    says = "cpu is out of memory: lower --batch-size, --generator-widths or --discriminator-widths"
    with pytest.raises(UserError, match=says):
        report("relu-2", RECIPES["relu-2"], options(mnist_dir, tmp_path / "run"))
    with pytest.raises(UserError, match=says):
        train_here(RECIPES["relu-2"], options(mnist_dir, tmp_path / "run"))
