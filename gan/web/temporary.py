"""The folder that visitors' fetches are written to: a process has its own, and removes it as it ends. Those of killed
processes are removed by the next start."""

import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX = "gan-visitors-"
TRIES = 3  # of removing it, since a fetch that goes on may write into it meanwhile
LOCK = "lock"  # in the folder, held as long as its process lives: the system lets go of it, however the process ends


class TemporaryFolder:
    """A new folder that is this process's own until it is removed."""

    def __init__(self) -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._lock = FileLock(self.path / LOCK, timeout=0)
            try:
                self._lock.acquire()
                return
            except (Timeout, FileNotFoundError):  # another start took it for an abandoned one
                continue

    def remove(self) -> None:
        """Remove the folder and what is in it."""
        self._lock.release()
        for _ in range(TRIES):
            shutil.rmtree(self.path, ignore_errors=True)
            if not self.path.exists():
                break


def remove_abandoned() -> None:
    """Remove the folders of processes that have ended without removing them: only this user's, and none that is in use.

    One without a lock is left unless it is empty. If it is that of a start which has not locked it yet, that one makes
    another.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if folder.is_symlink() or not _is_mine(folder):
                continue
            if not (folder / LOCK).is_file():
                folder.rmdir()
                continue
            with FileLock(folder / LOCK, timeout=0):
                pass
        except (OSError, Timeout):
            continue
        shutil.rmtree(folder, ignore_errors=True)


def _is_mine(folder: Path) -> bool:
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
