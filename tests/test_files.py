"""Files are whole or not there, also where a scanner holds one for a moment."""

import os
from pathlib import Path

import pytest

from gan import files
from gan.errors import UserError
from gan.files import patiently, write_atomically, write_together


class Scanner:
    """Stands for what holds a file on Windows: `os.replace` is refused the first `times`, of a certain file if one is
    named."""

    def __init__(self, times: int, monkeypatch: pytest.MonkeyPatch, name: str = ""):
        self.left, self.replace, self.name = times, os.replace, name
        monkeypatch.setattr(os, "replace", self)
        monkeypatch.setattr(files.time, "sleep", lambda seconds: None)

    def __call__(self, source: Path, target: Path) -> None:
        if self.left > 0 and self.name in ("", target.name):
            self.left -= 1
            raise PermissionError(13, "The process cannot access the file because it is being used", str(target))
        self.replace(source, target)


@pytest.mark.parametrize("times", [0, 1, len(files.PAUSES)])
def test_a_rename_that_is_refused_for_a_moment_is_tried_again(
    times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Scanner(times, monkeypatch)
    write_together({tmp_path / "a": "new", tmp_path / "b": b"too"})
    assert (tmp_path / "a").read_text() == "new"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_one_that_stays_refused_is_said_and_leaves_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("old")
    Scanner(len(files.PAUSES) + 1, monkeypatch)
    with pytest.raises(UserError, match="cannot write .*a: The process cannot access the file"):
        write_atomically(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_files_whose_rename_is_refused_after_the_first_wait_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (tmp_path / name).write_text("old")
    Scanner(len(files.PAUSES) + 1, monkeypatch, "b")
    with pytest.raises(UserError, match="cannot write .*b: The process cannot access the file"):
        write_together({tmp_path / name: f"new {name}" for name in "abc"})
    assert [(tmp_path / name).read_text() for name in "abc"] == ["new a", "old", "old"]
    assert [path.read_text() for path in sorted(tmp_path.glob(f".*{files.UNFINISHED}"))] == ["new b", "new c"]


def test_it_waits_for_about_a_second_and_other_errors_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(files.time, "sleep", waited.append)

    def refuse(error: OSError) -> None:
        raise error

    with pytest.raises(FileNotFoundError):
        patiently(lambda: refuse(FileNotFoundError()))
    assert waited == []
    with pytest.raises(PermissionError):
        patiently(lambda: refuse(PermissionError()))
    assert sum(waited) == pytest.approx(1, abs=0.1)
