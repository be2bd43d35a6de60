"""Cards: what a link looks like where it is unfurled, one PNG of the size that chats and social networks show."""

import io
import textwrap
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from gan import images
from gan.config import IMAGE_SIZE, NUM_CLASSES
from gan.latents import NUM_SEEDS
from gan.networks import Generator
from gan.web.drawing import read_drawing
from gan.web.pictures import draw
from gan.web.requests import DigitsRequest, JudgeRequest, PageRequest, PlaneRequest, Request, TextRequest, WalkRequest
from gan.writing import advance

WIDTH, HEIGHT = 1200, 630
MARGIN = 54  # at least, on each side
MAX_BYTES = 300_000  # of the file: some chats show no larger one
PAPER, INK = (251, 249, 245), (40, 37, 33)  # the page's colours
STILLS = 10  # of a walk
PLANE_SIZE = 9  # digits along each side of a plane: twice their size fills the height
IN_PLACE_OF_A_PART = DigitsRequest(count=2 * NUM_CLASSES)  # what only the page shows has no picture of its own
LEADING = 2  # pixels between the rows of a written line
PALETTE = [round(p + (i - p) * v / 255) for v in range(256) for p, i in zip(PAPER, INK, strict=True)]


def card(generator: Generator, request: Request) -> bytes:
    """The card of a page's request: its digits on paper, WIDTH × HEIGHT, as PNG of at most MAX_BYTES."""
    pictured = on_card(request)
    picture = _enlarged(_PICTURES[type(pictured)](generator, pictured))
    sheet = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    top, left = (HEIGHT - picture.shape[0]) // 2, (WIDTH - picture.shape[1]) // 2
    sheet[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    files = (_png(sheet // step * step) for step in (1, 8, 32))  # fewer greys where noise does not compress
    return next((file for file in files if len(file) <= MAX_BYTES), _png(sheet // 128 * 128))


def on_card(request: Request) -> Request:
    """What the card of a page's request shows: one and the same for all requests whose cards are alike."""
    who: dict[str, Any] = {"model": request.model, "weights": request.weights}
    if isinstance(request, JudgeRequest) and read_drawing(request.judge) is not None:
        return JudgeRequest(judge=request.judge)  # whoever judges it
    if isinstance(request, PageRequest):
        return replace(IN_PLACE_OF_A_PART, **who)
    if isinstance(request, DigitsRequest) and request.open:
        number, *drawn_as = request.open
        digit = drawn_as[0] if drawn_as else 0 if request.ten else request.digit  # the first of its ten
        return DigitsRequest(seed=number, count=1, digit=digit, temperature=request.temperature, **who)
    if isinstance(request, WalkRequest) and request.plane:
        shared = {name: getattr(request, name) for name in ("seeds", "digits", "temperature", "mode")}
        return PlaneRequest(**shared, size=PLANE_SIZE, **who)
    if isinstance(request, WalkRequest):
        return replace(request, at=None, swing=False, fps=WalkRequest.fps, frames=min(request.frames, STILLS))
    if isinstance(request, TextRequest) and not request.text:  # the tab as it opens: ten digits stand for it
        return DigitsRequest(count=NUM_CLASSES, **who)
    return request


def _png(sheet: np.ndarray) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(sheet)
    image.putpalette(PALETTE)
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _digits(generator: Generator, r: DigitsRequest) -> np.ndarray:
    drawn = draw(generator, r)  # [N, 28, 28]
    return images.grid(drawn, NUM_CLASSES) if r.ten and r.count > 1 else _arranged(drawn)


def _walk(generator: Generator, r: WalkRequest) -> np.ndarray:
    stills = draw(generator, r)  # [frames, count, 28, 28]
    return _arranged(np.stack([images.grid(still) for still in stills]))


def _plane(generator: Generator, r: PlaneRequest) -> np.ndarray:
    return images.grid(draw(generator, r).reshape(-1, IMAGE_SIZE, IMAGE_SIZE), r.size)


def _text(generator: Generator, r: TextRequest) -> np.ndarray:
    lines, seed = [], r.seed
    for part in _rows(r.text):
        lines.append(draw(generator, replace(r, text=part, seed=seed)))
        if r.hand == "own":
            seed = (seed + sum(c.isdigit() for c in part)) % NUM_SEEDS
    widest = max(line.shape[1] for line in lines)
    return np.concatenate([np.pad(line, ((0, LEADING), (0, widest - line.shape[1]))) for line in lines])


def _rows(text: str) -> list[str]:
    """The text in the rows in which it can be largest; what stands between spaces is broken if that helps a lot."""

    def worth(rows: list[str]) -> float:
        whole = " ".join(rows).split() == text.split()
        return _scale(len(rows) * (IMAGE_SIZE + LEADING), max(sum(map(advance, r)) for r in rows)) * (
            1.5 if whole else 1
        )

    return max(
        (textwrap.wrap(text, width, break_on_hyphens=False) or [text] for width in range(1, len(text) + 1)), key=worth
    )


def _drawing(_: Generator, r: JudgeRequest) -> np.ndarray:
    drawn = read_drawing(r.judge)
    assert drawn is not None, "on_card asked"
    return drawn


_PICTURES: dict[type[Request], Callable[[Generator, Any], np.ndarray]] = {
    DigitsRequest: _digits, WalkRequest: _walk, PlaneRequest: _plane, TextRequest: _text, JudgeRequest: _drawing,
}  # fmt: skip


def _arranged(cells: np.ndarray) -> np.ndarray:
    """Cells `[N, H, W]` as the grid that can be largest on the card."""
    return max((images.grid(cells, columns) for columns in range(1, len(cells) + 1)), key=lambda g: _scale(*g.shape))


def _scale(height: int, width: int) -> float:
    return min((HEIGHT - 2 * MARGIN) / height, (WIDTH - 2 * MARGIN) / width)


def _enlarged(picture: np.ndarray) -> np.ndarray:
    """As large as the card lets it be; only a wall or a line that is too large for it loses sharpness."""
    scale = _scale(*picture.shape)
    if scale >= 1:
        return images.enlarge(picture, int(scale))
    height, width = (max(1, round(side * scale)) for side in picture.shape)
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))
