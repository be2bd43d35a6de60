"""How the page is launched: the routes beside it, and the head of its HTML, which knows the link that was opened."""

import dataclasses
import hashlib
import html
import json
import math
import os
import re
import socket
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

from gradio.route_utils import get_root_url
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gan import images, latents, writing
from gan.config import IMAGE_SIZE
from gan.devices import describe_device
from gan.errors import UserError
from gan.networks import Generator
from gan.web import links, routes
from gan.web.joining import joined
from gan.web.links import DigitsRequest, PlaneRequest, Problem, Request, TextRequest, WalkRequest
from gan.web.models import Models, UnavailableError, pin
from gan.web.page import STATIC, say, theme
from gan.web.words import CHINESE, ENGLISH

KINDS = {"digits": DigitsRequest, "walk": WalkRequest, "text": TextRequest}
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}
SCRIPT = re.compile(r"/assets/[\w-]+\.js")
LISTEN_SECONDS = 10.0  # after the first script: what is asked for later belongs to other tabs and Gradio's own pages
TAGS = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*?>', re.DOTALL)


def launch_options(models: Models, *, mcp: bool = False) -> dict[str, Any]:
    """Arguments of `Blocks.launch` for the page of these models: nothing leaves the machine, nothing is recorded."""
    return {
        "app_kwargs": {
            "routes": [*routes.routes(models), Route("/page/{version}/{name}", static_file)],
            "middleware": [Middleware(LinkHead, models=models)],
        },
        "theme": theme(),
        "i18n": say,
        "ssr_mode": False,  # its proxy answers unknown paths with HTML and bypasses the middleware
        "run_history": False,
        "enable_monitoring": False,
        "footer_links": ["api"],
        "max_file_size": "1kb",  # nothing here takes a file
        "mcp_server": mcp,
        "show_error": True,
    }


# Scripts, under an address that changes with them


@cache
def static_version() -> str:
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


async def static_file(request: HttpRequest) -> Response:
    path = STATIC / request.path_params["name"]
    if path.parent != STATIC or path.suffix not in MEDIA_TYPES or not path.is_file():
        return Response(status_code=404)
    content = joined(path) if path.suffix == ".js" else path.read_bytes()
    return Response(content, media_type=MEDIA_TYPES[path.suffix], headers={"Cache-Control": routes.IMMUTABLE})


# The head of the page


class LinkHead:
    """Middleware that gives the page's HTML what only the link knows: title, picture and card for those who unfurl it,
    and the state for the page's scripts, so that they start without asking.

    It also names Gradio's own scripts, which the browser otherwise finds one inside the other, each a round trip later.
    Gradio publishes no list of them, so the first page's requests are the list for the pages after it."""

    def __init__(self, app: ASGIApp, models: Models):
        self.app, self.models = app, models
        self.scripts: dict[str, None] = {}  # in order
        self.listen_until = math.inf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and SCRIPT.fullmatch(scope["path"]) and time.monotonic() < self.listen_until:
            await self.app(scope, receive, self._listen(scope["path"], send))
            return
        if scope["type"] != "http" or scope["path"] not in ("/", "") or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(scope={"type": "http", "headers": start["headers"]})
            if headers.get("content-type", "").startswith("text/html") and not headers.get("content-encoding"):
                body = with_head(body, self.models, HttpRequest(scope), list(self.scripts))
                headers["Content-Length"] = str(len(body))
                headers["Cache-Control"] = "no-store"
                start = {**start, "headers": headers.raw}
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, collect)

    def _listen(self, path: str, send: Send) -> Send:
        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                self.listen_until = min(self.listen_until, time.monotonic() + LISTEN_SECONDS)
                self.scripts[path] = None
            await send(message)

        return heard


def with_head(page: bytes, models: Models, http: HttpRequest, scripts: Sequence[str] = ()) -> bytes:
    """Gradio's HTML with the tags of the link that was opened in place of Gradio's own; `scripts` are fetched early."""
    raw = http.scope["query_string"].decode("ascii", errors="replace")
    generator, request, problems = read_link(models, raw)
    base = get_root_url(http, http.url.path, http.scope.get("root_path"))
    early = "".join(f'<link rel="modulepreload" href=".{path}">\n' for path in scripts)
    head = f"{card(request, generator, base)}\n{script(request, problems, generator, models)}\n{early}"
    page = TAGS.sub(b"", page)
    return page.replace(b"<head>", b"<head>\n" + head.encode(), 1)


