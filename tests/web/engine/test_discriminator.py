"""The discriminator in JavaScript: gan.Discriminator's logits, and the gradient by the pixels."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
import torch

from gan.bundled import BUNDLED
from gan.networks import Discriminator, Generator
from gan.web.digits import unseen_digits
from gan.web.discriminators import Reference, as_input, reference
from tests.web.engine.engines import Node

RECIPES = ("relu-2", "relu-3", "leaky-2", "leaky-3", "batchnorm", "wgan-gp", "quick", "modern")  # all but dcgan

ASK = """
    const { Discriminator } = await load("discriminator.js");
    const { readDigits } = await load("training/digits.js");
    const { readFile } = await import("node:fs/promises");
    const bytes = async (path) => Uint8Array.from(await readFile(path)).buffer;
    const { count, images, label } = await readDigits(await bytes(data.digits));
    const found = [];
    for (const { weights, config, beside } of data.models) {
      const discriminator = new Discriminator(await bytes(weights), config, beside);
      const classes = Array.from({ length: count }, (_, i) => label(i));
      const eyes = images.subarray(0, 2 * 784);
      const { gradient } = discriminator.eye(eyes, classes.slice(0, 2));
      const start = performance.now();
      for (let i = 0; i < 20; i++) discriminator.eye(eyes.subarray(784), [classes[1]]);
      const took = (performance.now() - start) / 20;
      found.push({ logits: [...discriminator.logits(images, classes)], gradient: [...gradient], took });
    }
    return found;
"""


@pytest.fixture(scope="module")
def references() -> dict[str, Reference]:
    torch.set_num_threads(1)
    return {name: reference(Generator.from_pretrained(name)) for name in RECIPES}


@pytest.fixture(scope="module")
def asked(node: Node, references: dict[str, Reference]) -> dict[str, dict[str, Any]]:
    """What the script says of the 800 real digits, for each model."""
    models = [
        {
            "weights": str(BUNDLED / name / "discriminator.safetensors"),
            "config": asdict(Discriminator.from_pretrained(name).config),
            "beside": of.beside,
        }
        for name, of in references.items()
    ]
    digits = str(BUNDLED.parent / "gan/web/engine/test-digits.png")
    return dict(zip(references, json.loads(node.run(ASK, {"digits": digits, "models": models})), strict=True))


@pytest.mark.parametrize("name", RECIPES)
def test_logits_are_those_of_python_for_real_digits_in_one_batch(name: str, asked: dict[str, dict[str, Any]]) -> None:
    images, labels = unseen_digits()
    discriminator = Discriminator.from_pretrained(name)
    x = as_input(torch.from_numpy(images)).requires_grad_()
    y = torch.nn.functional.one_hot(torch.from_numpy(labels), 10).float()
    logits = discriminator(x, y)
    assert np.allclose(asked[name]["logits"], logits.detach(), atol=1e-4)
    print(name, f"{asked[name]['took']:.2f} ms for a logit and its eye")


@pytest.mark.parametrize("name", RECIPES)
def test_the_eye_is_the_gradient_of_a_single_picture(
    name: str, asked: dict[str, dict[str, Any]], references: dict[str, Reference]
) -> None:
    images, labels = unseen_digits()
    discriminator = Discriminator.from_pretrained(name)
    x = as_input(torch.from_numpy(images[:2])).requires_grad_()
    y = torch.nn.functional.one_hot(torch.from_numpy(labels[:2]), 10).float()
    beside = torch.tensor(references[name].beside)[: 1 if not discriminator.config.num_classes else 10]
    rows = beside[[int(c) for c in labels[:2]]] if len(beside) > 1 else beside.expand(2, -1)
    discriminator.judge(discriminator.features(x), rows, y).sum().backward()
    assert x.grad is not None
    assert np.allclose(np.reshape(asked[name]["gradient"], (2, 784)), x.grad, atol=1e-5)


def test_a_picture_alone_is_not_taken_for_the_work_of_a_collapsed_generator(references: dict[str, Reference]) -> None:
    """gan.Discriminator sees no variation in a batch of one, and calls any picture drawn."""
    images, labels = unseen_digits()
    x = as_input(torch.from_numpy(images[:1]))
    y = torch.nn.functional.one_hot(torch.from_numpy(labels[:1]), 10).float()
    discriminator = Discriminator.from_pretrained("modern")
    of = references["modern"]
    assert discriminator(x, y).item() < of.drawn[0] - 1  # below every drawn digit's
    assert of.real[1] < of.real[10] < of.real[19]
    assert of.real[10] > of.neutral > of.drawn[10]


@pytest.mark.parametrize(
    ("buffer", "config", "beside", "code"),
    [
        ("", {}, [[]], "weights-damaged"),  # no safetensors file
        ("relu-2", {"widths": [128]}, [[]], "discriminator-damaged"),  # of other sizes
        ("modern", {}, [[]], "discriminator-damaged"),  # with a deviation that nobody gave
    ],
)
def test_what_does_not_fit_is_refused(node: Node, buffer: str, config: dict, beside: list, code: str) -> None:
    script = """
        const { Discriminator } = await load("discriminator.js");
        const { readFile } = await import("node:fs/promises");
        const bytes = data.path ? Uint8Array.from(await readFile(data.path)).buffer : new ArrayBuffer(3);
        try { new Discriminator(bytes, data.config, data.beside); return null; } catch (error) { return error.code; }
    """
    of = asdict(Discriminator.from_pretrained(buffer or "relu-2").config)
    path = str(BUNDLED / buffer / "discriminator.safetensors") if buffer else None
    assert json.loads(node.run(script, {"path": path, "config": of | config, "beside": beside})) == code


def test_of_a_conditional_one_classes_must_be_asked(node: Node, references: dict[str, Reference]) -> None:
    script = """
        const { Discriminator } = await load("discriminator.js");
        const { readFile } = await import("node:fs/promises");
        const bytes = Uint8Array.from(await readFile(data.path)).buffer;
        const discriminator = new Discriminator(bytes, data.config, data.beside);
        const codes = [];
        for (const classes of [null, [1, 2], [10]])
          try { discriminator.logits(new Uint8Array(784), classes); } catch (error) { codes.push(error.code); }
        return codes;
    """
    of = asdict(Discriminator.from_pretrained("quick").config)
    path = str(BUNDLED / "quick" / "discriminator.safetensors")
    given = {"path": path, "config": of, "beside": references["quick"].beside}
    assert json.loads(node.run(script, given)) == ["request"] * 3
