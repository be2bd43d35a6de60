"""Files that are whole or not there: written to a temporary name, then renamed."""

import errno
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

from gan.errors import UserError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

UNFINISHED = ".part"
PAUSES = (0.01, 0.03, 0.1, 0.3, 0.6)  # seconds between the tries


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a file whole: no reader sees half of it, and no crash or full disk leaves half of it.

    Raises:
        UserError: the folder is missing or not writable, or the disk is full; an older file is left as it was.
    """
    write_together({path: content})


def write_together(contents: Mapping[Path, bytes | str]) -> None:
    """Write files that belong together, each whole. All are on the disk before the first is renamed into its place, so
    that a process that is killed hardly ever leaves new ones beside old ones; the last one comes last.

    Raises:
        UserError: as `write_atomically`; the older files are left as they were. Only if a rename is refused after the
            first, some are new: the others then wait beside them under their temporary names, so that whoever knows
            what belongs together can bring it to its end, as `gan.model_folder.read_saved` does.
    """
    written: dict[Path, Path] = {}  # where it is for now → where it belongs
    try:
        try:
            for path, content in contents.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED)
                written[Path(temporary)] = path
                with os.fdopen(handle, "wb") as file:
                    file.write(content.encode() if isinstance(content, str) else content)
                    file.flush()
                    os.fsync(file.fileno())
                os.chmod(temporary, 0o644)  # mkstemp makes it private
            for temporary_path, path in written.items():
                patiently(partial(os.replace, temporary_path, path))
        except BaseException:
            if all(os.path.exists(temporary_path) for temporary_path in written):  # none has been renamed
                for temporary_path in written:
                    temporary_path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise unwritable(path, error) from error


def hold(file: IO[str]) -> bool:
    """Mark an open file as this process's until it is closed or the process ends, however it does; whether it was free.
    Where the system or its disk knows no such marks, every file is."""
    for pause in (*PAUSES, None):  # `is_held` may be looking
        if _mark(file):
            return True
        if pause:
            time.sleep(pause)
    return False


def is_held(path: Path) -> bool:
    """Whether a living process holds a file."""
    try:
        with path.open(encoding="utf-8") as file:
            return not _mark(file)
    except OSError:
        return False


def _mark(file: IO[str]) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return not isinstance(error, BlockingIOError)
    return True


def check_writable(folder: Path) -> None:
    """Find out whether a folder, made if missing, can be written; nothing is left of the trial.

    Raises:
        UserError: as `write_atomically`.
    """
    new = [path for path in (folder, *folder.parents) if not os.path.exists(path)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise unwritable(folder, error) from error
    for path in new:
        with suppress(OSError):
            path.rmdir()


def unwritable(path: Path, error: OSError) -> UserError:
    """The message about a file or folder that can't be written."""
    file = next((place for place in (path, *path.parents) if os.path.isfile(place)), None)
    if file and isinstance(error, FileExistsError | NotADirectoryError):
        return UserError(f"cannot write {path}: {file} is a file. Choose another folder.")
    return UserError(f"cannot write {path}: {error.strerror or error}. Free the disk or choose another folder.")


def is_of_the_disk(error: OSError) -> bool:
    """Whether a system's error says that a disk is full, read-only or failing, or that a file may not be written."""
    return error.errno in {
        errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO,
    }  # fmt: skip


def patiently(action: Callable[[], None]) -> None:
    """Rename or delete a file, again and again for a second if that is refused: on Windows a virus scanner, an indexer
    or a viewer holds a file for a moment.

    Raises:
        PermissionError: it is refused for longer.
    """
    for wait in (*PAUSES, None):
        try:
            return action()
        except PermissionError:
            if wait is None:
                raise
            time.sleep(wait)
    return None


def remove_unfinished(folder: Path) -> None:
    """Delete the temporary files that killed processes left in a folder or below it."""
    for path in folder.rglob(f".*{UNFINISHED}"):
        path.unlink(missing_ok=True)


def to_json(value: Any) -> str:
    """JSON as people read it: indented, unescaped, with a final newline; NaN and infinity are refused."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
