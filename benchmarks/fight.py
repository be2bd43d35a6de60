"""Two networks that train in a tab, beside PyTorch on one thread: python benchmarks/fight.py [--seconds 60].

Protocol: real Chromium, the worker of the page (gan/web/engine/trainer.js), the real digits that a visitor gets. Every
recipe alternates with PyTorch's step on the same batch size, three rounds of ten seconds each after a warm-up; medians
of steps a second. Then `small` trains, and what it has become is measured by the project's classifier.

- steps: of each recipe in the tab and in PyTorch; limit for relu-2 and batchnorm: 0.5 × PyTorch's.
- frames: those of the page that are dropped while the worker trains (at most 2 %).
- readable: small after `--seconds` of training; the distance of 1,000 digits is below 100.
"""

import argparse
import io
import json
import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan.console import print_everywhere
from gan.data import Dataset
from gan.evaluation.evaluate import quick_scores
from gan.networks import Generator
from gan.recipes import Recipe
from gan.training.trainer import Trainer
from gan.web.fight import FIGHTS
from tests.web.engine.engines import Browser, opened

ROUNDS = 3
SECONDS = 10
LIMITED = ("relu-2", "batchnorm")

# The page with a worker; `measured` returns steps a second and the share of dropped frames of so many milliseconds.
PAGE = """
    const here = (name) => new URL(`/engine/${name}`, location.href).href;
    const files = { wasm: here("train.wasm"), digits: here("training-digits.png"), unseen: here("test-digits.png") };
    const worker = new Worker("/joined/trainer.js", { type: "module" });
    const heard = (kind) => new Promise((done, fail) => {
      const hear = ({ data: message }) => {
        if (message.kind === "failed") fail(new Error(message.message));
        if (message.kind !== kind) return;
        worker.removeEventListener("message", hear);
        done(message);
      };
      worker.addEventListener("message", hear);
    });
    const send = (kind, details = {}) => worker.postMessage({ ...details, kind });
    send("load", { ...files, recipe: data.recipe, seed: 0 });
    await heard("loaded");
"""
STEPS = (
    PAGE
    + """
    send("start");
    await heard("distance");  // until then, the worker also trains the network that measures
    const first = await heard("curves");
    const start = performance.now();
    let frames = 0;
    const tick = () => { frames++; requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
    await new Promise((done) => setTimeout(done, data.milliseconds));
    const last = await heard("curves");
    const seconds = (performance.now() - start) / 1000;
    worker.terminate();
    return { steps: (last.steps - first.steps) / seconds, frames: frames / seconds };
"""
)
TRAINED = (
    PAGE
    + """
    send("start");
    await new Promise((done) => setTimeout(done, data.milliseconds));
    send("pause");
    send("save", { name: "small", seconds: data.milliseconds / 1000 });
    const { zip } = await heard("saved");
    worker.terminate();
    return new Blob([zip]);
"""
)


def in_the_tab(chromium: Browser, recipe: Recipe, seconds: float) -> dict[str, float]:
    return json.loads(chromium.run(STEPS, {"recipe": recipe.as_dict(), "milliseconds": seconds * 1000}))


def in_pytorch(recipe: Recipe, data: Dataset, seconds: float) -> float:
    """Steps a second on one thread."""
    trainer = Trainer(recipe, data)
    for _ in range(10):
        trainer.step()
    start, steps = time.perf_counter(), trainer.steps
    while time.perf_counter() - start < seconds:
        trainer.step()
    return (trainer.steps - steps) / (time.perf_counter() - start)


def some_digits() -> Dataset:
    """As many images as a visitor trains on; their content does not change the speed."""
    images = torch.randint(0, 256, (10_000, 784), dtype=torch.uint8)
    return Dataset("random", images, torch.arange(10_000) % 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="how long small trains before it is measured")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = some_digits()
    with opened("chromium") as chromium:
        for name, recipe in FIGHTS.items():
            tab, frames, pytorch = [], [], []
            for _ in range(ROUNDS):
                found = in_the_tab(chromium, recipe, SECONDS)
                tab.append(found["steps"])
                frames.append(found["frames"])
                pytorch.append(in_pytorch(recipe, data, SECONDS))
            ours, theirs = statistics.median(tab), statistics.median(pytorch)
            limit = "limit 0.5" if name in LIMITED else ""
            print(f"{name:10} {ours:6.1f} steps/s in the tab, {theirs:6.1f} in PyTorch: {ours / theirs:.2f} × {limit}")
            dropped = max(0.0, 1 - statistics.median(frames) / 60)
            print(f"{'':10} {dropped:6.1%} of the page's frames dropped, limit 2 %", flush=True)
        job = {"recipe": FIGHTS["small"].as_dict(), "milliseconds": options.seconds * 1000}
        answer = chromium.run(TRAINED, job)
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(io.BytesIO(answer)).extractall(folder)
        (model,) = Path(folder).iterdir()
        scores = quick_scores(Generator.from_pretrained(model), 1000)
        print(f"{model.name} after {options.seconds:.0f} s: distance {scores['frechet_train']:.1f}, limit 100")


if __name__ == "__main__":
    print_everywhere()
    main()
