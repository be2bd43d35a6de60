"""What was trained in the page is a model folder like any other."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gan import latents
from gan.networks import Discriminator, Generator
from gan.web import digits
from gan.web.fight import FIGHTS
from tests.web.engine.engines import Node

# Trains a few steps; returns the images of the first 64 numbers, then the zip.
SAVE = """
    const { Kernels } = await load("training/kernels.js");
    const { Run } = await load("training/run.js");
    const { modelZip } = await load("training/saving.js");
    const { readDigits } = await load("training/digits.js");
    const { readFile } = await import("node:fs/promises");
    const bytes = async (name) => Uint8Array.from(await readFile(data.folder + "/" + name)).buffer;
    const unseen = await readDigits(await bytes("test-digits.png"));
    const kernels = new Kernels(await WebAssembly.compile(await bytes("train.wasm")));
    const run = new Run(kernels, { recipe: data.recipe, digits: unseen, unseen, seed: 3 });
    for (let i = 0; i < 3; i++) run.step();
    const zip = await modelZip(run, { name: data.name, seconds: 1.5 });
    return new Blob([run.shown.images(run.points.latents, run.points.classes), zip]);
"""


@pytest.mark.parametrize("name", FIGHTS)
def test_a_downloaded_generator_draws_what_the_page_showed(node: Node, name: str, tmp_path: Path) -> None:
    recipe = replace(FIGHTS[name], batch_size=16)
    answer = node.run(SAVE, {"folder": str(digits.FOLDER), "recipe": recipe.as_dict(), "name": name})
    shown = torch.from_numpy(np.frombuffer(answer, np.float32, count=64 * 784).copy()).view(64, 784)
    with zipfile.ZipFile(io.BytesIO(answer[4 * 64 * 784 :])) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    generator = Generator.from_pretrained(tmp_path / f"{name}-3")
    assert generator.config == recipe.generator_config()
    z = torch.from_numpy(latents.latent(range(64), 100)).float()
    y = torch.from_numpy(latents.one_hot([i % 10 for i in range(64)])).float()
    torch.testing.assert_close(generator(z, y), shown, atol=1e-4, rtol=0)
    assert generator.sample(range(4)).shape == (4, 28, 28)
    assert Discriminator.from_pretrained(tmp_path / f"{name}-3").config == recipe.discriminator_config()
    assert json.loads((tmp_path / f"{name}-3" / "config.json").read_text())["training"]["steps"] == 3
