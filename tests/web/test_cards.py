"""A link unfurls as one card: its digits on paper, of the size that is announced, and small enough to be shown."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from gan.networks import Generator
from gan.web import cards
from gan.web.requests import (
    DigitsRequest,
    GameRequest,
    HistoryRequest,
    JudgeRequest,
    LearnRequest,
    Request,
    TextRequest,
    WalkRequest,
)

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
    first_of_ten = cards.card(served, DigitsRequest(seed=7, ten=True, open=(9,)))
    assert first_of_ten == cards.card(served, DigitsRequest(seed=9, count=1, digit=0))


@pytest.mark.parametrize(
    "alike",
    [
        [LearnRequest(), LearnRequest(learn="mode-collapse"), GameRequest(game=7), HistoryRequest(epoch=3)],
        [WalkRequest(), WalkRequest(at=(3,)), WalkRequest(fps=5, swing=True), WalkRequest(frames=10)],
        [WalkRequest(seeds=(1, 2, 3, 4), plane=True, frames=f, at=(f, 0), loop=f > 9) for f in (9, 12)],
        [TextRequest(seed=1), TextRequest(seed=2, hand="own")],
        [DigitsRequest(seed=s, count=40, ten=True, open=(9, 3)) for s in (3, 7)],
    ],
)
def test_links_whose_cards_are_alike_share_one(served: Generator, alike: list[Request]) -> None:
    """Who counts through them has it drawn once."""
    assert len({cards.on_card(request) for request in alike}) == 1
    assert len({cards.card(served, request) for request in alike}) == 1


def test_a_judged_drawing_is_on_its_card(served: Generator) -> None:
    drawn = np.zeros((28, 28), dtype=np.uint8)
    drawn[7:10, 10:17] = np.arange(21).reshape(3, 7) * 12
    link = base64.urlsafe_b64encode(bytes([10, 7, 7, 3, *drawn[7:10, 10:17].ravel()])).decode().rstrip("=")
    image = np.asarray(Image.open(io.BytesIO(cards.card(served, JudgeRequest(judge=link)))))
    scale = (630 - 2 * cards.MARGIN) // 28
    top, left = (630 - 28 * scale) // 2, (1200 - 28 * scale) // 2
    assert np.array_equal(image[top : top + 28 * scale : scale, left : left + 28 * scale : scale], drawn)
    other = JudgeRequest(judge=link, model="plain", weights="00000000")
    assert cards.on_card(other) == JudgeRequest(judge=link), "the same, whoever judges it"
    for none in ("", "_"):
        assert cards.card(served, JudgeRequest(judge=none)) == cards.card(served, LearnRequest())


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
