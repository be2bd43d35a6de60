"""What a browser quantises is what Python quantises: the same bytes, so the same digits under the same name."""

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from gan import quantization
from gan.networks import Generator
from gan.recipes import RECIPES, Recipe
from gan.web.engine.build import ENGINE
from gan.web.fight import FIGHTS
from tests.web.engine.engines import Node

QUANTIZE = """
    const { Kernels } = await load("training/kernels.js");
    const { Generator } = await load("training/networks.js");
    const { quantize } = await load("training/quantize.js");
    const { readFile } = await import("node:fs/promises");
    const module = await WebAssembly.compile(await readFile(data.wasm));
    const generator = new Generator(new Kernels(module), data.recipe, 1);
    const { buffer, byteOffset } = await readFile(data.floats);
    let at = byteOffset;
    const fill = (view) => { view.set(new Float32Array(buffer.slice(at, (at += 4 * view.length)))); };
    for (const name of generator.weights.names) fill(generator.weights.of(name).value);
    for (const [, norm] of generator.norms) { fill(norm.runningMean); fill(norm.runningVariance); }
    return new Blob([quantize(new Kernels(module), generator, data.config)]);
"""


def quantised(node: Node, generator: Generator, recipe: Recipe, path: Path) -> bytes:
    """quantized.safetensors by the page's scripts."""
    state = generator.state_dict()
    names = [name for name, _ in generator.named_parameters()]
    norms = [name for name in state if name.endswith(("running_mean", "running_var"))]
    with path.open("wb") as file:
        for name in (*names, *norms):
            file.write(state[name].to(torch.float32).numpy().tobytes())
    config = json.loads(json.dumps(generator.config.__dict__))
    wasm = str(ENGINE / "train.wasm")
    return node.run(QUANTIZE, {"recipe": recipe.as_dict(), "config": config, "floats": str(path), "wasm": wasm})


def as_python(generator: Generator) -> bytes:
    return safetensors.torch.save(generator.quantized().tensors())


@pytest.mark.parametrize("name", ["relu-2", "leaky-3", "batchnorm", "quick"])
def test_a_bundled_generator(node: Node, name: str, tmp_path: Path) -> None:
    generator = Generator.from_pretrained(name)
    assert quantised(node, generator, RECIPES[name], tmp_path / "floats") == as_python(generator)


def test_a_generator_with_odd_weights(node: Node, tmp_path: Path) -> None:
    torch.manual_seed(1)
    generator = Generator(FIGHTS["small"].generator_config()).eval()
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.mul_(torch.randn_like(parameter).exp())
        generator.layers[0].weight[3] = 0  # a row that draws nothing
        for name, buffer in generator.named_buffers():
            if "running" in name:
                buffer.copy_(torch.rand_like(buffer) + 0.1)
    assert quantised(node, generator, FIGHTS["small"], tmp_path / "floats") == as_python(generator)


def test_no_grey_level_hangs_on_the_last_digits_of_tanh() -> None:
    end = quantization.TANH_END * quantization.TANH_STEPS
    levels = (np.tanh(np.arange(1, end + 1) / quantization.TANH_STEPS) + 1) * 127.5 + 0.5
    assert np.abs(levels - np.round(levels)).min() > 1e-9  # browsers' tanh is within some 1e-14 of NumPy's
