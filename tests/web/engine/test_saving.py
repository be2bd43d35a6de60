"""What was trained in the page is a model folder like any other."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from gan import latents, quantization
from gan.networks import Discriminator, Generator
from gan.web import digits
from gan.web.fight import FIGHTS
from tests.web.engine.engines import Node

# Trains a few steps; returns the images of the first 64 numbers, what the page draws with, then the zip.
SAVE = """
    const { Kernels } = await load("training/kernels.js");
    const { Run } = await load("training/run.js");
    const { drawable, modelZip } = await load("training/saving.js");
    const { readDigits } = await load("training/digits.js");
    const { readFile } = await import("node:fs/promises");
    const bytes = async (name) => Uint8Array.from(await readFile(data.folder + "/" + name)).buffer;
    const unseen = await readDigits(await bytes("test-digits.png"));
    const module = await WebAssembly.compile(await bytes("train.wasm"));
    const run = new Run(new Kernels(module), { recipe: data.recipe, digits: unseen, unseen, seed: 3 });
    for (let i = 0; i < 3; i++) run.step();
    const { weights, golden } = await drawable(run, new Kernels(module));
    const zip = await modelZip(run, new Kernels(module), { name: data.name, seconds: 1.5 });
    const images = run.shown.images(run.points.latents, run.points.classes);
    return new Blob([images, Uint32Array.of(weights.length), weights, golden, zip]);
"""


@pytest.mark.parametrize("name", FIGHTS)
def test_a_downloaded_generator_draws_what_the_page_showed(node: Node, name: str, tmp_path: Path) -> None:
    recipe = replace(FIGHTS[name], batch_size=16)
    answer = node.run(SAVE, {"folder": str(digits.FOLDER), "recipe": recipe.as_dict(), "name": name})
    shown = torch.from_numpy(np.frombuffer(answer, np.float32, count=64 * 784).copy()).view(64, 784)
    rest = answer[4 * 64 * 784 :]
    size = int.from_bytes(rest[:4], "little")
    weights, golden, zipped = rest[4 : 4 + size], rest[4 + size : 68 + size], rest[68 + size :]
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    generator = Generator.from_pretrained(tmp_path / f"{name}-3")
    assert generator.config == recipe.generator_config()
    z = torch.from_numpy(latents.latent(range(64), 100)).float()
    y = torch.from_numpy(latents.one_hot([i % 10 for i in range(64)])).float()
    torch.testing.assert_close(generator(z, y), shown, atol=1e-4, rtol=0)
    assert (tmp_path / f"{name}-3" / "quantized.safetensors").read_bytes() == weights
    generator.set_quantized(
        quantization.quantize(generator.config, getattr(generator, "embedding", None), generator.layers)
    )
    assert safetensors.torch.save(generator.quantized().tensors()) == weights
    assert hashlib.sha256(generator.sample(range(8)).numpy().tobytes()).hexdigest() == golden.decode()
    assert Discriminator.from_pretrained(tmp_path / f"{name}-3").config == recipe.discriminator_config()
    assert json.loads((tmp_path / f"{name}-3" / "config.json").read_text())["training"]["steps"] == 3
