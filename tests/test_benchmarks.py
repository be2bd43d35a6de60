"""`make bench` runs what can run on this machine, and says what it leaves out and why."""

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
NEEDING_NOTHING = ["engine.py", "fooled.py", "hub.py", "train_speed.py"]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """benchmarks/run.py on a machine without MNIST and without a browser."""
    spec = importlib.util.spec_from_file_location("bench", BENCHMARKS / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "DATA", tmp_path / "data")
    monkeypatch.setattr(module, "find_browser", lambda: None)
    return module


def started(bench: ModuleType, monkeypatch: pytest.MonkeyPatch, status: int) -> list[str]:
    """The scripts that are started, each of which ends with a status."""
    scripts: list[str] = []

    def run(command: list, **_: object) -> subprocess.CompletedProcess:
        scripts.append(Path(command[1]).name)
        return subprocess.CompletedProcess(command, status)

    monkeypatch.setattr(bench.subprocess, "run", run)
    return scripts


def test_what_is_lacking_is_said_and_is_no_failure(bench, monkeypatch, capsys) -> None:
    scripts = started(bench, monkeypatch, 0)
    assert bench.main() == 0
    assert scripts == NEEDING_NOTHING
    said = capsys.readouterr().out
    assert "page.py\nleft out: there is no Chromium: python tests/browser/ensure_browser.py installs one" in said
    assert "quality.py\nleft out: there is no MNIST in" in said
    assert "run python benchmarks/quality.py ablation" in said


def test_everything_is_run_where_nothing_is_lacking(bench, monkeypatch, mnist_dir) -> None:
    monkeypatch.setattr(bench, "DATA", mnist_dir)
    monkeypatch.setattr(bench, "find_browser", lambda: "/usr/bin/chromium")
    scripts = started(bench, monkeypatch, 0)
    assert bench.main() == 0
    named = {command.split()[0] for command in bench.LONG}
    tools = {"run.py", "visitors.py", "opening.py"}  # they measure nothing
    assert {*scripts, *named, *tools} == {path.name for path in BENCHMARKS.glob("*.py")}


def test_a_benchmark_that_fails_is_named_after_all_have_run(bench, monkeypatch, capsys) -> None:
    scripts = started(bench, monkeypatch, 1)
    assert bench.main() == 1
    assert scripts == NEEDING_NOTHING
    assert capsys.readouterr().err == f"failed: {', '.join(NEEDING_NOTHING)}\n"
