"""One table says how each kind of request is drawn, encoded and shown before it is opened."""

import io

import numpy as np
import pytest
from PIL import Image

from gan.networks import Generator
from gan.web.pictures import ENCODINGS, PICTURES, draw, drawn_classes, encoded, title
from gan.web.requests import DigitsRequest, PageRequest, PlaneRequest, Request, TextRequest, WalkRequest


@pytest.mark.parametrize(
    ("request_", "shape"),
    [
        (DigitsRequest(count=3), (3, 28, 28)),
        (DigitsRequest(count=3, ten=True), (30, 28, 28)),
        (WalkRequest(frames=4, count=2), (4, 2, 28, 28)),
        (PlaneRequest(seeds=(1, 2, 3, 4), size=3), (3, 3, 28, 28)),
        (TextRequest(text="1-2"), (28, 63)),
    ],
)
def test_every_kind_of_request_is_drawn(served: Generator, request_: Request, shape: tuple) -> None:
    pixels = draw(served, request_)
    assert (pixels.dtype, pixels.shape) == (np.uint8, shape)


def test_every_kind_of_request_has_its_files() -> None:
    files = {path: encoding.media_type for path, (_, encoding) in ENCODINGS.items()}
    assert files == {
        "/digits.png": "image/png", "/walk.png": "image/png", "/walk.gif": "image/gif", "/walk.webp": "image/webp",
        "/plane.png": "image/png", "/text.png": "image/png",
    }  # fmt: skip
    drawn = {kind for kind in PICTURES if not issubclass(kind, PageRequest)}
    assert {kind for kind, _ in ENCODINGS.values()} == drawn


@pytest.mark.parametrize("request_", [DigitsRequest(seed=7, count=4), DigitsRequest(digit=3), DigitsRequest(ten=True)])
def test_drawn_classes_are_those_of_the_images(served: Generator, request_: DigitsRequest) -> None:
    classes = drawn_classes(served, request_)
    seeds = [request_.seed + i for i in range(request_.count) for _ in range(10 if request_.ten else 1)]
    assert np.array_equal(draw(served, request_), served.sample(seeds, classes).numpy())


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (DigitsRequest(seed=7, count=9), "9 handwritten digits, numbers 7 to 15"),
        (DigitsRequest(seed=2**32 - 1, count=2), "2 handwritten digits, numbers 4294967295 to 0"),
        (DigitsRequest(count=2, ten=True), "The digits 0 to 9 in 2 handwritings, numbers 0 to 1"),
        (DigitsRequest(seed=7, ten=True, open=(9, 3)), "Handwritten digit number 9"),
        (WalkRequest(), "Handwritten digits, 7 → 42"),
        (WalkRequest(seeds=(1, 2, 3, 4), plane=True),
         "The plane between four handwritten digits, numbers 1 → 2 → 3 → 4"),
        (TextRequest(text="1/2", seed=5), "“1/2” in handwriting number 5"),
        (TextRequest(), "Write"),
    ],
)  # fmt: skip
def test_a_link_is_named_before_it_is_opened(request_: Request, words: str) -> None:
    assert title(request_) == words


def test_a_walk_that_swings_is_played_there_and_back_and_its_strip_is_not(served: Generator) -> None:
    walk = WalkRequest(frames=5, swing=True)
    gif = Image.open(io.BytesIO(encoded(served, walk, "/walk.gif")))
    strip = Image.open(io.BytesIO(encoded(served, walk, "/walk.png")))
    assert (gif.n_frames, strip.size) == (walk.frames_played, (5 * 28, 28)) == (8, (140, 28))
