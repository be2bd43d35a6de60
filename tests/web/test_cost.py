"""What a request costs is known for every request that there is."""

import pytest

from gan.networks import Generator
from gan.web import cards, cost
from gan.web.links import KINDS
from gan.web.requests import PageRequest, Request


@pytest.mark.parametrize("kind", KINDS.values())
def test_every_link_of_the_page_has_a_card_of_some_cost(served: Generator, kind: type[Request]) -> None:
    assert cost.card_milliseconds(served, kind()) >= cost.CARD
    if issubclass(kind, PageRequest):
        assert cost.digits(cards.on_card(kind())) == 20, "as many as its card shows"
