"""Models by name: a folder, a bundled checkpoint, or a repository on the Hugging Face Hub."""

import os
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import torch

from gan import bundled
from gan.errors import ModelError
from gan.hub import fetch
from gan.hub.errors import HubError
from gan.model_folder import read_discriminator, read_generator, read_saved
from gan.networks import Discriminator, Generator

T = TypeVar("T")


def load_generator(model: str | Path, *, revision: str | None = None, device: str | torch.device = "cpu") -> Generator:
    """See `Generator.from_pretrained`."""
    source = resolve(model, revision)
    generator = source.read(partial(read_generator, device=device))
    generator.name, generator.revision = source.name, source.commit
    return generator


def load_discriminator(
    model: str | Path, *, revision: str | None = None, device: str | torch.device = "cpu"
) -> Discriminator:
    """The discriminator beside a generator; arguments and errors as `Generator.from_pretrained`."""
    return resolve(model, revision).read(partial(read_discriminator, device=device))


@dataclass(frozen=True)
class Source:
    """Where a model's files are: a local folder, or (with a commit) a snapshot of a Hub repository."""

    folder: Path
    name: str
    commit: str | None = None

    def read(self, read: Callable[[Path], T]) -> T:
        """What `read` finds in the folder. Fetched files that prove damaged are removed from the cache, so that the
        next try fetches them again; a local folder may just be written."""
        if self.commit is None:
            return read_saved(read, self.folder)
        try:
            return read(self.folder)
        except ModelError as error:
            snapshot = fetch.Snapshot(self.name, self.commit, self.folder)
            if not snapshot.is_damaged():  # it was published so: to fetch it again would not help
                raise
            snapshot.discard()
            raise ModelError(f"{error} (removed from the cache: the next try fetches it anew)") from error


def resolve(model: str | Path, revision: str | None = None) -> Source:
    """Where the files of a model are: a folder, a bundled model by its name, or `user/repo[@revision]`, now fetched.

    Where the Hub can't be reached, a revision that was fetched before is taken from the cache, with a warning: a branch
    may have moved on since. A commit in the cache needs no Hub and no warning.

    Raises:
        ModelError: there is no such model, or the Hub can't be used; the message says why.
    """
    folder = Path(model)
    if not os.path.isdir(folder) and re.fullmatch(r"[\w.-]+", str(model)):
        folder = bundled.BUNDLED / str(model)
    if os.path.isdir(folder):
        if revision is not None:
            raise ModelError(f"{folder} is a local folder: it has no revision {revision!r}")
        return Source(folder, name_in_links(folder))
    nowhere = f"there is no folder {str(model)!r}"
    if not names_repository(model):
        names = ", ".join(bundled.bundled_models())
        if not names:
            raise ModelError(f"{nowhere}, and no bundled models in an installed package: name a folder or user/repo")
        raise ModelError(f"{nowhere}, and no bundled model of that name (bundled: {names})")
    try:
        repo_id, at_revision = fetch.split_name(str(model))
        if revision is not None:
            fetch.check_revision(revision)
        snapshot = _fetch_or_cached(repo_id, revision or at_revision)
    except HubError as error:
        raise ModelError(f"{nowhere}, and from the Hub: {error}") from error
    return Source(snapshot.folder, snapshot.repo_id, snapshot.commit)


def name_in_links(folder: Path) -> str:
    """A model folder's name in links, addresses and files: its own, with "-" for what none of them can hold."""
    return re.sub(r"[^\w.-]+", "-", folder.resolve().name, flags=re.ASCII).strip("-.")[:96] or "model"


def names_repository(model: str | Path) -> bool:
    """Whether a model's name means a Hub repository: `a/b` where neither `a/b` nor `a` is a folder here."""
    return isinstance(model, str) and "/" in model and not any(map(os.path.isdir, (Path(model), Path(model).parent)))


def _fetch_or_cached(repo_id: str, revision: str | None) -> fetch.Snapshot:
    try:
        return fetch.fetch(repo_id, revision)
    except HubError as error:
        cached = fetch.find_cached(repo_id, revision) if error.unreachable else None
        if cached is None:
            raise
        warnings.warn(f"{error.reason}: using {cached.name} from the cache", stacklevel=4)
        return cached
