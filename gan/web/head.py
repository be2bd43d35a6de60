"""The head of the page's HTML, which knows the link that was opened: its card, and the state of the page's scripts."""

import html
import json
import math
import re
import time
from collections.abc import Sequence
from typing import Any

from anyio import Semaphore
from anyio.to_thread import run_sync
from gradio.route_utils import get_root_url
from starlette.datastructures import MutableHeaders
from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gan.devices import describe_device
from gan.networks import Generator
from gan.web import cards, links
from gan.web.assets import engine_version, static_version
from gan.web.discriminators import discriminator_state
from gan.web.drawn_here import engine_state
from gan.web.fight import fight_state
from gan.web.histories import page_histories, store_folders
from gan.web.judge_state import SEARCHER, classifier_sha256, judge_state, near
from gan.web.lesson import lesson_address, lesson_state
from gan.web.limits import replayed
from gan.web.links import KINDS
from gan.web.model_store import ModelStore, absent_of, name_of, pin
from gan.web.opening import open_link, raw_query
from gan.web.page_state import constants_in_script, defaults, in_script, values_of
from gan.web.parameters import VERSION, Problem
from gan.web.pictures import title
from gan.web.queue import BusyError, while_connected
from gan.web.requests import Request
from gan.web.routes import busy
from gan.web.words import ENGLISH

# What Gradio makes anew for each that asks.
PAGE = re.compile(r"/*|/+config/*|/gradio_api/(info|openapi\.json)/?")
MAX_WAITING = 200  # who wait for a page, three seconds or so; beyond them they are told to come again
RETRY_SECONDS = 3
SCRIPT = re.compile(r"/assets/[\w-]+\.js")
LISTEN_SECONDS = 10.0  # after the first script: what is asked for later belongs to other tabs and Gradio's own pages
# What draws is asked for at once, before the scripts that use it have come, unless this session's choice is the server
# (pixels.js). The worker's script is only put into the browser's cache.
FETCH_ENGINE = """{ const { engine } = digitsPage;
const asked = (address) => { const answer = fetch(address); answer.catch(() => {}); return answer; };
let server = false;
try { server = sessionStorage.getItem("drawn-by") === "server"; } catch {}
if (engine && !server) {
  engine.asked = { weights: asked(engine.weights), wasm: asked(engine.wasm) };
  asked(engine.worker);
} }"""
# By a script, not in the HTML: the browser asks for what it finds there before any script has run, and a dozen of
# Gradio's scripts would take the connections (six over HTTP/1.1) that the first digits need.
PRELOAD = """for (const path of %s) {
  document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href: `.${path}` }));
}"""
TAGS = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*?>', re.DOTALL)


class LinkHead:
    """Middleware that gives the page's HTML what only the link knows: title, picture and card for those who unfurl it,
    and the state for the page's scripts, so that they start without asking.

    It also names Gradio's own scripts, which the browser otherwise finds one inside the other, each a round trip later.
    Gradio publishes no list of them, so the first page's requests are the list for the pages after it."""

    def __init__(self, app: ASGIApp, models: ModelStore):
        self.app, self.models = app, models
        self.at_a_time = Semaphore(1)  # a crowd that opens the page would keep pictures waiting
        self.scripts: dict[str, None] = {}  # in order
        self.listen_until = math.inf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and SCRIPT.fullmatch(scope["path"]) and time.monotonic() < self.listen_until:
            await self.app(scope, receive, self._listen(scope["path"], send))
            return
        if scope["type"] != "http" or not PAGE.fullmatch(scope["path"]) or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        if self.at_a_time.statistics().tasks_waiting >= MAX_WAITING:
            await busy(BusyError(RETRY_SECONDS))(scope, receive, send)
            return
        http = HttpRequest(scope, receive)
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                return
            body += message.get("body", b"")

        async def make() -> bool:
            nonlocal start, body
            async with self.at_a_time:
                # Gradio reads nothing of a link, but takes parameters of its own (page, deep_link), of which no page
                # here has any. Only what it tells of its API needs one: else all would read the address by which the
                # first has asked.
                query = b"page=" if scope["path"].startswith("/gradio_api/info") else b""
                await self.app({**scope, "query_string": query}, replayed(b"", http.receive), collect)
                headers = MutableHeaders(scope={"type": "http", "headers": start["headers"]})
                if headers.get("content-type", "").startswith("text/html") and not headers.get("content-encoding"):
                    body = await run_sync(with_head, body, self.models, http, list(self.scripts))
                    headers["Content-Length"] = str(len(body))
                    headers["Cache-Control"] = "no-store"
                    start = {**start, "headers": headers.raw}
            return True

        if await while_connected(http, make):
            await send(start)
            await send({"type": "http.response.body", "body": body})

    def _listen(self, path: str, send: Send) -> Send:
        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                self.listen_until = min(self.listen_until, time.monotonic() + LISTEN_SECONDS)
                self.scripts[path] = None
            await send(message)

        return heard


