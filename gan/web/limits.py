"""What reaches the page: requests of bounded size, that arrive in bounded time, for what is served here.

Gradio reads a body of any length, fetches what an argument of an API call names, takes uploads, and answers many a
malformed request with a bare 500. So requests are looked at first, and what would end so is refused with a reason.
"""

import json
import re
from ipaddress import IPv4Address, IPv6Address
from typing import Any, NamedTuple

import anyio
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gan.web.streams import STREAM, Streams

MAX_BODY = 64 * 1024  # bytes; the longest call that the API understands has about 500
BODY_SECONDS = 10.0  # until a body has arrived
MAX_DEPTH = 32  # of lists and objects in each other; MCP's messages have about 5
MAX_HEAD = 16 * 1024  # bytes of a request's head; a link has at most 4,096
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
    """A request is not let in; `status`, the reason and further headers answer it."""

    def __init__(self, status: int, reason: str, **headers: str):
        super().__init__(reason)
        self.status, self.headers = status, headers


class Call(NamedTuple):
    """A function of Gradio's API: its name, and for each of its parameters whether it must be given."""

    name: str
    parameters: dict[str, bool]


class Limits:
    """Middleware that refuses what must not reach the page, with a 4xx and a reason as JSON.

    Args:
        calls: the functions of Gradio's API by their index.
        streams: take the answers that may have no end.
    """

    def __init__(self, app: ASGIApp, calls: dict[int, Call], streams: Streams):
        self.app, self.calls, self.streams = app, calls, streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            check_headers(scope)
            give_host(scope)
            place_below_prefix(scope)
            check_address(scope)
            if scope["method"] == "POST":
                body = await whole_body(scope, receive)
                if scope["path"].startswith("/gradio_api/mcp"):
                    json_value(body)
                else:
                    check_call(scope["path"], body, self.calls)
                receive = replayed(body, receive)
        except RefusedRequestError as refused:
            headers = {"Cache-Control": "no-store", "Connection": "close", **refused.headers}
            answer = JSONResponse({"detail": str(refused)}, refused.status, headers)
            await answer(scope, receive, send)
            return
        if re.match("/gradio_api/(run|api)/", scope["path"]):
            send = with_true_status(send)
        if scope["method"] == "GET" and STREAM.fullmatch(scope["path"]):
            await self.streams.run(self.app, scope, receive, send)
        else:
            await self.app(scope, receive, send)


def check_address(scope: Scope) -> None:
    """Refuse methods and paths that nothing here serves."""
    path: str = scope["path"]
    encoded = path.encode(errors="surrogatepass")
    served = ["GET", "HEAD", "POST", "OPTIONS", "DELETE"] if GRADIO.fullmatch(path) else ["GET", "HEAD"]
    if STREAM.fullmatch(path):
        served.remove("HEAD")  # of what may have no end
    if scope["method"] not in served:
        reason = f"the method {scope['method'][:20]!r} is not served here"
        raise RefusedRequestError(405, reason, Allow=", ".join(served))
    if len(encoded) > MAX_PATH or any(len(part) > MAX_NAME for part in encoded.split(b"/")):
        raise RefusedRequestError(414, f"a path has at most {MAX_PATH} bytes, and each of its parts at most {MAX_NAME}")
    if "\0" in path or not path.isprintable():
        raise RefusedRequestError(400, "the path holds a character that no path here has")
    if INTERNAL.fullmatch(path) and not GRADIO.fullmatch(path):
        raise RefusedRequestError(404, "there is nothing here")


def check_headers(scope: Scope) -> None:
    """Refuse what is too long, and a malformed name of this server, by whomever it comes."""
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEAD:
        raise RefusedRequestError(431, f"the headers have at most {MAX_HEAD} bytes")
    headers = Headers(scope=scope)
    for name, form in (("host", HOST), ("x-forwarded-host", HOST), ("x-forwarded-prefix", PREFIX)):
        value = headers.get(name, "").split(",")[0].strip()
        if name in headers and not (form.fullmatch(value) and (form is not HOST or is_host(value))):
            raise RefusedRequestError(400, f"the header {name} is malformed")
        port = value.rpartition(":")[2]
        if form is HOST and port.isdecimal() and not 0 < int(port) < 65536 and ":" in value:
            raise RefusedRequestError(400, f"the header {name} names no port")


