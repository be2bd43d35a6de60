"""Fetch a model from the Hugging Face Hub: by commit, within size limits, verified, in bounded time.

A revision is resolved to its commit first and everything is fetched by that commit, so that the files belong together,
a link made today shows the same digits tomorrow, and a cached commit needs no request at all.
"""

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from huggingface_hub import HfApi, constants, hf_hub_download, try_to_load_from_cache
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.utils import tqdm, validate_repo_id

from gan.errors import UserError
from gan.files import write_atomically
from gan.hub.errors import RETRY, HubError, explained
from gan.hub.manifest import hashes_of
from gan.model_folder import CONFIG, DISCRIMINATOR, GENERATOR, MAX_CONFIG_BYTES, MAX_WEIGHTS_BYTES, QUANTIZED

PROBE_SECONDS = 3.0  # the first answer; the client's own first try would take up to 393 s
FETCH_SECONDS = 300.0  # the whole fetch: 64 MB at 2 Mbit/s
LIMITS = {
    CONFIG: MAX_CONFIG_BYTES,
    DISCRIMINATOR: MAX_WEIGHTS_BYTES,
    QUANTIZED: MAX_WEIGHTS_BYTES,
    GENERATOR: MAX_WEIGHTS_BYTES,
}  # fetched in this order
OPTIONAL = {DISCRIMINATOR, QUANTIZED}  # a model that has none is read without

T = TypeVar("T")


@dataclass(frozen=True)
class Snapshot:
    """A model's files as they are at one commit, in the cache."""

    repo_id: str
    commit: str
    folder: Path

    @property
    def name(self) -> str:
        """`user/repo@commit`: what a link carries."""
        return f"{self.repo_id}@{self.commit}"

    def is_damaged(self) -> bool:
        """Whether a file in the cache is not as it was published. Where the cache holds links, they lead to names that
        are the contents' hashes; where it holds copies, config.json tells those of the weights."""
        try:
            contents = {path: path.read_bytes() for path in map(self.folder.joinpath, LIMITS) if os.path.lexists(path)}
            config = json.loads(contents.get(self.folder / CONFIG, b""))
        except (OSError, ValueError, RecursionError):
            return True
        recorded = config.get("sha256") if isinstance(config, dict) else None
        for path, content in contents.items():
            hashes = hashes_of(content)
            if path.is_symlink():
                if path.resolve().name not in hashes.values():
                    return True
            elif isinstance(recorded, dict) and recorded.get(path.name, hashes["sha256"]) != hashes["sha256"]:
                return True
        return False

    def discard(self) -> None:
        """Remove the files from the cache, contents included: a damaged one must not be found again."""
        for name in LIMITS:
            _remove(self.folder / name)


def split_name(model: str) -> tuple[str, str | None]:
    """`user/repo` and the revision, or None, of `user/repo[@revision]`.

    Raises:
        HubError: it is not written that way.
    """
    repo_id, at, revision = model.partition("@")
    with explained(model):
        validate_repo_id(repo_id)
    if "/" not in repo_id:
        raise HubError(f"{model!r} is no repository name", "Write it as user/repo or user/repo@revision.")
    if at:
        check_revision(revision)
    return repo_id, revision or None


def check_revision(revision: str) -> None:
    """Refuse what git knows as no branch, tag or commit; nothing that could leave the cache's folder passes.

    Raises:
        HubError: names the revision.
    """
    if not may_name_revision(revision):
        raise HubError(f"{revision!r} is no revision", "Name a branch, a tag or a commit.")


def may_name_revision(name: str) -> bool:
    return (
        re.fullmatch(r"\w[\w./-]{0,199}", name, re.ASCII) is not None and re.search(r"\.\.|//|/$|\.lock$", name) is None
    )


def is_commit(revision: str | None) -> bool:
    """Whether a revision is a full commit, which never changes its content."""
    return revision is not None and re.fullmatch(r"[0-9a-f]{40}", revision) is not None


def find_cached(repo_id: str, revision: str | None = None, *, cache_dir: Path | None = None) -> Snapshot | None:
    """The snapshot of a revision as it was last fetched, without any request; None if it isn't all there."""
    revision = revision or constants.DEFAULT_REVISION
    paths = [try_to_load_from_cache(repo_id, name, cache_dir, revision) for name in (CONFIG, GENERATOR)]
    if not all(isinstance(path, str) for path in paths):
        return None
    folder = Path(str(paths[0])).parent
    return Snapshot(repo_id, folder.name, folder)


