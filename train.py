"""Train a recipe on MNIST: `python train.py relu-2`, `python train.py --help`."""

import difflib
import os
import sys
from dataclasses import dataclass, field

import tyro

from gan.errors import UserError
from gan.hub.card_options import CardOptions
from gan.recipes import RECIPES, Recipe
from gan.training.options import RunOptions


@dataclass(frozen=True, kw_only=True)
class Job:
    """A recipe and how to run it."""

    recipe: Recipe
    run: RunOptions = field(default_factory=RunOptions)
    card: CardOptions = field(default_factory=CardOptions)

    def __post_init__(self) -> None:
        if self.card.given() and not self.run.push_to_hub:
            flags = ", ".join(f"--{name.replace('_', '-')}" for name in self.card.given())
            raise UserError(f"{flags} says something about a published model: add --push-to-hub USER/REPO")


def parse(arguments: list[str] | None = None) -> tuple[str, Job]:
    """The recipe's name and the job that the command line asks for; leaves with exit code 2 if it is wrong."""
    jobs = {
        name: (f"{recipe.summary} ({recipe.epochs} epochs)", Job(recipe=recipe)) for name, recipe in RECIPES.items()
    }
    arguments = sys.argv[1:] if arguments is None else arguments
    named = arguments[0].replace("_", "-") if arguments and not arguments[0].startswith("-") else None
    if named is not None and named not in RECIPES:
        close = difflib.get_close_matches(named, RECIPES, n=1)
        hint = f"did you mean {close[0]}? The recipes are" if close else "the recipes are"
        print(f"train.py: there is no recipe {arguments[0]!r}; {hint} {', '.join(RECIPES)}", file=sys.stderr)
        sys.exit(2)
    try:
        job = tyro.extras.overridable_config_cli(
            jobs, description=__doc__, config=(tyro.conf.OmitArgPrefixes,), args=arguments
        )
    except UserError as error:  # a value of the right type, out of its range
        print(f"train.py: {error}", file=sys.stderr)
        sys.exit(2)
    return next(a for a in (b.replace("_", "-") for b in arguments) if a in RECIPES), job


def main() -> int:
    """Exit status: 0 trained, 1 failed, 2 wrong usage, 130 or 143 interrupted and saved."""
    name, job = parse()
    # Only now, since torch takes seconds to import: --help and wrong usage are answered at once.
    from gan.hub.push import check_can_push, push
    from gan.training.dry_run import report
    from gan.training.run import InterruptedRunError, run

    try:
        if job.run.dry_run:
            print(report(name, job.recipe, job.run))
            return 0
        if job.run.push_to_hub:
            check_can_push(job.run.push_to_hub, private=job.run.private, tag=job.run.hub_tag)  # before hours are spent
        folder = run(name, job.recipe, job.run)
        if os.environ.get("RANK", "0") == "0":  # one of several processes speaks for the job
            print(f"saved in {folder}: try it with python app.py --model {folder}")
            if job.run.push_to_hub:
                published = push(
                    folder, job.run.push_to_hub, private=job.run.private, tag=job.run.hub_tag, options=job.card
                )
                print(f"published at {published}")
    except UserError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 1
    except InterruptedRunError as stop:
        print(f"train.py: {stop}", file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        print("train.py: interrupted before the first step, nothing is lost", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
