"""`python -m gan.hub push MODEL USER/REPO` publishes a model, `python -m gan.hub deploy USER/SPACE` the page, and
`python -m gan.hub site FOLDER` writes the page for any web host."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro
from tyro.conf import FlagCreatePairsOff, OmitArgPrefixes, Positional, UseAppendAction, arg

from gan.console import as_flag, command_line, print_everywhere, python
from gan.errors import UserError
from gan.hub import push, space, static_space
from gan.hub.card_options import CardOptions
from gan.hub.repository import Published


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
        typed = push.push_command(self.model, self.repo, private=self.private, tag=self.tag, options=self.card)
        push.check_can_push(self.repo, private=self.private, overwrite=self.overwrite, options=self.card, command=typed)
        published = push.push(
            self.model,
            self.repo,
            private=self.private,
            tag=self.tag,
            overwrite=self.overwrite,
            options=self.card,
        )
        print(f"published at {published}")
        print(f"try it with: {command_line([python(), 'app.py', '--model', self.repo])}")


Models = Annotated[tuple[str, ...], UseAppendAction, arg(metavar="MODEL")]


@dataclass(frozen=True)
class Deploy:
    """Create or update a Space that serves the page. What others wrote there stays."""

    space: Annotated[str, Positional, arg(metavar="USER/SPACE")]
    """The Space, as user/space; made if missing."""
    model: Models = ()
    """What it serves: user/repo[@revision], a bundled name, or a run's folder; the bundled default if not given. A
    static Space may have several (--model A --model B), and has all bundled ones if none is given."""
    static: bool = False
    """Without a server: the visitors' browsers draw. Free for everybody, and never asleep."""
    zero_gpu: bool = False
    """A Gradio Space on ZeroGPU, of which an account has two for nothing."""
    private: bool = False
    """Make a new Space private."""
    overwrite: bool = False
    """Write into a Space that isn't ours, and replace what others wrote under our files' names."""

    def __post_init__(self) -> None:
        if self.static and self.zero_gpu:
            raise UserError("a static Space has no server, so no hardware: leave out --static or --zero-gpu")
        if len(self.model) > 1 and not self.static:
            raise UserError(f"a Gradio Space serves one model, not {len(self.model)}: name one, or add --static")

    def __call__(self) -> None:
        options = {"private": self.private, "overwrite": self.overwrite}
        if self.static:
            published = self._deploy_static(options)
        else:
            model = self.model[0] if self.model else None
            published = space.deploy(self.space, model=model, zero_gpu=self.zero_gpu, **options)
        print(f"deployed at {published}")

    def _deploy_static(self, options: dict[str, bool]) -> Published:
        from gan.web.model_store import name_of
        from gan.web.site import site_files
        from gan.web.site_models import site_models

        models = site_models(self.model)
        files = site_files(models, address=static_space.site_address(self.space))
        command = [python(), "-m", "gan.hub", "deploy", self.space, "--static"]
        command += [word for name in self.model for word in ("--model", name)]
        command += ["--private"] if self.private else []
        names = [name_of(model.generator) for model in models]
        return static_space.deploy_static(self.space, files, models=names, command=command, **options)


@dataclass(frozen=True)
class Site:
    """Write the page as a site without a server into a folder, for any web host. It draws in the visitors' browsers."""

    folder: Annotated[Path, Positional, arg(metavar="FOLDER")]
    """A new or empty folder, or one that holds such a site already."""
    model: Models = ()
    """What it draws with: user/repo[@revision], a bundled name, or a run's folder; several for a choice (--model A
    --model B), the first of which draws until another is chosen. All bundled ones if none is given."""

    def __call__(self) -> None:
        from gan.web.site import site_files
        from gan.web.site_folder import check_folder, write_site
        from gan.web.site_models import site_models

        check_folder(self.folder)
        files = site_files(site_models(self.model))
        write_site(self.folder, files)
        size = sum(map(len, files.values())) / 1e6
        print(f"written to {self.folder}: {len(files)} files, {size:.1f} MB, for any web host")
        print(
            "look at it with: "
            + command_line([python(), "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(self.folder)])
        )


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 failed with one message, 2 wrong usage."""
    commands: dict[str, Callable] = {"push": Push, "deploy": Deploy, "site": Site}
    try:
        command = tyro.extras.subcommand_cli_from_dict(
            commands,
            prog="python -m gan.hub",
            description="Publish on the Hugging Face Hub, or on any web host.",
            args=arguments,
            config=[FlagCreatePairsOff, OmitArgPrefixes],
        )
    except UserError as error:  # a value of the right type that can't be
        print(f"gan.hub: {as_flag(str(error))}", file=sys.stderr)
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
    print_everywhere()
    sys.exit(main())
