"""Run the benchmarks that can run here, one after the other: `make bench`, or `python benchmarks/run.py`.

What a benchmark lacks on this machine is said, and the benchmark left out. The long ones are only named.
Exit status: 0, or 1 if a benchmark failed.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan.console import print_everywhere
from gan.data import DatasetNotFoundError, load_dataset
from tests.browser.ensure_browser import find_browser

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
LONG = {  # command → why it is left out
    "quality.py ablation": "it trains for hours",
    "quality.py speed": "it trains for hours",
    "finding.py": "it takes a quarter of an hour",
    "load.py": "it takes five minutes and wants the machine for itself",
    "fuzz.py": "it takes six minutes",
}


def lacks_browser() -> str | None:
    if find_browser():
        return None
    return "there is no Chromium: python tests/browser/ensure_browser.py installs one"


def lacks_mnist() -> str | None:
    try:
        load_dataset("mnist", DATA, download=False)
    except DatasetNotFoundError:
        return f"there is no MNIST in {DATA}: python benchmarks/quality.py fetches it and measures every bundled model"
    return None


BENCHMARKS = {  # script → what it lacks, as a function, or None if it needs nothing
    "engine.py": None,
    "fight.py": lacks_browser,
    "fooled.py": None,
    "hub.py": None,
    "page.py": lacks_browser,
    "train_speed.py": None,
    "quality.py": lacks_mnist,
}


def main() -> int:
    failed = []
    for script, lacks in BENCHMARKS.items():
        print(f"== {script}", flush=True)
        if lacks and (reason := lacks()):
            print(f"left out: {reason}\n", flush=True)
        elif subprocess.run([sys.executable, ROOT / "benchmarks" / script], cwd=ROOT, check=False).returncode:
            failed.append(script)
    for command, why in LONG.items():
        print(f"== {command}\nleft out: {why}; run python benchmarks/{command}\n")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    print_everywhere()
    sys.exit(main())
