"""What to do about a generator that has collapsed: what measured best (docs/learn.md) for a run like this one."""

from collections.abc import Callable
from dataclasses import dataclass

from gan.config import NUM_CLASSES
from gan.evaluation.report import has_collapsed
from gan.recipes import Recipe

SUGGESTED = 3  # flags at most


@dataclass(frozen=True)
class Remedy:
    """A flag, and the runs that it helps: not one that has it already."""

    flags: str
    helps: Callable[[Recipe, bool], bool]
    """Whether a run of this recipe, on data with labels or without, is without it and can have it."""


REMEDIES = (  # the one that measured best first
    Remedy("--moving-average 0.999", lambda recipe, labelled: recipe.moving_average == 0),
)


def remedies(recipe: Recipe, *, labelled: bool) -> list[str]:
    """The flags to try, those that measured best first."""
    found = [remedy.flags for remedy in REMEDIES if remedy.helps(recipe, labelled)]
    return found[:SUGGESTED] or [f"--learning-rate {recipe.learning_rate / 2:g}"]


class Collapse:
    """Whether a run's generator has collapsed, and what to say when that changes."""

    def __init__(self, recipe: Recipe, *, labelled: bool):
        self.flags = " ".join(remedies(recipe, labelled=labelled))
        self.collapsed = False

    def message(self, epoch: int, scores: dict[str, float]) -> str | None:
        """Said once when the generator has collapsed, and once when it has recovered; None where nothing changes.

        Args:
            scores: of this epoch; empty where none are taken.
        """
        before, self.collapsed = self.collapsed, has_collapsed(scores)
        if before == self.collapsed:
            return None
        counted = "classes" in scores
        if before:
            return f"epoch {epoch}: recovered, {'all ten digits are drawn' if counted else 'the images differ'}"
        missing = NUM_CLASSES - round(scores.get("classes", NUM_CLASSES))
        what = "the digits of a class look alike" if counted else "the images look alike"
        what = f"{missing} of the ten digits are missing" if missing else what
        diversity = scores["diversity" if counted else "pixel_diversity"]
        return (
            f"epoch {epoch}: {what} (diversity {diversity:.2f} of the data's 1.00). The generator has "
            f"collapsed: it repeats what fools D best. Early on this often mends itself; if it stays, begin anew with "
            f"{self.flags}"
        )