def fetch(
    repo_id: str,
    revision: str | None = None,
    *,
    names: Sequence[str] = tuple(LIMITS),
    token: str | bool | None = None,
    cache_dir: Path | None = None,
    seconds: float = FETCH_SECONDS,
    quiet: bool = False,
) -> Snapshot:
    """A model's files at a revision (None: the default branch), from the cache if the revision is a commit in it.

    Args:
        names: the files; of them, those in `OPTIONAL` may be missing.
        token: as huggingface_hub: None takes the login of this machine, False none.
        seconds: give up after this long; the Hub's first answer must come within PROBE_SECONDS.
        quiet: show no progress bars.

    Raises:
        HubError: names what happened and what to do; nothing half-fetched stays in the cache.
    """
    if is_commit(revision) and (cached := find_cached(repo_id, revision, cache_dir=cache_dir)):
        return cached
    subject = f"{repo_id}@{revision}" if revision else repo_id
    return within(seconds, lambda: _fetch(repo_id, revision, names, subject, token, cache_dir, quiet))


def _fetch(
    repo_id: str,
    revision: str | None,
    names: Sequence[str],
    subject: str,
    token: str | bool | None,
    cache_dir: Path | None,
    quiet: bool,
) -> Snapshot:
    with explained(subject):
        info = HfApi().model_info(repo_id, revision=revision, timeout=PROBE_SECONDS, files_metadata=True, token=token)
    files = {file.rfilename: file for file in info.siblings or [] if file.rfilename in names}
    for name in names:
        limit = LIMITS[name]
        if name not in files:
            if name not in OPTIONAL:
                raise HubError(f"{subject} holds no {name}", "It is not one of our models.")
        elif (size := files[name].size) is None or not 0 <= size <= limit:
            raise HubError(f"{name} of {subject} is larger than {limit >> 10} KB", "It is not one of our models.")
    assert info.sha is not None
    path = Path()
    for name in names:
        if name in files:
            with explained(subject):
                path = Path(
                    hf_hub_download(
                        repo_id,
                        name,
                        revision=info.sha,
                        token=token,
                        cache_dir=cache_dir,
                        etag_timeout=PROBE_SECONDS,
                        tqdm_class=_NoProgress if quiet else None,
                    )
                )
            _verify(path, files[name], subject)
    snapshot = Snapshot(repo_id, info.sha, path.parent)
    if revision != info.sha:
        _remember(repo_id, revision or constants.DEFAULT_REVISION, info.sha, cache_dir)
    return snapshot


def _verify(path: Path, file: Any, subject: str) -> None:
    """Compare a file with the hash that the Hub's listing gives: the client itself compares only lengths."""
    data = path.read_bytes()
    if file.lfs is not None:
        expected, actual = file.lfs.sha256, hashlib.sha256(data).hexdigest()
    else:
        expected, actual = file.blob_id, hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    if expected != actual:
        _remove(path)
        raise HubError(f"{path.name} of {subject} arrived damaged ({actual[:8]}…, not {str(expected)[:8]}…)", RETRY)


def _remember(repo_id: str, revision: str, commit: str, cache_dir: Path | None) -> None:
    """Note which commit a branch or tag meant, where huggingface_hub's cache looks for it when there is no network.

    Fetching by commit leaves no such note; it is written when all files of the commit are there and verified, so an
    older note is never moved to a commit whose files are not.
    """
    root = Path(cache_dir or constants.HF_HUB_CACHE) / repo_folder_name(repo_id=repo_id, repo_type="model")
    with suppress(UserError):  # a cache that can't be written costs a later offline start, not this model
        write_atomically(root / "refs" / revision, commit)


def _remove(path: Path) -> None:
    blob = path.resolve()  # in the cache a file is a link to a blob named by its hash
    path.unlink(missing_ok=True)
    blob.unlink(missing_ok=True)


def within(seconds: float, function: Callable[[], T]) -> T:
    """The function's result, or a HubError if it takes longer; it then goes on in the background, unheard.

    The client takes no time-out for a whole transfer: a server that drips a byte now and then would hold us forever.
    """
    outcome: list[T] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(function())
        except BaseException as error:  # raised again in the caller's thread
            failure.append(error)

    thread = threading.Thread(target=work, daemon=True, name="hub")
    thread.start()
    thread.join(seconds)
    if failure:
        raise failure[0]
    if not outcome:
        raise HubError(f"the Hub is too slow (not done within {seconds:g} s)", RETRY, unreachable=True)
    return outcome[0]


class _NoProgress(tqdm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{**kwargs, "disable": True})
