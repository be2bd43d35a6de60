"""A run in the page: the same seed is the same run, every preset fails as told and is cured, infinity is left again."""

import json
from typing import Any

import pytest

from gan.web import digits
from gan.web.fight import FIGHTS
from tests.web.engine.engines import Node

BEGIN = """
    const { Kernels } = await load("training/kernels.js");
    const { Run } = await load("training/run.js");
    const { FeatureNet } = await load("training/features.js");
    const { PRESETS } = await load("training/presets.js");
    const { readDigits } = await load("training/digits.js");
    const { readFile } = await import("node:fs/promises");
    const bytes = async (name) => Uint8Array.from(await readFile(data.folder + "/" + name)).buffer;
    const [training, unseen] = [await readDigits(await bytes(data.few ? "test-digits.png" : "training-digits.png")),
      await readDigits(await bytes("test-digits.png"))];
    const module = await WebAssembly.compile(await bytes("train.wasm"));
    const begin = (knobs = {}, seed = 0) => {
      const { limit, ...fields } = knobs;
      const recipe = { ...data.recipe, ...fields };
      return new Run(new Kernels(module), { recipe, digits: training, unseen, seed, limit });
    };
"""


def run(node: Node, script: str, few: bool = True, **data: Any) -> Any:
    """What a script returns; with `few`, runs train on the 800 digits of the smaller picture."""
    given = {"folder": str(digits.FOLDER), "recipe": FIGHTS["small"].as_dict(), "few": few, **data}
    return json.loads(node.run(BEGIN + script, given))


def test_a_seed_is_a_run(node: Node) -> None:
    script = """
        const after = (seed) => {
          const run = begin({}, seed);
          for (let i = 0; i < 5; i++) run.step();
          return Array.from(run.look().digits);
        };
        const [first, again, other] = [after(7), after(7), after(8)];
        return [first.join() === again.join(), first.join() === other.join()];
    """
    assert run(node, script) == [True, False]


def test_looking_changes_nothing(node: Node) -> None:
    script = """
        const measure = new FeatureNet(new Kernels(module));
        measure.train(unseen);
        const after = (look) => {
          const run = begin({}, 7);
          run.measure = measure;
          for (let i = 0; i < 4; i++) {
            run.step();
            if (look) [run.look(), run.seenUnseen(), run.distance(), run.keep()];
          }
          return Array.from(run.trainer.generator.weights.values).join();
        };
        return after(false) === after(true);
    """
    assert run(node, script) is True


def test_real_digits_are_near_and_noise_is_far(node: Node) -> None:
    script = """
        const measure = new FeatureNet(new Kernels(module));
        measure.train(training);
        const noise = Uint8Array.from({ length: 800 * 784 }, (_, i) => (i * 7919) % 256);
        const same = Uint8Array.from({ length: 800 * 784 }, (_, i) => unseen.images[i % 784]);
        const read = measure.of(unseen.images).read.filter((digit, i) => digit === unseen.label(i)).length / 800;
        const [real, drawn] = [measure.measure(unseen.images), measure.measure(noise)];
        return { read, real, noise: drawn, same: measure.measure(same) };
    """
    found = run(node, script, few=False)
    assert found["read"] > 0.85
    assert found["real"]["distance"] < 20
    assert found["real"]["variety"] == pytest.approx(1, abs=0.2)
    assert found["noise"]["distance"] > 500
    assert found["same"]["variety"] == pytest.approx(0, abs=1e-6)
    assert found["same"]["alike"] == 1


def test_from_infinity_it_goes_back_to_the_last_good_state(node: Node) -> None:
    script = """
        const run = begin();
        for (let i = 0; i < 3; i++) run.step();
        run.keep();
        const before = Array.from(run.look().digits).join();
        run.change({ loss: "wasserstein", learning_rate: 1e12, discriminator_learning_rate: 1e12, r1: 0 });
        let broken = null;
        for (let i = 0; i < 50 && broken === null; i++) {
          const told = run.step();
          broken = Object.keys(told).find((name) => !Number.isFinite(told[name])) ?? null;
        }
        const wasFinite = run.finite;
        run.goBack();
        run.change(data.recipe);
        const same = Array.from(run.look().digits).join() === before;
        const { dLoss } = run.step();
        return { broken, wasFinite, same, steps: run.steps, dLoss };
    """
    found = run(node, script)
    assert found["broken"] is not None or not found["wasFinite"]
    assert found["same"] is True
    assert found["steps"] == 4
    assert 0 < found["dLoss"] < 5


MEASURED = """
    const measure = new FeatureNet(new Kernels(module));
    measure.train(training);
    const measured = (preset, stepsBroken, stepsCured) => {
      const { broken, cure } = PRESETS[preset];
      const run = begin(broken);
      run.measure = measure;
      const after = (steps) => {
        const sums = { dReal: 0, dFake: 0, unseen: 0 };
        for (let i = 0; i < steps; i++) {
          const told = run.step();
          if (i < steps - 40) continue;
          for (const name of ["dReal", "dFake"]) sums[name] += told[name] / 40;
          sums.unseen += run.seenUnseen() / 40;
        }
        return { ...sums, ...run.distance() };
      };
      const failed = after(stepsBroken);
      run.change(cure);
      return [failed, after(stepsCured)];
    };
    const all = Object.entries(data.steps).map(([preset, steps]) => [preset, measured(preset, ...steps)]);
    return Object.fromEntries(all);
"""
STEPS = {"collapse": (60, 300), "strong_d": (100, 280), "strong_g": (100, 200), "overfit": (200, 100)}


@pytest.fixture(scope="module")
def presets(node: Node) -> dict[str, list[dict[str, float]]]:
    """For each preset, what is measured after so many steps of the broken run, and after so many more with its
    remedy."""
    found = run(node, MEASURED, few=False, steps=STEPS)
    for preset, states in found.items():
        print(preset, *({name: round(value, 3) for name, value in state.items()} for state in states), sep="\n")
    return found


def test_collapse(presets: dict) -> None:
    failed, cured = presets["collapse"]
    assert failed["alike"] > 0.6
    assert failed["variety"] < 0.1
    assert cured["alike"] < 0.35
    assert cured["variety"] > 0.4


def test_d_too_strong(presets: dict) -> None:
    failed, cured = presets["strong_d"]
    assert failed["dReal"] - failed["dFake"] > 0.6
    assert failed["distance"] > 500
    assert cured["dReal"] - cured["dFake"] < 0.3
    assert cured["distance"] < 200


def test_g_too_strong(presets: dict) -> None:
    failed, cured = presets["strong_g"]
    assert failed["dFake"] > 0.6
    assert failed["distance"] > 500
    assert cured["dFake"] < 0.55
    assert cured["distance"] < 200


def test_overfit_on_five_hundred_digits(presets: dict) -> None:
    failed, cured = presets["overfit"]
    assert failed["dReal"] - failed["unseen"] > 0.12
    assert cured["dReal"] - cured["unseen"] < 0.1
