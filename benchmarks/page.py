"""The page's speed in real Chromium, beside the bare minimum of the same run: python benchmarks/page.py.

Protocol: one server (this script with --serve) draws with the given model; every figure alternates with its baseline
in one browser, after a warm-up; medians. "Painted" is the first task after the animation frame that shows the picture.

- change: a seed is typed into Gradio's field, until its digits are painted: drawn by the browser, then by the server (a
  choice in the page's head), as they are and over 200 ms of emulated latency. Limits of the browser: 17 ms at 16
  digits, 50 ms at 400, with latency as without, and no request. Baseline of the server: the same fetch, decode and
  paint of a ready-made PNG of as many digits, at most half its time.
- cold: opening the page in a fresh profile over 200 ms of latency until its first digits are painted, before Gradio is
  there or after; baseline: the same of a session that chose the server. Limit 1.5 s.
- site: the same of the page without a server, from a plain file server: opened for the first time (limit 1.0 s), and
  again, when its service worker has kept it (limit 0.3 s, and no request but for an update); the bytes of the first
  visit (limit 1.5 MB), of them those without the weights, and before the weights are asked for (limit 150 KB).
- morph: a change until 60 frames of 16 digits are ready (150 ms); drags make no request and are painted at once.
- play: a walk of 16 digits that plays for five seconds at 60 frames a second; a frame of the screen that shows no new
  picture is dropped (at most 1 %).
- drag: sliders at 60 events a second; the last picture is the last value's, every time.
- usable: opening the page until digits are painted; baseline: an empty gr.Blocks until it is mounted. Limit 1.5.
  Beside it, without a limit: Gradio's own time for the first tab's controls, with none of our scripts.
- start: `python app.py` until its first answer; baseline: import torch and gradio, launch an empty page. Limit 1.3.
- events: 10,000 changes; the server's memory and disk stay flat (20 MB).
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan.console import print_everywhere
from tests.browser.ensure_browser import find_browser
from tests.browser.file_server import file_server

ROOT = Path(__file__).resolve().parent.parent
EMPTY = """
import torch, gradio
with gradio.Blocks(analytics_enabled=False) as page: pass
page.launch(server_port={port}, quiet=True, ssr_mode=False)
"""
CONTROLS = """
import gradio
from gan.web.controls import TABS
from gan.web.page import tab_components
from gan.web.theme import theme
with gradio.Blocks(analytics_enabled=False, fill_width=True) as page:
    with gradio.Tabs():
        with gradio.Tab("Generate"): tab_components(TABS[0])
        with gradio.Tab("Morph"): pass
        with gradio.Tab("Write"): pass
