"""Short work never waits for long work, what is asked for twice is drawn once, and nothing piles up."""

import threading
import time
from functools import partial

import anyio
import pytest
from starlette.requests import Request

from gan import quantization
from gan.config import GeneratorConfig
from gan.networks import Generator
from gan.web import queue as queue_module
from gan.web.queue import BusyError, Cache, DrawingQueue, while_connected
from tests.conftest import in_own_loop

LONG = queue_module.SMALL + 1  # milliseconds, for the lane of large pictures


@in_own_loop
async def test_small_work_does_not_wait_for_large_work() -> None:
    queue, release = DrawingQueue(), threading.Event()
    async with anyio.create_task_group() as tasks:
        for key in range(5):
            tasks.start_soon(queue.result, key, release.wait, LONG)
        await anyio.sleep(0.05)
        with anyio.fail_after(2):
            assert await queue.result("small", lambda: 7, 1) == 7
            assert await queue.result("stranger", lambda: 8, LONG, stranger=True) == 8
        release.set()


@in_own_loop
async def test_what_would_wait_too_long_is_refused_and_told_when_to_ask_again() -> None:
    queue, release = DrawingQueue(), threading.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(queue.result, "first", release.wait, 1000 * 1000)
        await anyio.sleep(0.05)
        with pytest.raises(BusyError) as refused:
            await queue.result("second", lambda: 7, LONG)
        release.set()
    assert refused.value.retry_after >= queue_module.MAX_WAIT
    assert await queue.result("second", lambda: 7, LONG) == 7  # the lane is free again


@in_own_loop
async def test_work_that_has_not_begun_in_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "LATEST", 0.05)
    queue, release = DrawingQueue(), threading.Event()
    queue.large.limiter.total_tokens = 1
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(queue.result, "first", release.wait, LONG)
        await anyio.sleep(0.02)
        with pytest.raises(BusyError):
            await queue.result("second", lambda: 7, LONG)
        release.set()


@in_own_loop
async def test_what_is_asked_for_twice_at_a_time_is_drawn_once() -> None:
    queue, calls = DrawingQueue(), []

    def work() -> int:
        time.sleep(0.05)
        calls.append(1)
        return 7

    results = []

    async def ask() -> None:
        results.append(await queue.result("key", work, 1))

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(ask)
    assert (results, calls) == ([7] * 20, [1])


@in_own_loop
async def test_a_file_is_drawn_once_and_kept() -> None:
    queue = DrawingQueue()
    assert await queue.file("key", lambda: b"drawn", 1) == b"drawn"
    assert await queue.file("key", lambda: pytest.fail("drawn again"), 1) == b"drawn"


def test_the_cache_is_bounded_and_forgets_what_was_not_asked_for_longest() -> None:
    cache = Cache(capacity=100)
    for key in range(20):
        cache.put(key, bytes(10))
        cache.get(0)
    assert cache.size == 100
    assert cache.get(0) is not None
    assert cache.get(1) is None
    cache.put("large", bytes(101))
    assert cache.get("large") is None


def heavy_generator() -> Generator:
    """Some milliseconds for each block of digits."""
    return Generator(GeneratorConfig(widths=(512, 512, 512))).eval().requires_grad_(False)


@in_own_loop
async def test_a_drawing_ends_when_nobody_waits_for_it() -> None:
    queue, generator = DrawingQueue(), heavy_generator()
    generator.quantized()
    ended = threading.Event()

    def work() -> None:
        try:
            for _ in range(1000):
                generator.sample(range(256))
        finally:
            ended.set()

    with anyio.move_on_after(0.2):
        await queue.result("key", work, 1)
    assert await anyio.to_thread.run_sync(partial(ended.wait, 5))
    assert await queue.result("next", lambda: 7, 1) == 7  # its thread is free


@in_own_loop
async def test_a_drawing_goes_on_while_somebody_waits_for_it() -> None:
    queue, release, results = DrawingQueue(), threading.Event(), []

    async def patient() -> None:
        results.append(await queue.result("key", lambda: release.wait(5), 1))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(patient)
        await anyio.sleep(0.01)
        with anyio.move_on_after(0.05):
            await queue.result("key", lambda: False, 1)
        release.set()
    assert results == [True]


@in_own_loop
async def test_a_strangers_model_draws_until_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    queue, generator = DrawingQueue(), heavy_generator()
    generator.quantized()
    queue.strangers.deadline = 0.2
    begin = time.monotonic()
    with pytest.raises(BusyError):
        await queue.result("key", lambda: [generator.sample(range(256)) for _ in range(1000)], 1, stranger=True)
    assert time.monotonic() - begin < 5


@in_own_loop
async def test_who_leaves_ends_what_is_computed_for_him() -> None:
    queue, release, ended = DrawingQueue(), threading.Event(), threading.Event()

    def work() -> None:
        while not release.wait(0.01):
            try:
                quantization.between_blocks.get()()
            except BaseException:
                ended.set()
                raise

    async def receive() -> dict[str, str]:
        await anyio.sleep(0.2)
        return {"type": "http.disconnect"}

    http = Request({"type": "http", "method": "GET", "path": "/", "headers": []}, receive)
    assert await while_connected(http, lambda: queue.result("work", work, LONG)) is None
    with anyio.fail_after(5):
        await anyio.to_thread.run_sync(ended.wait)
    release.set()


@in_own_loop
async def test_who_stays_gets_the_result_or_hears_why_there_is_none() -> None:
    async def receive() -> dict[str, str]:
        await anyio.sleep_forever()
        return {}

    async def busy() -> None:
        raise BusyError(3)

    http = Request({"type": "http", "method": "GET", "path": "/", "headers": []}, receive)
    assert await while_connected(http, lambda: DrawingQueue().result("work", lambda: 7, 1)) == 7
    with pytest.raises(BusyError):
        await while_connected(http, busy)
