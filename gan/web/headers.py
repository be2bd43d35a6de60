"""What every answer tells the browser about itself: how its content is to be taken, and who may read it."""

import re
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio makes functions of texts ('unsafe-eval') and sets styles and scripts in the page; the engine is WebAssembly in
# a worker. Nothing may come from elsewhere. Anyone may frame the page: a Space is a frame of the Hub's page, and
# nothing that can be clicked belongs to a visitor.
PAGE_POLICY = "; ".join((
    "default-src 'self'", "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
    "worker-src 'self' blob:", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:",
    "media-src 'self' data: blob:", "font-src 'self' data:", "connect-src 'self' data: blob:", "object-src 'none'",
    "base-uri 'self'", "form-action 'self'", "frame-ancestors *",
))  # fmt: skip
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class SafeHeaders:
    """Middleware that adds them. Pictures and what is known about them may be read by any page: they are public, and
    nothing here knows who asks. For its API Gradio decides (a page from elsewhere may not use one on localhost)."""

    def __init__(self, app: ASGIApp, public: Sequence[re.Pattern[str]] = ()):
        self.app, self.public = app, public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in SAFE.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                if any(path.match(scope["path"]) for path in self.public):
                    headers["Access-Control-Allow-Origin"] = "*"
                    if "access-control-allow-credentials" in headers:
                        del headers["access-control-allow-credentials"]
                message["headers"] = headers.raw
            await send(message)

        await self.app(scope, receive, sent)
