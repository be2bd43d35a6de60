"""Gradio's API: /generate, /interpolate, /write, /judge; for gradio_client, curl and, with --mcp, language models.

Gradio checks none of these arguments, so each is written as a link's parameter and read by the links' parser.
"""

import base64
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from gan import latents
from gan.errors import UserError
from gan.networks import Generator
from gan.web import links, mcp, pictures
from gan.web.model_store import ModelStore, pin
from gan.web.opening import open_patiently
from gan.web.queue import BusyError, DrawingQueue
from gan.web.requests import DigitsRequest, Request, TextRequest, WalkRequest
from gan.web.routes import picture_file, readings_of

BUSY = "Busy"  # the title of the error that says to ask again later


def add(models: ModelStore, queue: DrawingQueue | None = None) -> None:
    """Put the functions on the page that is being built."""
    mcp.send_images()
    for name, function in functions(models, queue).items():
        gr.api(function, api_name=name, queue=False, concurrency_limit=None)


def functions(
    models: ModelStore, queue: DrawingQueue | None = None
) -> dict[str, Callable[..., Awaitable[dict[str, Any]]]]:
    """The API's functions by name. Each answers with the picture as a data URI, the digits' numbers and classes, and
    the query that brings the picture back on the page and the plain routes; gr.Error says why it doesn't."""
    queue = queue or DrawingQueue()

    async def answer(generator: Generator, request: Request, path: str) -> dict[str, Any]:
        """The picture of a route as a data URI, and its link."""
        with refused():
            content = await picture_file(queue, models, generator, request, path)
        _, encoding = pictures.ENCODINGS[path]
        image = f"data:{encoding.media_type};base64,{base64.b64encode(content).decode()}"
        return {"image": image} | _link(generator, request)

    async def generate(
        seed: int = 0, count: int = 16, digit: int | None = None, temperature: float = 1.0, ten: bool = False
    ) -> dict[str, Any]:
        """Draw handwritten digits by their numbers.

        Args:
            seed: Number of the first digit, 0 to 4294967295; digit i has the number seed + i.
            count: How many digits, 1 to 400 (1 to 40 with ten).
            digit: The class of every digit, 0 to 9; leave out for the last decimal digit of its number.
            temperature: Scale of the latent, 0.1 to 1.5; lower is more typical and less varied.
            ten: Draw each number as all ten digits, in one handwriting.

        Returns:
            image (PNG data URI), numbers, digits, link (query of the page and of /digits.png), model, weights.
        """
        given = {"seed": seed, "count": count, "digit": digit, "temperature": temperature, "ten": _switch(ten)}
        generator, request = await _opened(models, DigitsRequest, given)
        return await answer(generator, request, "/digits.png") | {
            "numbers": latents.seed_range(request.seed, request.count),
            "digits": pictures.drawn_classes(generator, request),
        }

    async def interpolate(
        seeds: str = "7,42",
        digits: str | None = None,
        frames: int = 60,
        mode: str = "slerp",
        loop: bool = False,
        count: int = 1,
        temperature: float = 1.0,
        fps: int = 20,
        scale: int = 4,
    ) -> dict[str, Any]:
        """Walk from digit to digit and return the walk as an animated GIF.

        Args:
            seeds: Numbers of 2 to 16 key frames, separated by commas (or one, with several digits).
            digits: The class of each key frame, 0 to 9 or - for any, separated by commas ("3,8" at one number).
            frames: Frames of the walk, 2 to 240, at most 3840 / count.
            mode: slerp (along the arc) or lerp (along the straight line).
            loop: Return to the first key frame.
            count: Digits side by side, 1 to 64; digit i walks from number first key + i to second key + i, and so on.
            temperature: Scale of the latent, 0.1 to 1.5; lower is more typical and less varied.
            fps: Frames a second, 1 to 50.
            scale: Pixels per pixel, 1 to 40 as far as the animation stays below 16 million pixels.

        Returns:
            image (GIF data URI), link (query of the page and of /walk.gif, /walk.webp, /walk.png), model, weights.
        """
        given = {
            "seeds": seeds, "digits": digits, "frames": frames, "mode": mode, "loop": _switch(loop), "count": count,
            "temperature": temperature, "fps": fps, "scale": scale,
        }  # fmt: skip
        return await answer(*await _opened(models, WalkRequest, given), "/walk.gif")

    async def write(
        text: str, seed: int = 0, hand: str = "one", temperature: float = 1.0, scale: int = 4
    ) -> dict[str, Any]:
        """Write a line of digits by hand. Spaces and separators are drawn, not generated.

        Args:
            text: 1 to 64 digits, spaces and - . / : + , ( ) characters.
            seed: Number of the handwriting, 0 to 4294967295.
            hand: one (handwriting for all digits) or own (digit i of the line has the number seed + i).
            temperature: Scale of the latent, 0.1 to 1.5; lower is more typical and less varied.
            scale: Pixels per pixel, 1 to 40.

        Returns:
            image (PNG data URI), link (query of the page and of /text.png), model, weights.
        """
        given = {"text": text, "seed": seed, "hand": hand, "temperature": temperature, "scale": scale}
        return await answer(*await _opened(models, TextRequest, given), "/text.png")

    async def judge(
        seed: int = 0, count: int = 16, digit: int | None = None, temperature: float = 1.0, ten: bool = False
    ) -> dict[str, Any]:
        """Let a classifier (99.6 % right on MNIST's test digits) read generated digits.

        Args:
            seed: Number of the first digit, 0 to 4294967295; digit i has the number seed + i.
            count: How many digits, 1 to 400 (1 to 40 with ten).
            digit: The class of every digit, 0 to 9; leave out for the last decimal digit of its number.
            temperature: Scale of the latent, 0.1 to 1.5; lower is more typical and less varied.
            ten: Draw each number as all ten digits, in one handwriting.

        Returns:
            readings (number, drawn_as, read_as and probability of each digit), link, model, weights.
        """
        given = {"seed": seed, "count": count, "digit": digit, "temperature": temperature, "ten": _switch(ten)}
        generator, request = await _opened(models, DigitsRequest, given)
        with refused():
            readings = await readings_of(queue, models, generator, request)
        return {"readings": [asdict(reading) for reading in readings]} | _link(generator, request)

    return {"generate": generate, "interpolate": interpolate, "write": write, "judge": judge}


