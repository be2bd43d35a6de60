"""The training worker in a real browser."""

import json
from typing import Any

import pytest

from gan.web.fight import FIGHTS
from tests.web.engine.engines import Browser

# `told(kind)` resolves to the next message of a kind; `send` sends a command.
WORKER = """
    const worker = new Worker("/joined/trainer.js", { type: "module" });
    const heard = [];
    let hear = () => {};
    worker.onmessage = ({ data: message }) => { heard.push(message); hear(); };
    const told = async (kind) => {
      for (;;) {
        const at = heard.findIndex((message) => message.kind === kind || message.kind === "failed");
        if (at >= 0) {
          const [message] = heard.splice(0, at + 1).slice(-1);
          if (message.kind === "failed" && kind !== "failed") throw new Error(`${message.code}: ${message.message}`);
          return message;
        }
        await new Promise((done) => { hear = done; });
      }
    };
    const send = (kind, details = {}) => worker.postMessage({ ...details, kind });
    const here = (name) => new URL(`/engine/${name}`, location.href).href;
    const files = { wasm: here("train.wasm"), digits: here("test-digits.png"), unseen: here("test-digits.png") };
    send("load", { ...files, recipe: data.recipe, seed: 3, ...data.load });
"""


def run(chromium: Browser, script: str, **data: Any) -> Any:
    """What a script returns, beside a worker that trains the recipe "small"."""
    given = {"recipe": FIGHTS["small"].as_dict(), "load": {}, **data}
    return json.loads(chromium.run(f"{WORKER} try {{ {script} }} finally {{ worker.terminate(); }}", given))


def test_it_starts_pauses_and_goes_on(chromium: Browser) -> None:
    script = """
        const { digits, eye } = await told("pictures");
        send("start");
        const first = await told("curves");
        send("pause");
        await new Promise((done) => setTimeout(done, 300));
        heard.length = 0;
        await new Promise((done) => setTimeout(done, 500));
        const whilePaused = heard.length;
        send("start");
        const { steps } = await told("curves");
        return { digits: digits.length, eye: eye.length, first: first.steps, whilePaused, steps };
    """
    found = run(chromium, script)
    assert (found["digits"], found["eye"]) == (64 * 784, 8 * 784)
    assert 0 < found["first"] < found["steps"]
    assert found["whilePaused"] == 0


def test_a_step_of_each_player_and_slow_motion(chromium: Browser) -> None:
    script = """
        await told("loaded");
        const before = (await told("pictures")).digits.join();
        send("update", { player: "discriminator" });
        await told("moved");
        const d = await told("curves");
        const afterD = (await told("pictures")).digits.join();
        send("update", { player: "generator" });
        await told("moved");
        const g = await told("curves");
        send("pace", { updates: 20 });
        send("start");
        const players = [(await told("moved")).player, (await told("moved")).player, (await told("moved")).player];
        return { same: before === afterD, d: Object.keys(d).includes("gLoss"), updates: g.updates, players };
    """
    found = run(chromium, script)
    assert found["same"]  # D's step changes no digit: the average of G's weights stands still, too
    assert found["d"] is False
    assert found["updates"] == {"discriminator": 1, "generator": 1}
    assert found["players"] == ["discriminator", "generator", "discriminator"]


def test_infinity_stops_it_and_the_last_good_state_is_left(chromium: Browser) -> None:
    script = """
        send("start");
        await told("curves");
        send("change", { knobs: { learning_rate: 1e12, discriminator_learning_rate: 1e12 } });
        const { steps, what, kept } = await told("broken");
        send("change", { knobs: data.recipe });
        send("goBack");
        send("start");
        const after = await told("curves");
        return { steps, what, kept, after: after.steps, dLoss: after.dLoss };
    """
    found = run(chromium, script)
    assert found["kept"] <= found["steps"]
    assert found["what"]
    assert found["kept"] < found["after"]
    assert 0 < found["dLoss"] < 10


@pytest.mark.parametrize(
    ("file", "code"), [("wasm", "engine-missing"), ("digits", "digits-missing"), ("unseen", "digits-missing")]
)
def test_a_missing_file_is_told(chromium: Browser, file: str, code: str) -> None:
    found = run(chromium, "return await told('failed');", load={file: "/nothing-here"})
    assert found["code"] == code