def read_link(models: Models, raw: str) -> tuple[Generator, Any, list[Problem]]:
    """Who draws a link's picture, its request, and what had to be ignored in it."""
    unavailable: list[Problem] = []
    generator = models.served
    named, _ = links.parse(Request, raw, conditional=True)
    try:
        generator = models.find(named.model, named.weights)
    except UnavailableError as error:
        unavailable = [error.problem]
    request, problems = links.parse_page(raw, conditional=generator.conditional, model=pin(generator).model)
    return generator, request, [*unavailable, *problems]


def card(request: Any, generator: Generator, base: str) -> str:
    """og: and twitter: tags; the image is the very picture that the link shows."""
    pinned = dataclasses.replace(request, model=pin(generator).model, weights=generator.weights)
    title, path, picture = describe(pinned)
    image = f"{base}/{path}?{links.query(picture)}"
    address = f"{base}/?{links.query(pinned, page=True)}"
    tags = [
        ("property", "og:type", "website"),
        ("property", "og:site_name", ENGLISH["title"]),
        ("property", "og:title", title),
        ("property", "og:description", ENGLISH["lead"]),
        ("property", "og:url", address),
        ("property", "og:image", image),
        ("property", "og:image:alt", title),
        ("name", "description", ENGLISH["lead"]),
        ("name", "twitter:card", "summary_large_image"),
        ("name", "twitter:title", title),
        ("name", "twitter:image", image),
        ("name", "twitter:image:alt", title),
    ]
    return "\n".join(f'<meta {kind}="{name}" content="{html.escape(content)}">' for kind, name, content in tags)


