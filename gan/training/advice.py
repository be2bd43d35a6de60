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


REMEDIES = (  # of docs/learn.md, "Measured": what changed the distance most comes first
    # modern with the tutorials' momentum: 14 times as far
    Remedy("--beta1 0 --beta2 0.99", lambda r, _: r.beta1 > 0.5),
    # modern without it: 9 times
    Remedy("--generator-batch-norm all", lambda r, _: r.generator_batch_norm == "none"),
    # modern without it: twice; and what helped batchnorm most
    Remedy("--moving-average 0.999", lambda r, _: r.moving_average == 0),
    # modern without it: 2.4 times; but batchnorm, without the average and modern's momentum, was worse with it
    Remedy("--conditional", lambda r, labelled: labelled and not r.conditional and r.moving_average > 0),
    # batchnorm with them: .76, .85 and .90 of the distance
    Remedy("--spectral-norm", lambda r, _: not r.spectral_norm and not _has_penalty(r)),
    Remedy("--discriminator-learning-rate 4e-4", lambda r, _: r.learning_rates == (2e-4, 2e-4)),
    Remedy("--r1 0.1", lambda r, _: not r.spectral_norm and not _has_penalty(r)),
    # modern without them: .73 and .76, in its first epochs
    Remedy("--generator-adam-eps 1e-8", lambda r, _: r.generator_adam_eps > 1e-8),
    Remedy("--shift 0", lambda r, _: r.shift > 0),
)


def _has_penalty(recipe: Recipe) -> bool:
    """Whether D's gradient is held already."""
    return recipe.r1 > 0 or recipe.r2 > 0 or recipe.gradient_penalty > 0


def remedies(recipe: Recipe, *, labelled: bool) -> list[str]:
    """The flags to try, those that measured best first; a lower learning rate where nothing is left."""
    found = [remedy.flags for remedy in REMEDIES if remedy.helps(recipe, labelled)]
    return found[:SUGGESTED] or [f"--learning-rate {recipe.learning_rate / 2:g}"]


class Collapse:
    """Whether a run's generator has collapsed, and what to say when that changes."""

    def __init__(self, recipe: Recipe, *, labelled: bool):
        self.advice = " ".join(remedies(recipe, labelled=labelled))
        if labelled and any(remedy.helps(recipe, labelled) for remedy in REMEDIES[:4]):
            self.advice += ", or with the recipe quick, which has what measured best"
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
            f"{self.advice}"
        )
