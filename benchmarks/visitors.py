"""Who visits, for locust: `locust -f benchmarks/visitors.py Visitor --host http://127.0.0.1:7860`; load.py runs it.

A visitor who is refused (503) asks again when he is told to: that is an answer, counted under "refused".
"""

import hashlib
import itertools
import json
import random
from pathlib import Path

import gevent
from locust import FastHttpUser, between, constant, task

MODEL = Path(__file__).resolve().parent.parent / "checkpoints" / "modern"  # the one that load.py's server serves

numbers = itertools.count(random.randrange(2**30))
sha256 = json.loads((MODEL / "config.json").read_text())["sha256"]
film = hashlib.sha256((MODEL / "timelapse.webp").read_bytes()).hexdigest()[:16]


class Guest(FastHttpUser):
    """Asks, and waits as long as a refusal says."""

    abstract = True

    def ask(self, name: str, path: str, **options: object) -> None:
        with self.client.get(path, name=name, catch_response=True, **options) as answer:
            if answer.status_code == 503 and "retry-after" in answer.headers:
                answer.request_meta["name"] = "refused"
                answer.success()
                seconds = int(answer.headers["retry-after"])
            else:
                seconds = 0
        gevent.sleep(seconds)


class Visitor(Guest):
    """Opens the page, looks at pictures, now and then a walk, a judgement, a part or a call of the API."""

    wait_time = between(0.5, 2)

    def on_start(self) -> None:
        self.ask("page", "/")

    @task(10)
    def small(self) -> None:
        self.ask("picture", f"/digits.png?seed={next(numbers)}&count=16&scale=3")

    @task(5)
    def shared(self) -> None:
        self.ask("shared picture", f"/digits.png?seed={random.randrange(20)}&count=16&scale=3")

    @task(3)
    def line(self) -> None:
        self.ask("picture", f"/text.png?text=3.14159&seed={next(numbers)}&scale=3")

    @task(1)
    def walk(self) -> None:
        self.ask("walk", f"/walk.webp?seeds={next(numbers)},7&frames=30&count=1&scale=4")

    @task(1)
    def judge(self) -> None:
        self.ask("judge", f"/judge.json?seed={next(numbers)}&count=16")

    @task(1)
    def page(self) -> None:
        self.ask("page", f"/?seed={next(numbers)}")

    @task(1)
    def part(self) -> None:
        self.ask("page", f"/?{random.choice(('watch', 'game', 'judge', 'history', 'learn'))}=")
        self.ask("weights", f"/quantized/{sha256['quantized.safetensors']}.safetensors")
        self.ask("weights", f"/discriminator/{sha256['discriminator.safetensors']}.safetensors")
        self.ask("reference", f"/discriminator/{sha256['discriminator.safetensors']}.json")
        self.ask("recording", f"/history/{film}.webp")

    @task(1)
    def api(self) -> None:
        call = {"data": [next(numbers), 16, None, 1.0, False]}
        with self.client.post("/gradio_api/run/generate", json=call, name="api", catch_response=True) as answer:
            if answer.status_code == 503:
                answer.success()


class Small(Guest):
    """Asks for small pictures, one after the other."""

    fixed_count = 4
    wait_time = constant(0.1)

    @task
    def small(self) -> None:
        self.ask("small", f"/digits.png?seed={next(numbers)}&count=16")


class Long(Guest):
    """Asks for walks, one after the other."""

    fixed_count = 20
    wait_time = constant(0)

    @task
    def walk(self) -> None:
        self.ask("long", f"/walk.gif?seeds={next(numbers)},9&frames=60&count=16&scale=4")


class Heavy(Guest):
    """Asks for the largest walk of the slowest bundled model."""

    fixed_count = 1
    wait_time = constant(0)

    @task
    def walk(self) -> None:
        self.ask("heavy", f"/walk.gif?seeds={next(numbers)},9&frames=240&count=16&scale=2&model=dcgan")


class Cached(Guest):
    """Asks for the same picture again and again."""

    fixed_count = 8
    wait_time = constant(0)

    @task
    def cached(self) -> None:
        self.ask("cached", "/digits.png?seed=7&count=16")


class Constant(Guest):
    """Asks for as many bytes that are ready."""

    fixed_count = 8
    wait_time = constant(0)

    @task
    def constant(self) -> None:
        self.ask("constant", "/constant.png")
