"""A run, its publication and its page on disks that are full or read-only."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from gan.errors import UserError
from gan.hub import push
from gan.networks import Generator
from gan.training.run import Run
from gan.web.model_store import ModelStore, NotReadyError
from tests.disks import small_disk
from tests.hub.double import Hub, Repository
from tests.hub.model_files import files_of, save_model
from tests.training.jobs import SMALL, options, train_here


def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room(
    mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finished: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        save_state = Run._save_state

        def save_then_fill(self: Run, history_bytes: int) -> None:
            save_state(self, history_bytes)
            disk.fill()

        monkeypatch.setattr(Run, "_save_state", save_then_fill)
        with pytest.raises(UserError, match=r"cannot write .*: No space left on device\. Free the disk"):
            train_here(SMALL, options(mnist_dir, disk.path / "run"))
        monkeypatch.undo()
        disk.free()
        Generator.from_pretrained(disk.path / "run")
        train_here(SMALL, options(mnist_dir, disk.path / "run", resume=True))
        for name in ("model.safetensors", "history.jsonl"):
            assert (disk.path / "run" / name).read_bytes() == (finished / name).read_bytes()
        before = files_of(disk.path / "run")
        disk.make_read_only()
        for what in (options(mnist_dir, disk.path / "run", resume=True), options(mnist_dir, disk.path / "other")):
            with pytest.raises(UserError, match=r"cannot write .*: Read-only file system"):
                train_here(SMALL, what)
        assert ModelStore(disk.path / "run").served.weights == Generator.from_pretrained(finished).weights
        assert files_of(disk.path / "run") == before


def test_a_history_that_cannot_be_written_is_said(
    mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Run, "_record", full)
    with pytest.raises(UserError, match="cannot write .*run: No space left on device"):
        train_here(SMALL, options(mnist_dir, tmp_path / "run"))


def test_a_model_on_a_read_only_disk_is_published(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_maker")
    with small_disk(tmp_path / "disk") as disk:
        folder = save_model(disk.path / "modern")
        disk.make_read_only()
        push.push(folder, "maker/digits")
        assert files_of(folder).items() <= hub.repositories["models", "maker/digits"].head.items()


def test_a_full_disk_is_told_to_visitors_without_its_paths_and_the_page_draws_on(
    hub: Hub, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", megabytes=1) as disk:
        monkeypatch.setattr("tempfile.tempdir", str(disk.path))
        models = ModelStore(save_model(tmp_path / "served"))
        disk.fill()
        with pytest.raises(UserError, match="No space left on device") as error:
            models.get("maker/digits")
        assert not isinstance(error.value, NotReadyError)
        assert str(tmp_path) not in str(error.value)
        assert models.get().sample([7]).shape == (1, 28, 28)
        disk.free()
        monkeypatch.setattr("gan.web.model_store.ANSWER_SECONDS", 0)
        models._answers.clear()
        assert models.get("maker/digits").weights == json_weights(repository)
        models.close()
        assert not list(disk.path.iterdir())


def json_weights(repository: Repository) -> str:
    return json.loads(repository.head["config.json"])["sha256"]["quantized.safetensors"][:8]
