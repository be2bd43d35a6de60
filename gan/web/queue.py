"""Who draws when: short work never waits for long work, what is asked for twice is drawn once, and nothing piles up.

Everything that takes the processor goes through one `DrawingQueue`: pictures, the judge, directions. It has three lanes
with threads of their own: small pictures, large ones, and strangers' models. A lane whose work would keep a newcomer
waiting for more than MAX_WAIT refuses it (`BusyError`). Work that nobody waits for any more ends at its next block of
digits.
"""

import asyncio
import functools
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import anyio
from anyio import CapacityLimiter, from_thread, to_thread
from starlette.requests import Request as HttpRequest

from gan.errors import UserError
from gan.quantization import between_blocks

SMALL = 50.0  # milliseconds: what takes longer is drawn in the lane of large pictures
MAX_WAIT = 5.0  # seconds that a newcomer may have to wait, as estimated
LATEST = 8.0  # seconds after which work that has not begun, on a machine that is slower than estimated, is refused
DEADLINE = 10.0  # seconds for one drawing with a stranger's model
CACHE_BYTES = 32 << 20
CACHED_AT_MOST = CACHE_BYTES // 16  # of one entry: a few large pictures must not push out all others


class BusyError(UserError):
    """Too much is waiting to be drawn, or a drawing took too long; ask again in `retry_after` seconds."""

    def __init__(self, retry_after: float):
        self.retry_after = max(1, round(retry_after))
        super().__init__(f"The server is busy drawing for others. Ask again in {self.retry_after} s.")


def _threads() -> CapacityLimiter:
    """No limit beside the lane's, which counts the work and not the threads."""
    return CapacityLimiter(1)


@dataclass
class Lane:
    """Threads for one class of work, first come, first served."""

    limiter: CapacityLimiter
    deadline: float | None = None
    pace: float = 1.0
    """how many times as long as estimated the work takes on this machine, lately"""
    estimated: float = 0.0
    """milliseconds of the work that waits or runs"""

    @property
    def wait(self) -> float:
        """How many seconds a newcomer waits, about."""
        return self.estimated * self.pace / 1000 / self.limiter.total_tokens

    async def run(self, work: Callable[[], Any], milliseconds: float) -> Any:
        """The result of `work`, called in a thread when it is its turn.

        Raises:
            BusyError: the queue is too long, or the deadline has passed.
        """
        if self.wait > MAX_WAIT:
            raise BusyError(self.wait)
        self.estimated += milliseconds
        turn = object()
        try:
            with anyio.fail_after(LATEST):
                await self.limiter.acquire_on_behalf_of(turn)
            try:
                with anyio.fail_after(self.deadline):
                    return await to_thread.run_sync(self._timed, work, milliseconds, limiter=_threads())
            finally:
                self.limiter.release_on_behalf_of(turn)
        except TimeoutError:
            raise BusyError(MAX_WAIT) from None
        finally:
            self.estimated -= milliseconds

    def _timed(self, work: Callable[[], Any], milliseconds: float) -> Any:
        """`work` in its thread, ended between two blocks of digits if its task is cancelled."""
        between_blocks.set(from_thread.check_cancelled)
        begin = time.perf_counter()
        result = work()
        taken = (time.perf_counter() - begin) * 1000
        self.pace += 0.1 * (min(max(taken / milliseconds, 0.1), 10.0) - self.pace)
        return result


class _Drawing:
    """Work in flight, and how many wait for it."""

    def __init__(self, lane: Lane, work: Callable[[], Any], milliseconds: float):
        self.waiting = 0
        self.scope = anyio.CancelScope()
        self.task = asyncio.create_task(self._run(lane, work, milliseconds))

    async def _run(self, lane: Lane, work: Callable[[], Any], milliseconds: float) -> Any:
        with self.scope:
            return await lane.run(work, milliseconds)


@dataclass
class Cache:
    """The latest results that have a length, by key, up to so many bytes in all, and in one entry."""

    capacity: int = CACHE_BYTES
    at_most: int = CACHED_AT_MOST
    size: int = 0
    _entries: "OrderedDict[Hashable, bytes]" = field(default_factory=OrderedDict)

    def get(self, key: Hashable) -> bytes | None:
        if key in self._entries:
            self._entries.move_to_end(key)
        return self._entries.get(key)

    def put(self, key: Hashable, value: bytes) -> None:
        if len(value) > min(self.at_most, self.capacity) or key in self._entries:
            return
        self._entries[key] = value
        self.size += len(value)
        while self.size > self.capacity:
            self.size -= len(self._entries.popitem(last=False)[1])


class DrawingQueue:
    """The lanes and the cache of one server; to be used in its event loop."""

    def __init__(self) -> None:
        threads = max(1, (os.cpu_count() or 2) // 2)
        self.small = Lane(CapacityLimiter(threads))
        self.large = Lane(CapacityLimiter(threads))
        self.strangers = Lane(CapacityLimiter(1), deadline=DEADLINE)
        self.cache = Cache()
        self._in_flight: dict[Hashable, _Drawing] = {}

    async def result(
        self, key: Hashable, work: Callable[[], Any], milliseconds: float, *, stranger: bool = False
    ) -> Any:
        """The result of `work`, which runs in a thread; the same for all who ask with one key at a time.

        Cancelling all who wait for it ends the work.

        Args:
            key: names the result.
            milliseconds: how long it will take on one core, about.
            stranger: whether a model draws that a visitor named.

        Raises:
            BusyError: it must be asked for later.
        """
        drawing = self._in_flight.get(key)
        if drawing is None:
            lane = self.strangers if stranger else self.small if milliseconds <= SMALL else self.large
            drawing = self._in_flight[key] = _Drawing(lane, work, milliseconds)
            drawing.task.add_done_callback(functools.partial(self._forget, key))
        drawing.waiting += 1
        try:
            return await asyncio.shield(drawing.task)
        finally:
            drawing.waiting -= 1
            if not drawing.waiting and not drawing.task.done():
                self._in_flight.pop(key, None)  # whoever asks from now on is not to hear of the cancellation
                drawing.scope.cancel()

    def _forget(self, key: Hashable, task: "asyncio.Task[Any]") -> None:
        if (drawing := self._in_flight.get(key)) and drawing.task is task:
            del self._in_flight[key]
        if not task.cancelled():
            task.exception()  # all who asked may be gone: then nobody else takes it

    async def file(
        self, key: Hashable, work: Callable[[], bytes], milliseconds: float, *, stranger: bool = False
    ) -> bytes:
        """As `result`, of a file, which is kept for those who ask later."""
        content = self.cache.get(key)
        if content is None:
            content = await self.result(key, work, milliseconds, stranger=stranger)
            self.cache.put(key, content)
        return content


async def while_connected(http: HttpRequest, work: Callable[[], Any]) -> Any:
    """The result of the coroutine function `work`; None if the client left before, which cancels it."""
    result, failure = None, None
    async with anyio.create_task_group() as tasks:

        async def watch() -> None:
            while (await http.receive())["type"] != "http.disconnect":
                pass
            tasks.cancel_scope.cancel()

        tasks.start_soon(watch)
        try:
            result = await work()
        except UserError as error:  # the group would wrap it
            failure = error
        tasks.cancel_scope.cancel()
    if failure:
        raise failure
    return result
