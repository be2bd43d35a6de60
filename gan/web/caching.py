"""What caches are told: for how long an answer holds, and by which ETag it is asked for again."""

import hashlib

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"  # a cache may keep it, and asks with its ETag whether it still holds


def matches(http: HttpRequest, etag: str) -> bool:
    """Whether who asks has the answer of this ETag already."""
    candidates = [c.strip().removeprefix("W/") for c in http.headers.get("if-none-match", "").split(",")]
    return etag in candidates or candidates == ["*"]


def json_response(http: HttpRequest, content: bytes) -> Response:
    """JSON under the ETag of its own bytes, to be asked for again each time; 304 to those who have it."""
    headers = {"Cache-Control": REVALIDATE, "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"'}
    if matches(http, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def not_found() -> Response:
    """404, which no cache is to keep: what is missing now may come."""
    return JSONResponse({"detail": "there is nothing here"}, 404, {"Cache-Control": "no-store"})
