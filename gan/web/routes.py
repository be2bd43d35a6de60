"""Plain HTTP beside the page: pictures that a browser, a CDN or a card can fetch, and what is served.

A picture's ETag is known before it is drawn, and a link that pins weights is immutable, so that caches do the work.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import PIL
import torch
from anyio.to_thread import run_sync
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from gan import images
from gan.devices import describe_device
from gan.networks import Generator, count_parameters
from gan.web import cards, links, pictures
from gan.web.assets import IMMUTABLE
from gan.web.directions import directions_json
from gan.web.drawn_here import weights_response
from gan.web.judge import NoJudgeError, read_digits
from gan.web.model_store import ModelStore, name_of, pin
from gan.web.openapi import docs_page, openapi_document
from gan.web.opening import open_link, raw_query
from gan.web.parameters import Problem
from gan.web.requests import DigitsRequest, Request

REVALIDATE = "no-cache"  # a cache may keep it, and asks with its ETag whether it still holds
UNAVAILABLE = {  # the status that answers a link whose model is not here, by the problem's code
    "no_model": 404, "broken_model": 404, "other_weights": 409, "unreachable_model": 502, "not_ready": 503,
}  # fmt: skip


def routes(models: ModelStore) -> list[Route]:
    """Every route beside the page."""

    async def healthz(_: HttpRequest) -> Response:
        return JSONResponse({"status": "ok", **generator_json(models.served), "message": models.status})

    async def model_json(http: HttpRequest) -> Response:
        generator, _, problems = await _opened(http, Request, models)
        if problems:
            return refusal(problems)
        return JSONResponse(generator_json(generator) | {"models": models.names()})

    async def judge_json(http: HttpRequest) -> Response:
        generator, request, problems = await _opened(http, DigitsRequest, models)
        if problems:
            return refusal(problems)
        try:
            readings = await run_sync(read_digits, generator, request)
        except NoJudgeError as error:
            return refusal([error.problem])
        return JSONResponse({"readings": [asdict(r) for r in readings]}, headers={"Cache-Control": REVALIDATE})

    async def quantized(http: HttpRequest) -> Response:
        return await run_sync(weights_response, http, models)

    async def directions(http: HttpRequest) -> Response:
        generator, _, problems = await _opened(http, Request, models)
        if problems:
            return refusal(problems)
        found = await run_sync(directions_json, generator)
        return JSONResponse(found, headers={"Cache-Control": REVALIDATE})

    async def openapi(_: HttpRequest) -> Response:
        return JSONResponse(openapi_document())

    async def docs(_: HttpRequest) -> Response:
        return HTMLResponse(docs_page(), headers={"Content-Security-Policy": "default-src 'self' 'unsafe-inline'"})

    endpoints = {path: _picture(path, models) for path in pictures.ENCODINGS} | {
        "/judge.json": judge_json, "/directions.json": directions, "/healthz": healthz,
        "/model.json": model_json, "/openapi.json": openapi, "/docs": docs,
        "/card.png": _card(models), "/quantized/{sha256}.safetensors": quantized,
    }  # fmt: skip
    return [Route(path, endpoint, methods=["GET", "HEAD"]) for path, endpoint in endpoints.items()]


def _card(models: ModelStore) -> Callable[[HttpRequest], Any]:
    """The endpoint of a page's link as a card."""

    async def endpoint(http: HttpRequest) -> Response:
        generator, request, problems = await run_sync(open_link, models, raw_query(http))
        if problems:
            return refusal(problems)
        return await _answer(
            http, "/card.png", request, generator, "image/png", partial(cards.card, generator, request)
        )

    return endpoint


def _picture(path: str, models: ModelStore) -> Callable[[HttpRequest], Any]:
    """The endpoint of a picture's route."""
    kind, encoding = pictures.ENCODINGS[path]

    async def endpoint(http: HttpRequest) -> Response:
        generator, request, problems = await _opened(http, kind, models)
        if problems:
            return refusal(problems)
        drawn = partial(pictures.encoded, generator, request, path)
        return await _answer(http, path, request, generator, encoding.media_type, drawn)

    return endpoint


async def _answer(
    http: HttpRequest, path: str, request: Request, generator: Generator, media_type: str, draw: Callable[[], bytes]
) -> Response:
    """A picture, unless who asks has it already."""
    served = pin(generator)
    etag = _etag(path, request, generator)
    headers = {
        "ETag": etag,
        "Cache-Control": IMMUTABLE if request.weights == generator.weights else REVALIDATE,
        "X-Model": f"{served.model} {served.weights}",
    }
    if _matches(http.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    started = time.perf_counter()
    content = await run_sync(draw)
    headers["Server-Timing"] = f"draw;dur={(time.perf_counter() - started) * 1000:.1f}"
    return Response(content, media_type=media_type, headers=headers)


async def _opened(http: HttpRequest, kind: type[Request], models: ModelStore) -> tuple[Generator, Any, list[Problem]]:
    """`open_link`, which may wait for the Hub, beside the other requests."""
    return await run_sync(open_link, models, raw_query(http), kind)


def _etag(path: str, request: Request, generator: Generator) -> str:
    """Strong: whatever may change a byte is in it, the pictures' encoder included. The pixels hang on nothing else."""
    named = links.write(request, page=path == "/card.png", model=name_of(generator), weights=generator.weights)
    made_by = f"{images.ENCODING} {PIL.__version__}"
    return '"' + hashlib.sha256(f"{path}?{named} {made_by}".encode()).hexdigest()[:32] + '"'


def _matches(if_none_match: str, etag: str) -> bool:
    candidates = [c.strip().removeprefix("W/") for c in if_none_match.split(",")]
    return etag in candidates or candidates == ["*"]


def refusal(problems: list[Problem]) -> JSONResponse:
    """Why a link is not answered, as JSON; never cached. If its model is not here, that is all there is to say."""
    status = UNAVAILABLE.get(problems[0].code)
    told = problems if status is None else problems[:1]
    return JSONResponse(
        {"detail": [p.as_json() for p in told]}, status_code=status or 422, headers={"Cache-Control": "no-store"}
    )


def generator_json(generator: Generator) -> dict[str, object]:
    """A generator's name, weights and device, and what it can be asked."""
    return {
        "model": name_of(generator),
        "revision": generator.revision,
        "weights": generator.weights,
        "conditional": generator.conditional,
        "latent_dim": generator.config.latent_dim,
        "parameters": count_parameters(generator),
        "architecture": generator.config.architecture,
        "device": describe_device(generator.device),
        "torch": torch.__version__,
    }