def with_head(page: bytes, models: ModelStore, http: HttpRequest, scripts: Sequence[str] = ()) -> bytes:
    """Gradio's HTML with the tags of the link that was opened in place of Gradio's own; `scripts` are fetched early."""
    generator, request, problems = open_link(models, raw_query(http))
    base = get_root_url(http, http.url.path, http.scope.get("root_path"))
    head = f"{card_tags(request, generator, base)}\n{script(http, request, problems, generator, models, scripts)}\n"
    page = TAGS.sub(b"", page)
    return page.replace(b"<head>", b"<head>\n" + head.encode(), 1)


def card_tags(request: Request, generator: Generator, base: str) -> str:
    """og: and twitter: tags; the image is a card of what the link shows."""
    query = links.write(request, page=True, model=name_of(generator), weights=generator.weights)
    image, address, named = f"{base}/card.png?{query}", f"{base}/?{query}", title(request)
    tags = [
        ("property", "og:type", "website"),
        ("property", "og:site_name", ENGLISH["title"]),
        ("property", "og:title", named),
        ("property", "og:description", ENGLISH["description"]),
        ("property", "og:url", address),
        ("property", "og:image", image),
        ("property", "og:image:type", "image/png"),
        ("property", "og:image:width", str(cards.WIDTH)),
        ("property", "og:image:height", str(cards.HEIGHT)),
        ("property", "og:image:alt", named),
        ("name", "description", ENGLISH["description"]),
        ("name", "twitter:card", "summary_large_image"),
        ("name", "twitter:title", named),
        ("name", "twitter:image", image),
        ("name", "twitter:image:alt", named),
    ]
    return "\n".join(f'<meta {kind}="{name}" content="{html.escape(content)}">' for kind, name, content in tags)


def script(
    http: HttpRequest,
    request: Any,
    problems: list[Problem],
    generator: Generator,
    models: ModelStore,
    early: Sequence[str] = (),
) -> str:
    """The state that the page's scripts start from, and the scripts; Gradio's that are known are fetched early."""
    kind = next(name for name, of in KINDS.items() if isinstance(request, of))
    here = pin(generator)
    state = {
        "kind": kind,
        "state": defaults() | {kind: values_of(request)},
        "problems": [p.as_json() | {"shown": _shown(request, p.parameter)} for p in problems],
        "opening": not links.names_anything(raw_query(http)),
        "qr": f"./page/{static_version()}/uqr.js",
        "pin": {"model": here.model, "weights": here.weights, "v": VERSION},
        "conditional": generator.conditional,
        "absent": absent_of(generator),
        "device": describe_device(generator.device),
        "engine": engine_state(generator),
        "histories": page_histories(store_folders(models), lambda _, file: f"./history/{file.name}"),
        **discriminator_state(generator),
        "near": near(generator),
        "judge": judge_state(_judge_address),
        "parts": f"./page/{static_version()}/parts.js",
        "fight": fight_state(lambda name: f"./engine/{engine_version()}/{name}"),
        "lesson": lesson_state(lesson_address) | {"script": f"./page/{static_version()}/lesson.js"},
        # where the served weights come from, if that is not just what was asked for
        "status": models.status if generator is models.served and models.status != f"serving {here.model}" else "",
        "models": choices(models),
        "remote": models.remote,
        "server": True,
    }
    folder = f"./page/{static_version()}"
    fetches = f"{FETCH_ENGINE}\n{PRELOAD % json.dumps(list(early))}"
    return (
        f"<script>{{ let go; const ready = new Promise((r) => {{ go = r; }});\n"
        f"window.digitsPage = {{ ...{constants_in_script()}, ...{in_script(state)}, ready, go }}; }}\n"
        f"{fetches}</script>\n"
        f'<link rel="stylesheet" href="{folder}/style.css">\n'  # not Gradio's css=, which rewrites every selector
        f'<script type="module" src="{folder}/main.js"></script>'
    )


def _judge_address(name: str) -> str:
    """Where a file of the Judge tab is."""
    if name == SEARCHER:
        return f"./engine/{engine_version()}/{name}"
    return f"./classifier/{classifier_sha256()}.safetensors"


def choices(models: ModelStore) -> list[dict[str, str]]:
    """The models that the page offers, by name, and by weights where two have the same name."""
    named = [{"model": name} for name in models.names()]
    twin = models.bundled_twin()
    if twin is None:
        return named
    return [{**named[0], "weights": models.served.weights}, *named[1:], {"model": twin.name, "weights": twin.weights}]


def _shown(request: Request, parameter: str) -> str | None:
    """What is shown of a parameter that was refused, as links write it; None if it counts as absent."""
    entry = links.parameters(type(request), page=True).get(parameter)
    value = getattr(request, parameter, None)
    return None if entry is None or value is None or value == () else entry.metadata["write"](value)