def is_host(value: str) -> bool:
    """Whether what looks like an address of the net is one."""
    bracketed = re.match(r"\[(.*)\]", value)
    name = value.partition(":")[0]
    try:
        if bracketed:
            IPv6Address(bracketed[1])
        elif re.fullmatch("[0-9.]+", name):
            IPv4Address(name)
    except ValueError:
        return False
    return True


def give_host(scope: Scope) -> None:
    """Change the scope: a request that names no host, which HTTP/1.0 allows and Gradio does not, means the address that
    it reached."""
    if "host" not in Headers(scope=scope):
        host, port = scope.get("server") or ("localhost", None)
        host = f"[{host}]" if ":" in host else host
        scope["headers"] = [*scope["headers"], (b"host", f"{host}:{port}".encode() if port else host.encode())]


def place_below_prefix(scope: Scope) -> None:
    """Change the scope: the server is below the path that a proxy says it serves the page at, and what is asked for is
    named without it, whether the proxy has removed it or not. So all that judges a path and all that routes by it see
    the same. A prefix that is called as one of our own paths (/page, /docs) hides that."""
    prefix = Headers(scope=scope).get("x-forwarded-prefix", "").split(",")[0].strip().rstrip("/")
    while prefix and f"{scope['path']}/".startswith(f"{prefix}/"):
        scope["path"] = scope["path"][len(prefix) :] or "/"
    scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"x-gradio-server"]
    scope["root_path"] = scope.get("root_path", "") + prefix


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
    joins = path.rstrip("/").endswith("/queue/join")
    by_name = named is not None and "/call/v2/" in path
    index = None if by_name else call.get("fn_index")
    if index is not None and (type(index) is not int or index not in calls):
        raise RefusedRequestError(404, "there is no function with that fn_index")
    if joins and index is None:
        raise RefusedRequestError(422, "fn_index must be given")
    for name in ("session_hash", "event_id"):
        value = call.get(name)
        if value is not None and not (isinstance(value, str) and SESSION.fullmatch(value)):
            raise RefusedRequestError(422, f"{name} must be 1 to 64 letters, digits, _ or -")
    data = call.get("data", [])
    if not isinstance(data, list) or len(data) > 32:
        raise RefusedRequestError(422, "data must be the list of the function's arguments")
    function = calls[index] if index is not None else names[named["name"]] if named else None
    if function and (joins or named) and not by_name and len(data) != len(function.parameters):
        raise RefusedRequestError(422, f"data must hold all {len(function.parameters)} arguments of {function.name}")
    if named and by_name:
        check_names(set(call), names[named["name"]])
    arguments = call.values() if by_name else data
    if any(holds_object(argument) for argument in arguments):
        raise RefusedRequestError(422, "an argument must be a number, a text, true, false or null")


def check_names(given: set[str], function: Call) -> None:
    """Refuse a call by the parameters' names that lacks one, or has another."""
    if other := given - set(function.parameters):
        known = ", ".join(function.parameters)
        raise RefusedRequestError(422, f"{function.name} takes {known}, not {sorted(other)[0][:40]!r}")
    if missing := {name for name, must in function.parameters.items() if must} - given:
        raise RefusedRequestError(422, f"{sorted(missing)[0]} must be given")


def json_object(body: bytes) -> dict[str, Any]:
    """The object that a body is; see `json_value`."""
    value = json_value(body)
    if not isinstance(value, dict):
        raise RefusedRequestError(422, "the body must be a JSON object")
    return value


def json_value(body: bytes) -> Any:
    """What a body is, as JSON that can be written again: no NaN, no number that is read as infinity (1e400), no half of
    a surrogate pair; and not so deep that Gradio, or we, could not walk through it."""
    too_deep = RefusedRequestError(400, f"the body has at most {MAX_DEPTH} lists and objects inside each other")

    def refused(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    try:
        value = json.loads(body, parse_constant=refused)
        if is_deep(value):
            raise too_deep
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError:
        raise too_deep from None
    except ValueError:
        raise RefusedRequestError(400, "the body must be JSON with finite numbers") from None
    return value


def is_deep(value: Any) -> bool:
    """Whether a JSON value has more than MAX_DEPTH lists and objects inside each other."""
    level = [value]
    for _ in range(MAX_DEPTH):
        holders = [found.values() if isinstance(found, dict) else found for found in level if _holds_more(found)]
        level = [found for holder in holders for found in holder]
    return any(map(_holds_more, level))


def _holds_more(value: Any) -> bool:
    return isinstance(value, list | dict)


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
