"""What a terminal of 80 columns shows of a run: the program itself, in a pseudo-terminal."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

from gan.training.progress import HEADER, epoch_line
from tests.training.jobs import SMALL_FLAGS

ROOT = Path(__file__).resolve().parents[2]


def terminal_of(arguments: list[str], columns: int = 80) -> str:
    """All that the program writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([sys.executable, "train.py", *arguments], cwd=ROOT, stdout=theirs, stderr=theirs)
    os.close(theirs)
    written = b""
    try:
        while chunk := os.read(ours, 65536):
            written += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait(timeout=60) == 0, written.decode()
    return written.decode()


def test_each_epoch_leaves_a_line_and_the_bar_shows_both_probabilities(mnist_dir: Path, tmp_path: Path) -> None:
    flags = [*SMALL_FLAGS, "--data-dir", str(mnist_dir), "--device", "cpu", "--output-dir", str(tmp_path / "run")]
    text = terminal_of(flags)
    lines = [line.rpartition("\r")[2] for line in text.replace("\r\n", "\n").split("\n")]
    head = lines.index(HEADER)
    rows = [line for line in lines[head + 1 :] if re.match(r" +\d/3 ", line)]
    assert [row.split()[0] for row in rows] == ["1/3", "2/3", "3/3"]
    assert all(len(row.split()) >= 8 for row in rows)
    drawn = [part for part in text.replace("\n", "\r").split("\r") if "%|" in part]
    assert all(len(part) <= 80 for part in drawn)
    assert re.search(r"epoch 3/3 +\d+%\|.*left, .*D\(x\) 0\.\d\d, D\(G\(z\)\) 0\.\d\d", drawn[-1])


def test_a_row_is_as_wide_as_its_head() -> None:
    record = {"epoch": 160.0, "d_loss": 1.2201, "g_loss": 12.858, "d_real": 0.558, "d_fake": 0.44}
    scored = {**record, "scores": {"frechet_train": 1717.3, "classes": 10.0}}
    for row in (epoch_line(record, 100_000, 7_000), epoch_line(scored, 160, 59)):
        assert len(row) == len(HEADER) < 80
    assert epoch_line(record, 160, 59).split()[1:3] == ["–", "–"]
