"""The engine's scripts in Node, without a worker."""

import json
import shutil
import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import safetensors.torch

from gan.networks import Generator
from gan.web.engine.build import ENGINE

HERE = Path(__file__).resolve().parent
NODE = shutil.which("node")


def draw(generator: Generator, requests: list[dict[str, Any]]) -> bytes:
    """The pixels of all requests, one after the other."""
    weights = safetensors.torch.save(generator.quantized().tensors())
    return draw_weights(weights, asdict(generator.config), requests)


def draw_weights(weights: bytes, config: dict[str, Any], requests: list[dict[str, Any]]) -> bytes:
    """The same with the bytes of quantized.safetensors and "generator" of config.json.

    Raises:
        RuntimeError: the engine's error, with its code.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "weights").write_bytes(weights)
        job = {"weights": f"{folder}/weights", "config": config, "requests": requests}
        (Path(folder) / "job.json").write_text(json.dumps(job))
        _node([str(HERE / "node.mjs"), str(ENGINE), f"{folder}/job.json", f"{folder}/answer"])
        return (Path(folder) / "answer").read_bytes()


def evaluate(script: str, data: Any = None) -> Any:
    """The JSON that an async script returns; it sees `data`, and `load(NAME)` imports a file of the engine."""
    source = f"""
        const load = (name) => import({json.dumps(ENGINE.as_uri())} + "/" + name);
        const data = {json.dumps(data)};
        console.log(JSON.stringify(await (async () => {{ {script} }})()));
    """
    return json.loads(_node(["--input-type=module", "-"], source))


def _node(arguments: list[str], source: str = "") -> str:
    assert NODE
    done = subprocess.run([NODE, *arguments], input=source, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout
