"""Weights for visitors' browsers, at addresses that carry their sha256: read and verified once, then kept for a while,
so that a crowd of newcomers costs the pictures nothing."""

import hashlib
import re
from collections.abc import Callable

from anyio import CapacityLimiter, Semaphore
from anyio.to_thread import run_sync
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from gan.web.caching import IMMUTABLE, matches, not_found
from gan.web.queue import Cache, while_connected

KEPT_BYTES = 16 << 20  # the bundled models' files take 22 MB in all; a page's visitors ask for one model's, mostly


class WeightsFiles:
    """The weights files that one server gives out; to be used in its event loop."""

    def __init__(self) -> None:
        self._kept = Cache(KEPT_BYTES, at_most=KEPT_BYTES)
        self._turn, self._thread = Semaphore(1), CapacityLimiter(1)

    async def response(self, http: HttpRequest, read: Callable[[str], bytes | None]) -> Response:
        """The file whose sha256 the address names, to be cached for ever.

        Args:
            read: the file of a sha256, called in a thread; None if there is none here. A file of another sha256 (a run
                has gone on meanwhile) is not given out: the answer is 404, as for none.
        """
        key, sha256 = http.scope["path"], http.path_params["sha256"]
        content = self._kept.get(key)
        if content is None:
            content = await while_connected(http, lambda: self._read(key, read, sha256))
            if content is None:
                return not_found()
        headers = {"Cache-Control": IMMUTABLE, "ETag": f'"{sha256}"'}
        if matches(http, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="application/octet-stream", headers=headers)

    async def _read(self, key: str, read: Callable[[str], bytes | None], sha256: str) -> bytes | None:
        async with self._turn:
            content = self._kept.get(key)  # who was before may have read it
            if content is None:
                content = await run_sync(_verified, read, sha256, limiter=self._thread)
                if content is not None:
                    self._kept.put(key, content)
            return content


def _verified(read: Callable[[str], bytes | None], sha256: str) -> bytes | None:
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        return None
    content = read(sha256)
    return content if content is not None and hashlib.sha256(content).hexdigest() == sha256 else None
