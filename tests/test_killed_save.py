"""Killed at any moment while a model is saved: what is there is a whole model, the older or the newer one."""

import itertools
import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gan import model_folder
from gan.errors import ModelError, UserError
from gan.files import write_together
from gan.hub import push
from gan.hub.card_options import CardOptions
from gan.hub.repository import Target
from gan.hub.resolve import load_discriminator, load_generator
from gan.model_folder import CONFIG, QUANTIZED, read_saved
from tests.hub.model_files import files_of, save_model

STAGES = 12  # of a save: four files made, written through to the disk, renamed


def written_by_a_save(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[Path, bytes | str]:
    """The files that a save would write into a folder, in their order."""
    contents: list[dict[Path, bytes | str]] = []
    with monkeypatch.context() as patch:
        patch.setattr(model_folder, "write_together", contents.append)
        save_model(folder, seed=1)
    return contents[0]


def killed_writing(contents: dict[Path, bytes | str], stage: int) -> int:
    """How a process ends that writes files, with SIGKILL before its `stage`-th call that changes the disk."""
    if pid := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    calls = itertools.count()

    def then_killed(call: Callable[..., Any]) -> Callable[..., Any]:
        def killed(*args: Any, **kwargs: Any) -> Any:
            if next(calls) == stage:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return killed

    tempfile.mkstemp, os.fsync, os.replace = map(then_killed, (tempfile.mkstemp, os.fsync, os.replace))
    write_together(contents)  # and nothing else, since a fork may not compute what its parent's threads compute
    os._exit(0)


def test_a_save_that_is_killed_at_any_stage_leaves_a_whole_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_folder.time, "sleep", lambda seconds: None)  # no writer is alive that must be waited for
    older, newer = (load_generator(save_model(tmp_path / name, seed)).weights for seed, name in enumerate("ab"))
    folders = [save_model(tmp_path / f"at-{stage}") for stage in range(STAGES + 1)]
    newer_files = {path.name: content for path, content in written_by_a_save(tmp_path / "b", monkeypatch).items()}
    ends = [
        killed_writing({folder / name: content for name, content in newer_files.items()}, stage)
        for stage, folder in enumerate(folders)
    ]
    assert ends == [-signal.SIGKILL] * STAGES + [0]
    assert [load_generator(folder).weights for folder in folders] == [older] * 9 + [newer] * 4
    for folder in folders:
        load_discriminator(folder)
    half = folders[10]
    assert push.contents(half, Target("maker/digits"), CardOptions()).files[CONFIG] == (half / CONFIG).read_bytes()


@pytest.mark.parametrize("refused", [QUANTIZED, CONFIG])
def test_a_save_whose_rename_is_refused_is_finished_by_the_next_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    """As a virus scanner does on Windows, which holds a file for longer than is waited."""
    monkeypatch.setattr(model_folder.time, "sleep", lambda seconds: None)
    folder, replace = save_model(tmp_path / "run"), os.replace

    def refuse(source: Path, target: Path) -> None:
        if target.name == refused:
            raise PermissionError(13, "The process cannot access the file", str(target))
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(UserError, match=f"cannot write .*{refused}"):
            save_model(folder, seed=1)
    assert load_generator(folder).weights == load_generator(save_model(tmp_path / "newer", seed=1)).weights
    assert not list(folder.glob(".*"))


def test_what_is_pushed_is_of_one_save_though_a_run_writes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newer save falls between the reading of config.json and that of the weights."""
    folder, read = save_model(tmp_path / "run"), model_folder._read_verified
    saves = iter([1])

    def save_then_read(path: Path, sha256: str | None) -> bytes:
        for seed in saves:
            save_model(folder, seed)
        return read(path, sha256)

    monkeypatch.setattr(model_folder, "_read_verified", save_then_read)
    assert read_saved(model_folder.model_files, folder).items() <= files_of(folder).items()
    saves = iter([2])
    assert load_generator(folder).weights == load_generator(save_model(tmp_path / "alone", 2)).weights


def test_a_damaged_folder_stays_refused(tmp_path: Path) -> None:
    folder = save_model(tmp_path / "run")
    (folder / "model.safetensors").write_bytes(b"rotten")
    (folder / f".{CONFIG}.x.part").write_text("{")
    with pytest.raises(ModelError, match="is damaged or was replaced"):
        load_generator(folder)
