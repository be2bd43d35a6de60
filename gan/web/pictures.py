"""Requests as pictures. One table says for each kind of request how it is drawn, encoded and named.

request → pixels (`draw`) → bytes of a file (`encoded`); `title` names it for those who unfurl a link.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan import images, latents, walks
from gan.config import IMAGE_SIZE, NUM_CLASSES
from gan.networks import Generator
from gan.web.requests import (
    DigitsRequest,
    GameRequest,
    HistoryRequest,
    JudgeRequest,
    LearnRequest,
    PlaneRequest,
    Request,
    TextRequest,
    WalkRequest,
    WatchRequest,
)
from gan.web.words import ENGLISH
from gan.writing import written_line


@dataclass(frozen=True)
class Encoding:
    """A file that a request is answered with, and the route that does."""

    path: str
    media_type: str
    encode: Callable[[np.ndarray, Any], bytes]
    about: str
    example: str
    """A query for the page that describes the routes."""


@dataclass(frozen=True)
class Picture:
    """What a kind of request becomes."""

    draw: Callable[[Generator, Any], np.ndarray]
    title: Callable[[Any], str]
    encodings: tuple[Encoding, ...]


# Digits


def draw_digits(generator: Generator, r: DigitsRequest) -> np.ndarray:
    """Images `uint8 [N, 28, 28]`."""
    seeds = latents.seed_range(r.seed, r.count)
    if r.ten:
        return walks.ten_classes(generator, seeds, r.temperature)
    return generator.sample(seeds, None if r.digit is None else [r.digit] * r.count, r.temperature).numpy()


def drawn_classes(generator: Generator, r: DigitsRequest) -> list[int] | None:
    """The class of each image of `draw_digits`; None where the generator has no classes."""
    if not generator.conditional:
        return None
    if r.ten:
        return list(range(NUM_CLASSES)) * r.count
    return generator.classes(latents.seed_range(r.seed, r.count), None if r.digit is None else [r.digit] * r.count)


def _digits_png(drawn: np.ndarray, r: DigitsRequest) -> bytes:
    return images.grid_png(drawn, r.columns or (NUM_CLASSES if r.ten else None), r.scale)


def _title_of_digits(r: DigitsRequest) -> str:
    if r.open:
        return f"Handwritten digit number {r.open[0]}"
    last = (r.seed + r.count - 1) % latents.NUM_SEEDS
    key = "alt_ten" if r.ten else "alt_digits" if r.digit is None else "alt_class"
    return ENGLISH[key].format(count=r.count, first=r.seed, last=last, digit=r.digit)


# Walks and planes


def draw_walk(generator: Generator, r: WalkRequest) -> np.ndarray:
    """Frames `uint8 [frames, count, 28, 28]`."""
    return walks.walk(
        generator, r.seeds, r.digits, count=r.count, temperature=r.temperature, frames=r.frames, mode=r.mode,
        loop=r.loop,
    )  # fmt: skip


def _frames(walk: np.ndarray, r: WalkRequest) -> np.ndarray:
    """Each frame's digits as an enlarged grid, `[F, N, 28, 28] → [F, H, W]`."""
    return images.enlarge(np.stack([images.grid(frame, r.columns) for frame in walk]), r.scale)


def _frames_played(walk: np.ndarray, r: WalkRequest) -> np.ndarray:
    """The frames of an animation, which may swing."""
    return images.there_and_back(_frames(walk, r)) if r.swing else _frames(walk, r)


def _walk_png(walk: np.ndarray, r: WalkRequest) -> bytes:
    return images.png(images.strip(_frames(walk, r)))


def _walk_gif(walk: np.ndarray, r: WalkRequest) -> bytes:
    return images.gif(_frames_played(walk, r), r.fps)


def _walk_webp(walk: np.ndarray, r: WalkRequest) -> bytes:
    return images.webp(_frames_played(walk, r), r.fps)


