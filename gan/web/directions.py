"""Each generator's directions for slant, thickness and width, found once."""

from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from gan.directions import Directions, find_directions
from gan.networks import Generator

_finding = Lock()  # not that of the pictures, which must not wait so long
_found: WeakKeyDictionary[Generator, Directions] = WeakKeyDictionary()


def directions_of(generator: Generator) -> Directions:
    """The directions of a generator; the first call takes about a second."""
    with _finding:
        if generator not in _found:
            _found[generator] = find_directions(generator)
        return _found[generator]


def directions_json(generator: Generator) -> dict[str, Any]:
    """The directions of a generator, and what was measured along them, as the page's scripts read them."""
    found = directions_of(generator)
    return found.vectors | {"measured": found.measured}