DECIMALS = 4  # that a link writes


def _plain(value: object) -> object:
    """A number as a link writes it: JavaScript and JSON have one kind of number, so that 7 may arrive as 7.0, and 0.3
    as 0.30000000000000004. What is no such number is left for the links' parser to refuse."""
    if not isinstance(value, float):
        return value
    rounded = round(value, DECIMALS)
    if abs(value - rounded) > 1e-9 * max(abs(value), 1):
        return value
    return int(rounded) if rounded.is_integer() else rounded


def _switch(on: object) -> object:
    return int(on) if isinstance(on, bool) else on


@contextmanager
def refused() -> Iterator[None]:
    """Turn what a visitor should read into Gradio's error."""
    try:
        yield
    except BusyError as error:
        raise gr.Error(str(error), title=BUSY, print_exception=False) from None
    except UserError as error:
        raise gr.Error(str(error), print_exception=False) from None


async def _opened(models: ModelStore, kind: type[Request], given: dict[str, Any]) -> tuple[Generator, Any]:
    """The served generator and the request of these arguments; gr.Error says what is wrong with them."""
    query = urlencode({name: _plain(value) for name, value in given.items() if value is not None})
    generator, request, problems = await open_patiently(models, query, kind)
    if problems:
        raise gr.Error(" ".join(f"{p.parameter} {p.reason}, not {p.value!r}." for p in problems), print_exception=False)
    return generator, request


def _link(generator: Generator, request: Request) -> dict[str, Any]:
    """The link that brings the request's picture back, and its pins."""
    here = pin(generator)
    return {
        "link": links.write(request, model=here.model, weights=here.weights),
        "model": here.model,
        "weights": here.weights,
    }