page.launch(server_port={port}, quiet=True, ssr_mode=False, theme=theme())
"""
MEASURE = """
(() => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))));
  const wall = document.querySelector('#wall');
  const until = (element, name, value) => new Promise((done) => {
    const watch = new MutationObserver(() => element.getAttribute(name) === value && (watch.disconnect(), done()));
    watch.observe(element, { attributes: true });
  });
  const type = (input, value) => {
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  };
  window.measure = {
    async change(seed, count) {
      const there = until(wall, 'data-painted', `${seed}/${count}`);
      const start = performance.now();
      type(document.querySelector('#seed input'), seed);
      await there;
      return await painted() - start;
    },
    async chosen(place) {
      const choice = document.querySelector('#drawn-by');
      choice.value = place;
      choice.dispatchEvent(new Event('change', { bubbles: true }));
      while (place === 'browser' && choice.dataset.here !== 'true') await new Promise((done) => setTimeout(done, 10));
      await new Promise((done) => setTimeout(done, 1000));
    },
    async bare(nonce, count) {
      const canvas = document.querySelector('#wall canvas').cloneNode();
      const start = performance.now();
      const response = await fetch(`constant.png?count=${count}&nonce=${nonce}`);
      const bitmap = await createImageBitmap(await response.blob());
      document.body.append(canvas);
      canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const end = await painted();
      canvas.remove();
      return end - start;
    },
    async walk(seed) {
      const start = performance.now();
      const there = new Promise((done) => {
        const watch = new MutationObserver(() => (watch.disconnect(), done()));
        watch.observe(document.querySelector('.downloads'), { childList: true, subtree: true });
      });
      type(document.querySelector('#key-seed-0'), seed);
      await there;
      return await painted() - start;
    },
    async scrub(steps) {  // how long after each event its frame is on the canvas
      const scrub = document.querySelector('#scrub');
      const frame = document.querySelector('canvas.frame');
      const late = [];
      for (let i = 0; i < steps; i++) {
        const value = (i * 7) % 60;
        const start = performance.now();
        type(scrub, value);
        while (frame.dataset.position !== String(value)) await new Promise(requestAnimationFrame);
        late.push(performance.now() - start);
        await new Promise(requestAnimationFrame);
      }
      return late;
    },
    async play(seconds) {  // the share of the screen's frames that showed no new picture
      const frame = document.querySelector('canvas.frame');
      let shown = 0;
      let place = null;
      document.querySelector('#play').click();
      await new Promise((done) => setTimeout(done, 300));
      let from = await new Promise(requestAnimationFrame);
      let now = from;
      while (now - from < seconds * 1000) {
        now = await new Promise(requestAnimationFrame);
        await new Promise((done) => setTimeout(done));  // after what else this frame paints
        shown += frame.dataset.place !== place;
        place = frame.dataset.place;
      }
      document.querySelector('#play').click();
      const expected = Math.round((now - from) / (1000 / 60));
      return { dropped: 1 - shown / expected, expected };
    },
    async drag(last) {
      const slider = document.querySelector('#count input[type=range]');
      for (let i = 0; i < 20; i++) {
        type(slider, 1 + Math.floor(Math.random() * 400));
        await new Promise((done) => setTimeout(done, 1000 / 60));
      }
      type(slider, last);
      const shown = () => Number(wall.dataset.painted.split('/')[1]);
      for (let i = 0; i < 200 && shown() !== last; i++) await new Promise((done) => setTimeout(done, 25));
      await new Promise((done) => setTimeout(done, 300));  // and nothing older comes after it
      return wall.dataset.painted;
    },
    async events(from, count) {
      for (let i = 0; i < count; i++) await window.measure.change(from + i, 16);
    },
  };
})();
"""


FIRST_DIGITS = """
  (() => {
    const painted = () => document.querySelector('#early .wall[data-painted], #wall[data-painted]');
    const look = () => {
      if (!painted()) return requestAnimationFrame(look);
      requestAnimationFrame(() => setTimeout(() => { window.firstDigits = performance.now(); }));
    };
    look();
  })();
"""  # milliseconds after the navigation began
LATENCY = 200  # milliseconds, emulated


def serve(model: str, port: int) -> None:
    """The page with one more route, whose pixels are ready before it is asked."""
    # Here, since only the server needs them: the process that measures starts without torch.
    import torch
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from gan import images as rendering
    from gan.hub.resolve import load_generator
    from gan.web.model_store import ModelStore
    from gan.web.serve import application, server

    torch.set_num_threads(1)
    models = ModelStore(load_generator(model))
    ready = {n: rendering.grid_png(models.served.sample(range(n)).numpy()) for n in (16, 400)}

    async def constant(request: Request) -> Response:
        return Response(
            ready[int(request.query_params["count"])], media_type="image/png", headers={"Cache-Control": "no-store"}
        )

    server(application(models, more_routes=(Route("/constant.png", constant),)), host="127.0.0.1", port=port).run()


def started(command: list[str], port: int, temporary: str) -> tuple[subprocess.Popen[bytes], float]:
    """A server, and the seconds until it answered."""
    environment = {**os.environ, "GRADIO_TEMP_DIR": temporary, "GRADIO_ANALYTICS_ENABLED": "False"}
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    while time.perf_counter() - begin < 120 and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
            return process, time.perf_counter() - begin
        except OSError:
            time.sleep(0.02)
    process.kill()
    sys.exit(f"error: {' '.join(command[:3])} … did not answer on port {port}")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(30)


def opened(browser: Browser, address: str, ready: str) -> tuple[Page, float]:
    """A page in a fresh profile, and the milliseconds until `ready` is there."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    begin = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(ready)
    return page, (time.perf_counter() - begin) * 1000


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} has no VmRSS")


def disk_mb(folder: str) -> float:
    return sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file()) / 2**20


def report(what: str, value: float, unit: str, baseline: float | None, limit: str) -> None:
    ratio = f"{value / baseline:5.2f}" if baseline else "     "
    beside = f"{baseline:8.1f}" if baseline else " " * 8
    print(f"{what:50} {value:8.1f} {unit:3} {beside} {ratio}   {limit}", flush=True)


