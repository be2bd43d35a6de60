"""What the page's scripts know from the start, whoever draws and whichever link was opened: `window.digitsPage`."""

import json
from functools import cache
from typing import Any

from gan import images, writing
from gan.config import IMAGE_SIZE, NUM_CLASSES
from gan.latents import MAX_TEMPERATURE, MIN_TEMPERATURE, NUM_SEEDS
from gan.web import links, parameters, requests
from gan.web.controls import TABS
from gan.web.links import KINDS
from gan.web.requests import PlaneRequest, Request
from gan.web.words import CHINESE, ENGLISH

LIMITS = {  # that the page's scripts keep
    "count": requests.MAX_COUNT,
    "ten": requests.MAX_TEN,
    "keys": parameters.MAX_KEYS,
    "frames": requests.MAX_FRAMES,
    "walk": requests.MAX_WALK_COUNT,
    "total": requests.MAX_WALK_DIGITS,
    "text": parameters.MAX_TEXT,
    "query": links.MAX_QUERY,
    "pixels": requests.MAX_PIXELS,
    "scale": parameters.MAX_SCALE,
    "strip": images.STRIP_WIDTH,
    "plane": 24,  # digits along each side of the plane that the page shows: steps small enough to look continuous
    "seeds": NUM_SEEDS,
    "classes": NUM_CLASSES,
    "fps": requests.MAX_FPS,
    "rounds": requests.ROUNDS,
    "temperature": [MIN_TEMPERATURE, MAX_TEMPERATURE],
    "size": IMAGE_SIZE,
}


def constants() -> dict[str, Any]:
    """As JSON values."""
    return {
        "tabs": {tab.name: tab.kind for tab in TABS},
        "defaults": defaults(),
        "version": parameters.VERSION,
        "parameters": {name: _parameters(of) for name, of in {**KINDS, "plane": PlaneRequest}.items()},
        "limits": LIMITS,
        "line": {"advances": {**writing.SEPARATORS, "digit": writing.DIGIT_ADVANCE}, "margin": writing.MARGIN},
        "words": {"en": ENGLISH, "zh": CHINESE},
    }


@cache
def constants_in_script() -> str:
    """`constants` as `in_script`, which takes milliseconds."""
    return in_script(constants())


@cache
def defaults() -> dict[str, Any]:
    """What each kind of request shows where its link says nothing."""
    return {name: values_of(kind()) for name, kind in KINDS.items()}


def values_of(request: Request) -> dict[str, Any]:
    """The values that the page shows of a request, by their names in links."""
    own = (name for name in links.parameters(type(request), page=True) if name not in links.PINS)
    return {name: getattr(request, name) for name in own}


def in_script(value: Any) -> str:
    """JSON that may stand in a script of an HTML page."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _parameters(kind: type[Request]) -> list[dict[str, Any]]:
    """The table from which the page's scripts read and write links."""
    page, picture = links.parameters(kind, page=True), links.parameters(kind, page=False)
    merged = sorted({**page, **picture}.items(), key=lambda item: item[0] in links.PINS)
    return [
        {
            "name": name,
            "always": entry.metadata["always"],
            "default": None if entry.default is None else entry.metadata["write"](entry.default),
            "page": name in page,
            "picture": name in picture,
            "form": entry.metadata["form"],
        }
        for name, entry in merged
    ]
