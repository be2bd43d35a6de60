"""What a request costs the processor, about: the queue puts short work before long work by it."""

from gan.config import PIXELS
from gan.networks import Generator
from gan.web.cards import on_card
from gan.web.requests import DigitsRequest, JudgeRequest, PlaneRequest, Request, TextRequest, WalkRequest

# Milliseconds on one core of 2024. What counts is their proportion: the queue learns how fast the machine is.
LATENT = 0.02  # of one digit
MULTIPLY_ADDS = {"mlp": 2.5e-8, "dcgan": 5e-8}  # of one
PIXEL = {"png": 8e-6, "gif": 2e-5, "webp": 1.3e-4}  # of one, by the encoding
JUDGED = 0.3  # of one digit
DIRECTIONS = 1000.0
REFERENCE_DIGITS = 400  # numbers whose digits a discriminator is shown, beside twice as many real ones
CARD = 100.0  # of a card: its size is always the same


def drawing_milliseconds(generator: Generator, request: Request) -> float:
    """For the digits of a request."""
    config = generator.config
    return digits(request) * (LATENT + config.multiply_adds * MULTIPLY_ADDS[config.architecture])


def judge_milliseconds(generator: Generator, request: DigitsRequest) -> float:
    """For the digits of a request, drawn and read."""
    return drawing_milliseconds(generator, request) + request.cells * JUDGED


def picture_milliseconds(generator: Generator, request: Request, path: str) -> float:
    """For a request as the file of a route."""
    pixels = digits(request) * PIXELS * getattr(request, "scale", 1) ** 2
    if isinstance(request, WalkRequest) and request.swing:
        pixels *= 2
    return drawing_milliseconds(generator, request) + pixels * PIXEL[path.rpartition(".")[2]]


def reference_milliseconds(generator: Generator) -> float:
    """For what a discriminator says of known digits: some are drawn, and all are judged."""
    return drawing_milliseconds(generator, DigitsRequest(count=REFERENCE_DIGITS)) + 3 * REFERENCE_DIGITS * JUDGED


def card_milliseconds(generator: Generator, request: Request) -> float:
    """For a page's request as a card."""
    return drawing_milliseconds(generator, on_card(request)) + CARD


def digits(request: Request) -> int:
    """How many digits a request draws."""
    match request:
        case JudgeRequest():  # a card of the visitor's own
            return 0
        case DigitsRequest():
            return request.cells
        case WalkRequest():
            return request.frames * request.count
        case PlaneRequest():
            return request.size**2
        case TextRequest():
            return len(request.text)
    raise TypeError(f"{type(request).__name__} has no cost")