def main(options: argparse.Namespace) -> None:
    app, empty = options.port, options.port + 1
    python = sys.executable
    temporary = tempfile.mkdtemp()
    median = statistics.median
    print(f"{'':50} {'median':>8} {'':3} {'baseline':>8} {'ratio':>5}   limit")

    starts: list[float] = []
    bare_starts: list[float] = []
    for _ in range(options.starts):
        process, seconds = started([python, "app.py", "--model", options.model, "--port", str(app)], app, temporary)
        starts.append(seconds)
        stop(process)
        process, seconds = started([python, "-c", EMPTY.format(port=empty)], empty, temporary)
        bare_starts.append(seconds)
        stop(process)
    if starts:
        report(f"start to first answer (n={options.starts})", median(starts), "s", median(bare_starts), "ratio 1.3")

    server, _ = started([python, __file__, "--serve", "--model", options.model, "--port", str(app)], app, temporary)
    bare, _ = started([python, "-c", EMPTY.format(port=empty)], empty, temporary)
    plain, _ = started([python, "-c", CONTROLS.format(port=empty + 1)], empty + 1, temporary)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
            opening(browser, options, *(f"http://127.0.0.1:{port}/" for port in (app, empty, empty + 1)))
            stop(plain)
            stop(bare)
            cold(browser, options, f"http://127.0.0.1:{app}/")
            site(browser, options)
            measure(browser, options, f"http://127.0.0.1:{app}/", server.pid, temporary)
            browser.close()
    finally:
        for process in (server, bare, plain):
            stop(process)
        shutil.rmtree(temporary, ignore_errors=True)


@cache  # a session's conditions last as long as it: another one could only add to them
def network_of(page: Page) -> CDPSession:
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    return network


def slowed(page: Page, milliseconds: int) -> None:
    """Every request of the page takes so much longer."""
    network = network_of(page)
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1},
    )


