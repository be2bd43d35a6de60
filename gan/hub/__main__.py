"""`python -m gan.hub push MODEL USER/REPO` publishes a model, `python -m gan.hub deploy USER/SPACE` the page."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

import tyro
from tyro.conf import FlagCreatePairsOff, OmitArgPrefixes, Positional, arg

from gan.errors import UserError
from gan.hub import push, space
from gan.hub.card_options import CardOptions


@dataclass(frozen=True)
class Push:
    """Publish a model as a model repository, in one commit. What others wrote there stays."""

    model: Annotated[str, Positional, arg(metavar="MODEL")]
    """A run's folder, or the name of a bundled model."""
    repo: Annotated[str, Positional, arg(metavar="USER/REPO")]
    """The repository, as user/repo; made if missing."""
    private: bool = False
    """Make a new repository private."""
    tag: Annotated[str | None, arg(metavar="TAG")] = None
    """Name the commit, for links to user/repo@TAG."""
    overwrite: bool = False
    """Write into a repository that isn't ours, and replace what others wrote under our files' names."""
    card: CardOptions = field(default_factory=CardOptions)

    def __call__(self) -> None:
        push.check_can_push(self.repo, private=self.private, overwrite=self.overwrite)
        published = push.push(
            self.model,
            self.repo,
            private=self.private,
            tag=self.tag,
            overwrite=self.overwrite,
            options=self.card,
        )
        print(f"published at {published}")
        print(f"try it with: python app.py --model {self.repo}")


@dataclass(frozen=True)
class Deploy:
    """Create or update a Space that serves the page. What others wrote there stays."""

    space: Annotated[str, Positional, arg(metavar="USER/SPACE")]
    """The Space, as user/space; made if missing."""
    model: Annotated[str | None, arg(metavar="MODEL")] = None
    """What it serves: user/repo[@revision], a bundled name, or a run's folder; the bundled default if not given."""
    private: bool = False
    """Make a new Space private."""
    overwrite: bool = False
    """Write into a Space that isn't ours, and replace what others wrote under our files' names."""

    def __call__(self) -> None:
        published = space.deploy(self.space, model=self.model, private=self.private, overwrite=self.overwrite)
        print(f"deployed at {published}")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 failed with one message, 2 wrong usage."""
    commands: dict[str, Callable] = {"push": Push, "deploy": Deploy}
    try:
        command = tyro.extras.subcommand_cli_from_dict(
            commands,
            prog="python -m gan.hub",
            description="Publish on the Hugging Face Hub.",
            args=arguments,
            config=[FlagCreatePairsOff, OmitArgPrefixes],
        )
    except UserError as error:  # a value of the right type that can't be
        print(f"gan.hub: {error}", file=sys.stderr)
        return 2
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
