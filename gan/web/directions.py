"""A generator's directions for slant, thickness and width, as the page's scripts read them."""

from typing import Any

from gan.directions import find_directions
from gan.networks import Generator


def directions_json(generator: Generator) -> dict[str, Any]:
    """The directions of a generator, and what was measured along them; to find them takes seconds."""
    found = find_directions(generator)
    return found.vectors | {"measured": found.measured}
