"""The engine draws the bytes that Python draws, in every engine that is installed."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import torch

from gan import latents
from gan.config import GeneratorConfig
from gan.networks import Generator
from gan.quantization import IntegerLayer, QuantizedGenerator, check
from tests.golden_digits import GOLDEN, TEMPERATURES, golden_seeds
from tests.web.engine.engines import Browser, Engine, Node, Weights
from tests.web.engine.random_requests import Request, differing, random_requests


def golden_requests() -> list[Request]:
    """What tests/golden_digits.py draws."""
    seeds = golden_seeds()
    digits = [i * 7 % 10 for i in range(len(seeds))]
    parts = [slice(512 * i, 512 * (i + 1)) for i in range(len(TEMPERATURES))]
    return [
        *(
            {"kind": "digits", "seeds": seeds[part], "digits": digits[part], "temperature": temperature}
            for part, temperature in zip(parts, TEMPERATURES, strict=True)
        ),
        {"kind": "walk", "seeds": [7, 42, 2**32 - 1], "digits": [3, None, 8], "count": 2, "frames": 13, "loop": True},
        {"kind": "plane", "seeds": [1, 2, 3, 4], "size": 8, "mode": "lerp", "temperature": 0.8},
    ]


def test_the_golden_digits_in_every_browser(browser: Browser, modern: Generator) -> None:
    pixels = browser.draw(Weights.of(modern), golden_requests())
    assert hashlib.sha256(pixels).hexdigest() == GOLDEN


def test_the_golden_digits_in_node(node: Node, modern: Generator) -> None:
    assert hashlib.sha256(node.draw(Weights.of(modern), golden_requests())).hexdigest() == GOLDEN


def test_every_browser_draws_every_model(browser: Browser, generator: Generator) -> None:
    assert differing(browser, generator, random_requests(generator, 40, seed=2)) == []


def test_a_thousand_random_requests(engine: Engine, generator: Generator) -> None:
    count = 500 if generator.conditional else 250  # of three models
    assert differing(engine, generator, random_requests(generator, count, seed=0)) == []


def test_latents_are_numpys_on_the_grid(node: Node) -> None:
    seeds = [0, 1, 7, 2**31, 2**32 - 1, *range(10**9, 10**9 + 500)]
    script = """
        const { latent } = await load("latents.js");
        return new Blob(data.map((seed) => latent(seed, 1024)));
    """
    found = np.frombuffer(node.run(script, seeds)).reshape(len(seeds), 1024)
    assert np.array_equal(found, latents.latent(seeds, 1024))


@pytest.mark.parametrize(
    "config",
    [
        GeneratorConfig(latent_dim=1, widths=(1,)),
        GeneratorConfig(latent_dim=3, widths=(5, 17, 2), activation="relu"),
        GeneratorConfig(latent_dim=13, widths=(9,), num_classes=10, embedding_dim=7),
        GeneratorConfig(latent_dim=8, widths=(16,), num_classes=10, embedding_dim=1, normalize_input=True),
        GeneratorConfig(latent_dim=2, widths=(11,) * 16, normalize_input=True),
        GeneratorConfig(latent_dim=1024, widths=(1000,), num_classes=10, embedding_dim=200),
    ],
    ids=lambda config: f"{config.latent_dim}-{'-'.join(map(str, config.widths[:3]))}",
)
def test_any_width_is_padded(node: Node, config: GeneratorConfig) -> None:
    torch.manual_seed(0)
    generator = Generator(config).eval()
    assert differing(node, generator, random_requests(generator, 20, seed=1)) == []


def test_inputs_are_bytes_where_the_file_records_no_range(node: Node) -> None:
    torch.manual_seed(0)
    generator = Generator(GeneratorConfig(latent_dim=8, widths=(16,))).eval()
    made = generator.quantized()
    bytes_ = tuple(replace(layer, levels=127) for layer in made.layers)
    generator.set_quantized(replace(made, layers=bytes_))
    assert "levels" not in generator.quantized().tensors()
    assert differing(node, generator, random_requests(generator, 20, seed=1)) == []


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 400])
def test_any_number_of_digits(node: Node, modern: Generator, count: int) -> None:
    assert differing(node, modern, [{"kind": "digits", "seeds": list(range(count))}]) == []


WIDEST = {127: 1040, 511: 258}  # inputs of ±levels and weights of ±127: sums of ±16,774,160 and ±16,743,426, below 2²⁴


@pytest.fixture(scope="module", params=WIDEST)
def extreme(request: pytest.FixtureRequest) -> tuple[QuantizedGenerator, np.ndarray, np.ndarray]:
    """A network in which one digit's sums are all the largest; its latent; its place in the grey table at each pixel.

    Multipliers are 1 and biases take the sums away but for a few steps, so that a sum wrong by 1 shows."""
    random = np.random.RandomState(0)
    levels, widest = request.param, WIDEST[request.param]
    config = GeneratorConfig(
        latent_dim=widest - 16, widths=(widest, widest), activation="relu", num_classes=10, embedding_dim=16
    )
    signs = random.choice([-1, 1], widest)
    signs[-16:] = 1  # the embedding's
    places = random.randint(1100, 7093, 784)  # biases stay below 2²⁴, too
    x, layers = levels * signs, []
    for rows, wanted in ((widest, np.full(widest, levels)), (widest, np.full(widest, levels)), (784, places - 4096)):
        weight = 127 * np.outer(np.where(np.arange(rows) % 2, 1, -1), np.sign(x))
        bias = wanted - weight @ x
        layers.append(
            IntegerLayer(
                torch.tensor(weight, dtype=torch.int8),
                torch.ones(rows),
                torch.tensor(bias, dtype=torch.float32),
                levels,
            )
        )
        x = np.full(rows, levels)
    made = QuantizedGenerator(
        config,
        torch.tensor(float(levels)),
        torch.full((10, 16), 4096, dtype=torch.int32),
        tuple(layers),
        (torch.arange(8193) % 251).to(torch.uint8),  # neighbouring places have different greys
    )
    check(made)
    return made, signs[:-16].astype(np.float32), places


def test_the_largest_sums_are_exact(engine: Engine, extreme: tuple[QuantizedGenerator, np.ndarray, np.ndarray]) -> None:
    network, z, places = extreme
    near = np.stack([z, *(z * np.where(np.arange(len(z)) == i, 1 - 2.0**-12 * i, 1) for i in range(1, 40))])
    y = latents.one_hot([3] * len(near))
    request = {"kind": "latents", "z": near.tolist(), "y": y.tolist(), "temperature": 1.0}
    pixels = np.frombuffer(engine.draw(Weights.of_network(network), [request]), dtype=np.uint8).reshape(-1, 784)
    assert np.array_equal(pixels[0], places % 251)
    assert np.array_equal(pixels, network.draw(near, y).numpy().reshape(-1, 784))
    assert len(np.unique(pixels, axis=0)) > 1
