"""The page opens with digits that were chosen: each reads as what was asked for."""

import torch

from gan.evaluation.classifier import load_classifier
from gan.hub.resolve import load_generator
from gan.web import links
from gan.web.model_store import ModelStore
from gan.web.opening import open_link
from gan.web.opening_wall import CERTAIN, COUNT, OPENINGS, opening_wall
from gan.web.requests import DigitsRequest, WalkRequest


def test_every_digit_that_the_page_opens_with_reads_as_asked() -> None:
    generator = load_generator("modern")
    wall = opening_wall(generator.weights)
    assert generator.weights in OPENINGS
    seeds = range(wall.seed, wall.seed + wall.count)
    logits = load_classifier().features_and_logits(generator.sample(seeds))[1]
    probability = logits.softmax(dim=1)[torch.arange(COUNT), torch.tensor([seed % 10 for seed in seeds])]
    assert (probability >= CERTAIN).all(), probability


def test_only_an_address_that_asks_for_nothing_opens_the_chosen_wall() -> None:
    store = ModelStore(load_generator("modern"), remote=False)
    assert open_link(store, "")[1] == opening_wall(store.served.weights)
    assert open_link(store, "utm_source=x&__theme=dark")[1].count == COUNT
    assert open_link(store, "count=16")[1] == DigitsRequest()
    assert type(open_link(store, "seeds=1,2")[1]) is WalkRequest
    assert open_link(store, "", DigitsRequest)[1] == DigitsRequest()  # a route has the format's defaults
    assert links.names_anything("model=modern")


def test_a_model_without_a_chosen_wall_opens_with_its_first_digits() -> None:
    assert opening_wall("00000000") == DigitsRequest(seed=0, count=COUNT)
