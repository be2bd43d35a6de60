"""Links: the query ↔ the request.

The one parser, and the one table of parameters that the writer, the routes, the page and the OpenAPI document share.

Version 1 of the format, written as `v=1`: names, ranges, defaults and the meaning of each are frozen. What changes them
is version 2, and then this module reads both. Unknown parameters are ignored. A parameter that cannot be read is a
`Problem`, and its field keeps the default: the page shows the problem, a route answers 422 with it.
"""

import math
import re
from collections.abc import Callable
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qsl, quote

from gan.config import IMAGE_SIZE
from gan.images import square
from gan.latents import MAX_TEMPERATURE, MIN_TEMPERATURE, NUM_CLASSES, NUM_SEEDS, Interpolation
from gan.writing import SEPARATORS

VERSION = 1
MAX_COUNT = 400
MAX_TEN = MAX_COUNT // NUM_CLASSES
MAX_KEYS = 16
MAX_WALK_COUNT = 64
MAX_WALK_DIGITS = 3840  # frames × count: 240 frames of 16 digits
MAX_TEXT = 64
MAX_PIXELS = 1 << 24  # in a picture or in all frames of an animation: 16 MB before compression
MAX_QUERY = 4096  # bytes; the longest link that we make has about 500


@dataclass(frozen=True)
class Problem:
    """A parameter that was not understood: `code` and `args` choose and fill the sentence (in `MESSAGES`)."""

    parameter: str
    value: str
    code: str
    args: dict[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why, in English: "must be a whole number from 0 to 9"."""
        return MESSAGES[self.code].format(**self.args)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"reason": self.reason}


MESSAGES = {
    "whole": "must be a whole number from {low} to {high}",
    "number": "must be a number from {low} to {high} with at most 4 decimals",
    "switch": "must be 0 or 1",
    "choice": "must be one of: {choices}",
    "seeds": "must be 1 to {most} whole numbers from 0 to {high}, separated by commas",
    "digits": "must be 1 to {most} digits from 0 to 9 (or - for any), separated by commas",
    "position": "must be a frame's number, or two separated by a comma",
    "characters": "must be digits, spaces and - . / : + , (at most {most} in all)",
    "model": "must be a bundled model's name, or user/repo@commit",
    "weights": "must be 8 hexadecimal digits",
    "version": "must be {version}: this page reads no other version of links",
    "repeated": "must be given once",
    "required": "must be given",
    "long": "must be at most {most} bytes long in all",
    "keys": "must be as many as the {other}, or a single one",
    "two": "must be at least two key frames: two numbers, or one drawn as two digits",
    "four": "must be four key frames to span a plane",
    "ten": "must be at most {most} when each shows ten digits",
    "unconditional": "must be left out: the model {model} cannot be asked for a digit",
    "total": "must be smaller: frames × count may be at most {most}",
    "pixels": "must be at most {most} for a picture of this size",
    "outside": "must be one of the digits that are shown",
    "no_model": "is not served here; these are: {known}",
    "not_ready": "is being fetched: try again in some seconds",
    "unreachable_model": "cannot be fetched: {error}",
    "broken_model": "cannot be loaded: {error}",
    "other_weights": "are not here: {model} has weights {weights} now, which draw other pixels",
}


class RefusalError(ValueError):
    """What a parameter's reader raises: the code and arguments of its message."""

    def __init__(self, code: str, **args: Any):
        super().__init__(code)
        self.code, self.kwargs = code, args


# One parameter each: how it is read, written and described


def parameter(
    default: Any, read: Callable[[str], Any], about: str, schema: dict[str, Any], *, write: Callable[[Any], str] = str,
    always: bool = False, page_only: bool = False,
) -> Any:  # fmt: skip
    """A field of a request. `always`: written even when it is the default. `page_only`: no route reads it."""
    metadata = {
        "read": read, "write": write, "about": about, "schema": schema, "always": always, "page_only": page_only,
    }  # fmt: skip
    return field(default=default, metadata=metadata)


def whole(default: int | None, low: int, high: int, about: str, **options: Any) -> Any:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", text) or not low <= int(text) <= high:
            raise RefusalError("whole", low=low, high=high)
        return int(text)

    return parameter(default, read, about, {"type": "integer", "minimum": low, "maximum": high}, **options)


def switch(about: str, **options: Any) -> Any:
    def read(text: str) -> bool:
        if text not in ("0", "1"):
            raise RefusalError("switch")
        return text == "1"

    schema = {"type": "integer", "enum": [0, 1]}
    return parameter(False, read, about, schema, write=lambda on: str(int(on)), **options)


def choice(default: str, choices: tuple[str, ...], about: str, **options: Any) -> Any:
    def read(text: str) -> str:
        if text not in choices:
            raise RefusalError("choice", choices=", ".join(choices))
        return text

    return parameter(default, read, about, {"type": "string", "enum": list(choices)}, **options)


def pattern(default: str | None, regex: str, code: str, about: str, **options: Any) -> Any:
    def read(text: str) -> str:
        if not re.fullmatch(regex, text, re.ASCII):
            raise RefusalError(code)
        return text

    return parameter(default, read, about, {"type": "string", "pattern": f"^{regex}$"}, **options)


def _read_temperature(text: str) -> float:
    if not re.fullmatch(r"[0-9](\.[0-9]{1,4})?", text) or not MIN_TEMPERATURE <= float(text) <= MAX_TEMPERATURE:
        raise RefusalError("number", low=MIN_TEMPERATURE, high=MAX_TEMPERATURE)
    return float(text)


def _read_seeds(text: str) -> tuple[int, ...]:
    if not re.fullmatch(rf"[0-9]{{1,10}}(,[0-9]{{1,10}}){{0,{MAX_KEYS - 1}}}", text):
        raise RefusalError("seeds", most=MAX_KEYS, high=NUM_SEEDS - 1)
    seeds = tuple(int(s) for s in text.split(","))
    if max(seeds) >= NUM_SEEDS:
        raise RefusalError("seeds", most=MAX_KEYS, high=NUM_SEEDS - 1)
    return seeds


def _read_digits(text: str) -> tuple[int | None, ...]:
    if not re.fullmatch(rf"[0-9-](,[0-9-]){{0,{MAX_KEYS - 1}}}", text):
        raise RefusalError("digits", most=MAX_KEYS)
    return tuple(None if d == "-" else int(d) for d in text.split(","))


def _read_position(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"[0-9]{1,3}(,[0-9]{1,3})?", text):
        raise RefusalError("position")
    return tuple(int(n) for n in text.split(","))


def _read_text(text: str) -> str:
    if len(text) > MAX_TEXT or not set(text) <= set("0123456789") | set(SEPARATORS):
        raise RefusalError("characters", most=MAX_TEXT)
    return text


def _write_number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _write_list(values: tuple[int | None, ...]) -> str:
    return ",".join("-" if v is None else str(v) for v in values)


def _read_version(text: str) -> int:
    if text != str(VERSION):
        raise RefusalError("version", version=VERSION)
    return VERSION


def temperature() -> Any:
    return parameter(
        1.0, _read_temperature, "Scale of the latent: lower is more typical and less varied",
        {"type": "number", "minimum": MIN_TEMPERATURE, "maximum": MAX_TEMPERATURE}, write=_write_number, always=True,
    )  # fmt: skip


def key_seeds() -> Any:
    return parameter(
        (7, 42), _read_seeds, "Key frames of the walk (at least two), or the four corners of a plane",
        {"type": "string", "pattern": r"^\d{1,10}(,\d{1,10})*$", "example": "7,42,99"}, write=_write_list, always=True,
    )  # fmt: skip


def key_digits() -> Any:
    return parameter(
        (), _read_digits, "The class of each key frame; - leaves one to the seed's last decimal digit",
        {"type": "string", "pattern": "^[0-9-](,[0-9-])*$", "example": "3,8"}, write=_write_list,
    )  # fmt: skip


# The three requests


@dataclass(frozen=True, kw_only=True)
class Request:
    """What every request may carry. A link that we make pins `model` and `weights`, so that it shows the same pixels or
    says that it cannot."""

    model: str | None = pattern(
        None, r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95}(@[\w.-]{1,64})?)?", "model",
        "A bundled model's name, or user/repo@commit; absent: the one served",
    )  # fmt: skip
    weights: str | None = pattern(
        None, "[0-9a-f]{8}", "weights", "The first 8 hexadecimal digits of the weights' sha256"
    )
    v: int = parameter(
        VERSION, _read_version, "Version of the link format", {"type": "integer", "enum": [VERSION]}, always=True
    )

    def checked(self, *, conditional: bool, pixels: bool = False) -> tuple["Request", list[Problem]]:
        """The request with what contradicts itself or the model put right, and the problems that this solved.

        Args:
            conditional: whether the model can be asked for a digit.
            pixels: whether `scale` is used, and the size of the picture therefore limited.
        """
        return self, []


