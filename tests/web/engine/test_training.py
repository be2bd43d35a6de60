"""The page's training step is gan.training's: the same weights, images and noise give the same losses and weights."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gan.data import Dataset
from gan.networks import Generator
from gan.recipes import Recipe
from gan.training.batches import Batch
from gan.training.trainer import Trainer
from gan.web.engine.build import ENGINE
from gan.web.fight import FIGHTS
from tests.web.engine.engines import Node

STEPS = 20
# Every few steps, the page goes on from PyTorch's state. Where rounding decides on which side of 0 an activation lies,
# a gradient jumps, and after some ten steps more the weights are too far apart to compare; PyTorch in float32 and in
# float64 part in the same way.
TOGETHER = 5
NUMBERS = ("dLoss", "gLoss", "dReal", "dFake")

TRAIN = """
    const { Kernels } = await load("training/kernels.js");
    const { Trainer } = await load("training/step.js");
    const { readFile } = await import("node:fs/promises");
    const { recipe, steps, together, numbers } = data;
    const { buffer, byteOffset } = await readFile(data.floats);
    let at = byteOffset;
    const take = (count) => new Float32Array(buffer.slice(at, (at += 4 * count)));
    const fill = (view) => view.set(take(view.length));
    const trainer = new Trainer(new Kernels(await WebAssembly.compile(await readFile(data.wasm))), recipe);
    const players = [
      [trainer.generator.weights, trainer.gOptimizer],
      [trainer.discriminator.weights, trainer.dOptimizer],
    ];
    const norms = trainer.generator.norms.flatMap(([, norm]) => [norm.runningMean, norm.runningVariance]);
    const views = (weights, block) => weights.names.map((name) => weights.part(block, name));
    const state = () => [
      ...players.flatMap(([weights, { mean, square }]) =>
        [weights.values, mean, square].flatMap((block) => views(weights, block))),
      ...norms,
      ...(trainer.average ? views(trainer.generator.weights, trainer.average.values) : []),
    ];
    const size = recipe.batch_size;
    const batch = () => ({
      real: take(size * 784),
      latents: take(size * recipe.latent_dim),
      classes: recipe.conditional ? Array.from(take(size)) : null,
    });
    const answers = [];
    trainer.begin();
    for (let step = 0; step < steps; step++) {
      if (step % together === 0) state().forEach(fill);
      const discriminator = Array.from({ length: recipe.discriminator_steps }, batch);
      const told = trainer.step({ discriminator, generator: batch() });
      answers.push(Float32Array.from(numbers, (name) => told[name]));
      if ((step + 1) % together === 0) answers.push(...state().map((view) => view.slice()));
    }
    return new Blob(answers);
"""


@pytest.fixture(scope="module")
def digits() -> Dataset:
    drawn = Generator.from_pretrained("modern").sample(range(1024))
    return Dataset("drawn", drawn.view(-1, 784), torch.arange(1024) % 10)


def state(trainer: Trainer) -> dict[str, Tensor]:
    """What changes while training, in the order of the page's script."""
    found = {}
    saved = {name: tensor.clone() for name, tensor in trainer.state.tensors().items()}
    for player, network in (("generator", trainer.generator), ("discriminator", trainer.discriminator)):
        named = dict(network.named_parameters())
        zeros = {name: torch.zeros_like(value) for name, value in named.items()}
        for kind in ("", "exp_avg", "exp_avg_sq"):
            for i, name in enumerate(named):
                key = f"{player[0]}_optimizer.{i}.{kind}" if kind else f"{player}.{name}"
                found[f"{player}.{name} {kind}"] = saved.get(key, zeros[name]).detach()
    found |= {name: tensor for name, tensor in saved.items() if "running" in name}
    found |= {name: tensor for name, tensor in saved.items() if name.startswith("averaged.")}
    return found


def flat(batch: Batch) -> list[Tensor]:
    return [batch.real, batch.latents, *([] if batch.classes is None else [batch.classes.argmax(dim=1)])]


def compare(node: Node, recipe: Recipe, data: Dataset, path: Path) -> None:
    """Fails where the page's steps are not PyTorch's."""
    trainer = Trainer(recipe, data, seed=3)
    given: list[Tensor] = []
    wanted: list[dict[str, Tensor]] = []
    for step in range(STEPS):
        if step % TOGETHER == 0:
            given += state(trainer).values()
        batches = trainer.batches.of_step(step)
        given += [tensor for batch in (*batches.discriminator, batches.generator) for tensor in flat(batch)]
        trainer.step()
        told = trainer.read_statistics()
        wanted.append({f"{name} of step {step}": torch.tensor([told[name]]) for name in told})
        if (step + 1) % TOGETHER == 0:
            wanted.append(state(trainer))
    with path.open("wb") as file:
        for tensor in given:
            file.write(tensor.to(torch.float32).numpy().tobytes())
    job = {"recipe": recipe.as_dict(), "floats": str(path), "wasm": str(ENGINE / "train.wasm"), "numbers": NUMBERS}
    answer = node.run(TRAIN, {**job, "steps": STEPS, "together": TOGETHER})
    found = torch.from_numpy(np.frombuffer(answer, np.float32).copy())
    assert len(found) == sum(value.numel() for values in wanted for value in values.values())
    for values in wanted:
        for name, value in values.items():
            theirs, found = found[: value.numel()].view(value.shape), found[value.numel() :]
            difference = float((theirs - value).abs().max())
            assert difference < (1e-5 if " of step " in name else 1e-4), f"{name} differs by {difference:.1e}"


@pytest.mark.parametrize("name", FIGHTS)
def test_twenty_steps(node: Node, digits: Dataset, name: str, tmp_path: Path) -> None:
    recipe = FIGHTS[name]
    if name == "small":  # without momentum, Adam's first steps are whole rates, and tiny gradients have random signs
        rates = {"learning_rate": 2e-4, "discriminator_learning_rate": 1e-4}  # a tenth
        recipe = replace(recipe, **rates)
    compare(node, recipe, digits, tmp_path / "floats")


KNOBS = {
    "least squares": {"loss": "least_squares", "r1": 0.5},
    "hinge": {"loss": "hinge", "discriminator_steps": 3},
    "wasserstein": {"loss": "wasserstein", "generator_adam_eps": 1e-3},
    "smoothing": {"label_smoothing": 0.2, "moving_average": 0.9},
}


@pytest.mark.parametrize("knobs", KNOBS.values(), ids=KNOBS)
def test_twenty_steps_with_other_knobs(node: Node, digits: Dataset, knobs: dict[str, Any], tmp_path: Path) -> None:
    recipe = replace(FIGHTS["leaky-3"], generator_widths=(64,), discriminator_widths=(64, 32), batch_size=16, **knobs)
    compare(node, recipe, digits, tmp_path / "floats")
