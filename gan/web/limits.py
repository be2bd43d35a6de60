"""What reaches the page: requests of bounded size, that arrive in bounded time, for what is served here.

Gradio reads a body of any length, fetches what an argument of an API call names, takes uploads, and answers many a
malformed request with a bare 500. So requests are looked at first, and what would end so is refused with a reason.
"""

import json
import re
from typing import Any, NamedTuple

import anyio
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 64 * 1024  # bytes; the longest call that the API understands has about 500
BODY_SECONDS = 10.0  # until a body has arrived
MAX_PATH = 512  # bytes
MAX_NAME = 200  # bytes of a part of a path: file systems refuse names of more than 255
SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)

# Gradio's paths that the page, its API and MCP use. What isn't named here (uploads, files, proxies, logins, deep links,
# run histories, components' functions) is not served.
GRADIO = re.compile(
    r"/gradio_api/(info|openapi\.json|app_id|startup-events|theme\.css|heartbeat/[^/]+|queue/(join|data|status)"
    r"|call(/v2)?/[^/]+(/[^/]+)?|run/[^/]+|api/[^/]+|cancel|reset|mcp(/.*)?)/?"
)
INTERNAL = re.compile(r"/(gradio_api|login|logout|svelte|monitoring|dev|custom_component|pwa_icon|token|user)(/.*)?")
CALL = re.compile(r"/gradio_api/(?:run|api|call(?:/v2)?)/(?P<name>[^/]+)/?")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
PREFIX = re.compile(r"(/[A-Za-z0-9_.~-]{1,64}){0,8}/?")


class RefusedRequestError(Exception):
    """A request is not let in; `status` and the reason answer it."""

    def __init__(self, status: int, reason: str):
        super().__init__(reason)
        self.status = status


class Call(NamedTuple):
    """A function of Gradio's API: its name, and how many arguments it takes."""

    name: str
    arguments: int


class Limits:
    """Middleware that refuses what must not reach the page, with a 4xx and a reason as JSON.

    Args:
        calls: the functions of Gradio's API by their index.
    """

    def __init__(self, app: ASGIApp, calls: dict[int, Call]):
        self.app, self.calls = app, calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            check_address(scope)
            scope = with_checked_headers(scope)
            if scope["method"] == "POST":
                body = await whole_body(scope, receive)
                if not scope["path"].startswith("/gradio_api/mcp"):
                    check_call(scope["path"], body, self.calls)
                receive = replayed(body, receive)
        except RefusedRequestError as refused:
            answer = JSONResponse(
                {"detail": str(refused)}, refused.status, {"Cache-Control": "no-store", "Connection": "close"}
            )
            await answer(scope, receive, send)
            return
        if re.match("/gradio_api/(run|api)/", scope["path"]):
            send = with_true_status(send)
        await self.app(scope, receive, send)


def check_address(scope: Scope) -> None:
    """Refuse methods and paths that nothing here serves."""
    path: str = scope["path"]
    encoded = path.encode(errors="surrogatepass")
    if scope["method"] not in ("GET", "HEAD", "POST", "OPTIONS", "DELETE"):
        raise RefusedRequestError(405, f"the method {scope['method'][:20]!r} is not served here")
    if len(encoded) > MAX_PATH or any(len(part) > MAX_NAME for part in encoded.split(b"/")):
        raise RefusedRequestError(414, f"a path has at most {MAX_PATH} bytes, and each of its parts at most {MAX_NAME}")
    if "\0" in path or not path.isprintable():
        raise RefusedRequestError(400, "the path holds a character that no path here has")
    if INTERNAL.fullmatch(path) and not GRADIO.fullmatch(path):
        raise RefusedRequestError(404, "there is nothing here")


