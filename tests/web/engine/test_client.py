"""The page's side of the engine in Chromium: what it answers, and the code of each way in which it can fail."""

import json
from typing import Any

import numpy as np
import pytest

from gan import writing
from gan.networks import Generator
from tests.web.engine.engines import Browser, Weights

CODE = """
    const { createEngine } = await load("client.js");
    try {
      const engine = await createEngine({ ...data, ...CHANGE });
      engine.close();
      return "it was created";
    } catch (error) {
      return [error.name, error.code, error.message];
    }
"""


@pytest.fixture(scope="module")
def model(chromium: Browser, modern: Generator) -> dict[str, Any]:
    return chromium.model(Weights.of(modern))


def failure(
    chromium: Browser, model: dict[str, Any], change: str, before: str = "", after: str = ""
) -> tuple[str, str]:
    """Code and message with which createEngine fails, with a script before and one after."""
    script = f"{before}; try {{ {CODE.replace('CHANGE', change)} }} finally {{ {after} }}"
    name, code, message = json.loads(chromium.run(script, model))
    assert name == "EngineError"
    return code, message


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ("{ weights: '/nowhere' }", "weights-missing", "answered 404"),
        ("{ weights: 'http://127.0.0.1:1/' }", "weights-missing", "the weights didn't arrive: "),
        (
            "{ weights: Promise.reject(new TypeError('cut off')) }",
            "weights-missing",
            "the weights didn't arrive: cut off",
        ),
        ("{ sha256: '0'.repeat(64) }", "weights-damaged", "the weights' sha256 is "),
        ("{ sha256: null, weights: fetch('/') }", "weights-damaged", "not a whole safetensors file"),
        ("{ golden: 'f'.repeat(64) }", "self-test", "the first eight digits' sha256 is "),
        ("{ wasm: '/nowhere' }", "engine-missing", "answered 404"),
        ("{ wasm: fetch('/') }", "engine-damaged", "engine.wasm is not WebAssembly"),
        ("{ worker: '/nowhere.js' }", "no-worker", "the engine's scripts can't be run"),
        ("{ config: { ...data.config, architecture: 'dcgan' } }", "unsupported", "architecture must be mlp"),
        ("{ config: { ...data.config, latent_dim: 99 } }", "weights-damaged", "the config asks for I8 [512, 199]"),
    ],
)
def test_why_it_cannot_draw(chromium: Browser, model: dict[str, Any], change: str, code: str, message: str) -> None:
    found = failure(chromium, model, change)
    assert found[0] == code
    assert message in found[1]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("WebAssembly", "undefined", "no-wasm"), ("WebAssembly.validate", "() => false", "no-simd")],
)
def test_an_old_browser(chromium: Browser, model: dict[str, Any], name: str, value: str, code: str) -> None:
    before = f"const kept = globalThis.{name}; globalThis.{name} = {value}"
    assert failure(chromium, model, "{}", before, f"globalThis.{name} = kept")[0] == code


def test_a_browser_without_workers(chromium: Browser, model: dict[str, Any]) -> None:
    before = "const kept = window.Worker; window.Worker = class { constructor() { throw new Error('forbidden'); } }"
    found = failure(chromium, model, "{}", before, "window.Worker = kept")
    assert found == ("no-worker", "the engine's worker can't be started: forbidden")


def test_a_policy_against_webassembly(chromium: Browser, model: dict[str, Any]) -> None:
    chromium.site.headers["/engine/worker.js?strict"] = {"Content-Security-Policy": "script-src 'self'"}
    code, message = failure(chromium, model, "{ worker: '/engine/worker.js?strict' }")
    assert code == "policy"
    assert "can't be compiled here" in message


