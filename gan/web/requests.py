"""The requests: digits, a walk, a plane, a written line, and those that only the page shows. Each is a table of
parameters and checks itself.

A request that was read (`links.read`) is well formed; `check` says whether its parameters fit each other and the
generator that draws it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self, TypeVar

from gan.config import IMAGE_SIZE, NUM_CLASSES
from gan.images import square
from gan.latents import NUM_SEEDS, Interpolation
from gan.web.fight import FIGHTS, PRESETS
from gan.web.parameters import (
    MAX_KEYS,
    Problem,
    choice,
    columns,
    interpolation,
    key_classes,
    key_seeds,
    open_digit,
    pattern,
    position,
    scale,
    switch,
    temperature,
    version,
    whole,
    write_list,
    written_text,
)

MAX_COUNT = 400
MAX_TEN = MAX_COUNT // NUM_CLASSES
MAX_WALK_COUNT = 64
MAX_FRAMES = 240
MAX_FPS = 50
MAX_WALK_DIGITS = 3840  # frames × count: 240 frames of 16 digits
ROUNDS = 20  # of the game
MODEL = r"\w[\w.-]{0,95}(/\w[\w.-]{0,95}(@[\w.-]{1,64})?)?"
MAX_PIXELS = 1 << 24  # in a picture or in all frames of an animation: 16 MB before compression


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a request is checked against: the generator that draws it, and where it is shown."""

    model: str
    """The generator's name in links."""
    conditional: bool
    """Whether it can be asked for a digit."""
    histories: tuple[str, ...] | None = None
    """The models whose recorded training the page can show; None: nobody looked."""
    page: bool = False
    """Whether the page shows it, which reads no `scale`, so that no size of a picture is limited."""

    def unconditional(self, parameter: str, value: str) -> Problem:
        """A digit is asked of a generator without classes."""
        return Problem(parameter, value, "unconditional", {"model": self.model})


@dataclass(frozen=True, kw_only=True)
class Request:
    """What every request may carry. A link that we make pins `model` and `weights`, so that it shows the same pixels or
    says that it cannot."""

    model: str | None = pattern(
        MODEL, "model", "A bundled model's name, or user/repo@commit; absent: the one served", "modern"
    )
    weights: str | None = pattern(
        "[0-9a-f]{8}", "weights", "The first 8 hexadecimal digits of the weights' sha256", "0a1b2c3d"
    )
    v: int = version()

    def check(self, facts: Facts, problems: Sequence[Problem] = ()) -> tuple[Self, list[Problem]]:
        """The request with every contradiction put right, and all of its problems.

        Args:
            problems: those of reading it. They come first, and no more is said about their parameters (or, if the
                query is too long to be read, about anything).
        """
        fixed, contradictions = self._put_right(facts)
        named = {p.parameter for p in problems}
        if "query" in named:
            return fixed, [*problems]
        return fixed, [*problems, *(c for c in contradictions if c.parameter not in named)]

    def _put_right(self, facts: Facts) -> tuple[Self, list[Problem]]:
        """The request without what contradicts itself or the facts, and a problem for each contradiction."""
        return self, []


@dataclass(frozen=True, kw_only=True)
class DigitsRequest(Request):
    """The digits `seed`, `seed + 1`, … as a grid."""

    seed: int = whole(0, 0, NUM_SEEDS - 1, "Number of the first digit", always=True)
    count: int = whole(16, 1, MAX_COUNT, "How many digits", always=True)
    digit: int | None = whole(None, 0, 9, "The class of every digit; absent: the last decimal digit of its number")
    temperature: float = temperature()
    ten: bool = switch(f"1: ten digits for each number, 0 to 9 in one handwriting; count is then at most {MAX_TEN}")
    open: tuple[int, ...] | None = open_digit()
    columns: int | None = columns(MAX_COUNT, "Digits in a row of the grid; absent: as square as it can be")
    scale: int = scale()

    @property
    def cells(self) -> int:
        """How many digits are drawn."""
        return self.count * NUM_CLASSES if self.ten else self.count

    def _put_right(self, facts: Facts) -> tuple[Self, list[Problem]]:
        fixed, problems = self, []
        if not facts.conditional and (self.digit is not None or self.ten):
            name, value = ("ten", "1") if self.digit is None else ("digit", str(self.digit))
            problems.append(facts.unconditional(name, value))
            fixed = replace(fixed, digit=None, ten=False)
        if fixed.ten and fixed.count > MAX_TEN:
            problems.append(Problem("count", str(self.count), "ten", {"most": MAX_TEN}))
            fixed = replace(fixed, count=MAX_TEN)
        if fixed.open and not fixed._shows(*fixed.open):
            problems.append(Problem("open", write_list(fixed.open), "outside"))
            fixed = replace(fixed, open=None)
        return _limit_scale(fixed, problems, facts, cells=_grid_cells(fixed.cells, fixed.columns))

    def _shows(self, number: int, *classes: int) -> bool:
        """Whether a digit, opened by its number and (where there are ten of each) its class, is one of these."""
        if (number - self.seed) % NUM_SEEDS >= self.count:
            return False
        return not classes or (self.ten and len(classes) == 1 and classes[0] < NUM_CLASSES)


