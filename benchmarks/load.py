"""Claim: fifty visitors are served without an error, a burst is answered or refused, large work delays no small one.

    make bench-load                            (some 5 minutes)
    python benchmarks/load.py --seconds 20     (shortened)
    python benchmarks/load.py --soak 30        (30 minutes of mixed traffic, and a plot of what the server held)

locust (visitors.py) asks, in a process of its own; the server is the page of a bundled model. Exit status: 0, or 1 if a
limit is broken.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan.console import print_everywhere

ROOT = Path(__file__).resolve().parent.parent
LOAD = Path(__file__).resolve()
BURST = 500


def serve(port: int) -> None:
    """The page with one more route, whose bytes are ready."""
    import torch
    from starlette.responses import Response
    from starlette.routing import Route

    from gan.images import grid_png
    from gan.web.model_store import ModelStore
    from gan.web.serve import application, return_freed_memory, server

    torch.set_num_threads(1)
    models = ModelStore(remote=False)
    return_freed_memory()
    ready = grid_png(models.served.sample(range(7, 23)).numpy())

    async def constant(_: object) -> Response:
        return Response(ready, media_type="image/png", headers={"Cache-Control": "no-cache"})

    server(application(models, more_routes=(Route("/constant.png", constant),)), host="127.0.0.1", port=port).run()


def asked(address: str, seconds: float, *who: str, users: int | None = None) -> dict[str, dict[str, Any]]:
    """What locust measured, by the requests' names."""
    count = ["-u", str(users)] if users else ["-u", str({"Small": 4, "Long": 20, "Heavy": 1}.get(who[0], 8))]
    if len(who) > 1:
        count = ["-u", "25"]
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "benchmarks" / "visitors.py"), *who, "--headless"]
    command += ["--host", address, *count, "-r", "10", "-t", f"{seconds:.0f}s", "--json", "--loglevel", "ERROR"]
    run = subprocess.run([*command, "--stop-timeout", "20"], capture_output=True, text=True, check=False)
    try:
        return {entry["name"]: entry for entry in json.loads(run.stdout)}
    except ValueError:
        sys.exit(f"error: locust said nothing that can be read: {run.stderr[-500:]}")


def percentile(entry: dict[str, Any], share: float) -> float:
    """Milliseconds that `share` of the requests took at most."""
    left = share * entry["num_requests"]
    for milliseconds, count in sorted((float(ms), n) for ms, n in entry["response_times"].items()):
        left -= count
        if left <= 0:
            return milliseconds
    return 0.0


def rate(entry: dict[str, Any]) -> float:
    """Requests in a second."""
    return entry["num_requests"] / max(entry["last_request_timestamp"] - entry["start_time"], 1e-9)


async def burst(address: str) -> tuple[dict[int | str, int], float]:
    """How many of BURST large grids at once had which status, and the seconds until the last answer."""

    async def one(client: httpx.AsyncClient, seed: int) -> int | str:
        try:
            return (await client.get(f"{address}/digits.png?seed={seed}&count=400")).status_code
        except httpx.TransportError as error:
            return type(error).__name__

    begin = time.perf_counter()
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=BURST), timeout=60) as client:
        statuses = await asyncio.gather(*(one(client, 1000 * i) for i in range(BURST)))
    return {status: statuses.count(status) for status in set(statuses)}, time.perf_counter() - begin


def held(pid: int) -> dict[str, float]:
    """What a process holds: memory in MB, descriptors, threads."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {
        "memory (MB)": int(status["VmRSS"].split()[0]) / 1024,
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "threads": int(status["Threads"]),
    }


@contextmanager
def running() -> Iterator[tuple[str, int]]:
    """The address and the process of a server whose temporary files lie in a folder of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["TMPDIR"] = temporary
        process = subprocess.Popen([sys.executable, LOAD, "--serve", str(port)], cwd=ROOT)
        try:
            while process.poll() is None:
                try:
                    httpx.get(f"{address}/healthz", timeout=5)
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield address, process.pid
        finally:
            process.terminate()
            process.wait(15)


