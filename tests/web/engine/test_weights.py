"""Damaged, truncated and foreign weights are refused by the engine as by Python, with a message that says why."""

import base64
import hashlib
import json
import struct
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest
import safetensors.torch
import torch
from torch import Tensor

from gan import quantization
from gan.config import GeneratorConfig
from gan.errors import ModelError
from gan.networks import Generator
from gan.web.engine.build import ENGINE
from tests.web.engine.engines import Node, Weights

CONFIG = GeneratorConfig(latent_dim=4, widths=(1100,), num_classes=10, embedding_dim=4)

REFUSED = """
    const { Generator } = await load("generator.js");
    const { readFile } = await import("node:fs/promises");
    const module = await WebAssembly.compile(await readFile(data.wasm));
    const bytes = Uint8Array.from(atob(data.weights), (character) => character.charCodeAt(0));
    try {
      new Generator(module, bytes.buffer, data.config);
      return null;
    } catch (error) {
      return { name: error.name, code: error.code, message: error.message };
    }
"""


@pytest.fixture(scope="module")
def tensors() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return Generator(CONFIG).eval().quantized().tensors()


def refusal(node: Node, data: bytes, config: dict | None = None) -> tuple[str, str]:
    """Code and message of the engine's refusal."""
    wasm = str(ENGINE / "engine.wasm")
    job = {"wasm": wasm, "weights": base64.b64encode(data).decode(), "config": config or asdict(CONFIG)}
    found = json.loads(node.run(REFUSED, job))
    assert found is not None, "it was accepted"
    assert found["name"] == "EngineError"
    return found["code"], found["message"]


def with_entry(tensor: Tensor, value: float) -> Tensor:
    changed = tensor.clone()
    changed.view(-1)[-1] = value
    return changed


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("input_scale", lambda t: t * 0, "input_scale must be from 2⁻¹⁶ to 2¹⁶, not 0"),
        ("input_scale", lambda t: t * torch.nan, "not NaN"),
        ("input_scale", lambda t: t * torch.inf, "not Infinity"),
        ("embedding", lambda t: with_entry(t, 2**19 + 1), "embedding must be at most 524288 in magnitude, not 524289"),
        ("embedding", lambda t: with_entry(t, -(2**19) - 1), "not -524289"),
        (
            "layers.0.multiplier",
            lambda t: with_entry(t, 0),
            "layers.0.multiplier must be above 0 and at most 2¹⁶",
        ),
        ("layers.0.multiplier", lambda t: with_entry(t, -1), "not -1"),
        ("layers.1.multiplier", lambda t: with_entry(t, torch.nan), "not NaN"),
        ("layers.1.multiplier", lambda t: with_entry(t, 65537), "not 65537"),
        (
            "layers.0.bias",
            lambda t: with_entry(t, torch.inf),
            "layers.0.bias must be at most 2²⁴ in magnitude, not",
        ),
        ("layers.1.bias", lambda t: with_entry(t, torch.nan), "not NaN"),
        ("layers.1.bias", lambda t: with_entry(t, -3e7), "not -30000000"),
        ("levels", lambda t: with_entry(t, 0), "levels must be from 1 to 32767, not 0"),
        ("levels", lambda t: with_entry(t, 32768), "not 32768"),
        ("layers.0.weight", lambda t: with_entry(t, -128), "layers.0.weight must be from -127 to 127, not -128"),
        ("layers.1.weight", lambda t: torch.full_like(t, 127), "sums below 2²⁴, not 17741900"),
    ],
)
def test_values_that_could_draw_other_bytes_are_refused(
    node: Node, tensors: dict[str, Tensor], name: str, change: Callable[[Tensor], Tensor], message: str
) -> None:
    changed = tensors | {name: change(tensors[name])}
    with pytest.raises(ModelError):
        quantization.from_tensors(CONFIG, changed)
    code, found = refusal(node, safetensors.torch.save(changed))
    assert code == "weights-damaged"
    assert message in found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: {k: v for k, v in t.items() if k != "layers.1.bias"}, "the weights hold no tensor layers.1.bias"),
        (lambda t: t | {"layers.2.bias": t["layers.1.bias"].clone()}, "an unknown tensor layers.2.bias"),
        (lambda t: t | {"toString": torch.zeros(1)}, "an unknown tensor toString"),
        (lambda t: t | {"grey": t["grey"][:-1]}, "tensor grey is U8 [8192], the config asks for U8 [8193]"),
        (
            lambda t: t | {"layers.0.weight": t["layers.0.weight"].float()},
            "is F32 [1100, 8], the config asks for I8 [1100, 8]",
        ),
        (lambda t: t | {"layers.0.weight": t["layers.0.weight"].t().contiguous()}, "is I8 [8, 1100]"),
        (lambda t: t | {"layers.0.bias": t["layers.0.bias"].double()}, "tensor layers.0.bias has the type F64"),
    ],
)
def test_foreign_tensors_are_refused(
    node: Node, tensors: dict[str, Tensor], change: Callable[[dict[str, Tensor]], dict[str, Tensor]], message: str
) -> None:
    code, found = refusal(node, safetensors.torch.save(change(tensors)))
    assert code == "weights-damaged"
    assert message in found