@dataclass(frozen=True, kw_only=True)
class WalkRequest(Request):
    """A walk through key frames, or (on the page) the plane between four."""

    seeds: tuple[int, ...] = key_seeds()
    digits: tuple[int | None, ...] = key_classes()
    count: int = whole(
        1, 1, MAX_WALK_COUNT, always=True,
        about="Digits side by side; digit i walks from number first key + i to second key + i, and so on",
    )  # fmt: skip
    temperature: float = temperature()
    frames: int = whole(60, 2, MAX_FRAMES, f"Frames of the walk, at most {MAX_WALK_DIGITS} / count", always=True)
    mode: Interpolation = interpolation("Along the arc, or along the straight line")
    loop: bool = switch("1: the walk returns to its first key frame")
    swing: bool = switch("1: the walk is played there and back")
    fps: int = whole(20, 1, MAX_FPS, "Frames a second")
    plane: bool = switch("1: the plane between four key frames", only="page")
    at: tuple[int, ...] | None = position()
    columns: int | None = columns(MAX_WALK_COUNT, "Digits in a row of each frame; absent: as square as it can be")
    scale: int = scale()

    @property
    def frames_played(self) -> int:
        """How many frames an animation has: there and back shows each end once."""
        return 2 * self.frames - 2 if self.swing else self.frames

    def _put_right(self, facts: Facts) -> tuple[Self, list[Problem]]:
        fixed, problems = _put_keys_right(self, facts, least=2, most=MAX_KEYS)
        if fixed.plane and len(fixed.seeds) != 4:
            problems.append(Problem("seeds", write_list(fixed.seeds), "four"))
            fixed = replace(fixed, plane=False)
        if fixed.frames * fixed.count > MAX_WALK_DIGITS:
            problems.append(Problem("frames", str(fixed.frames), "total", {"most": MAX_WALK_DIGITS}))
            fixed = replace(fixed, frames=MAX_WALK_DIGITS // fixed.count)
        cells = _grid_cells(fixed.count, fixed.columns) * fixed.frames_played
        return _limit_scale(fixed, problems, facts, cells=cells)


@dataclass(frozen=True, kw_only=True)
class PlaneRequest(Request):
    """The plane between four digits, as one grid of `size` × `size`."""

    seeds: tuple[int, ...] = key_seeds()
    digits: tuple[int | None, ...] = key_classes()
    temperature: float = temperature()
    mode: Interpolation = interpolation("Along arcs, or along straight lines")
    size: int = whole(16, 2, 32, "Digits along each side")
    scale: int = scale()

    def _put_right(self, facts: Facts) -> tuple[Self, list[Problem]]:
        fixed, problems = _put_keys_right(self, facts, least=4, most=4)
        return _limit_scale(fixed, problems, facts, cells=fixed.size**2)


@dataclass(frozen=True, kw_only=True)
class TextRequest(Request):
    """A line of digits and separators."""

    text: str = written_text()
    seed: int = whole(0, 0, NUM_SEEDS - 1, "Number of the handwriting", always=True)
    hand: Literal["one", "own"] = choice(
        "one", ("one", "own"), "One handwriting for all digits, or its own for each (digit i has the number seed + i)"
    )
    temperature: float = temperature()
    scale: int = scale()

    def _put_right(self, facts: Facts) -> tuple[Self, list[Problem]]:
        fixed, problems = self, []
        if not facts.conditional and any(c.isdigit() for c in self.text):
            problems.append(facts.unconditional("text", self.text))
            fixed = replace(fixed, text="")
        if not facts.page and not self.text:  # the page has a tab for a line that is yet to be written
            problems.append(Problem("text", "", "required"))
        return _limit_scale(fixed, problems, facts, cells=len(self.text) + 1)


# What several of them check

R = TypeVar("R", bound=DigitsRequest | WalkRequest | PlaneRequest | TextRequest)
K = TypeVar("K", bound=WalkRequest | PlaneRequest)


def _put_keys_right(request: K, facts: Facts, *, least: int, most: int) -> tuple[K, list[Problem]]:
    """The request with `least` to `most` key frames and a class for each or none, and what contradicted that.

    One number with several classes is a walk from class to class at one latent; one class holds for every number.
    """
    fixed, problems = request, []
    if not facts.conditional and any(d is not None for d in fixed.digits):
        problems.append(facts.unconditional("digits", write_list(fixed.digits)))
        fixed = replace(fixed, digits=())
    if len(fixed.seeds) == 1 and least <= len(fixed.digits) <= most:
        fixed = replace(fixed, seeds=fixed.seeds * len(fixed.digits))
    elif len(fixed.digits) == 1:
        fixed = replace(fixed, digits=fixed.digits * len(fixed.seeds))
    if not least <= len(fixed.seeds) <= most:
        problems.append(Problem("seeds", write_list(fixed.seeds), "four" if least == 4 else "two"))
        fixed = replace(fixed, seeds=(fixed.seeds * least)[:least])
    if fixed.digits and len(fixed.digits) != len(fixed.seeds):
        problems.append(Problem("digits", write_list(fixed.digits), "keys", {"other": "seeds"}))
        fixed = replace(fixed, digits=())
    return fixed, problems


def _grid_cells(count: int, in_a_row: int | None) -> int:
    """The cells of a grid of `count` digits, empty ones included."""
    in_a_row = in_a_row or square(count)
    return in_a_row * -(-count // in_a_row)


def _limit_scale(request: R, problems: list[Problem], facts: Facts, *, cells: int) -> tuple[R, list[Problem]]:
    """The request at a scale at which `cells` digits have at most MAX_PIXELS, and all problems."""
    most = max(1, math.isqrt(MAX_PIXELS // (cells * IMAGE_SIZE**2)))
    if facts.page or request.scale <= most:
        return request, problems
    return replace(request, scale=most), [*problems, Problem("scale", str(request.scale), "pixels", {"most": most})]


# What only the page shows: no route draws it. Each kind is named after its first parameter.


@dataclass(frozen=True, kw_only=True)
class PageRequest(Request):
    """A part of the page that has no picture of its own."""


@dataclass(frozen=True, kw_only=True)
class WatchRequest(PageRequest):
    """A training in the visitor's browser."""

    watch: str = choice("small", tuple(FIGHTS), "The recipe that trains", always=True, only="page")
    run: int = whole(0, 0, NUM_SEEDS - 1, "Seed of its weights, the order of its digits, and its noise", only="page")
    preset: str | None = choice(None, PRESETS, "The way in which it is broken; absent: it is whole", only="page")

    def _put_right(self, facts: Facts) -> tuple[Self, list[Problem]]:
        if self.preset is None or self.watch == "small":
            return self, []
        return replace(self, preset=None), [Problem("preset", self.preset, "small_only", {"recipe": self.watch})]


@dataclass(frozen=True, kw_only=True)
class GameRequest(PageRequest):
    """Real or drawn? The visitor is the discriminator."""

    game: int = whole(0, 0, NUM_SEEDS - 1, "Seed of the rounds", always=True, only="page")
    pairs: bool = switch("1: a real digit beside a drawn one; else one digit at a time", only="page")
    clock: bool = switch("1: three seconds for each", only="page")
    score: int | None = whole(
        None, 0, ROUNDS, f"Right answers, of {ROUNDS}, of whoever gives the link away", only="page"
    )


@dataclass(frozen=True, kw_only=True)
class JudgeRequest(PageRequest):
    """A digit that the visitor drew, judged by the model's discriminator."""

    judge: str = pattern(
        "[A-Za-z0-9_-]{0,1100}", "drawing", "The drawing: its 28 × 28 pixels", "", default="", always=True, only="page"
    )


@dataclass(frozen=True, kw_only=True)
class HistoryRequest(PageRequest):
    """How a model learned: its recorded training."""

    history: str = pattern(MODEL, "model", "The model", "modern", default="modern", always=True, only="page")
    beside: str | None = pattern(MODEL, "model", "Another model, at the same epoch", "relu-2", only="page")
    epoch: int | None = whole(None, 0, 100_000, "The recorded epoch; absent: the last", only="page")

    def _put_right(self, facts: Facts) -> tuple[Self, list[Problem]]:
        if facts.histories is None:
            return self, []
        fixed, problems, known = self, [], {"known": ", ".join(facts.histories)}
        if self.history not in facts.histories:
            problems.append(Problem("history", self.history, "no_history", known))
            fixed = replace(fixed, history=facts.histories[0] if facts.histories else self.history)
        if self.beside is not None and self.beside not in facts.histories:
            problems.append(Problem("beside", self.beside, "no_history", known))
            fixed = replace(fixed, beside=None)
        return fixed, problems


@dataclass(frozen=True, kw_only=True)
class LearnRequest(PageRequest):
    """The lesson, at a section."""

    learn: str = pattern(
        "[a-z0-9-]{0,80}",
        "section",
        "The section, by its heading",
        "mode-collapse",
        default="",
        always=True,
        only="page",
    )
