"""Gradio's API: /generate, /interpolate, /write, /judge; for gradio_client, curl and, with --mcp, language models.

Gradio checks none of these arguments, so each is written as a link's parameter and read by the links' parser.
"""

import base64
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from gan import latents
from gan.web import links
from gan.web.links import DigitsRequest, Request, TextRequest, WalkRequest
from gan.web.models import Models, UnavailableError, drawn_classes, pin
from gan.web.routes import PICTURES

ENCODERS = {picture.path: picture for picture in PICTURES}


def add(models: Models) -> None:
    """Put the functions on the page that is being built."""
    for name, function in functions(models).items():
        gr.api(function, api_name=name, queue=False, concurrency_limit=None)


def functions(models: Models) -> dict[str, Callable[..., dict[str, Any]]]:
    """The API's functions by name. Each answers with the picture as a data URI, the digits' numbers and classes, and
    the query that brings the picture back on the page and the plain routes."""

    def generate(
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
        request = _parse(models, DigitsRequest, given)
        answer = _answer(models, "/digits.png", request)
        return answer | {
            "numbers": latents.seed_range(request.seed, request.count),
            "digits": drawn_classes(models.served, request),
        }

    def interpolate(
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
            count: Digits side by side, 1 to 64; digit i walks between the numbers seeds + i.
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
        return _answer(models, "/walk.gif", _parse(models, WalkRequest, given))

    def write(text: str, seed: int = 0, hand: str = "one", temperature: float = 1.0, scale: int = 4) -> dict[str, Any]:
        """Write a line of digits by hand. Spaces and separators are drawn, not generated.

        Args:
            text: 1 to 64 digits, spaces and - . / : + , characters.
            seed: Number of the handwriting, 0 to 4294967295.
            hand: one (handwriting for all digits) or own (digit i of the line has the number seed + i).
            temperature: Scale of the latent, 0.1 to 1.5; lower is more typical and less varied.
            scale: Pixels per pixel, 1 to 40.

        Returns:
            image (PNG data URI), link (query of the page and of /text.png), model, weights.
        """
        given = {"text": text, "seed": seed, "hand": hand, "temperature": temperature, "scale": scale}
        return _answer(models, "/text.png", _parse(models, TextRequest, given))

    def judge(
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
        request = _parse(models, DigitsRequest, given)
        try:
            readings = models.judge(models.served, request)
        except UnavailableError as error:
            raise gr.Error(str(error), print_exception=False) from None
        return {"readings": [asdict(reading) for reading in readings]} | _link(models, request)

    return {"generate": generate, "interpolate": interpolate, "write": write, "judge": judge}


def _switch(on: object) -> object:
    return int(on) if isinstance(on, bool) else on


def _parse(models: Models, kind: type[Request], given: dict[str, Any]) -> Any:
    query = urlencode({name: value for name, value in given.items() if value is not None})
    served = models.served
    request: Any
    request, problems = links.parse(kind, query, conditional=served.conditional, model=pin(served).model)
    if problems:
        raise gr.Error(" ".join(f"{p.parameter} {p.reason}, not {p.value!r}." for p in problems), print_exception=False)
    return request


def _answer(models: Models, path: str, request: Any) -> dict[str, Any]:
    picture = ENCODERS[path]
    content = picture.encode(models.digits(models.served, request), request)
    image = f"data:{picture.media_type};base64,{base64.b64encode(content).decode()}"
    return {"image": image} | _link(models, request)


def _link(models: Models, request: Any) -> dict[str, Any]:
    served = pin(models.served)
    return {
        "link": links.query(request, model=served.model, weights=served.weights),
        "model": served.model,
        "weights": served.weights,
    }
