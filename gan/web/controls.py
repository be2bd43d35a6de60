"""The page's tabs and their controls, described once: page.py makes Gradio's components of them, and static/inputs.js
the inputs of the page without a server.

Words are named by their keys in words.py. A control shows one parameter of its tab's request; ranges and defaults are
those of links.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from gan.config import NUM_CLASSES
from gan.latents import NUM_SEEDS
from gan.web import links
from gan.web.parameters import MAX_TEXT
from gan.web.requests import DigitsRequest, Request, TextRequest, WalkRequest


@dataclass(frozen=True, kw_only=True)
class Control:
    """What shows a parameter and changes it."""

    form: ClassVar[str]
    """How it looks: static/inputs.js makes one of each form."""
    name: str
    """The parameter."""
    label: str
    info: str | None = None
    element: str | None = None
    """Its id on the page."""
    style: str | None = None
    """A class of style.css."""


@dataclass(frozen=True, kw_only=True)
class Number(Control):
    """A seed, typed."""

    form: ClassVar[str] = "number"
    low: int = 0
    high: int = NUM_SEEDS - 1
    default: int = 0


@dataclass(frozen=True, kw_only=True)
class Slider(Control):
    form: ClassVar[str] = "slider"
    low: float
    high: float
    default: float
    step: float = 1


@dataclass(frozen=True, kw_only=True)
class Choice(Control):
    """One of several values, all of them seen."""

    form: ClassVar[str] = "choice"
    options: tuple[tuple[str, str], ...]
    """Values, and the words for them (those that have no such key stand as they are)."""
    default: str


@dataclass(frozen=True, kw_only=True)
class Switch(Control):
    form: ClassVar[str] = "switch"


@dataclass(frozen=True, kw_only=True)
class Line(Control):
    """A line of text."""

    form: ClassVar[str] = "line"
    most: int
    """Characters."""
    placeholder: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """An empty place, which the panel of that name fills (`mounts` in static/compose.js)."""

    form: ClassVar[str] = "place"
    name: str


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A tab: controls at the left, and at the right the place of its panel, which is called as the tab."""

    name: str
    kind: str
    """What it shows: a kind of request, `links.KINDS`."""
    controls: tuple[Control | Place, ...]
    """None where the panel has the whole width and its own."""

    @property
    def shown(self) -> dict[str, Control]:
        """The controls that show a parameter, by its name."""
        return {control.name: control for control in self.controls if isinstance(control, Control)}


def slider(kind: type[Request], name: str, label: str, **options: Any) -> Slider:
    """A slider for a request's parameter, with the range and the default that links have."""
    schema = links.parameters(kind, page=True)[name].metadata["schema"]
    default = getattr(kind(), name)
    return Slider(name=name, label=label, low=schema["minimum"], high=schema["maximum"], default=default, **options)


def temperature(kind: type[Request]) -> Slider:
    return slider(kind, "temperature", "temperature", step=0.05, info="temperature_info")


TABS = (
    Tab(name="generate", kind="digits", controls=(
        Number(name="seed", label="seed", element="seed"),
        slider(DigitsRequest, "count", "count", element="count"),
        Choice(
            name="digit", label="digit", element="digit", default="", style="keys-row",
            options=(("", "any"), *((str(d), str(d)) for d in range(NUM_CLASSES))),
        ),
        temperature(DigitsRequest),
        Switch(name="ten", label="ten", info="ten_info", element="ten"),
        Place(name="download"),
    )),
    Tab(name="morph", kind="walk", controls=(
        Choice(name="mode", label="mode", options=(("slerp", "slerp"), ("lerp", "lerp")), default="slerp"),
        slider(WalkRequest, "frames", "frames", element="frames", style="of-walk"),
        slider(WalkRequest, "count", "side_by_side", element="side-by-side", style="of-walk"),
        temperature(WalkRequest),
        slider(WalkRequest, "fps", "fps", element="fps", style="of-walk"),
        Switch(name="loop", label="loop", element="loop", style="of-walk"),
        Switch(name="swing", label="swing", element="swing", style="of-walk"),
        Switch(name="plane", label="plane", element="plane"),
    )),
    Tab(name="write", kind="text", controls=(
        Line(name="text", label="text", info="text_info", most=MAX_TEXT, element="text", placeholder="3.14159"),
        Number(name="seed", label="handwriting", element="hand-seed"),
        Choice(name="hand", label="hand", options=(("one", "hand_one"), ("own", "hand_own")), default="one"),
        temperature(TextRequest),
    )),
    Tab(name="watch", kind="watch", controls=()),
    Tab(name="game", kind="game", controls=()),
    Tab(name="judge", kind="judge", controls=()),
    Tab(name="history", kind="history", controls=()),
    Tab(name="learn", kind="learn", controls=()),
)  # fmt: skip


def controls_json() -> dict[str, list[dict[str, Any]]]:
    """The controls of each tab as JSON values, for the page without a server."""
    return {tab.name: [{"form": control.form, **asdict(control)} for control in tab.controls] for tab in TABS}