def test_digits_in_the_console(chromium: Browser, model: dict[str, Any], modern: Generator) -> None:
    script = """
        const { createEngine, installDigits } = await load("client.js");
        installDigits(await createEngine(data));
        return new Blob([
          await window.digits.sample({ seeds: [7, 8], digits: [3, 8], temperature: 1 }),
          await window.digits.sample({ seeds: new Uint32Array([4294967295, 0]) }),
          await window.digits.sample({ seeds: [] }),
        ]);
    """
    found = np.frombuffer(chromium.run(script, model), dtype=np.uint8).reshape(-1, 28, 28)
    want = [*modern.sample([7, 8], [3, 8], 1.0).numpy(), *modern.sample([2**32 - 1, 0]).numpy()]
    assert np.array_equal(found, want)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ("sample({ seeds: [-1] })", "seed must be a whole number from 0 to 4294967295 (2³²−1), not -1"),
        ("sample({ seeds: [2 ** 32] })", "not 4294967296"),
        ("sample({ seeds: [0.5] })", "not 0.5"),
        ("sample({ seeds: ['7'] })", 'not "7"'),
        ("sample({ seeds: 7 })", "seeds must be a list of numbers, not 7"),
        ("sample({})", "seeds must be a list of numbers, not undefined"),
        ("sample({ seeds: [7], digits: [10] })", "digit must be a whole number from 0 to 9, not 10"),
        ("sample({ seeds: [7], digits: [1, 2] })", "give one digit for each seed: 1 seeds, 2 digits"),
        ("sample({ seeds: [7], temperature: 1.6 })", "temperature must be a number from 0.1 to 1.5, not 1.6"),
        ("sample({ seeds: [7], temperature: NaN })", "not NaN"),
        ("sample({ seeds: [7], temperature: '1' })", 'not "1"'),
        ("walk({ seeds: [7] })", "seeds must be two key frames or more, not 1"),
        ("walk({ seeds: [7, 8], frames: 1 })", "frames must be a whole number from 2 on, not 1"),
        ("walk({ seeds: [7, 8], mode: 'squares' })", 'mode must be slerp or lerp, not "squares"'),
        ("walk({ seeds: [7, 8], count: 0 })", "count must be a whole number from 1 on, not 0"),
        ("walk({ seeds: [7, 8], positions: [1.5] })", "position must be from 0 to 1, not 1.5"),
        ("plane({ seeds: [7, 8] })", "a plane lies between four digits, not 2"),
        ("point({ corners: [1, 2, 3, 4], u: 0, v: NaN })", "position must be from 0 to 1, not NaN"),
        ("text({ text: '1a', seed: 0 })", 'text must be digits, spaces and - . / : + , ( ) only, not "1a"'),
        ("text({ text: '', seed: 0 })", 'not ""'),
        ("latents({ z: [[1, 2]], y: [new Float64Array(10)] })", "z must be 100 numbers, not 2"),
        ("latents({ z: [new Float64Array(100)], y: [[1]] })", "y must be 10 numbers, not 1"),
        ("latents({ z: [new Float64Array(100).fill(NaN)], y: [new Float64Array(10)] })", "from −64 to 64, not NaN"),
    ],
)
def test_requests_out_of_range(chromium: Browser, model: dict[str, Any], request_: str, message: str) -> None:
    script = f"""
        const {{ createEngine }} = await load("client.js");
        window.tested ??= await createEngine(data);
        return window.tested.{request_}.then(() => "it was drawn", (error) => [error.code, error.message]);
    """
    code, found = json.loads(chromium.run(script, model))
    assert code == "request"
    assert message in found


def test_an_unconditional_model_is_asked_for_no_digit(chromium: Browser) -> None:
    plain = chromium.model(Weights.of(Generator.from_pretrained("relu-2")))
    script = """
        const { createEngine } = await load("client.js");
        const engine = await createEngine(data);
        return engine.sample({ seeds: [1], digits: [1] }).catch((error) => [error.code, error.message]);
    """
    code, message = json.loads(chromium.run(script, plain))
    assert (code, message[:27]) == ("request", "the model is unconditional:")


def test_positions_of_a_walk(chromium: Browser, model: dict[str, Any]) -> None:
    """Frames are positions evenly spaced; any other position can be asked for, too."""
    script = """
        const { createEngine } = await load("client.js");
        const engine = await createEngine(data);
        const walk = { seeds: [7, 11, 13], count: 2 };
        const frames = await engine.walk({ ...walk, frames: 5 });
        const positions = await engine.walk({ ...walk, positions: [0, 0.5, 1, 1.5, 2] });
        const between = await engine.walk({ ...walk, positions: [0.123] });
        return [String(frames) === String(positions), between.length];
    """
    assert json.loads(chromium.run(script, model)) == [True, 2 * 784]


def test_a_closed_engine_says_so(chromium: Browser, model: dict[str, Any]) -> None:
    script = """
        const { createEngine } = await load("client.js");
        const engine = await createEngine(data);
        const codes = [];
        const waiting = engine.sample({ seeds: [1] }).catch((error) => codes.push(error.code));
        engine.close();
        await waiting;
        await engine.sample({ seeds: [2] }).catch((error) => codes.push(error.code));
        return codes;
    """
    assert json.loads(chromium.run(script, model)) == ["closed", "closed"]


def test_scripts_joined_into_one_file(chromium: Browser, model: dict[str, Any], modern: Generator) -> None:
    """The server sends each script with all that it imports, a static site each by itself: both draw."""
    script = """
        const { createEngine } = await import("/joined/client.js");
        const engine = await createEngine(data);
        return new Blob([await engine.text({ text: "12:30", seed: 7 })]);
    """
    line = writing.written_line(modern, "12:30", 7)
    assert chromium.run(script, model) == line.tobytes()
