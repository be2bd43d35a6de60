"""The rounds of "Real or drawn?" as NumPy's random numbers choose them: gan/web/engine/rounds.js, written again."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gan.web.digits import PER_CLASS

COUNT = 20


@dataclass(frozen=True)
class Round:
    digits: list[dict[str, Any]]
    answer: int


def rounds(seed: int, *, pairs: bool = False) -> list[Round]:
    """The rounds of a game."""
    random = np.random.RandomState(seed)

    def below(n: int) -> int:
        return int(random.random_sample() * n)

    answers = [below(2) for _ in range(COUNT)]
    while not 8 <= sum(answers) <= 12:
        answers = [below(2) for _ in range(COUNT)]
    found, seen = [], set()
    for answer in answers:
        digit = below(10)
        made: list[dict[str, Any]] = []
        if pairs or answer == 0:
            per_class = PER_CLASS["test-digits.png"]
            place = digit * per_class + below(per_class)
            while place in seen:
                place = digit * per_class + below(per_class)
            seen.add(place)
            made.append({"real": True, "place": place, "digit": digit})
        if pairs or answer == 1:
            made.append({"real": False, "seed": below(2**32), "digit": digit})
        found.append(Round(made[::-1] if pairs and answer == 1 else made, answer))
    return found