def changes(page: Page, count: int, limit: int, rounds: int) -> None:
    """How long from a gesture to so many painted digits, drawn here and there, nearby and far away."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "data:" not in request.url else None)
    times: dict[tuple[str, int], list[float]] = {}
    bare: list[float] = []
    requests = 0
    for place in ("browser", "server"):
        slowed(page, 0)
        page.evaluate("place => measure.chosen(place)", place)
        for latency in (0, LATENCY):
            slowed(page, latency)
            before = len(asked)
            times[place, latency] = taken = []
            for i in range(rounds + 5):
                seed = 1000 * count + 500 * i + 100_000 * len(times)
                taken.append(page.evaluate("([s, n]) => measure.change(s, n)", [seed, count]))
                if place == "server" and latency == 0:
                    bare.append(page.evaluate("([s, n]) => measure.bare(s, n)", [i, count]))
            requests += len(asked) - before if place == "browser" else 0
    slowed(page, 0)
    for (place, latency), taken in times.items():
        far = f", {latency} ms away" if latency else ""
        beside = statistics.median(bare[5:]) if (place, latency) == ("server", 0) else None
        limits = f"{limit} ms" if place == "browser" else "ratio 2.0" if beside else ""
        report(f"{count} digits by the {place}{far} (n={rounds})", statistics.median(taken[5:]), "ms", beside, limits)
    print(f"{'requests while the browser draws':50} {requests:8d}     of 0", flush=True)


def cold(browser: Browser, options: argparse.Namespace, app: str) -> None:
    """How long a visitor who comes for the first time, from far away, waits for digits."""
    times: dict[str, list[float]] = {"browser": [], "server": []}
    for _ in range(options.colds + 1):  # the first round warms the server up
        for place, taken in times.items():
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.add_init_script(f"sessionStorage.setItem('drawn-by', '{place}');{FIRST_DIGITS}")
            slowed(page, LATENCY)
            taken.append(first_digits(page, app))
            page.context.close()
    here, there = (statistics.median(taken[1:]) for taken in times.values())
    report(f"first digits, {LATENCY} ms away (n={options.colds})", here, "ms", there, "1500 ms")


def site(browser: Browser, options: argparse.Namespace) -> None:
    """The page without a server, for a visitor from far away."""
    first, again, requests = [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "gan.hub", "site", folder, "--model", options.model]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        with file_server(Path(folder)) as server:
            for _ in range(options.colds):
                server.sent.clear()
                context = browser.new_context(viewport={"width": 1280, "height": 900})
                page = context.new_page()
                page.add_init_script(FIRST_DIGITS)
                slowed(page, LATENCY)
                first.append(first_digits(page, server.url))
                page.wait_for_function("navigator.serviceWorker.controller !== null")
                sent = dict(server.sent)
                page.goto("about:blank")
                before = len(server.requests)
                again.append(first_digits(page, server.url))
                requests += len([name for name in server.requests[before:] if name != "sw.js"])
                context.close()
    weights = sum(size for path, size in sent.items() if path.endswith(".safetensors"))
    report(
        f"site: first digits, {LATENCY} ms away (n={options.colds})", statistics.median(first), "ms", None, "1000 ms"
    )
    report(f"site: at the second visit (n={options.colds})", statistics.median(again), "ms", None, "300 ms")
    print(f"{'site: requests of the second visit but for sw.js':50} {requests:8d}     of 0", flush=True)
    report("site: all of the first visit", sum(sent.values()) / 1000, "KB", None, "1500 KB")
    report("site: of it without the weights", (sum(sent.values()) - weights) / 1000, "KB", None, "")
    report("site: before the weights are asked for", sent["/"] / 1000, "KB", None, "150 KB")


def first_digits(page: Page, address: str) -> float:
    """Milliseconds from the navigation to the first painted digits."""
    page.goto(address, wait_until="commit")
    return page.wait_for_function("window.firstDigits", timeout=60_000).json_value()


def opening(browser: Browser, options: argparse.Namespace, app: str, empty: str, controls: str) -> None:
    """How long until a page can be used."""
    pages = {app: "#wall[data-painted]", empty: "footer", controls: "#ten input"}
    times: dict[str, list[float]] = {address: [] for address in pages}
    for _ in range(options.rounds + 1):  # the first round warms the servers up
        for address, ready in pages.items():
            page, taken = opened(browser, address, ready)
            page.context.close()
            times[address].append(taken)
    usable, mounted, bare = (statistics.median(times[address][1:]) for address in pages)
    report(f"page usable (n={options.rounds})", usable, "ms", mounted, "ratio 1.5")
    report("the same controls, none of our code", bare, "ms", mounted, "")


def measure(browser: Browser, options: argparse.Namespace, app: str, pid: int, temporary: str) -> None:
    """Everything that happens on a page."""
    n = options.rounds
    median = statistics.median
    page, _ = opened(browser, app, "#wall[data-painted]")
    page.evaluate(MEASURE)
    for count, limit in ((16, 17), (400, 50)):
        page.locator("#count input[type=number]").fill(str(count))
        page.wait_for_function(f"document.querySelector('#wall').dataset.painted.endsWith('/{count}')")
        changes(page, count, limit, n)

    page.evaluate("measure.chosen('browser')")
    right = 0
    for _ in range(options.drags):
        last = 1 + (_ * 37) % 400
        right += page.evaluate("last => measure.drag(last)", last).endswith(f"/{last}")
    print(f"{'drags that end on the last value':50} {right:8d}     of {options.drags}", flush=True)

    walk, _ = opened(browser, f"{app}?seeds=7,42&digits=3,8&count=16&frames=60&loop=1", "canvas.frame[data-position]")
    walk.evaluate(MEASURE)
    walk.wait_for_timeout(500)
    ready = [walk.evaluate("s => measure.walk(s)", 1000 + i) for i in range(n + 3)][3:]
    report(f"60 frames × 16 digits (n={n})", median(ready), "ms", None, "150 ms")
    played = [walk.evaluate("measure.play(5)") for _ in range(3)]
    dropped = median([100 * one["dropped"] for one in played])
    report("frames dropped of 16 digits that morph (n=3 × 5 s)", dropped, "%", None, "1 %")
    asked: list[str] = []
    walk.on("request", lambda request: asked.append(request.url))
    late = walk.evaluate("measure.scrub(200)")
    report("frame after a drag event (n=200)", median(late), "ms", None, "the next frame, 17 ms")
    print(f"{'requests while dragging':50} {len(asked):8d}     of 0", flush=True)

    if options.events:
        page.locator("#count input[type=number]").fill("16")
        page.wait_for_function("document.querySelector('#wall').dataset.painted.endsWith('/16')")
        page.evaluate("measure.events(5000000, 300)")
        memory, disk = memory_mb(pid), disk_mb(temporary)
        for start in range(0, options.events, 500):
            page.evaluate("([s, n]) => measure.events(s, n)", [6_000_000 + start, 500])
        report(f"memory, {options.events} events", memory_mb(pid) - memory, "MB", None, "± 20 MB")
        report(f"disk, {options.events} events", disk_mb(temporary) - disk, "MB", None, "± 20 MB")


if __name__ == "__main__":
    print_everywhere()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="modern")
    parser.add_argument("--port", type=int, default=7891)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--colds", type=int, default=5)
    parser.add_argument("--drags", type=int, default=100)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="few rounds, no starts, no events: does it run at all?")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.starts, arguments.colds, arguments.drags, arguments.events = 5, 0, 2, 2, 0
    serve(arguments.model, arguments.port) if arguments.serve else main(arguments)