def describe(request: Any) -> tuple[str, str, Request]:
    """A link's title, and the path and request of its picture, enlarged for a card (some 600 pixels wide)."""
    pins = {"model": request.model, "weights": request.weights}
    if isinstance(request, TextRequest):
        if not request.text:
            return ENGLISH["tab_write"], "digits.png", DigitsRequest(count=10, columns=5, scale=4, **pins)
        title = ENGLISH["alt_text"].format(text=request.text, seed=request.seed)
        return title, "text.png", dataclasses.replace(request, scale=4)
    if isinstance(request, WalkRequest):
        keys = " → ".join(str(s) for s in request.seeds)
        if request.plane:
            plane = PlaneRequest(
                seeds=request.seeds, digits=request.digits, temperature=request.temperature, mode=request.mode, scale=2,
                **pins,
            )  # fmt: skip
            return ENGLISH["alt_plane"].format(keys=keys), "plane.png", plane
        drawn = images.square(request.count) * IMAGE_SIZE
        played = 2 * request.frames if request.swing else request.frames
        scale = max(1, min(600 // drawn, int((links.MAX_PIXELS / (drawn**2 * played)) ** 0.5)))
        return f"Handwritten digits, {keys}", "walk.gif", dataclasses.replace(request, scale=scale)
    if request.open:
        alone = dataclasses.replace(
            request, seed=request.open[0], count=1, ten=False, scale=20,
            digit=request.open[1] if len(request.open) > 1 else request.digit,
        )  # fmt: skip
        return f"Handwritten digit number {request.open[0]}", "digits.png", alone
    last = (request.seed + request.count - 1) % latents.NUM_SEEDS
    key = "alt_ten" if request.ten else "alt_digits" if request.digit is None else "alt_class"
    title = ENGLISH[key].format(count=request.count, first=request.seed, last=last, digit=request.digit)
    columns = 10 if request.ten else images.square(request.count)
    scale = max(1, 600 // (columns * IMAGE_SIZE))
    return title, "digits.png", dataclasses.replace(request, scale=scale)


def script(request: Any, problems: list[Problem], generator: Generator, models: Models) -> str:
    """The state that the page's scripts start from, and the scripts."""
    kind = next(name for name, of in KINDS.items() if isinstance(request, of))
    states = {name: _values(of()) for name, of in KINDS.items()} | {kind: _values(request)}
    here = pin(generator)
    limits = {
        "count": links.MAX_COUNT,
        "ten": links.MAX_TEN,
        "keys": links.MAX_KEYS,
        "walk": links.MAX_WALK_COUNT,
        "total": links.MAX_WALK_DIGITS,
        "text": links.MAX_TEXT,
        "pixels": links.MAX_PIXELS,
        "scale": links.parameters(DigitsRequest, page=False)["scale"].metadata["schema"]["maximum"],
        "strip": images.STRIP_WIDTH,
        "plane": 24,  # digits along each side of the plane that the page shows: steps small enough to look continuous
        "seeds": latents.NUM_SEEDS,
        "classes": latents.NUM_CLASSES,
        "size": IMAGE_SIZE,
    }
    state = {
        "kind": kind,
        "state": states,
        "problems": [p.as_json() for p in problems],
        "pin": {"model": here.model, "weights": here.weights, "v": links.VERSION},
        "conditional": generator.conditional,
        "device": describe_device(generator.device),
        # where the served weights come from, if that is not just what was asked for
        "status": models.status if generator is models.served and models.status != f"serving {here.model}" else "",
        "models": choices(models),
        "remote": models.shelf.remote,
        "parameters": {name: _parameters(of) for name, of in {**KINDS, "plane": PlaneRequest}.items()},
        "limits": limits,
        "line": {"advances": {**writing.SEPARATORS, "digit": writing.DIGIT_ADVANCE}, "margin": writing.MARGIN},
        "words": {"en": ENGLISH, "zh": CHINESE},
    }
    encoded = json.dumps(state, ensure_ascii=False).replace("<", "\\u003c")
    folder = f"./page/{static_version()}"
    return (
        f"<script>{{ let go; const ready = new Promise((r) => {{ go = r; }});\n"
        f"window.digitsPage = {{ ...{encoded}, ready, go }}; }}</script>\n"
        f'<link rel="stylesheet" href="{folder}/style.css">\n'  # not Gradio's css=, which rewrites every selector
        f'<script type="module" src="{folder}/main.js"></script>'
    )


def choices(models: Models) -> list[dict[str, str]]:
    """The models that the page offers, by name, and by weights where two have the same name."""
    named = [{"model": name} for name in models.names()]
    twin = models.bundled_twin()
    if twin is None:
        return named
    return [{**named[0], "weights": models.served.weights}, *named[1:], {"model": twin.name, "weights": twin.weights}]


def _values(request: Request) -> dict[str, Any]:
    pins = {f.name for f in dataclasses.fields(Request)}
    return {name: getattr(request, name) for name in links.parameters(type(request), page=True) if name not in pins}


def _parameters(kind: type[Request]) -> list[dict[str, Any]]:
    """The table from which the page's scripts write links."""
    page, picture = links.parameters(kind, page=True), links.parameters(kind, page=False)
    merged = sorted(
        {**page, **picture}.items(), key=lambda item: item[0] in {f.name for f in dataclasses.fields(Request)}
    )
    return [
        {
            "name": name,
            "always": entry.metadata["always"],
            "default": None if entry.default is None else entry.metadata["write"](entry.default),
            "page": name in page,
            "picture": name in picture,
        }
        for name, entry in merged
    ]


# The address


def address(host: str | None, port: int | None) -> dict[str, Any]:
    """`server_name` and `server_port` of a launch.

    Raises:
        UserError: the port is no port, or something listens there already.
    """
    on_space = "SPACE_ID" in os.environ
    name = host or os.environ.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if on_space else "127.0.0.1")
    text = str(port) if port is not None else os.environ.get("GRADIO_SERVER_PORT", "7860")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise UserError(f"the port must be a whole number from 1 to 65535, not {text!r}")
    try:
        with socket.socket(socket.AF_INET6 if ":" in name else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((name, int(text)))
    except OSError as error:
        raise UserError(
            f"cannot listen on {name}:{text}: {error.strerror or error}. Choose another with --port or --host."
        ) from error
    return {"server_name": name, "server_port": int(text)}
