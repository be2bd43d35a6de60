"""The wall that the page opens with when its address asks for nothing: digits chosen by measuring, not the first ones,
of which two are blots."""

from gan.web.requests import DigitsRequest

COUNT = 20  # in rows without gaps, wide or narrow
CERTAIN = 0.999  # the classifier's probability, at least, that each digit is the one that was asked for
OPENINGS = {  # the first number, by weights: python benchmarks/opening.py
    "e7bd9f38": 55376,  # modern
}


def opening_wall(weights: str) -> DigitsRequest:
    """The digits that the page of a model, named by its weights, opens with; numbers from 0 on if none were chosen."""
    return DigitsRequest(seed=OPENINGS.get(weights, 0), count=COUNT)
