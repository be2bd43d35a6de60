"""The parameters of links: how each kind of value is read, written and described, and what is said of a malformed one.

A reader takes the text of one value and returns it, or raises `RefusalError`. The same entry of the table serves the
parser, the writer, the page's scripts and the OpenAPI document.
"""

import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, get_args

from gan.latents import MAX_TEMPERATURE, MIN_TEMPERATURE, NUM_SEEDS, Interpolation
from gan.writing import SEPARATORS, readable

VERSION = 1
MAX_KEYS = 16
MAX_TEXT = 64
MAX_SCALE = 40


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
    "characters": "must be digits, spaces and - . / : + , ( ) (at most {most} in all); {refused} cannot be written",
    "too_long": "must be at most {most} characters long",
    "model": "must be a bundled model's name, or user/repo@commit",
    "weights": "must be 8 hexadecimal digits",
    "drawing": "must be a drawing as this page writes it into its address",
    "small_only": "must be left out: it breaks the recipe small, not {recipe}",
    "section": "must be a section of the lesson",
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
    "no_history": "is no model whose training can be shown here; these are: {known}",
    "not_ready": "is being fetched: try again in some seconds",
    "unreachable_model": "cannot be fetched: {error}",
    "broken_model": "cannot be loaded: {error}",
    "other_weights": "are not here: {model} has weights {weights} now, which draw other pixels",
}


class RefusalError(ValueError):
    """What a reader raises: the code and arguments of the parameter's `Problem`.

    Attributes:
        nearest: the valid value that is nearest to the refused one, which the page shows instead; None: the default.
        same: it says the same in our characters, so that the page has nothing to tell.
    """

    def __init__(self, code: str, *, nearest: Any = None, same: bool = False, **args: Any):
        super().__init__(code)
        self.code, self.nearest, self.same, self.kwargs = code, nearest, same, args


# Any parameter


def parameter(
    default: Any, form: dict[str, Any], read: Callable[[str], Any], about: str, schema: dict[str, Any], *,
    write: Callable[[Any], str] = str, always: bool = False, only: Literal["page", "route"] | None = None,
) -> Any:  # fmt: skip
    """A field of a request.

    Args:
        form: how the page's scripts read it, as `read` does (static/forms.js): the name of its form and what it needs.
        read: the value of a text; raises RefusalError.
        about: its meaning, for the OpenAPI document.
        schema: its JSON schema.
        always: written even when it is the default.
        only: who reads it, if not both: the page or the routes.
    """
    metadata = {
        "form": form, "read": read, "write": write, "about": about, "schema": schema, "always": always, "only": only,
    }  # fmt: skip
    return field(default=default, metadata=metadata)


# Kinds of values


def whole(default: int | None, low: int, high: int, about: str, **options: Any) -> Any:
    """A whole number from `low` to `high`."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", text) or not low <= int(text) <= high:
            raise RefusalError("whole", nearest=_nearest_whole(text, low, high), low=low, high=high)
        return int(text)

    form = {"is": "whole", "low": low, "high": high}
    return parameter(default, form, read, about, {"type": "integer", "minimum": low, "maximum": high}, **options)


def switch(about: str, **options: Any) -> Any:
    """0 or 1, off unless given."""

    def read(text: str) -> bool:
        if text not in ("0", "1"):
            raise RefusalError("switch")
        return text == "1"

    schema = {"type": "integer", "enum": [0, 1]}
    return parameter(False, {"is": "switch"}, read, about, schema, write=lambda on: str(int(on)), **options)


def choice(default: str | None, choices: tuple[str, ...], about: str, **options: Any) -> Any:
    """One of several words."""

    def read(text: str) -> str:
        if text not in choices:
            raise RefusalError("choice", choices=", ".join(choices))
        return text

    form = {"is": "choice", "choices": choices}
    return parameter(default, form, read, about, {"type": "string", "enum": list(choices)}, **options)


def pattern(regex: str, code: str, about: str, example: str, *, default: str | None = None, **options: Any) -> Any:
    """A text of a certain form, absent unless given or there is a default; `code` is the refusal's."""

    def read(text: str) -> str:
        if not re.fullmatch(regex, text, re.ASCII):
            raise RefusalError(code)
        return text

    whole_text = f"^{regex}$"
    form = {"is": "pattern", "pattern": whole_text, "code": code}
    schema = {"type": "string", "pattern": whole_text, "example": example}
    return parameter(default, form, read, about, schema, **options)


# Parameters that several requests have, and those whose values have a form of their own


def temperature() -> Any:
    def read(text: str) -> float:
        if not re.fullmatch(r"[0-9](\.[0-9]{1,4})?", text) or not MIN_TEMPERATURE <= float(text) <= MAX_TEMPERATURE:
            number = _number(text)
            within = None if number is None else decimals(min(max(number, MIN_TEMPERATURE), MAX_TEMPERATURE))
            raise RefusalError("number", nearest=within, low=MIN_TEMPERATURE, high=MAX_TEMPERATURE)
        return float(text)

    return parameter(
        1.0, {"is": "number", "low": MIN_TEMPERATURE, "high": MAX_TEMPERATURE}, read,
        "Scale of the latent: lower is more typical and less varied",
        {"type": "number", "minimum": MIN_TEMPERATURE, "maximum": MAX_TEMPERATURE}, always=True,
        write=lambda value: f"{decimals(value):.4f}".rstrip("0").rstrip("."),
    )  # fmt: skip


