"""Models by name: a folder, a bundled checkpoint, or a repository on the Hugging Face Hub.

`python -m gan.hub push RUN_DIR USER/REPO` publishes a model, `python -m gan.hub deploy USER/SPACE` the page.
"""

import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import torch
import tyro
from tyro.conf import FlagCreatePairsOff, Positional, arg

from gan.files import UserError
from gan.model_folder import (
    CONFIG,
    DISCRIMINATOR,
    GENERATOR,
    MAX_CONFIG_BYTES,
    MAX_WEIGHTS_BYTES,
    ModelError,
    config_from_dict,
    load_weights,
    read_config,
    read_discriminator,
    read_generator,
    save_model,
)
from gan.networks import Discriminator, Generator

if TYPE_CHECKING:
    from gan.fetch import Snapshot

__all__ = [
    "BUNDLED",
    "CONFIG",
    "DISCRIMINATOR",
    "GENERATOR",
    "MAX_CONFIG_BYTES",
    "MAX_WEIGHTS_BYTES",
    "ModelError",
    "Source",
    "bundled_models",
    "config_from_dict",
    "load_discriminator",
    "load_generator",
    "load_weights",
    "names_repository",
    "read_config",
    "resolve",
    "save_model",
]

BUNDLED = Path(__file__).resolve().parent.parent / "checkpoints"


def load_generator(model: str | Path, *, revision: str | None = None, device: str | torch.device = "cpu") -> Generator:
    """See `Generator.from_pretrained`."""
    source = resolve(model, revision)
    with source.whole():
        generator = read_generator(source.folder, device=device)
    generator.name, generator.revision = source.name, source.commit
    return generator


def load_discriminator(
    model: str | Path, *, revision: str | None = None, device: str | torch.device = "cpu"
) -> Discriminator:
    """The discriminator beside a generator; arguments and errors as `Generator.from_pretrained`."""
    source = resolve(model, revision)
    with source.whole():
        return read_discriminator(source.folder, device=device)


@dataclass(frozen=True)
class Source:
    """Where a model's files are: a local folder, or (with a commit) a snapshot of a Hub repository."""

    folder: Path
    name: str
    commit: str | None = None

    @contextmanager
    def whole(self) -> Iterator[None]:
        """While reading: what was fetched but is damaged leaves the cache, so that the next try fetches it anew."""
        try:
            yield
        except ModelError as error:
            if self.commit is None:
                raise
            from gan.fetch import Snapshot

            Snapshot(self.name, self.commit, self.folder).discard()
            raise ModelError(f"{error} (removed from the cache: the next try fetches it anew)") from error


def resolve(model: str | Path, revision: str | None = None) -> Source:
    """The files of a folder, a bundled checkpoint by its name, or a Hub repository `user/repo[@revision]`, fetched.

    Without the Hub, a revision that was fetched before is taken from the cache, with a warning unless it is a commit.

    Raises:
        ModelError: there is no such model, or the Hub can't be used; the message says why.
    """
    folder = Path(model)
    if not folder.is_dir() and re.fullmatch(r"[\w.-]+", str(model)):
        folder = BUNDLED / str(model)
    if folder.is_dir():
        if revision is not None:
            raise ModelError(f"{folder} is a local folder: it has no revision {revision!r}")
        return Source(folder, folder.resolve().name)
    nowhere = f"there is no folder {str(model)!r}"
    if not names_repository(model):
        bundled = ", ".join(bundled_models()) or "none"
        raise ModelError(f"{nowhere}, and no bundled model of that name (bundled: {bundled})")
    from gan import fetch  # only here, so that local models need no Hub client
    from gan.hub_errors import HubError

    try:
        repo_id, at_revision = fetch.split_name(str(model))
        if revision is not None:
            fetch.check_revision(revision)
        snapshot = _fetch_or_cached(repo_id, revision or at_revision)
    except HubError as error:
        raise ModelError(f"{nowhere}, and from the Hub: {error}") from error
    return Source(snapshot.folder, snapshot.repo_id, snapshot.commit)


def names_repository(model: str | Path) -> bool:
    """Whether a model's name means the Hub: it isn't a folder, nor would it be one in a folder that exists."""
    return isinstance(model, str) and "/" in model and not Path(model).is_dir() and not Path(model).parent.is_dir()


def _fetch_or_cached(repo_id: str, revision: str | None) -> "Snapshot":
    from gan import fetch
    from gan.hub_errors import HubError

    try:
        return fetch.fetch(repo_id, revision)
    except HubError as error:
        cached = fetch.find_cached(repo_id, revision) if error.unreachable else None
        if cached is None:
            raise
        warnings.warn(f"{error.reason}: using {cached.name} from the cache", stacklevel=4)
        return cached


def bundled_models() -> list[str]:
    """The names of the generators in `checkpoints/`."""
    return sorted(path.parent.name for path in BUNDLED.glob(f"*/{GENERATOR}"))


# Command line


@dataclass(frozen=True)
class Push:
    """Publish a run's folder as a model repository, in one commit."""

    run_dir: Annotated[Path, Positional, arg(metavar="RUN_DIR")]
    """The run's folder."""
    repo: Annotated[str, Positional, arg(metavar="USER/REPO")]
    """The repository, as user/repo; made if missing."""
    private: bool = False
    """Make a new repository private."""
    tag: Annotated[str | None, arg(metavar="TAG")] = None
    """Name the commit, for links to user/repo@TAG."""

    def __call__(self) -> None:
        from gan import publish

        publish.check_can_push(self.repo)
        print(f"published at {publish.push(self.run_dir, self.repo, private=self.private, tag=self.tag)}")
        print(f"try it with: python app.py --model {self.repo}")


@dataclass(frozen=True)
class Deploy:
    """Create or update a Space that serves the page."""

    space: Annotated[str, Positional, arg(metavar="USER/SPACE")]
    """The Space, as user/space; made if missing."""
    model: Annotated[str | None, arg(metavar="MODEL")] = None
    """What it serves: user/repo[@revision], a bundled name, or a run's folder; the bundled default if not given."""
    private: bool = False
    """Make a new Space private."""

    def __call__(self) -> None:
        from gan import publish

        print(f"deployed at {publish.deploy(self.space, model=self.model, private=self.private)}")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 failed with one message, 2 wrong usage."""
    commands: dict[str, Callable] = {"push": Push, "deploy": Deploy}
    command = tyro.extras.subcommand_cli_from_dict(
        commands,
        prog="python -m gan.hub",
        description="Publish on the Hugging Face Hub.",
        args=arguments,
        config=[FlagCreatePairsOff],
    )
    try:
        command()
    except UserError as error:
        print(f"gan.hub: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("gan.hub: interrupted; the same command takes it up again", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
