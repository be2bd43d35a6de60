"""A site in a folder: nobody else's files are touched, and whoever serves the folder serves a whole site all the time.

A manifest tells our files from others', as in a repository (gan/hub/manifest.py).
"""

import os
from collections.abc import Mapping
from pathlib import Path

from gan.errors import UserError, listed, one_line, shortened
from gan.files import remove_unfinished, unwritable, write_atomically
from gan.hub.manifest import MANIFEST, Hashes, Manifest, hashes_of, read_manifest


def write_site(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a site, or bring one up to date; what an older one had and this one has not goes.

    The files come in order, the page last: until then the older page and its files are there.

    Raises:
        UserError: the folder holds what isn't a site of ours, or files that were changed since we wrote them; nothing
            was touched. Or it can't be written; then the older site is still whole.
    """
    hashes = {name: hashes_of(content) for name, content in files.items()}
    before = check_folder(folder)
    _check_unchanged(folder, before, hashes)
    try:
        _write_manifest(folder, hashes | before)  # what is interrupted is recognised the next time
        remove_unfinished(folder)
        for name, content in files.items():
            if _hashes(folder / name) != hashes[name]:
                write_atomically(folder / name, content)
        for name in before.keys() - hashes.keys():
            (folder / name).unlink(missing_ok=True)
        _write_manifest(folder, hashes)
        for path in sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True):
            if not any(path.iterdir()) and any(Path(name).is_relative_to(path.relative_to(folder)) for name in before):
                path.rmdir()
    except OSError as error:
        raise unwritable(folder, error) from error


def check_folder(folder: Path) -> dict[str, Hashes]:
    """The hashes of the files of an older site in a folder, by path, as they were written; none if it is new or empty.

    Raises:
        UserError: it is a file, holds what isn't a site of ours, or cannot be read.
    """
    if os.path.isfile(folder):
        raise UserError(f"{folder} is a file: name a folder for the site")
    try:
        held = sorted(os.listdir(folder))
    except FileNotFoundError:
        held = []
    except OSError as error:  # too long a name, no right to look into it, a file among its parents
        raise _unreadable(folder, error) from None
    if not held:
        return {}
    manifest = read_manifest((_read(folder / MANIFEST) or b"").decode("utf-8", "replace"))
    if manifest is None:
        raise UserError(
            f"{folder} is no site of ours: it holds {listed(held)}. Nothing was touched; name a new or an empty folder."
        )
    return manifest.files


def _check_unchanged(folder: Path, before: dict[str, Hashes], wanted: dict[str, Hashes]) -> None:
    """Refuse to replace or delete what isn't as we wrote it."""
    names = sorted(before.keys() | wanted.keys())
    changed = [name for name in names if _hashes(folder / name) not in (None, before.get(name), wanted.get(name))]
    if changed:
        raise UserError(
            f"in {folder}, {', '.join(changed[:5])} {'were' if len(changed) > 1 else 'was'} changed since, or put "
            f"there by somebody else. Nothing was touched; move what is there, or name another folder."
        )


def _hashes(path: Path) -> Hashes | None:
    """Of a file; None if there is none, and hashes that no file has for what is something else."""
    if not os.path.lexists(path):
        return None
    content = _read(path) if not os.path.islink(path) else None
    return {} if content is None else hashes_of(content)


def _read(path: Path) -> bytes | None:
    """The content of a file; None if there is none, or something else."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> UserError:
    return UserError(f"{shortened(str(path))} cannot be read ({one_line(error)}): name another folder for the site")


def _write_manifest(folder: Path, hashes: dict[str, Hashes]) -> None:
    write_atomically(folder / MANIFEST, Manifest(hashes).content())