def with_checked_headers(scope: Scope) -> Scope:
    """The scope, below the path that a proxy says it serves the page at; refused if a proxy's header is malformed."""
    headers = Headers(scope=scope)
    for name, form in (("host", HOST), ("x-forwarded-host", HOST), ("x-forwarded-prefix", PREFIX)):
        value = headers.get(name, "").split(",")[0].strip()
        if name in headers and not form.fullmatch(value):
            raise RefusedRequestError(400, f"the header {name} is malformed")
        port = value.rpartition(":")[2]
        if form is HOST and port.isdecimal() and not 0 < int(port) < 65536 and ":" in value:
            raise RefusedRequestError(400, f"the header {name} names no port")
    kept = [(name, value) for name, value in scope["headers"] if name != b"x-gradio-server"]
    prefix = headers.get("x-forwarded-prefix", "").split(",")[0].strip().rstrip("/")
    return {**scope, "headers": kept, "root_path": scope.get("root_path", "") + prefix}


async def whole_body(scope: Scope, receive: Receive) -> bytes:
    """The body, which must be short and arrive in time."""
    length = Headers(scope=scope).get("content-length", "0")
    too_long = RefusedRequestError(413, f"a body has at most {MAX_BODY} bytes")
    if not length.isdecimal() or len(length) > 12 or int(length) > MAX_BODY:
        raise too_long
    body = b""
    with anyio.move_on_after(BODY_SECONDS) as waiting:
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > MAX_BODY:
                raise too_long
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                return body
    assert waiting.cancelled_caught
    raise RefusedRequestError(408, f"the body did not arrive within {BODY_SECONDS:g} s")


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body, then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def check_call(path: str, body: bytes, calls: dict[int, Call]) -> None:
    """Refuse a call of Gradio's API that Gradio would not understand."""
    call = json_object(body)
    named = CALL.fullmatch(path)
    names = {function.name: function for function in calls.values()}
    if named and named["name"] not in names:
        raise RefusedRequestError(404, f"there is no such function; there are {', '.join(sorted(names))}")
    index = call.get("fn_index")
    if index is not None and (type(index) is not int or index not in calls):
        raise RefusedRequestError(404, "there is no function with that fn_index")
    if path.rstrip("/").endswith("/queue/join") and index is None:
        raise RefusedRequestError(422, "fn_index must be given")
    for name in ("session_hash", "event_id"):
        value = call.get(name)
        if value is not None and not (isinstance(value, str) and SESSION.fullmatch(value)):
            raise RefusedRequestError(422, f"{name} must be 1 to 64 letters, digits, _ or -")
    data = call.get("data", [])
    if not isinstance(data, list) or len(data) > 32:
        raise RefusedRequestError(422, "data must be the list of the function's arguments")
    if named and re.match("/gradio_api/(run|api)/", path):
        expected = (names[named["name"]] if index is None else calls[index]).arguments
        if len(data) != expected:
            raise RefusedRequestError(422, f"data must hold all {expected} arguments of the function")
    arguments = call.values() if "/call/v2/" in path else data
    if any(holds_object(argument) for argument in arguments):
        raise RefusedRequestError(422, "an argument must be a number, a text, true, false or null")


def json_object(body: bytes) -> dict[str, Any]:
    """The object that a body is, as JSON that can be written again: no NaN, no half of a surrogate pair."""

    def refused(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    try:
        value = json.loads(body, parse_constant=refused)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise RefusedRequestError(400, "the body must be JSON") from None
    if not isinstance(value, dict):
        raise RefusedRequestError(422, "the body must be a JSON object")
    return value


def holds_object(value: Any) -> bool:
    """Whether a JSON value is or holds an object: as a file's, Gradio would fetch what it names."""
    if isinstance(value, list):
        return any(holds_object(item) for item in value)
    return isinstance(value, dict)


def with_true_status(send: Send) -> Send:
    """A `send` that answers with 422, or 503 if the server is busy, what Gradio answers with 500: arguments that a
    function refuses, which alone carry a title."""
    start: Message | None = None
    body = b""

    async def sent(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start" and message["status"] == 500:
            start = message
        elif start is None:
            await send(message)
        else:
            body += message.get("body", b"")
            if not message.get("more_body"):
                await send(_retold(start, body))
                await send({"type": "http.response.body", "body": body})

    return sent


def _retold(start: Message, body: bytes) -> Message:
    try:
        title = json.loads(body).get("title")
    except (ValueError, AttributeError):
        return start
    if title is None:
        return start
    if title == "Busy":
        return {**start, "status": 503, "headers": [*start["headers"], (b"retry-after", b"2")]}
    return {**start, "status": 422}
