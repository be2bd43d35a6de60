"""The page's scripts and styles, under an address that changes with them, so that they may be cached for ever."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from gan.web.joining import joined

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}
IMMUTABLE = "public, max-age=31536000, immutable"


@cache
def static_version() -> str:
    """12 hexadecimal digits that change with any of the files."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


async def static_file(request: HttpRequest) -> Response:
    """The file of that name, whichever version is named; 404 for anything but the page's own.

    A script comes joined with all that it imports, so that the many small ones cost one request."""
    path = STATIC / request.path_params["name"]
    if path.parent != STATIC or path.suffix not in MEDIA_TYPES or not path.is_file():
        return Response(status_code=404)
    content = joined(path) if path.suffix == ".js" else path.read_bytes()
    return Response(content, media_type=MEDIA_TYPES[path.suffix], headers={"Cache-Control": IMMUTABLE})