def header_bytes(header: object) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:7],
        lambda data: data[:100],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: b"not weights, but long enough for a header",
        lambda data: struct.pack("<Q", 2**63) + data[8:],
        lambda data: struct.pack("<Q", 4) + b"null" + data,
        lambda data: header_bytes([1, 2]),
        lambda data: header_bytes({"grey": {"dtype": "U8", "shape": [-1], "data_offsets": [0, -1]}}),
        lambda data: header_bytes({"grey": {"dtype": "U8", "shape": [8193], "data_offsets": [0, 8193]}}),
        lambda data: header_bytes({"grey": {"dtype": "U8", "shape": [4], "data_offsets": [2, 6]}}) + bytes(6),
        lambda data: header_bytes({"grey": {"dtype": "U8", "shape": "8193", "data_offsets": None}}) + bytes(8193),
        lambda data: header_bytes({"grey": None}),
    ],
)
def test_what_is_no_whole_safetensors_file_is_refused(
    node: Node, tensors: dict[str, Tensor], damage: Callable[[bytes], bytes]
) -> None:
    code, message = refusal(node, damage(safetensors.torch.save(tensors)))
    assert (code, message[:32]) == ("weights-damaged", "the weights are not a whole safe")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"architecture": "dcgan"}, 'architecture must be mlp, not "dcgan"'),
        ({"activation": "tanh"}, 'activation must be relu or leaky_relu, not "tanh"'),
        ({"num_classes": 12}, "num_classes must be 0 or 10, not 12"),
        ({"latent_dim": 0}, "latent_dim must be from 1 to 1024, not 0"),
        ({"latent_dim": "4"}, 'latent_dim must be from 1 to 1024, not "4"'),
        ({"widths": []}, "the number of widths must be from 1 to 16, not 0"),
        ({"widths": [8, 2**30]}, "widths must be from 1 to 16384, not 1073741824"),
        ({"widths": None}, "the number of widths must be from 1 to 16, not undefined"),
    ],
)
def test_networks_that_it_cannot_draw_are_unsupported(
    node: Node, tensors: dict[str, Tensor], change: dict, message: str
) -> None:
    config = asdict(CONFIG) | change
    assert refusal(node, safetensors.torch.save(tensors), config) == ("unsupported", message)


def test_a_config_that_does_not_fit_is_refused(node: Node, tensors: dict[str, Tensor]) -> None:
    config = asdict(replace(CONFIG, latent_dim=5))
    code, message = refusal(node, safetensors.torch.save(tensors), config)
    assert (code, message) == (
        "weights-damaged",
        "tensor layers.0.weight is I8 [1100, 8], the config asks for I8 [1100, 9]",
    )


def test_metadata_is_ignored(node: Node, tensors: dict[str, Tensor]) -> None:
    data = safetensors.torch.save(tensors, metadata={"format": "pt"})
    request = {"kind": "digits", "seeds": [1, 2], "temperature": 1.0}
    plain = node.draw(Weights(safetensors.torch.save(tensors), asdict(CONFIG)), [request])
    assert node.draw(Weights(data, asdict(CONFIG)), [request]) == plain


@pytest.mark.parametrize("without_help", [False, True])
def test_sha256_is_hashlibs(node: Node, without_help: bool) -> None:
    """Over plain http a browser has no crypto.subtle."""
    lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 1_000_003]
    script = """
        const { plainSha256, sha256 } = await load("sha256.js");
        const hash = data.withoutHelp ? plainSha256 : sha256;
        return Promise.all(data.lengths.map((length) => hash(new Uint8Array(length).map((_, i) => i * 31))));
    """
    found = json.loads(node.run(script, {"lengths": lengths, "withoutHelp": without_help}))
    assert found == [hashlib.sha256(bytes(i * 31 % 256 for i in range(length))).hexdigest() for length in lengths]
