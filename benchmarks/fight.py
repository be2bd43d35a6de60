"""Two networks that train in a tab, beside PyTorch on one thread: python benchmarks/fight.py [--seconds 60].

Protocol: real Chromium, the worker of the page (gan/web/engine/trainer.js), the real digits that a visitor gets. Every
recipe alternates with PyTorch's step on the same batch size, three rounds of ten seconds each after a warm-up; medians
of steps a second. Then `small` trains, and what it has become is measured by the project's classifier.

- steps: of each recipe in the tab and in PyTorch; limit for relu-2 and batchnorm: 0.5 × PyTorch's.
- frames: those of a bare page that are dropped while the worker trains (at most 2 %).
- tab: the same of the whole Watch tab of the page without a server, and the main thread's work for each report of the
  worker (limit 8 ms), by Chromium's own count of its processor time, less that of the tab before Start.
- readable: small after `--seconds` of training; the distance of 1,000 digits is below 100.
"""

import argparse
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import torch
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan.console import print_everywhere
from gan.data import Dataset
from gan.evaluation.evaluate import quick_scores
from gan.networks import Generator
from gan.recipes import Recipe
from gan.training.trainer import Trainer
from gan.web.fight import FIGHTS
from tests.browser.ensure_browser import find_browser
from tests.browser.file_server import file_server
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


# Counts the worker's reports, and the screen's frames of so many milliseconds.
REPORTS = """
    const Plain = window.Worker;
    window.reports = 0;
    window.Worker = class extends Plain {
      set onmessage(hear) {
        super.onmessage = (event) => {
          if (event.data.kind === "curves") window.reports++;
          hear(event);
        };
      }
    };
    window.frames_in = (milliseconds) => new Promise((done) => {
      const start = performance.now();
      let frames = 0;
      const tick = (now) => {
        if (now - start > milliseconds) return done(frames / ((now - start) / 1000));
        frames++;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
"""


def whole_tab(seconds: float) -> dict[str, float]:
    """Of the Watch tab of a site: the share of 60 frames a second that is `dropped`, and the processor time in ms that
    each report costs the main thread, `work`; `work_idle` is a second's before Start, `work_running` one's after."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        line = [sys.executable, "-m", "gan.hub", "site", folder, "--model", "modern"]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
        with file_server(Path(folder)) as server:
            chromium = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
            page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.add_init_script(REPORTS)
            page.goto(f"{server.url}?watch=small")
            page.wait_for_selector("[data-state=ready]")
            page.wait_for_timeout(2000)
            idle, *_ = watched(page, 3)
            page.click("#watch-toggle")
            page.wait_for_function("document.querySelector('.distance b').textContent !== '–'", timeout=120_000)
            work, frames, reports = watched(page, seconds)
            chromium.close()
    per_report = (work - idle) * seconds / max(reports, 1)
    return {"dropped": max(0.0, 1 - frames / 60), "work": per_report, "work_idle": idle, "work_running": work}


def watched(page: Page, seconds: float) -> tuple[float, float, int]:
    """The main thread's work in ms for each second, frames a second, and the worker's reports in that time."""
    network = page.context.new_cdp_session(page)
    network.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked() -> float:
        metrics = network.send("Performance.getMetrics")["metrics"]
        return next(1000 * metric["value"] for metric in metrics if metric["name"] == "TaskDuration")

    before, reports = worked(), page.evaluate("window.reports")
    frames = page.evaluate("milliseconds => frames_in(milliseconds)", seconds * 1000)
    return (worked() - before) / seconds, frames, page.evaluate("window.reports") - reports


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
    tab = whole_tab(SECONDS)
    print(f"the whole tab: {tab['dropped']:.1%} of 60 frames a second dropped, limit 2 %")
    print(f"  main thread: {tab['work']:.1f} ms for each report, limit 8; {tab['work_idle']:.0f} → "
          f"{tab['work_running']:.0f} ms a second with Start", flush=True)  # fmt: skip
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
