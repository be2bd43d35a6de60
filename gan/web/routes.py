"""Plain HTTP beside the page: pictures that a browser, a CDN or a card can fetch, and what is served.

A picture's ETag is known before it is drawn, and a link that pins weights is immutable, so that caches do the work.
"""

import hashlib
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from functools import partial
from typing import Any

import PIL
import torch
from anyio.to_thread import run_sync
from gradio.utils import LRUCache
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from gan import images
from gan.devices import describe_device
from gan.errors import ModelError
from gan.networks import Generator, count_parameters
from gan.web import cards, cost, discriminators, drawn_here, links, pictures
from gan.web.caching import IMMUTABLE, REVALIDATE, json_response, matches, not_found
from gan.web.directions import directions_json
from gan.web.judge import NoJudgeError, Reading, read_digits
from gan.web.judge_state import classifier_weights
from gan.web.model_store import ModelStore, name_of, pin
from gan.web.openapi import docs_page, openapi_json
from gan.web.opening import open_patiently, raw_query
from gan.web.parameters import Problem
from gan.web.queue import BusyError, DrawingQueue, while_connected
from gan.web.requests import DigitsRequest, Request
from gan.web.weights import WeightsFiles

CARD = "/card.png"
UNAVAILABLE = {  # the status that answers a link whose model is not here, by the problem's code
    "no_model": 404, "broken_model": 404, "other_weights": 409, "unreachable_model": 502, "not_ready": 503,
}  # fmt: skip
ANSWERED = 1024  # links of each route whose headers are kept
NOT_READY_SECONDS = 2  # until it pays to ask again for a model that is being fetched


def routes(models: ModelStore, queue: DrawingQueue | None = None) -> list[Route]:
    """Every route beside the page; `queue` says who draws when."""
    queue, files = queue or DrawingQueue(), WeightsFiles()

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
            readings = await while_connected(http, lambda: readings_of(queue, models, generator, request))
        except NoJudgeError as error:
            return refusal([error.problem])
        except BusyError as error:
            return busy(error)
        return json_response(http, json.dumps({"readings": [asdict(r) for r in readings or ()]}).encode())

    async def quantized(http: HttpRequest) -> Response:
        return await files.response(http, partial(drawn_here.weights, models))

    async def discriminator(http: HttpRequest) -> Response:
        return await files.response(http, partial(discriminators.weights, models))

    async def reference(http: HttpRequest) -> Response:
        key = ("reference", http.path_params["sha256"])
        if (found := queue.cache.get(key)) is not None:
            return json_response(http, found)
        generator = await run_sync(discriminators.find, models, http.path_params["sha256"])
        if generator is None:
            return not_found()
        try:
            found = await while_connected(http, lambda: queue.file(
                key, partial(discriminators.reference_json, generator),
                cost.reference_milliseconds(generator), stranger=models.is_strangers(generator),
            ))  # fmt: skip
        except BusyError as error:
            return busy(error)
        except ModelError:  # damaged
            return not_found()
        return json_response(http, found or b"")

    async def classifier(http: HttpRequest) -> Response:
        return await files.response(http, classifier_weights)

    async def directions(http: HttpRequest) -> Response:
        generator, _, problems = await _opened(http, Request, models)
        if problems:
            return refusal(problems)
        try:
            found = await while_connected(http, lambda: queue.file(
                ("directions", pin(generator)), lambda: json.dumps(directions_json(generator)).encode(),
                cost.DIRECTIONS, stranger=models.is_strangers(generator),
            ))  # fmt: skip
        except BusyError as error:
            return busy(error)
        return json_response(http, found or b"")

    async def openapi(_: HttpRequest) -> Response:
        return Response(openapi_json(), media_type="application/json")

    async def docs(_: HttpRequest) -> Response:
        return HTMLResponse(docs_page(), headers={"Content-Security-Policy": "default-src 'self' 'unsafe-inline'"})

    endpoints = {path: _picture(path, models, queue) for path in pictures.ENCODINGS} | {
        "/judge.json": judge_json, "/directions.json": directions, "/healthz": healthz,
        "/model.json": model_json, "/openapi.json": openapi, "/docs": docs,
        CARD: _card(models, queue), "/quantized/{sha256}.safetensors": quantized,
        "/discriminator/{sha256}.safetensors": discriminator, "/discriminator/{sha256}.json": reference,
        "/classifier/{sha256}.safetensors": classifier,
    }  # fmt: skip
    return [Route(path, endpoint, methods=["GET", "HEAD"]) for path, endpoint in endpoints.items()]


