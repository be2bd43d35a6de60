"""Train a recipe on MNIST: `python train.py quick`.

What a recipe can be told: `python train.py quick --help`. Go on with the last run: `python train.py --resume`.
"""

import argparse
import contextlib
import difflib
import io
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import tyro

from gan.console import as_flag, command_line, print_everywhere, python
from gan.errors import UserError
from gan.recipes import RECIPES, Recipe
from gan.training.commands import launcher
from gan.training.options import RUNS, RunOptions
from gan.training.settings import Settings, newest_run, no_checkpoint, read_settings, saved_states


@dataclass(frozen=True, kw_only=True)
class Job:
    """A recipe and how to run it."""

    recipe: Recipe
    run: RunOptions = field(default_factory=RunOptions)


def parse(arguments: list[str] | None = None) -> tuple[str, Job]:
    """The recipe's name and the job that the command line asks for; leaves with exit code 2 if it is wrong."""
    arguments = sys.argv[1:] if arguments is None else arguments
    named = arguments[0].replace("_", "-") if arguments and not arguments[0].startswith("-") else None
    if named is not None and named not in RECIPES:
        close = difflib.get_close_matches(named, RECIPES, n=1)
        hint = f"did you mean {close[0]}? The recipes are" if close else "the recipes are"
        print(f"train.py: there is no recipe {arguments[0]!r}; {hint} {', '.join(RECIPES)}", file=sys.stderr)
        sys.exit(2)
    flags = arguments[1:] if named else arguments
    config = (tyro.conf.OmitArgPrefixes,)
    try:
        begun = run_to_resume(named, arguments)
        name = named or (begun.name if begun else None)
        if name is None:  # nothing can be done without: say what there is
            jobs = {name: (_summary(recipe), Job(recipe=recipe)) for name, recipe in RECIPES.items()}
            job = tyro.extras.overridable_config_cli(jobs, description=__doc__, config=config, args=arguments)
            return next(a for a in (b.replace("_", "-") for b in arguments) if a in RECIPES), job
        if begun:
            usual, summary = Job(recipe=begun.recipe, run=begun.options), "the run that is continued"
        else:
            usual, summary = Job(recipe=RECIPES[name]), _summary(RECIPES[name])
        return name, tyro.cli(
            Job, prog=f"train.py {name}", description=summary, default=usual, config=config, args=flags
        )
    except UserError as error:  # a value of the right type, out of its range
        print(f"train.py: {as_flag(str(error))}", file=sys.stderr)
        sys.exit(2)


def _summary(recipe: Recipe) -> str:
    return f"{recipe.summary} ({recipe.epochs} epochs)"


def run_to_resume(named: str | None, arguments: list[str]) -> Settings | None:
    """What the run that `--resume` continues was begun with; None where there is none, or nothing is resumed.

    Its folder is --output-dir, or that of the recipe that is named, or the newest in runs/.

    Raises:
        UserError: there is no run to continue, or it is another recipe's.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--output-dir", "--output_dir", type=Path)
    known, _ = parser.parse_known_args(arguments)
    if not known.resume:
        return None
    folder = known.output_dir or (RUNS / named if named else newest_run(RUNS))
    if folder is None:
        raise UserError(f"{RUNS} holds no run to resume: name its folder with --output-dir")
    begun = read_settings(folder)
    if begun is None and (named is None or not os.path.isdir(folder)):
        raise UserError(no_checkpoint(folder))
    if named is None and begun and begun.name is None:
        raise UserError(f"{folder} holds no checkpoint that names its recipe: name it before --resume")
    if begun and begun.name not in (None, named) and named is not None:
        raise UserError(f"{folder} holds a run of {begun.name}, not of {named}: name {begun.name}, or another folder")
    return begun


def main() -> int:
    """Exit status: 0 trained, 1 failed, 2 wrong usage, 130 or 143 interrupted and saved."""
    speaks = os.environ.get("RANK", "0") == "0"  # one of several processes speaks for the job
    with contextlib.nullcontext() if speaks else silence():
        name, job = parse()
    # Only now, since torch takes seconds to import: --help and wrong usage are answered at once.
    from gan.hub.push import check_can_push, push, push_command
    from gan.training.dry_run import report
    from gan.training.run import InterruptedRunError, ProcessError, run

    def say(message: object) -> None:
        if speaks or isinstance(message, ProcessError):
            print(f"train.py: {message}", file=sys.stderr)

    options = job.run
    folder = None  # of the run, once it has come to its end
    try:
        if options.dry_run:
            text = report(name, job.recipe, options)
            if speaks:
                print(text)
            return 0
        if options.push_to_hub and speaks:
            check_can_push(  # before hours are spent
                options.push_to_hub,
                private=options.private,
                tag=options.hub_tag,
                overwrite=options.overwrite,
                options=options.card,
                command=[*launcher(), *sys.argv],
            )
        folder = run(name, job.recipe, options)
        if speaks:
            print(f"saved in {folder}: try it with {command_line([python(), 'app.py', '--model', str(folder)])}")
            if options.push_to_hub:
                published = push(
                    folder,
                    options.push_to_hub,
                    private=options.private,
                    tag=options.hub_tag,
                    overwrite=options.overwrite,
                    options=options.card,
                )
                print(f"published at {published}")
    except UserError as error:
        say(error)
        return 1
    except InterruptedRunError as stop:
        say(stop)
        return stop.code
    except KeyboardInterrupt:
        say(_interrupted(options.folder(name), ended=folder is not None))
        if folder and options.push_to_hub:
            words = push_command(
                folder, options.push_to_hub, private=options.private, tag=options.hub_tag, options=options.card
            )
            say(f"publish it with: {command_line(words)}")
        return 130
    return 0


def _interrupted(folder: Path, *, ended: bool) -> str:
    """What is true after a Ctrl-C that fell outside the steps, which a run finishes before it obeys."""
    if ended:
        return f"interrupted after the last step: the run is saved in {folder}"
    if saved_states(folder):
        return f"interrupted outside the steps: the last checkpoint in {folder} is whole, go on with --resume"
    return "interrupted before the first step, nothing is lost"


@contextlib.contextmanager
def silence():
    """Whatever is printed inside is dropped."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


if __name__ == "__main__":
    print_everywhere()
    sys.exit(main())
