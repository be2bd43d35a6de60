"""A link unfurls as one card: its digits on paper, of the size that is announced, and small enough to be shown."""

import io

import numpy as np
import pytest
from PIL import Image

from gan.networks import Generator
from gan.web import cards
from gan.web.requests import DigitsRequest, Request, TextRequest, WalkRequest

REQUESTS = [
    DigitsRequest(),
    DigitsRequest(count=400),
    DigitsRequest(count=40, ten=True),
    DigitsRequest(count=1),
    DigitsRequest(seed=7, ten=True, open=(9, 3)),
    WalkRequest(),
    WalkRequest(frames=240, count=16),
    WalkRequest(count=64),
    WalkRequest(seeds=(1, 2, 3, 4), plane=True),
    TextRequest(text="2026-11-21 (14:30)"),
    TextRequest(text="8" * 64, hand="own"),
    TextRequest(text="   "),
    TextRequest(),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_card_has_its_size_its_margins_and_at_most_300_kb(served: Generator, request_: Request) -> None:
    content = cards.card(served, request_)
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(content) <= 300_000
    ink = np.asarray(image)
    margin = cards.MARGIN
    assert not ink[:margin].any()
    assert not ink[-margin:].any()
    assert not ink[:, :margin].any()
    assert not ink[:, -margin:].any()
    assert image.convert("RGB").getpixel((0, 0)) == cards.PAPER


def test_an_opened_digit_is_alone_on_its_card(served: Generator) -> None:
    opened = cards.card(served, DigitsRequest(seed=7, ten=True, open=(9, 3)))
    assert opened == cards.card(served, DigitsRequest(seed=9, count=1, digit=3))


def test_a_line_is_broken_between_its_words() -> None:
    assert cards._rows("2026-11-21 (14:30)") == ["2026-11-21", "(14:30)"]
    assert len(cards._rows("8" * 64)) > 2


def test_a_line_of_its_own_hands_has_the_digits_of_the_line(served: Generator) -> None:
    """A row goes on with the next number, round the end of all."""
    request = TextRequest(text="123456789 341234567", seed=2**32 - 4, hand="own")
    second = cards._text(served, request)[30:58]
    three, four = (cards._text(served, TextRequest(text=c, seed=s)) for c, s in (("3", 5), ("4", 6)))
    assert np.array_equal(second[:, 8:16], three[:28, 8:16])
    assert np.array_equal(second[:, 28:36], four[:28, 8:16])