def report(what: str, value: str, limit: str, ok: bool) -> bool:
    print(f"{what:58} {value:>22}   {limit:24} {'' if ok else 'BROKEN'}", flush=True)
    return ok


def measure(address: str, pid: int, seconds: float) -> bool:
    """Print every figure beside its limit; whether all are kept."""
    asked(address, 10, "Visitor", users=10)  # warm
    httpx.get(f"{address}/digits.png?model=dcgan", timeout=60)  # it is read when it is first asked for
    before = held(pid)["memory (MB)"]
    visit = asked(address, seconds, "Visitor", users=50)
    after = held(pid)["memory (MB)"]
    failures = sum(entry["num_failures"] for entry in visit.values())
    requests = sum(entry["num_requests"] for entry in visit.values())
    pictures = percentile(visit["picture"], 0.95)
    kept = [
        report(f"50 visitors, {seconds:.0f} s: failed of {requests}", str(failures), "0", failures == 0),
        report("  a picture, p95", f"{pictures:.0f} ms", "150 ms", pictures <= 150),
        report("  memory", f"{before:.0f} → {after:.0f} MB", "+50 MB", after - before <= 50),
    ]
    statuses, last = asyncio.run(burst(address))
    answered = set(statuses) <= {200, 503}
    kept.append(report(f"{BURST} grids at once: {statuses}", f"last {last:.1f} s", "10 s", answered and last <= 10))
    alone = percentile(asked(address, min(seconds, 20), "Small")["small"], 0.95)
    among = percentile(asked(address, min(seconds, 30), "Small", "Long", "Heavy")["small"], 0.95)
    delay = f"{alone:.0f} → {among:.0f} ms"
    kept.append(report("a small picture, p95, among a heavy and 20 long", delay, "+100 ms", among - alone <= 100))
    constant, cached = (rate(asked(address, min(seconds, 15), who)[who.lower()]) for who in ("Constant", "Cached"))
    share = f"{cached:.0f} of {constant:.0f} /s"
    kept.append(report("cached pictures beside a constant route", share, "80 %", cached >= 0.8 * constant))
    return all(kept)


def soak(address: str, pid: int, minutes: float, plot: Path) -> bool:
    """Mixed traffic, and what the server holds every ten seconds; a plot. Whether it is flat after the first fifth."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    seconds = minutes * 60
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "benchmarks" / "visitors.py"), "Visitor", "Long"]
    command += ["--headless", "--host", address, "-u", "40", "-r", "10", "-t", f"{seconds:.0f}s", "--only-summary"]
    traffic = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    samples: list[dict[str, float]] = []
    begin = time.monotonic()
    while traffic.poll() is None:
        disk = sum(f.stat().st_size for f in Path(os.environ["TMPDIR"]).rglob("*") if f.is_file()) / 2**20
        samples.append({"minute": (time.monotonic() - begin) / 60, **held(pid), "disk (MB)": disk})
        time.sleep(min(10, seconds / 30))
    names = [name for name in samples[0] if name != "minute"]
    figure, axes = plt.subplots(len(names), 1, sharex=True, figsize=(8, 8), layout="constrained")
    for axis, name in zip(axes, names, strict=True):
        axis.plot([s["minute"] for s in samples], [s[name] for s in samples])
        axis.set_ylabel(name)
        axis.set_ylim(bottom=0)
    axes[-1].set_xlabel("minute")
    figure.savefig(plot)
    first, last = samples[len(samples) // 5], samples[-1]
    return all(
        report(
            f"soak, {minutes:g} min: {name}", f"{first[name]:.0f} → {last[name]:.0f}", f"+{most}",
            last[name] - first[name] <= most,
        )
        for name, most in {"memory (MB)": 100, "descriptors": 60, "threads": 10, "disk (MB)": 20}.items()
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120, help="of the fifty visitors")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="mixed traffic instead, with a plot")
    parser.add_argument("--plot", type=Path, default=Path("soak.png"))
    parser.add_argument("--serve", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return 0
    with running() as (address, pid):
        if options.soak:
            return not soak(address, pid, options.soak, options.plot)
        return not measure(address, pid, options.seconds)


if __name__ == "__main__":
    print_everywhere()
    sys.exit(main())
