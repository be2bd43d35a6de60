"""Find me: the nearest digit of a generator, among numbers and by gradient descent."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
import torch

from gan import latents
from gan.bundled import BUNDLED
from gan.networks import Generator
from gan.web import digits
from tests.web.engine.engines import Node

BEGIN = """
    const { Generator } = await load("generator.js");
    const { Kernels } = await load("training/kernels.js");
    const { Descent, FloatGenerator, Nearest, distance } = await load("search.js");
    const { readDigits } = await load("training/digits.js");
    const { readFile } = await import("node:fs/promises");
    const bytes = async (path) => Uint8Array.from(await readFile(path)).buffer;
    const wasm = async (name) => WebAssembly.compile(await bytes(data.engine + "/" + name));
    const generator = new Generator(await wasm("engine.wasm"), await bytes(data.weights), data.config);
    const train = await wasm("train.wasm");
    const real = (await readDigits(await bytes(data.engine + "/test-digits.png"))).images;
    const digit = (i) => real.subarray(i * 784, (i + 1) * 784);
"""


def run(node: Node, name: str, script: str, **data: Any) -> Any:
    config = asdict(Generator.from_pretrained(name).config)
    given = {"engine": str(digits.FOLDER), "weights": str(BUNDLED / name / "quantized.safetensors"), "config": config}
    return json.loads(node.run(BEGIN + script, {**given, **data}))


@pytest.mark.parametrize("name", ["modern", "relu-2", "batchnorm"])
def test_the_float_network_draws_as_python_does_and_its_gradient_is_pythons(node: Node, name: str) -> None:
    """Within what quantisation leaves: the weights are those of the integer generator."""
    script = """
        const starts = [3, 14, 25, 36].map((seed) => ({ seed, digit: generator.conditional ? seed % 10 : null }));
        const network = new FloatGenerator(new Kernels(train), generator.network, 4);
        const dim = data.config.latent_dim;
        const latents = new Float64Array(4 * dim);
        starts.forEach(({ seed }, r) => latents.set(generator.latent(seed), r * dim));
        const images = network.forward(latents, starts);
        const gradient = network.backward(images.map((value, i) => 2 * (value - digit(0)[i % 784] * 2 / 255 + 1)));
        return { images: [...images], gradient: [...gradient] };
    """
    found = run(node, name, script)
    generator = Generator.from_pretrained(name)
    z = torch.from_numpy(latents.latent([3, 14, 25, 36], generator.config.latent_dim)).float().requires_grad_()
    y = torch.nn.functional.one_hot(torch.tensor([3, 4, 5, 6]), 10).float()
    images = generator(z, y)
    target = torch.from_numpy(digits.unseen_digits()[0][0].copy()).reshape(784).float() * 2 / 255 - 1
    (images - target).square().sum().backward()
    assert z.grad is not None
    ours, theirs = np.reshape(found["images"], (4, 784)), images.detach().numpy()
    assert np.abs(ours - theirs).mean() < 0.012  # 1.5 grey levels
    for mine, python in zip(np.reshape(found["gradient"], z.shape), z.grad.numpy(), strict=True):
        assert np.corrcoef(mine, python)[0, 1] > 0.98
        assert np.linalg.norm(mine) == pytest.approx(np.linalg.norm(python), rel=0.1)


def test_a_digit_that_the_generator_drew_is_found_with_its_number(node: Node) -> None:
    script = """
        const nearest = new Nearest(generator, generator.sample([300], [7]));
        nearest.look(7);
        nearest.look(7);
        return nearest.found.map(({ seed, digit, distance }) => [seed, digit, distance]);
    """
    found = run(node, "modern", script)
    assert found[0] == [300, 7, 0]
    assert [row[2] for row in found] == sorted(row[2] for row in found)
    assert len(found) == 8


def test_the_descent_comes_nearer_than_any_number(node: Node) -> None:
    script = """
        const found = [];
        for (const i of data.digits) {
          const nearest = new Nearest(generator, digit(i));
          for (let k = 0; k < 4; k++) nearest.look();
          const descent = new Descent(new Kernels(train), generator, digit(i), nearest.found);
          for (let k = 0; k < 60; k++) descent.step();
          const { latent, pixels, distance: after } = descent.best();
          const norm = Math.hypot(...latent);
          found.push([nearest.found[0].distance, after, distance(pixels, digit(i)), norm]);
        }
        return found;
    """
    for before, after, again, norm in run(node, "modern", script, digits=[5, 245, 725]):
        assert after < 0.7 * before
        assert after == again
        assert norm <= 10.0001  # √100: as latents of numbers