def _title_of_walk(r: WalkRequest) -> str:
    return _title_of_plane(r) if r.plane else f"Handwritten digits, {_keys(r)}"


def draw_plane(generator: Generator, r: PlaneRequest) -> np.ndarray:
    """Images `uint8 [size, size, 28, 28]`: rows from top to bottom, columns from left to right."""
    return walks.plane(generator, r.seeds, r.digits, temperature=r.temperature, size=r.size, mode=r.mode)


def _plane_png(plane: np.ndarray, r: PlaneRequest) -> bytes:
    return images.grid_png(plane.reshape(-1, IMAGE_SIZE, IMAGE_SIZE), r.size, r.scale)


def _title_of_plane(r: WalkRequest | PlaneRequest) -> str:
    return ENGLISH["alt_plane"].format(keys=_keys(r))


def _keys(r: WalkRequest | PlaneRequest) -> str:
    return " → ".join(str(seed) for seed in r.seeds)


# Written lines


def draw_text(generator: Generator, r: TextRequest) -> np.ndarray:
    """A line `uint8 [28, W]`."""
    return written_line(generator, r.text, r.seed, own=r.hand == "own", temperature=r.temperature)


def _text_png(line: np.ndarray, r: TextRequest) -> bytes:
    return images.png(images.enlarge(line, r.scale))


def _title_of_text(r: TextRequest) -> str:
    return ENGLISH["alt_text"].format(text=r.text, seed=r.seed) if r.text else ENGLISH["tab_write"]


# What only the page shows: the opening digits stand for it


def _part(title: str) -> Picture:
    return Picture(lambda g, _: draw_digits(g, DigitsRequest()), lambda _: ENGLISH[title], ())


# The table

PICTURES: dict[type[Request], Picture] = {
    DigitsRequest: Picture(draw_digits, _title_of_digits, (
        Encoding("/digits.png", "image/png", _digits_png, "A grid of digits", "seed=7&count=16&scale=3"),
    )),
    WalkRequest: Picture(draw_walk, _title_of_walk, (
        Encoding(
            "/walk.png", "image/png", _walk_png,
            f"A walk's frames side by side, wrapped at {images.STRIP_WIDTH} pixels", "seeds=7,42&frames=8&scale=3",
        ),
        Encoding("/walk.gif", "image/gif", _walk_gif, "A walk as GIF", "seeds=7,42,99&digits=3,8,5&loop=1&scale=4"),
        Encoding("/walk.webp", "image/webp", _walk_webp, "A walk as WebP", "seeds=7&digits=3,8&swing=1&scale=4"),
    )),
    PlaneRequest: Picture(draw_plane, _title_of_plane, (
        Encoding(
            "/plane.png", "image/png", _plane_png, "The plane between four digits as a grid",
            "seeds=7,42,99,5&size=12&scale=2",
        ),
    )),
    TextRequest: Picture(draw_text, _title_of_text, (
        Encoding(
            "/text.png", "image/png", _text_png, "A written line: its digits are generated, its separators drawn",
            "text=2026-11-21&seed=7&scale=3",
        ),
    )),
    WatchRequest: _part("watch_title"),
    GameRequest: _part("game_title"),
    JudgeRequest: _part("judge_title"),
    HistoryRequest: _part("history_title"),
    LearnRequest: _part("learn_title"),
}  # fmt: skip

ENCODINGS = {encoding.path: (kind, encoding) for kind, picture in PICTURES.items() for encoding in picture.encodings}


def draw(generator: Generator, request: Request) -> np.ndarray:
    """The pixels of a request, `uint8`, 0 = paper, 255 = ink; the shape is its kind's."""
    return PICTURES[type(request)].draw(generator, request)


def encoded(generator: Generator, request: Request, path: str) -> bytes:
    """A request as the file that a route answers with."""
    _, encoding = ENCODINGS[path]
    return encoding.encode(draw(generator, request), request)


def title(request: Request) -> str:
    """What a link of the page shows, in words, before it is opened."""
    return PICTURES[type(request)].title(request)
