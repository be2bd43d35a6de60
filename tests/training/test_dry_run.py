"""The dry run tells what a run would be, and leaves nothing behind."""

from pathlib import Path

from gan.recipes import RECIPES
from gan.training.dry_run import report
from tests.training.jobs import options


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
