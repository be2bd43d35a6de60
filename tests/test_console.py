"""Every command prints on consoles that lack most characters, and into files."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gan.bundled import BUNDLED

ROOT = Path(__file__).resolve().parent.parent
ENCODINGS = ["ascii", "cp1252", "cp437"]


def run(encoding: str, *command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A command with its output redirected into pipes of this encoding."""
    told = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "PYTHONPATH": str(ROOT), "HF_TOKEN": "", "LC_ALL": "C"}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env={**os.environ, **told, **environment}, capture_output=True, timeout=240
    )


def commands(data: Path, folder: Path) -> dict[tuple[str, ...], int]:
    """Every command of the project, what it says when it works and when it doesn't, and its exit status."""
    small = ["--epochs", "1", "--data-dir", str(data), "--device", "cpu"]
    return {
        ("train.py", "--help"): 0,
        ("train.py", "modern", "--help"): 0,
        ("train.py", "rleu"): 2,
        ("train.py", "relu-2", "--seed", "-1"): 2,
        ("train.py", "modern", "--dry-run", *small): 0,
        ("train.py", "relu-2", *small, "--output-dir", str(folder / "run")): 0,
        ("train.py", "relu-2", *small[2:], "--output-dir", str(folder / "run")): 1,  # there is a run already
        ("train.py", "relu-2", "--dataset", "folder", "--data-dir", str(folder / "Größe ✍")): 1,
        ("app.py", "--help"): 0,
        ("app.py", "--model", str(folder / "✍")): 1,
        ("-m", "gan"): 0,
        ("-m", "gan.hub", "--help"): 0,
        ("-m", "gan.hub", "push", "✍", "me/x"): 1,
        ("-m", "gan.hub", "deploy", "--help"): 0,
        ("-m", "gan.evaluation", "--help"): 0,
        ("-m", "gan.evaluation", str(BUNDLED / "relu-2"), "--samples", "100", "--draws", "1", "--data-dir", str(data),
         "--output", str(folder / "figures.json")): 0,
        ("-m", "gan.evaluation.classifier_training", "--help"): 0,
        ("-m", "gan.evaluation.classifier_training", "--data-dir", str(data)): 1,
        ("benchmarks/quality.py", "--help"): 0,
        ("benchmarks/train_speed.py", "--help"): 0,
        ("benchmarks/page.py", "--help"): 0,
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command_prints_on_any_console(encoding: str, mnist_dir: Path, tmp_path: Path) -> None:
    chosen = commands(mnist_dir, tmp_path)
    if encoding != "ascii":  # what ASCII can take, they can: a page of each, with their own frames
        chosen = {("train.py", "modern", "--help"): 0, ("train.py", "relu-2", "--seed", "-1"): 2}
    for command, status in chosen.items():
        done = run(encoding, *command)
        said = (done.stdout + done.stderr).decode(encoding)  # nothing but that encoding
        assert done.returncode == status, f"{command}: {said}"
        assert "Traceback" not in said, said
        assert "UnicodeEncodeError" not in said, said
        assert said.strip(), command


def test_the_app_serves_on_any_console(tmp_path: Path) -> None:
    """It is told to stop at once by a port that is taken: all that comes before has been printed."""
    done = run("ascii", "app.py", "--port", "99999")
    assert done.returncode == 1
    assert b"the port must be a whole number" in done.stderr


def test_every_entry_of_the_project_is_prepared() -> None:
    for path in [ROOT / "app.py", ROOT / "train.py", *ROOT.glob("gan/**/*.py"), *ROOT.glob("benchmarks/*.py")]:
        text = path.read_text(encoding="utf-8")
        if 'if __name__ == "__main__":' in text:
            assert 'if __name__ == "__main__":\n    print_everywhere()' in text, path


SAYS = "from gan.console import print_everywhere; print_everywhere(); print({!a})"


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("ascii", "0 … 2³²−1", b"0 ... 2^32-1"),
        ("ascii", "“Größe” × 3 → é", b'"Gro?e" x 3 -> e'),
        ("ascii", "手", b"?"),
        ("cp1252", "Größe … 2³²−1 → 手", b"Gr\xf6\xdfe \x85 2\xb3\xb2-1 -> ?"),
        ("cp437", "├─┤ é – “x”", b'\xc3\xc4\xb4 \x82 - "x"'),
        ("utf-8", "2³²−1 手 ✍", "2³²−1 手 ✍".encode()),
    ],
)
def test_what_a_console_lacks_is_written_with_what_it_has(encoding: str, text: str, shown: bytes) -> None:
    done = run(encoding, "-c", SAYS.format(text))
    assert done.stdout.strip() == shown
    assert done.returncode == 0


def test_files_are_read_and_written_as_utf_8_whatever_the_machine_prefers() -> None:
    for path in [*ROOT.glob("gan/**/*.py"), ROOT / "app.py", ROOT / "train.py"]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                if call.func.attr in ("read_text", "write_text"):
                    assert "encoding" in [k.arg for k in call.keywords], f"{path}:{call.lineno}"
            elif isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "open":
                binary = any("b" in str(a.value) for a in call.args[1:] if isinstance(a, ast.Constant))
                assert binary or "encoding" in [k.arg for k in call.keywords], f"{path}:{call.lineno}"
