"""A site in a folder: nobody else's files are touched, and whoever serves the folder serves a whole site all the time.

A manifest tells our files from others', as in a repository (gan/hub/manifest.py).
"""

from collections.abc import Mapping
from pathlib import Path

from gan.errors import UserError, listed
from gan.files import remove_unfinished, write_atomically
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


def check_folder(folder: Path) -> dict[str, Hashes]:
    """The hashes of the files of an older site in a folder, by path, as they were written; none if it is new or empty.

    Raises:
        UserError: it is a file, or holds what isn't a site of ours.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file: name a folder for the site")
    held = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if not held:
        return {}
    path = folder / MANIFEST
    manifest = read_manifest(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else None
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
    if not path.exists() and not path.is_symlink():
        return None
    return hashes_of(path.read_bytes()) if path.is_file() and not path.is_symlink() else {}


def _write_manifest(folder: Path, hashes: dict[str, Hashes]) -> None:
    write_atomically(folder / MANIFEST, Manifest(hashes).content())
