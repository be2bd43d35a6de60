"""The browser's engine beside PyTorch on one thread: python benchmarks/engine.py [--engine node chromium …].

Protocol: modern's digits from 0 on, 16 or 400 of them; 30 rounds after a warm-up, each of several draws (browsers'
clocks are coarse); the median round and the fastest are printed. One engine runs at a time.

- layers: the integer layers alone, and billions of multiplications and additions a second;
- sample: from seeds to pixels, their latents kept from the draw before (as when a slider moves);
- fresh: from seeds that were not drawn before;
- worker: sample, asked of the worker by the page.

Limit: 25 ms for 400 digits on one quiet core.
"""

import argparse
import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gan import latents  # noqa: E402
from gan.console import print_everywhere  # noqa: E402
from gan.networks import Generator  # noqa: E402
from gan.web.engine.build import ENGINE  # noqa: E402
from tests.web.engine.engines import BROWSERS, Browser, Engine, Node, Weights, command, opened  # noqa: E402
from tests.web.engine.site import served  # noqa: E402

ROUNDS = 30
COUNTS = (16, 400)
DRAWS = {16: 20, 400: 2}  # in a round

# Milliseconds of a draw for each round, by kind and count.
MEASURE = """
    const { Generator } = await load("generator.js");
    const { Kernel } = await load("kernel.js");
    const { latent, oneHot } = await load("latents.js");
    const { quantizedInput } = await load("quantized.js");
    const bytes = async (address) => (await fetch(address)).arrayBuffer();
    const module = await WebAssembly.compile(await bytes(data.wasm));
    const generator = new Generator(module, await bytes(data.weights), data.config);
    const kernel = new Kernel(module, generator.network);
    const engine = globalThis.Worker && await (await load("client.js")).createEngine(data);
    const range = (from, count) => Array.from({ length: count }, (_, i) => from + i);
    let next = 1000;
    const times = {};
    for (const [count, draws] of Object.entries(data.draws).map((pair) => pair.map(Number))) {
      const seeds = range(0, count);
      const inputs = seeds.map((seed) => quantizedInput(generator.network, latent(seed, 100), oneHot(seed % 10), 1));
      const kinds = {
        layers: () => kernel.draw(count, (i) => inputs[i]),
        sample: () => generator.sample(seeds),
        fresh: () => generator.sample(range((next += count), count)),
        ...(engine && { worker: () => engine.sample({ seeds }) }),
      };
      for (let round = -5; round < data.rounds; round++) {
        for (const [kind, draw] of Object.entries(kinds)) {
          const start = performance.now();
          for (let i = 0; i < draws; i++) await draw();
          const took = (performance.now() - start) / draws;
          if (round >= 0) (times[`${kind} ${count}`] ??= []).push(took);
        }
      }
    }
    return times;
"""


def measured(engine: Engine, url: str, model: dict) -> dict[str, list[float]]:
    addresses = {"wasm": f"{url}engine/engine.wasm", "weights": url + model["weights"].removeprefix("/")}
    return json.loads(engine.run(MEASURE, model | addresses | {"draws": DRAWS, "rounds": ROUNDS}))


def pytorch(generator: Generator) -> dict[str, list[float]]:
    """The same of `Generator.draw` and `Generator.sample`."""
    times = {}
    for count in COUNTS:
        seeds = range(count)
        z, y = latents.latent(seeds, generator.config.latent_dim), latents.one_hot([seed % 10 for seed in seeds])
        times[f"layers {count}"] = rounds(lambda: generator.draw(z, y), DRAWS[count])  # noqa: B023 (called at once)
        times[f"fresh {count}"] = rounds(lambda: generator.sample(seeds), DRAWS[count])  # noqa: B023
    return times


def rounds(draw: Callable[[], object], draws: int) -> list[float]:
    times = []
    for i in range(-5, ROUNDS):
        start = time.perf_counter()
        for _ in range(draws):
            draw()
        if i >= 0:
            times.append((time.perf_counter() - start) / draws * 1000)
    return times


def table(name: str, times: dict[str, list[float]], products: int) -> None:
    for kind, took in times.items():
        median, fastest = statistics.median(took), min(took)
        count = int(kind.rpartition(" ")[2])
        speed = f"{2 * products * count / median / 1e6:6.1f} GOP/s" if kind.startswith("layers") else ""
        print(f"{name:9} {kind:11} {median:8.2f} ms  (fastest {fastest:6.2f})  {speed}", flush=True)


def sizes(weights: bytes) -> None:
    scripts = b"".join(path.read_bytes() for path in sorted(ENGINE.glob("*.js")))
    for name, data in (
        ("engine.wasm", (ENGINE / "engine.wasm").read_bytes()),
        ("scripts", scripts),
        ("weights", weights),
    ):
        print(f"{name}: {len(data):,} bytes, {len(gzip.compress(data, 9, mtime=0)):,} gzipped")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    installed = ["node"] * bool(Node.path) + [name for name in BROWSERS if command(name, Path())]
    parser.add_argument("--engine", nargs="+", choices=installed, default=installed)
    options = parser.parse_args()
    torch.set_num_threads(1)
    generator = Generator.from_pretrained("modern")
    weights = Weights.of(generator)
    products = sum(layer.weight.numel() for layer in generator.quantized().layers)
    sizes(weights.data)
    table("PyTorch", pytorch(generator), products)
    for name in options.engine:
        if name == "node":
            with served() as site:
                table(name, measured(Node(), site.url, Browser(site).model(weights)), products)
        else:
            with opened(name) as browser:
                table(name, measured(browser, browser.site.url, browser.model(weights)), products)


if __name__ == "__main__":
    print_everywhere()
    main()