@dataclass(frozen=True, kw_only=True)
class DigitsRequest(Request):
    """The digits `seed`, `seed + 1`, … as a grid."""

    seed: int = whole(0, 0, NUM_SEEDS - 1, "Number of the first digit", always=True)
    count: int = whole(16, 1, MAX_COUNT, "How many digits", always=True)
    digit: int | None = whole(None, 0, 9, "The class of every digit; absent: the last decimal digit of its number")
    temperature: float = temperature()
    ten: bool = switch(f"1: ten digits for each number, 0 to 9 in one handwriting; count is then at most {MAX_TEN}")
    open: tuple[int, ...] | None = parameter(
        None, _read_seeds, "The digit that is shown large: its number (and, after a comma, its class)",
        {"type": "string"}, write=_write_list, page_only=True,
    )  # fmt: skip
    columns: int | None = whole(None, 1, MAX_COUNT, "Digits in a row of the grid; absent: as square as it can be")
    scale: int = whole(1, 1, 40, "Pixels per pixel")

    @property
    def cells(self) -> int:
        return self.count * NUM_CLASSES if self.ten else self.count

    def checked(self, *, conditional: bool, pixels: bool = False) -> tuple["DigitsRequest", list[Problem]]:
        fixed, problems = self, []
        if not conditional and (self.digit is not None or self.ten):
            name = "digit" if self.digit is not None else "ten"
            problems.append(Problem(name, str(self.digit if name == "digit" else 1), "unconditional", {"model": ""}))
            fixed = replace(fixed, digit=None, ten=False)
        if fixed.ten and fixed.count > MAX_TEN:
            problems.append(Problem("count", str(self.count), "ten", {"most": MAX_TEN}))
            fixed = replace(fixed, count=MAX_TEN)
        if fixed.open and (fixed.open[0] - fixed.seed) % NUM_SEEDS >= fixed.count:
            problems.append(Problem("open", _write_list(fixed.open), "outside"))
            fixed = replace(fixed, open=None)
        if pixels:
            columns = fixed.columns or square(fixed.cells)
            fixed, problem = _within_pixels(fixed, columns * -(-fixed.cells // columns))
            problems += problem
        return fixed, problems


@dataclass(frozen=True, kw_only=True)
class WalkRequest(Request):
    """A walk through key frames, or the plane between four."""

    seeds: tuple[int, ...] = key_seeds()
    digits: tuple[int | None, ...] = key_digits()
    count: int = whole(
        1, 1, MAX_WALK_COUNT, "Digits side by side; digit i walks from seed + i to seed + i", always=True
    )
    temperature: float = temperature()
    frames: int = whole(60, 2, 240, f"Frames of the walk, at most {MAX_WALK_DIGITS} / count", always=True)
    mode: Interpolation = choice("slerp", ("slerp", "lerp"), "Along the arc, or along the straight line", always=True)
    loop: bool = switch("1: the walk returns to its first key frame")
    swing: bool = switch("1: the walk is played there and back")
    fps: int = whole(20, 1, 50, "Frames a second")
    plane: bool = switch("1: the plane between four key frames", page_only=True)
    at: tuple[int, ...] | None = parameter(
        None, _read_position, "The frame that is shown, or column and row in the plane", {"type": "string"},
        write=_write_list, page_only=True,
    )  # fmt: skip
    columns: int | None = whole(
        None, 1, MAX_WALK_COUNT, "Digits in a row of each frame; absent: as square as it can be"
    )
    scale: int = whole(1, 1, 40, "Pixels per pixel")

    def checked(self, *, conditional: bool, pixels: bool = False) -> tuple["WalkRequest", list[Problem]]:
        fixed, problems = self, []
        if not conditional and any(d is not None for d in self.digits):
            problems.append(Problem("digits", _write_list(self.digits), "unconditional", {"model": ""}))
            fixed = replace(fixed, digits=())
        if len(fixed.seeds) == 1 and len(fixed.digits) > 1:  # class to class at one latent
            fixed = replace(fixed, seeds=fixed.seeds * len(fixed.digits))
        elif len(fixed.digits) == 1:
            fixed = replace(fixed, digits=fixed.digits * len(fixed.seeds))
        if len(fixed.seeds) < 2:
            problems.append(Problem("seeds", _write_list(fixed.seeds), "two"))
            fixed = replace(fixed, seeds=fixed.seeds * 2)
        if fixed.digits and len(fixed.digits) != len(fixed.seeds):
            problems.append(Problem("digits", _write_list(fixed.digits), "keys", {"other": "seeds"}))
            fixed = replace(fixed, digits=())
        if fixed.plane and len(fixed.seeds) != 4:
            problems.append(Problem("seeds", _write_list(fixed.seeds), "four"))
            fixed = replace(fixed, plane=False)
        if fixed.frames * fixed.count > MAX_WALK_DIGITS:
            problems.append(Problem("frames", str(fixed.frames), "total", {"most": MAX_WALK_DIGITS}))
            fixed = replace(fixed, frames=MAX_WALK_DIGITS // fixed.count)
        if pixels:
            columns = fixed.columns or square(fixed.count)
            played = 2 * fixed.frames - 2 if fixed.swing and fixed.frames > 2 else fixed.frames
            fixed, problem = _within_pixels(fixed, columns * -(-fixed.count // columns) * played)
            problems += problem
        return fixed, problems


@dataclass(frozen=True, kw_only=True)
class PlaneRequest(Request):
    """The plane between four digits, as one grid of `size` × `size`."""

    seeds: tuple[int, ...] = key_seeds()
    digits: tuple[int | None, ...] = key_digits()
    temperature: float = temperature()
    mode: Interpolation = choice("slerp", ("slerp", "lerp"), "Along arcs, or along straight lines", always=True)
    size: int = whole(16, 2, 32, "Digits along each side")
    scale: int = whole(1, 1, 40, "Pixels per pixel")

    def checked(self, *, conditional: bool, pixels: bool = False) -> tuple["PlaneRequest", list[Problem]]:
        fixed, problems = self, []
        if not conditional and any(d is not None for d in self.digits):
            problems.append(Problem("digits", _write_list(self.digits), "unconditional", {"model": ""}))
            fixed = replace(fixed, digits=())
        if len(fixed.seeds) == 1 and len(fixed.digits) == 4:
            fixed = replace(fixed, seeds=fixed.seeds * 4)
        elif len(fixed.digits) == 1:
            fixed = replace(fixed, digits=fixed.digits * len(fixed.seeds))
        if len(fixed.seeds) != 4:
            problems.append(Problem("seeds", _write_list(fixed.seeds), "four"))
            fixed = replace(fixed, seeds=(fixed.seeds * 4)[:4])
        if fixed.digits and len(fixed.digits) != 4:
            problems.append(Problem("digits", _write_list(fixed.digits), "keys", {"other": "seeds"}))
            fixed = replace(fixed, digits=())
        if pixels:
            fixed, problem = _within_pixels(fixed, fixed.size**2)
            problems += problem
        return fixed, problems


@dataclass(frozen=True, kw_only=True)
class TextRequest(Request):
    """A line of digits and separators."""

    text: str = parameter(
        "", _read_text, f"Up to {MAX_TEXT} digits, spaces and - . / : + ,",
        {"type": "string", "maxLength": MAX_TEXT, "pattern": "^[0-9 ./:+,-]*$"}, always=True,
    )  # fmt: skip
    seed: int = whole(0, 0, NUM_SEEDS - 1, "Number of the handwriting", always=True)
    hand: Literal["one", "own"] = choice(
        "one", ("one", "own"), "One handwriting for all digits, or its own for each (digit i has the number seed + i)"
    )
    temperature: float = temperature()
    scale: int = whole(1, 1, 40, "Pixels per pixel")

    def checked(self, *, conditional: bool, pixels: bool = False) -> tuple["TextRequest", list[Problem]]:
        fixed, problems = self, []
        if not conditional and any(c.isdigit() for c in self.text):
            problems.append(Problem("text", self.text, "unconditional", {"model": ""}))
            fixed = replace(fixed, text="")
        if pixels and not self.text:
            problems.append(Problem("text", "", "required"))
        if pixels and self.text:
            fixed, problem = _within_pixels(fixed, len(self.text) + 1)
            problems += problem
        return fixed, problems


AnyRequest = DigitsRequest | WalkRequest | PlaneRequest | TextRequest
R = TypeVar("R", bound="Request")


def _within_pixels(request: Any, cells: int) -> tuple[Any, list[Problem]]:
    most = max(1, math.isqrt(MAX_PIXELS // (cells * IMAGE_SIZE**2)))
    if request.scale <= most:
        return request, []
    return replace(request, scale=most), [Problem("scale", str(request.scale), "pixels", {"most": most})]


# Read


def parse(
    kind: type[R], query: str, *, conditional: bool, model: str = "", page: bool = False
) -> tuple[R, list[Problem]]:
    """The request that a raw query string stands for, and what had to be ignored in it.

    Args:
        conditional: whether the model (whose name is `model`) can be asked for a digit.
        page: read the page's own parameters too, and those of pictures (scale, columns) not.
    """
    if len(query) > MAX_QUERY:
        return kind(), [Problem("query", query[:40] + "…", "long", {"most": MAX_QUERY})]
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_QUERY):
        given.setdefault(name, []).append(value)
    values: dict[str, Any] = {}
    problems = []
    for name, entry in parameters(kind, page=page).items():
        for value in given.get(name, [])[:1]:
            try:
                if len(given[name]) > 1:
                    raise RefusalError("repeated")
                values[name] = entry.metadata["read"](value)
            except RefusalError as refused:
                problems.append(Problem(name, value[:40], refused.code, refused.kwargs))
    request: Any
    request, contradictions = kind(**values).checked(conditional=conditional, pixels=not page)
    named = {p.parameter for p in problems}
    for problem in (p for p in contradictions if p.parameter not in named):  # say only what came first of each
        args = {"model": model} if problem.code == "unconditional" else problem.args
        problems.append(replace(problem, args=args))
    return request, problems


def parse_page(
    query: str, *, conditional: bool, model: str = ""
) -> tuple[DigitsRequest | WalkRequest | TextRequest, list[Problem]]:
    """The request of the page's own address: writing if it holds a text, a walk if it holds key frames, else digits."""
    names = {name for name, _ in parse_qsl(query[:MAX_QUERY], keep_blank_values=True)}
    kind: type[Any] = TextRequest if "text" in names else WalkRequest if names & {"seeds", "digits"} else DigitsRequest
    return parse(kind, query, conditional=conditional, model=model, page=True)


def parameters(kind: type[Request], *, page: bool) -> dict[str, Field]:
    """The parameters of a request in the order in which they are written: its own, then the pins."""
    pins = {f.name for f in fields(Request)}
    picture = {"scale", "columns"}
    chosen = [f for f in fields(kind) if (f.name not in picture if page else not f.metadata["page_only"])]
    return {f.name: f for f in sorted(chosen, key=lambda f: f.name in pins)}


# Write


def query(request: Request, *, page: bool = False, **changes: Any) -> str:
    """The request as a query string: what names the picture always, the rest where it is not the default."""
    request = replace(request, **changes)
    pairs = []
    for name, entry in parameters(type(request), page=page).items():
        value = getattr(request, name)
        if value is not None and (entry.metadata["always"] or value != entry.default):
            pairs.append(
                f"{name}={quote(entry.metadata['write'](value), safe=',:/@+-. ')}".replace("+", "%2B").replace(" ", "+")
            )
    return "&".join(pairs)