def _card(models: ModelStore, queue: DrawingQueue) -> Callable[[HttpRequest], Any]:
    """The endpoint of a page's link as a card."""

    async def endpoint(http: HttpRequest) -> Response:
        generator, request, problems = await open_patiently(models, raw_query(http), None)
        if problems:
            return refusal(problems)
        request = cards.on_card(request)
        return await _answer(
            http, CARD, request, generator, "image/png",
            lambda: queue.file(
                _etag(CARD, request, generator), partial(cards.card, generator, request),
                cost.card_milliseconds(generator, request), stranger=models.is_strangers(generator),
            ),
        )  # fmt: skip

    return endpoint


def _picture(path: str, models: ModelStore, queue: DrawingQueue) -> Callable[[HttpRequest], Any]:
    """The endpoint of a picture's route."""
    kind, encoding = pictures.ENCODINGS[path]
    # Reading a link takes longer than answering it from the cache: so its headers are kept, for as long as what is
    # served stays the same. A stranger's model may change under its name.
    answered: LRUCache[str, tuple[Generator, dict[str, str]]] = LRUCache(ANSWERED)

    async def endpoint(http: HttpRequest) -> Response:
        query = raw_query(http)
        served, headers = answered.get(query, (None, {}))
        if served is models.served and (content := queue.cache.get(headers["ETag"])):
            if matches(http, headers["ETag"]):
                return Response(status_code=304, headers=headers)
            kept = {**headers, "Server-Timing": "draw;dur=0.0"}
            return Response(content, media_type=encoding.media_type, headers=kept)
        served = models.served
        generator, request, problems = await _opened(http, kind, models)
        if problems:
            return refusal(problems)
        if not models.is_strangers(generator):
            answered[query] = served, _headers(path, request, generator)
        return await _answer(
            http, path, request, generator, encoding.media_type,
            lambda: picture_file(queue, models, generator, request, path),
        )  # fmt: skip

    return endpoint


async def _answer(
    http: HttpRequest, path: str, request: Request, generator: Generator, media_type: str,
    file: Callable[[], Coroutine[Any, Any, bytes]],
) -> Response:  # fmt: skip
    """A picture, unless who asks has it already."""
    headers = _headers(path, request, generator)
    if matches(http, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    started = time.perf_counter()
    try:
        content = await while_connected(http, file)
    except BusyError as error:
        return busy(error)
    headers["Server-Timing"] = f"draw;dur={(time.perf_counter() - started) * 1000:.1f}"
    return Response(content, media_type=media_type, headers=headers)


def _headers(path: str, request: Request, generator: Generator) -> dict[str, str]:
    """What is known of a picture before it is drawn."""
    served = pin(generator)
    return {
        "ETag": _etag(path, request, generator),
        "Cache-Control": IMMUTABLE if request.weights == generator.weights else REVALIDATE,
        "X-Model": f"{served.model} {served.weights}",
    }


async def picture_file(
    queue: DrawingQueue, models: ModelStore, generator: Generator, request: Request, path: str
) -> bytes:
    """A request as the file of a route, cached or drawn when it is its turn; errors as `DrawingQueue.result`."""
    return await queue.file(
        _etag(path, request, generator), partial(pictures.encoded, generator, request, path),
        cost.picture_milliseconds(generator, request, path), stranger=models.is_strangers(generator),
    )  # fmt: skip


async def readings_of(
    queue: DrawingQueue, models: ModelStore, generator: Generator, request: DigitsRequest
) -> list[Reading]:
    """`read_digits` when it is its turn; errors as `DrawingQueue.result`."""
    return await queue.result(
        ("judge", request, generator), partial(read_digits, generator, request),
        cost.judge_milliseconds(generator, request), stranger=models.is_strangers(generator),
    )  # fmt: skip


async def _opened(http: HttpRequest, kind: type[Request], models: ModelStore) -> tuple[Generator, Any, list[Problem]]:
    return await open_patiently(models, raw_query(http), kind)


def _etag(path: str, request: Request, generator: Generator) -> str:
    """Strong: whatever may change a byte is in it, the pictures' encoder included. The pixels hang on nothing else."""
    named = links.write(request, page=path == CARD, model=name_of(generator), weights=generator.weights)
    made_by = f"{images.ENCODING} {PIL.__version__}"
    return '"' + hashlib.sha256(f"{path}?{named} {made_by}".encode()).hexdigest()[:32] + '"'


def refusal(problems: list[Problem]) -> JSONResponse:
    """Why a link is not answered, as JSON; never cached. If its model is not here, that is all there is to say."""
    status = UNAVAILABLE.get(problems[0].code)
    told = problems if status is None else problems[:1]
    headers = {"Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = str(NOT_READY_SECONDS)
    return JSONResponse({"detail": [p.as_json() for p in told]}, status_code=status or 422, headers=headers)


def busy(error: BusyError) -> JSONResponse:
    """That the server is busy, and when to ask again."""
    headers = {"Cache-Control": "no-store", "Retry-After": str(error.retry_after)}
    return JSONResponse({"detail": str(error)}, status_code=503, headers=headers)


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
