"""Random requests to the engine, and what Python draws for each: the two must be equal, pixel by pixel.

python -m tests.web.engine.random_requests 100000 [--engine node|chromium|firefox|webkit] [--model MODEL …]
"""

import argparse
import random
import sys
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch

from gan import latents, walks, writing
from gan.networks import Generator
from tests.web.engine.engines import BROWSERS, Engine, Node, Weights, opened

Request = dict[str, Any]

EDGES = (0, 1, 9, 2**31 - 1, 2**31, 2**32 - 1)
CHUNK = 500  # requests at once


def random_requests(generator: Generator, count: int, seed: int) -> list[Request]:
    """Requests of every kind that the generator can draw."""
    rng = random.Random(seed)
    return [random_request(generator, rng) for _ in range(count)]


def random_request(generator: Generator, rng: random.Random) -> Request:
    kinds = ["digits", "walk", "plane", "point"] + ["ten", "text"] * generator.conditional
    kind = rng.choice(kinds)
    request: Request = {"kind": kind, "temperature": _temperature(rng)}
    if kind == "digits":
        seeds = [_seed(rng) for _ in range(rng.randint(1, 24))]
        return request | {"seeds": seeds, "digits": _digits(generator, rng, len(seeds))}
    if kind == "ten":
        return request | {"seeds": [_seed(rng) for _ in range(rng.randint(1, 2))]}
    if kind == "text":
        text = "".join(rng.choice("0123456789 -./:+,()") for _ in range(rng.randint(1, 16)))
        return request | {"text": text, "seed": _seed(rng), "own": rng.random() < 0.5}
    mode = rng.choice(["slerp", "lerp"])
    if kind == "walk":
        seeds = [_seed(rng) for _ in range(rng.randint(2, 5))]
        if rng.random() < 0.2:
            seeds[1] = seeds[0]  # parallel latents: the arc becomes a line
        return request | {
            "seeds": seeds, "digits": _digits(generator, rng, len(seeds)), "mode": mode, "loop": rng.random() < 0.5,
            "count": rng.randint(1, 3), "frames": rng.randint(2, 16),
        }  # fmt: skip
    corners = [_seed(rng) for _ in range(4)]
    digits = _digits(generator, rng, 4)
    if kind == "plane":
        return request | {"seeds": corners, "digits": digits, "mode": mode, "size": rng.randint(2, 6)}
    return request | {"corners": corners, "digits": digits, "mode": mode, "u": rng.random(), "v": rng.random()}


def _temperature(rng: random.Random) -> float:
    return rng.choice([0.1, 1.0, 1.5, round(rng.uniform(0.1, 1.5), 4), round(rng.uniform(0.1, 1.5), 4)])


def _seed(rng: random.Random) -> int:
    return rng.choice(EDGES) if rng.random() < 0.1 else rng.randrange(latents.NUM_SEEDS)


def _digits(generator: Generator, rng: random.Random, count: int) -> list[int | None] | None:
    if not generator.conditional or rng.random() < 0.3:
        return None
    return [rng.choice([None, *range(10)]) for _ in range(count)]


def drawn(generator: Generator, request: Request) -> np.ndarray:
    """What Python draws, `uint8` in the shape of the request's kind."""
    r = dict(request)
    kind, temperature = r.pop("kind"), r.get("temperature", 1.0)
    if kind == "digits":
        classes = walks.key_classes(generator, r["seeds"], r.get("digits") or ())
        asked = classes if generator.conditional else None
        return generator.sample(r["seeds"], asked, temperature).numpy()
    if kind == "ten":
        return walks.ten_classes(generator, r["seeds"], temperature)
    if kind == "text":
        return writing.written_line(generator, r["text"], r["seed"], own=r["own"], temperature=temperature)
    if kind == "point":
        return _point(generator, r)
    r["digits"] = r.get("digits") or ()
    return (walks.walk if kind == "walk" else walks.plane)(generator, **r)


def _point(generator: Generator, r: Request) -> np.ndarray:
    """One digit of a plane: as `walks.plane`, but between its cells."""
    z = latents.latent(r["corners"], generator.config.latent_dim)
    y = latents.one_hot(walks.key_classes(generator, r["corners"], r["digits"] or ()))
    z, y = (_at(corners, r["u"], r["v"], mode) for corners, mode in ((z, r["mode"]), (y, "lerp")))
    return generator.draw(z, y, r["temperature"]).numpy()


def _at(corners: np.ndarray, u: float, v: float, mode: str) -> np.ndarray:
    path = latents.slerp if mode == "slerp" else latents.lerp
    left, right = (latents.on_grid(path(corners[i], corners[i + 2], np.array([v])))[0] for i in (0, 1))
    return latents.on_grid(path(left, right, np.array([u])))


def differing(engine: Engine, generator: Generator, requests: list[Request]) -> list[Request]:
    """The requests that the engine doesn't answer with Python's pixels."""
    pixels = np.frombuffer(engine.draw(Weights.of(generator), requests), dtype=np.uint8)
    wanted = [drawn(generator, request).ravel() for request in requests]
    ends = np.cumsum([len(want) for want in wanted])
    assert len(pixels) == ends[-1], f"{len(pixels)} pixels of {ends[-1]}"
    found = np.split(pixels, ends[:-1])
    return [r for r, want, got in zip(requests, wanted, found, strict=True) if not np.array_equal(want, got)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--engine", choices=["node", *BROWSERS], default="node")
    parser.add_argument("--model", nargs="+", default=["modern", "relu-2", "batchnorm"])
    parser.add_argument("--seed", type=int, default=0, help="other requests for each")
    options = parser.parse_args()
    torch.set_num_threads(1)
    generators = [Generator.from_pretrained(model) for model in options.model]
    wrong = 0
    with nullcontext(Node()) if options.engine == "node" else opened(options.engine) as engine:
        for i, done in enumerate(range(0, options.count, CHUNK)):
            generator = generators[i % len(generators)]
            count = min(CHUNK, options.count - done)
            for request in differing(engine, generator, random_requests(generator, count, options.seed * 10**6 + i)):
                wrong += 1
                print(f"{generator.name} differs: {request}")
            print(f"{done + count} requests, {wrong} differ", end="\r", flush=True)
    print()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
