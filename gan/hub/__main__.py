"""`python -m gan.hub push RUN_DIR USER/REPO` publishes a model, `python -m gan.hub deploy USER/SPACE` the page."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from tyro.conf import FlagCreatePairsOff, Positional, arg

from gan.errors import UserError
from gan.hub import publish


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
