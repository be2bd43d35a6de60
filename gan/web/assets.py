"""The page's scripts and styles and its engine, under addresses that change with them, to be cached for ever."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from gan.web.caching import IMMUTABLE, REVALIDATE, not_found
from gan.web.joining import joined, read

STATIC = Path(__file__).parent / "static"
ENGINE = Path(__file__).parent / "engine"
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".png": "image/png"}


@cache
def static_version() -> str:
    """12 hexadecimal digits that change with any of the page's files; its scripts hold some of the engine's, too."""
    return _version(STATIC, ENGINE)


@cache
def engine_version() -> str:
    """12 hexadecimal digits that change with any of the engine's files."""
    return _version(ENGINE)


def _version(*folders: Path) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in MEDIA_TYPES:
                digest.update(read(path))
    return digest.hexdigest()[:12]


async def static_file(request: HttpRequest) -> Response:
    """The page's script or style of that name; 404 for anything else."""
    return _file(STATIC, request, static_version())


async def engine_file(request: HttpRequest) -> Response:
    """The engine's script, WebAssembly or picture of that name, as `static_file`."""
    return _file(ENGINE, request, engine_version())


def _file(folder: Path, request: HttpRequest, version: str) -> Response:
    """A file of the folder itself, whichever version is named; but only the true version may be cached for ever.

    A script comes joined with all that it imports, so that the many small ones cost one request."""
    path = next((p for p in folder.iterdir() if p.name == request.path_params["name"]), None)
    if path is None or path.suffix not in MEDIA_TYPES:
        return not_found()
    content = joined(path) if path.suffix == ".js" else read(path)
    cached = IMMUTABLE if request.path_params["version"] == version else REVALIDATE
    return Response(content, media_type=MEDIA_TYPES[path.suffix], headers={"Cache-Control": cached})
