"""Where the engine runs in tests: Node, where it is installed, and browsers, each asked in the same way."""

import glob
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import safetensors.torch

from gan.networks import Generator
from gan.quantization import QuantizedGenerator
from gan.web.engine.build import ENGINE
from tests.browser.ensure_browser import find_browser
from tests.web.engine.site import Site, served

BROWSERS = ("chromium", "firefox", "webkit")
CHROMIUM_FLAGS = (
    *("--headless", "--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-background-networking"),
    "--disable-renderer-backgrounding",  # or a busy machine leaves it hardly any time
)

# Pixels of `data.requests`, in Node without a worker.
DRAW_PLAINLY = """
    const { Generator } = await load("generator.js");
    const { answer } = await load("requests.js");
    const { readFile } = await import("node:fs/promises");
    const weights = Uint8Array.from(await readFile(data.weights)).buffer;
    const module = await WebAssembly.compile(await readFile(data.wasm));
    const generator = new Generator(module, weights, data.config);
    return new Blob(data.requests.map((request) => answer(generator, request)));
"""

# The same in a browser, through client.js and a worker; engines stay open for the next requests.
DRAW = """
    const { createEngine } = await load("client.js");
    const methods = { digits: "sample" };
    window.engines ??= {};
    const engine = (window.engines[data.weights] ??= await createEngine(data));
    return new Blob(await Promise.all(data.requests.map(
      ({ kind, ...request }) => engine[methods[kind] ?? kind](request))));
"""


@dataclass(frozen=True)
class Weights:
    """A model as the engine gets it."""

    data: bytes
    config: dict[str, Any]
    golden: str | None = None

    @classmethod
    def of(cls, generator: Generator) -> "Weights":
        golden = hashlib.sha256(generator.sample(range(8)).numpy().tobytes()).hexdigest()
        return cls(cls.of_network(generator.quantized()).data, asdict(generator.config), golden)

    @classmethod
    def of_network(cls, network: QuantizedGenerator) -> "Weights":
        return cls(safetensors.torch.save(network.tensors()), asdict(network.config))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class Engine(Protocol):
    """Something that runs the engine's scripts."""

    def run(self, script: str, data: Any = None) -> bytes:
        """What a script returns; RuntimeError with the code of its error."""

    def draw(self, weights: Weights, requests: list[dict[str, Any]]) -> bytes:
        """The pixels of all requests, one after the other."""


class Node:
    """The scripts in Node: no worker, nothing fetched."""

    path = shutil.which("node")

    def run(self, script: str, data: Any = None) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            job, answer = Path(folder) / "job.json", Path(folder) / "answer"
            job.write_text(json.dumps(data))
            source = f"""
                import {{ readFile, writeFile }} from "node:fs/promises";
                const load = (name) => import({json.dumps(ENGINE.as_uri())} + "/" + name);
                const data = JSON.parse(await readFile({json.dumps(str(job))}, "utf8"));
                const result = await (async () => {{ {script} }})();
                const isBlob = result instanceof Blob;
                await writeFile({json.dumps(str(answer))},
                  isBlob ? Buffer.from(await result.arrayBuffer()) : JSON.stringify(result));
            """
            line = [str(self.path), "--input-type=module", "-"]
            done = subprocess.run(line, input=source, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(done.stderr)
            return answer.read_bytes()

    def draw(self, weights: Weights, requests: list[dict[str, Any]]) -> bytes:
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(weights.data)
            paths = {"weights": file.name, "wasm": str(ENGINE / "engine.wasm")}
            return self.run(DRAW_PLAINLY, {**paths, "config": weights.config, "requests": requests})


@dataclass(frozen=True)
class Browser:
    """A page in a browser."""

    site: Site

    def run(self, script: str, data: Any = None) -> bytes:
        return self.site.run(script, data)

    def draw(self, weights: Weights, requests: list[dict[str, Any]]) -> bytes:
        return self.run(DRAW, {**self.model(weights), "requests": requests})

    def model(self, weights: Weights) -> dict[str, Any]:
        """What createEngine needs of a model, which is served from now on."""
        path = f"/{weights.sha256}.safetensors"
        self.site.files[path] = weights.data
        return {"weights": path, "config": weights.config, "sha256": weights.sha256, "golden": weights.golden}


def command(browser: str, profile: Path) -> list[str] | None:
    """How to open an address (to be added) in a browser of `BROWSERS`; None where it isn't installed."""
    if browser == "chromium":
        path = find_browser()
        return [path, *CHROMIUM_FLAGS, f"--user-data-dir={profile}"] if path else None
    if browser == "firefox":
        path = shutil.which("firefox-esr") or shutil.which("firefox")
        return [path, "--headless", "--no-remote", "--profile", str(profile)] if path else None
    mini = next(iter(glob.glob("/usr/lib/*/webkit2gtk-4*/MiniBrowser")), None)  # of Debian's webkit2gtk-driver
    xvfb = shutil.which("xvfb-run")
    return [xvfb, "-a", mini] if mini and xvfb else None


@contextmanager
def opened(browser: str) -> Iterator[Browser]:
    """A browser of `BROWSERS`, which must be installed, with the page open until the end of the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, served() as site:
        line = command(browser, Path(folder))
        assert line is not None, f"{browser} is not installed"
        # WebKit's sandbox needs user namespaces, which containers seldom have.
        environment = os.environ | {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "HOME": folder}
        process = subprocess.Popen(
            [*line, site.url],
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Browser(site)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a browser with all its processes: its group."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
