"""Plain HTTP beside the page: pictures that a browser, a CDN or a card can fetch, and what is served.

A picture's ETag is known before it is drawn, and a link that pins weights is immutable, so that caches do the work.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import PIL
import torch
from anyio.to_thread import run_sync
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from gan import images
from gan.networks import Generator
from gan.web import links
from gan.web.links import DigitsRequest, PlaneRequest, Problem, TextRequest, WalkRequest
from gan.web.models import Models, UnavailableError, pin
from gan.web.openapi import docs_page, openapi_document

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"  # a cache may keep it, and asks with its ETag whether it still holds


@dataclass(frozen=True)
class Picture:
    """A route that answers with a picture."""

    path: str
    request: type[Any]
    media_type: str
    encode: Callable[[np.ndarray, Any], bytes]
    about: str


def _frames(walk: np.ndarray, request: WalkRequest) -> np.ndarray:
    frames = np.stack([images.grid(frame, request.columns) for frame in walk])  # [F, H, W]
    return images.enlarge(frames, request.scale)


def _played(walk: np.ndarray, request: WalkRequest) -> np.ndarray:
    frames = _frames(walk, request)
    return images.there_and_back(frames) if request.swing else frames


def _grid_png(digits: np.ndarray, request: DigitsRequest) -> bytes:
    columns = request.columns or (10 if request.ten else None)
    return images.grid_png(digits, columns, request.scale)


def _plane_png(plane: np.ndarray, request: PlaneRequest) -> bytes:
    return images.grid_png(plane.reshape(-1, *plane.shape[2:]), request.size, request.scale)


PICTURES = (
    Picture("/digits.png", DigitsRequest, "image/png", _grid_png, "A grid of digits"),
    Picture(
        "/walk.png", WalkRequest, "image/png",
        lambda walk, r: images.png(images.strip(_frames(walk, r))),
        f"A walk's frames side by side, wrapped at {images.STRIP_WIDTH} pixels",
    ),
    Picture(
        "/walk.gif", WalkRequest, "image/gif",
        lambda walk, r: images.gif(_played(walk, r), r.fps),
        "A walk as GIF",
    ),
    Picture(
        "/walk.webp", WalkRequest, "image/webp",
        lambda walk, r: images.webp(_played(walk, r), r.fps),
        "A walk as WebP",
    ),
    Picture("/plane.png", PlaneRequest, "image/png", _plane_png, "The plane between four digits as a grid"),
    Picture(
        "/text.png", TextRequest, "image/png",
        lambda line, r: images.png(images.enlarge(line, r.scale)),
        "A written line: its digits are generated, its separators drawn",
    ),
)  # fmt: skip


def routes(models: Models) -> list[Route]:
    """Every route beside the page."""

    async def healthz(_: HttpRequest) -> Response:
        return JSONResponse({"status": "ok", **models.describe(models.served), "message": models.status})

    async def model_json(request: HttpRequest) -> Response:
        raw = request.scope["query_string"].decode("ascii", errors="replace")
        named, problems = links.parse(links.Request, raw, conditional=True)
        if problems:
            return refusal(422, problems)
        try:
            generator = await run_sync(models.find, named.model, named.weights)
        except UnavailableError as error:
            return unavailable(error)
        return JSONResponse(models.describe(generator) | {"models": models.names()})

    async def judge_json(http: HttpRequest) -> Response:
        named = await _named(http, DigitsRequest, models)
        if isinstance(named, Response):
            return named
        generator, request = named
        try:
            readings = await run_sync(models.judge, generator, request)
        except UnavailableError as error:
            return unavailable(error)
        return JSONResponse({"readings": [asdict(r) for r in readings]}, headers={"Cache-Control": REVALIDATE})

    async def openapi(_: HttpRequest) -> Response:
        return JSONResponse(openapi_document(PICTURES))

    async def docs(_: HttpRequest) -> Response:
        return HTMLResponse(
            docs_page(openapi_document(PICTURES)),
            headers={"Content-Security-Policy": "default-src 'self' 'unsafe-inline'"},
        )

    pictures = [Route(p.path, _endpoint(p, models), methods=["GET", "HEAD"]) for p in PICTURES]
    described = [
        ("/judge.json", judge_json), ("/healthz", healthz), ("/model.json", model_json), ("/openapi.json", openapi),
        ("/docs", docs),
    ]  # fmt: skip
    return pictures + [Route(path, endpoint, methods=["GET", "HEAD"]) for path, endpoint in described]


def _endpoint(picture: Picture, models: Models) -> Callable[[HttpRequest], Any]:
    async def endpoint(http: HttpRequest) -> Response:
        named = await _named(http, picture.request, models)
        if isinstance(named, Response):
            return named
        generator, request = named
        served = pin(generator)
        etag = _etag(picture, request, generator)
        headers = {
            "ETag": etag,
            "Cache-Control": IMMUTABLE if request.weights else REVALIDATE,
            "X-Model": f"{served.model} {served.weights}",
        }
        if _matches(http.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        started = time.perf_counter()
        content = await run_sync(lambda: picture.encode(models.digits(generator, request), request))
        headers["Server-Timing"] = f"draw;dur={(time.perf_counter() - started) * 1000:.1f}"
        return Response(content, media_type=picture.media_type, headers=headers)

    return endpoint


async def _named(http: HttpRequest, kind: type[Any], models: Models) -> tuple[Generator, Any] | Response:
    """The generator and the request that a query names, or the refusal."""
    raw = http.scope["query_string"].decode("ascii", errors="replace")
    named, problems = links.parse(kind, raw, conditional=True)  # first of all for its model
    if any(p.parameter in ("model", "weights", "query") for p in problems):
        return refusal(422, problems)
    try:
        generator = await run_sync(models.find, named.model, named.weights)
    except UnavailableError as error:
        return unavailable(error)
    request, problems = links.parse(kind, raw, conditional=generator.conditional, model=pin(generator).model)
    return refusal(422, problems) if problems else (generator, request)


def _etag(picture: Picture, request: Any, generator: Generator) -> str:
    """Strong: whatever may change a byte is in it, the pictures' encoder and the device's arithmetic included."""
    named = links.query(request, model=pin(generator).model, weights=generator.weights)
    made_by = f"{images.ENCODING} {PIL.__version__} {torch.__version__} {generator.device.type}"
    return '"' + hashlib.sha256(f"{picture.path}?{named} {made_by}".encode()).hexdigest()[:32] + '"'


def _matches(if_none_match: str, etag: str) -> bool:
    candidates = [c.strip().removeprefix("W/") for c in if_none_match.split(",")]
    return etag in candidates or candidates == ["*"]


def unavailable(error: UnavailableError) -> JSONResponse:
    """404 for a model that is not here, 409 if it has other weights than the link's, 503 while it is being fetched,
    502 if the Hub does not answer."""
    status = {"other_weights": 409, "not_ready": 503, "unreachable_model": 502}.get(error.problem.code, 404)
    return refusal(status, [error.problem])


def refusal(status: int, problems: list[Problem]) -> JSONResponse:
    """Why a picture is not shown, as JSON; never cached."""
    return JSONResponse(
        {"detail": [p.as_json() for p in problems]}, status_code=status, headers={"Cache-Control": "no-store"}
    )
