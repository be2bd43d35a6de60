"""What is printed reaches every console: what its encoding lacks is written with what it has. And what one types."""

import atexit
import codecs
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import unicodedata
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

FORMAT = warnings.formatwarning  # Python's own
NAME = "plain"  # of this way to handle errors, beside Python's own "replace" and others
SUBSTITUTES = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "…": "...", "→": "->", "←": "<-", "×": "x", "·": "-", "“": '"', "”": '"', "’": "'"}
    | dict.fromkeys("│┃║", "|")
    | dict.fromkeys("─━═", "-")
    | dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼", "+")
)
RAISED = re.compile("[⁰¹²³⁴-⁹]+")


def print_everywhere() -> None:
    """Let stdout and stderr of this process write any text: on a console or into a file of cp1252, cp437 or ASCII, a
    minus is written as a hyphen, an é as an e, and what has no likeness as a question mark. A reader that leaves before
    the end, as `head` does, gets no traceback after it."""
    codecs.register_error(NAME, _plain)
    atexit.register(_flush)
    warnings.formatwarning = _sentence
    sys.excepthook = _except_of_a_reader_that_left
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not what a test or a notebook puts in its place
            stream.reconfigure(errors=NAME)


def _sentence(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """A warning to whoever typed a command: what it says, not the line of code that says so."""
    return f"{message}\n" if category is UserWarning else FORMAT(message, category, filename, lineno, line)


def _flush() -> None:
    """Write what is left, if somebody reads it: Python itself would complain at its end."""
    try:
        if sys.stdout and not sys.stdout.closed:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _except_of_a_reader_that_left(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, BrokenPipeError):
        sys.__excepthook__(kind, error, trace)


def python() -> str:
    """The Python that runs, as one would type it from here."""
    here, found = Path(sys.executable), shutil.which("python")
    if found and Path(found).parent == here.parent:
        return "python"
    return str(here.relative_to(Path.cwd()) if here.is_relative_to(Path.cwd()) else here)


def pip_install(package: str) -> str:
    """The command that adds a package to those of this Python."""
    return command_line([python(), "-m", "pip", "install", package])


def command_line(words: Iterable[str]) -> str:
    """A command as this machine's shell takes it: cmd and PowerShell know no single quotes around a command's name."""
    return subprocess.list2cmdline(list(words)) if os.name == "nt" else shlex.join(words)


def as_flag(message: str) -> str:
    """A message about a field, which begins with its name, as one about its flag."""
    return re.sub("^[a-z][a-z0-9_]* must ", lambda name: f"--{name[0].replace('_', '-')}", message)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = RAISED.sub(r"^\g<0>", error.object[error.start : error.end].translate(SUBSTITUTES))
    marked = unicodedata.normalize("NFKD", text)  # é → e and an accent, ² → 2
    letters = "".join(c for c in marked if not unicodedata.combining(c))
    return letters.encode("ascii", "replace").decode(), error.end