def decimals(temperature: float) -> float:
    """A temperature as links write it, to four decimals; a tie goes up, as JavaScript's toFixed has it."""
    return float(Decimal(temperature).quantize(Decimal("0.0001"), ROUND_HALF_UP))


def scale() -> Any:
    return whole(1, 1, MAX_SCALE, "Pixels per pixel", only="route")


def columns(most: int, about: str) -> Any:
    return whole(None, 1, most, about, only="route")


def interpolation(about: str) -> Any:
    return choice("slerp", get_args(Interpolation), about, always=True)


def key_seeds() -> Any:
    return parameter(
        (7, 42), {"is": "seeds"}, _read_seeds, "Key frames of the walk (at least two), or the four corners of a plane",
        {"type": "string", "pattern": r"^\d{1,10}(,\d{1,10})*$", "example": "7,42,99"}, write=write_list, always=True,
    )  # fmt: skip


def key_classes() -> Any:
    def read(text: str) -> tuple[int | None, ...]:
        if not re.fullmatch(rf"[0-9-](,[0-9-]){{0,{MAX_KEYS - 1}}}", text):
            listed = [None if d == "-" else _nearest_whole(d, 0, 9) for d in text.split(",")[:MAX_KEYS]]
            understood = all(d is not None or entry == "-" for d, entry in zip(listed, text.split(","), strict=False))
            raise RefusalError("digits", nearest=tuple(listed) if understood else None, most=MAX_KEYS)
        return tuple(None if d == "-" else int(d) for d in text.split(","))

    return parameter(
        (), {"is": "digits"}, read, "The class of each key frame; - leaves one to the seed's last decimal digit",
        {"type": "string", "pattern": "^[0-9-](,[0-9-])*$", "example": "3,8"}, write=write_list,
    )  # fmt: skip


def open_digit() -> Any:
    return parameter(
        None, {"is": "seeds"}, _read_seeds, "The digit that is shown large: its number (and, after a comma, its class)",
        {"type": "string", "pattern": r"^\d{1,10}(,\d)?$", "example": "9,3"}, write=write_list, only="page",
    )  # fmt: skip


def position() -> Any:
    def read(text: str) -> tuple[int, ...]:
        if not re.fullmatch(r"[0-9]{1,3}(,[0-9]{1,3})?", text):
            raise RefusalError("position")
        return tuple(int(n) for n in text.split(","))

    return parameter(
        None, {"is": "position"}, read, "The frame that is shown, or column and row in the plane",
        {"type": "string", "pattern": r"^\d{1,3}(,\d{1,3})?$", "example": "30"}, write=write_list, only="page",
    )  # fmt: skip


def written_text() -> Any:
    def read(text: str) -> str:
        if not set(text) <= set("0123456789") | set(SEPARATORS):
            held, refused = readable(text)
            same = not refused and len(held) <= MAX_TEXT
            raise RefusalError(
                "characters", nearest=held[:MAX_TEXT], same=same, most=MAX_TEXT, refused=" ".join(refused or text)
            )
        if len(text) > MAX_TEXT:
            raise RefusalError("too_long", nearest=text[:MAX_TEXT], most=MAX_TEXT)
        return text

    return parameter(
        "", {"is": "text"}, read, f"Up to {MAX_TEXT} digits, spaces and - . / : + , ( )",
        {"type": "string", "maxLength": MAX_TEXT, "pattern": "^[0-9 ./:+,()-]*$", "example": "2026-11-21"}, always=True,
    )  # fmt: skip


def version() -> Any:
    def read(text: str) -> int:
        if text != str(VERSION):
            raise RefusalError("version", version=VERSION)
        return VERSION

    schema = {"type": "integer", "enum": [VERSION]}
    return parameter(VERSION, {"is": "version"}, read, "Version of the link format", schema, always=True)


def _read_seeds(text: str) -> tuple[int, ...]:
    listed = text.split(",")
    if (
        not re.fullmatch(rf"[0-9]{{1,10}}(,[0-9]{{1,10}}){{0,{MAX_KEYS - 1}}}", text)
        or max(map(int, listed)) >= NUM_SEEDS
    ):
        near = [_nearest_whole(seed, 0, NUM_SEEDS - 1) for seed in listed[:MAX_KEYS]]
        raise RefusalError(
            "seeds", nearest=None if None in near else tuple(near), most=MAX_KEYS, high=NUM_SEEDS - 1
        )  # fmt: skip
    return tuple(map(int, listed))


def _number(text: str) -> float | None:
    """The number that a text in ASCII is, also 7.5, -1 and 1e3; None if it is none."""
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", text, re.ASCII) else None


def _nearest_whole(text: str, low: int, high: int) -> int | None:
    """The whole number in a range that is nearest to a text's; None if the text is no number."""
    number = _number(text)
    return None if number is None else math.floor(min(max(number + 0.5, low), high))


def write_list(values: tuple[int | None, ...]) -> str:
    """Numbers separated by commas; None is -."""
    return ",".join("-" if v is None else str(v) for v in values)
