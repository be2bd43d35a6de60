"""Disks of a few megabytes, which can be full or read-only; only where the tests may mount one (Linux, as root)."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


class Disk:
    """A disk of its own, mounted at `path`."""

    def __init__(self, path: Path):
        self.path = path

    def fill(self) -> None:
        """Until no byte more can be written."""
        with open(self.path / "fill", "wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self) -> None:
        (self.path / "fill").unlink()

    def make_read_only(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", self.path], check=True)


@contextmanager
def small_disk(path: Path, megabytes: int = 16) -> Iterator[Disk]:
    """A new one at a folder; the test is skipped where none can be mounted."""
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("no disk can be mounted here")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", path], check=True)
