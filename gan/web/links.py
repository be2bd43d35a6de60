"""Links: a request written as a query, and read from one.

Version 1 of the format, written as `v=1`: names, ranges, defaults and the meaning of each are frozen. What changes them
is version 2, and then this module reads both. Unknown parameters are ignored. A parameter that cannot be read is a
`Problem`: the page shows the problem and the nearest valid value, or else the default; a route answers 422 with it.
"""

import re
from dataclasses import Field, fields, replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote

from gan.web.parameters import Problem, RefusalError
from gan.web.requests import (
    DigitsRequest,
    GameRequest,
    HistoryRequest,
    JudgeRequest,
    LearnRequest,
    PageRequest,
    Request,
    TextRequest,
    WalkRequest,
    WatchRequest,
)

MAX_QUERY = 4096  # bytes; the longest link that we make has about 500
KINDS = {
    "digits": DigitsRequest,
    "walk": WalkRequest,
    "text": TextRequest,
    "watch": WatchRequest,
    "game": GameRequest,
    "judge": JudgeRequest,
    "history": HistoryRequest,
    "learn": LearnRequest,
}  # what the page shows
PINS = tuple(f.name for f in fields(Request))

R = TypeVar("R", bound=Request)


def read(kind: type[R], query: str, *, page: bool = False) -> tuple[R, list[Problem]]:
    """The request that a raw query string stands for, and what could not be read in it; `Request.check` comes next.

    Args:
        page: read the page's own parameters too, and those of pictures (scale, columns) not.
    """
    if len(query) > MAX_QUERY:
        return kind(), [Problem("query", query[:40] + "…", "long", {"most": MAX_QUERY})]
    given: dict[str, list[str]] = {}
    for name, value in pairs(query):
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
                if refused.nearest is not None:
                    values[name] = refused.nearest
                if not (page and refused.same):
                    problems.append(Problem(name, value[:40], refused.code, refused.kwargs))
    return kind(**values), problems


def pairs(query: str) -> list[tuple[str, str]]:
    """The names and values of a query. Mail programs forward & as &amp;, which is read as it was meant."""
    parsed = parse_qsl(query, keep_blank_values=True)
    return [(re.sub("^(amp;)+", "", name), value) for name, value in parsed]


def page_kind(query: str) -> type[Request]:
    """What the page's own address asks for: a part of the page that it names, writing if it holds a text, a walk if it
    holds key frames, else digits."""
    names = {name for name, _ in pairs(query[:MAX_QUERY])}
    for name, kind in KINDS.items():
        if issubclass(kind, PageRequest) and name in names:
            return kind
    return TextRequest if "text" in names else WalkRequest if names & {"seeds", "digits"} else DigitsRequest


def names_anything(query: str) -> bool:
    """Whether a query has any parameter of the page's address."""
    known = {name for kind in KINDS.values() for name in parameters(kind, page=True)}
    return len(query) > MAX_QUERY or any(name in known for name, _ in pairs(query))


def write(request: Request, *, page: bool = False, **changes: Any) -> str:
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


def parameters(kind: type[Request], *, page: bool) -> dict[str, Field]:
    """The parameters of a request in the order in which they are written: its own, then the pins."""
    others = "route" if page else "page"
    chosen = [f for f in fields(kind) if f.metadata["only"] != others]
    return {f.name: f for f in sorted(chosen, key=lambda f: f.name in PINS)}
