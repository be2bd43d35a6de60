"""Every command prints on consoles that lack most characters, and into files."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gan.console import command_line

ROOT = Path(__file__).resolve().parent.parent


def run(encoding: str, *command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A command with its output redirected into pipes of this encoding."""
    told = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "PYTHONPATH": str(ROOT), "HF_TOKEN": "", "LC_ALL": "C"}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env={**os.environ, **told, **environment}, capture_output=True, timeout=240
    )


def test_commands_are_quoted_as_this_machines_shell_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["python", "app.py", "--model", "runs/my run"]
    assert command_line(words) == "python app.py --model 'runs/my run'"
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        found = command_line([".venv\\Scripts\\python.exe", "app.py", "--model", "runs\\my run"])
    assert found == '.venv\\Scripts\\python.exe app.py --model "runs\\my run"'


SMALL = "--epochs 1 --data-dir DATA --device cpu"
COMMANDS = {  # every command, what it says when it works and when it doesn't, and its exit status
    "train.py --help": 0,
    "train.py modern --help": 0,
    "train.py rleu": 2,
    "train.py relu-2 --seed -1": 2,
    f"train.py modern --dry-run {SMALL}": 0,
    f"train.py relu-2 {SMALL} --output-dir HERE/run": 0,
    f"train.py relu-2 {SMALL} --output-dir HERE": 1,  # there is a run already
    "train.py relu-2 --dataset folder --data-dir HERE/Größe-✍": 1,
    "app.py --help": 0,
    "app.py --port 99999": 1,
    "app.py --model HERE/✍": 1,
    "-m gan": 0,
    "-m gan.hub --help": 0,
    "-m gan.hub push ✍ me/x": 1,
    "-m gan.evaluation --help": 0,
    "-m gan.evaluation relu-2 --samples 100 --draws 1 --data-dir DATA --output HERE/figures.json": 0,
    "-m gan.evaluation.classifier_training --help": 0,
    "-m gan.evaluation.classifier_training --data-dir DATA": 1,
    "benchmarks/quality.py --help": 0,
    "benchmarks/train_speed.py --help": 0,
    "benchmarks/page.py --help": 0,
}


def check(encoding: str, command: str, status: int, data: Path, here: Path) -> None:
    (here / "config.json").write_text("{}")
    words = [word.replace("DATA", str(data)).replace("HERE", str(here)) for word in command.split()]
    done = run(encoding, *words)
    said = (done.stdout + done.stderr).decode(encoding)  # nothing but that encoding
    assert done.returncode == status, said
    assert "Traceback" not in said
    assert "UnicodeEncodeError" not in said
    assert said.strip()


@pytest.mark.parametrize(("command", "status"), COMMANDS.items())
def test_every_command_prints_in_ascii(command: str, status: int, mnist_dir: Path, tmp_path: Path) -> None:
    check("ascii", command, status, mnist_dir, tmp_path)


@pytest.mark.parametrize("encoding", ["cp1252", "cp437"])
@pytest.mark.parametrize("command", ["train.py modern --help", "train.py relu-2 --seed -1"])
def test_other_consoles_get_their_own_characters(encoding: str, command: str, mnist_dir: Path, tmp_path: Path) -> None:
    check(encoding, command, COMMANDS[command], mnist_dir, tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes end otherwise")
@pytest.mark.parametrize("command", ["train.py modern --help", "-m gan"])
def test_a_reader_that_leaves_gets_no_traceback(command: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, *command.split()], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert done.stderr == ""


def test_a_warning_is_a_sentence() -> None:
    done = run("utf-8", "-c", "import warnings; from gan.console import print_everywhere; print_everywhere()\n"
               "warnings.warn('the README is left as it is')")  # fmt: skip
    assert done.stderr.decode().strip() == "the README is left as it is"


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
