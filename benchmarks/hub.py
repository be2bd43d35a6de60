"""Claim: a page starts as fast without the Hub as with it, and says within 5 s why a model isn't there.

    python benchmarks/hub.py

app.py is started against the tests' double of the Hub, each case in turn, `ROUNDS` times. Times are from the start of
the process. The double answers on this machine, so times of fetches are lower bounds.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import nullcontext
from pathlib import Path

# Before the installed packages, since one of them brings a `tests` of its own.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan.console import print_everywhere
from tests.hub import endpoint  # first: it points the Hub's client at the double
from tests.hub.double import Hub
from tests.hub.model_files import files_of, save_model

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
CASES = {  # model, fault, whether the commit is cached
    "bundled model": ("modern", None, False),
    "no Hub (connection refused)": ("maker/digits", "down", False),
    "black-holed Hub": ("maker/digits", "black hole", False),
    "Hub there, nothing cached": ("maker/digits", None, False),
    "no Hub, commit cached": ("maker/digits@COMMIT", "down", True),
    "black-holed Hub, commit cached": ("maker/digits@COMMIT", "black hole", True),
    "black-holed Hub, main cached": ("maker/digits", "black hole", True),
}


def measure(hub: Hub, case: str, run: Path) -> tuple[float, float, str]:
    """Seconds to the first answer and to the last change of what is served, and the sentence about it."""
    model, fault, cached = CASES[case]
    hub.reset()
    hub.up()
    commit = hub.repository("maker/digits").commit(files_of(run))
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HF_HOME": home, "PYTHONPATH": str(ROOT)}
        if cached:
            fetch = "import sys; from gan.hub import fetch; fetch.fetch('maker/digits')"
            subprocess.run([sys.executable, "-c", fetch], env=environment, check=True, capture_output=True)
        if fault == "down":
            hub.down()
        with hub.fault("GET /", "black hole") if fault == "black hole" else nullcontext():
            return start(model.replace("COMMIT", commit), environment)


def start(model: str, environment: dict[str, str]) -> tuple[float, float, str]:
    command = [sys.executable, "app.py", "--model", model, "--port", str(endpoint.PORT + 1)]
    begin, first, settled, message = time.monotonic(), 0.0, 0.0, ""
    page = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not first or time.monotonic() < settled + 5:  # five quiet seconds: what is served has settled
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{endpoint.PORT + 1}/healthz", timeout=1) as answer:
                    said = json.load(answer)["message"]
            except (urllib.error.URLError, TimeoutError):
                assert page.poll() is None, f"app.py --model {model} ended with {page.returncode}"
                time.sleep(0.02)
                continue
            now = time.monotonic()
            first = first or now
            if said != message:
                settled, message = now, said
            time.sleep(0.05)
    finally:
        page.terminate()
        page.wait()
    return first - begin, settled - begin, message


def main() -> None:
    hub = Hub(endpoint.PORT)
    seen: dict[str, list[tuple[float, float, str]]] = {case: [] for case in CASES}
    with tempfile.TemporaryDirectory() as folder:
        run = save_model(Path(folder) / "run")
        for _ in range(ROUNDS):
            for case in CASES:
                seen[case].append(measure(hub, case, run))
    hub.down()
    base = statistics.median(first for first, _, _ in seen["bundled model"])
    print(f"| start of app.py (median of {ROUNDS}) | first answer, s | ratio | settled, s | what the page says |")
    print("|---|---|---|---|---|")
    for case, rounds in seen.items():
        first, settled = (statistics.median(r[i] for r in rounds) for i in (0, 1))
        print(f"| {case} | {first:.1f} | {first / base:.2f} | {settled:.1f} | {rounds[-1][2]} |")


if __name__ == "__main__":
    print_everywhere()
    main()
