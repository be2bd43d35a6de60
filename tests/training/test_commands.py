"""The commands that a run advises are those that work."""

import sys
from pathlib import Path

import pytest

from gan.console import python
from gan.training.commands import resuming_command


def test_a_run_in_its_usual_folder_is_named_by_its_recipe_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert resuming_command("relu-2", Path("runs/relu-2")) == "python train.py relu-2 --resume"
    elsewhere = resuming_command("relu-2", Path("my runs/a"), "--epochs", "20")
    assert elsewhere == "python train.py relu-2 --output-dir 'my runs/a' --resume --epochs 20"


def test_a_python_that_is_not_on_the_path_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Path(python()).samefile(sys.executable)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    assert python() == str(Path(".venv", "bin", "python"))


def test_a_job_of_torchrun_is_continued_by_torchrun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "none")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    command = resuming_command("relu-2", Path("runs/relu-2"))
    assert command == "torchrun --nproc_per_node 2 train.py relu-2 --resume"
