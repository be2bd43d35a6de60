"""The integer generator draws the same bytes whatever computes its sums, and refuses what could draw others."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from gan import latents, quantization
from gan.config import GeneratorConfig
from gan.errors import ModelError
from gan.networks import Generator
from gan.quantization import LEVELS, MAX_SUM, IntegerLayer, QuantizedGenerator
from gan.recipes import RECIPES
from tests.golden_digits import GOLDEN, digest

ROOT = Path(__file__).resolve().parent.parent
EVERY = list(RECIPES)


@pytest.fixture(scope="module")
def modern() -> Generator:
    return Generator.from_pretrained(ROOT / "checkpoints" / "modern")


def rounded(x: np.ndarray, end: int) -> np.ndarray:
    return np.floor(x + np.float32(0.5)).clip(-end, end).astype(int)


def plainly_drawn(q: QuantizedGenerator, x: np.ndarray) -> np.ndarray:
    """A perceptron's grey levels `[784]` of one input `int [in]`, with Python's whole numbers and one loop."""
    for i, layer in enumerate(q.layers):
        sums = [sum(int(w) * int(v) for w, v in zip(row, x, strict=True)) for row in layer.weight.tolist()]
        steps = np.float32(sums) * layer.multiplier.numpy()
        steps = steps + layer.bias.numpy()
        if i == len(q.layers) - 1:
            return q.grey.numpy()[rounded(steps, 4096) + 4096]
        relu = q.config.activation == "relu"
        x = rounded(
            np.where(steps > 0, steps, np.float32(0) if relu else steps * np.float32(0.2)), q.layers[i + 1].levels
        )
    raise AssertionError("no layers")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=3),
    st.sampled_from(["relu", "leaky_relu"]),
    st.booleans(),
    st.sampled_from(["none", "all", "after_first"]),
    st.integers(0, 2**32 - 1),
)
def test_any_perceptron_draws_what_plain_whole_numbers_draw(
    widths: list[int], activation: str, conditional: bool, batch_norm: str, seed: int
) -> None:
    torch.manual_seed(seed % 1000)
    config = GeneratorConfig(
        latent_dim=5, widths=tuple(widths), activation=activation, num_classes=10 * conditional, embedding_dim=3,
        normalize_input=conditional, batch_norm=batch_norm,
    )  # fmt: skip
    try:
        q = Generator(config).eval().quantized()
    except ModelError:
        reject()  # a random network may be one that no integers can draw
    z, y = latents.latent([seed], 5), latents.one_hot([seed % 10])
    (x,) = q.quantized_input(z, y, 0.8)
    assert q.draw(z, y, 0.8).flatten().tolist() == plainly_drawn(q, x).tolist()


def test_a_transposed_convolution_is_that_of_float64() -> None:
    torch.manual_seed(0)
    q = Generator(RECIPES["dcgan"].generator_config()).eval().quantized()
    dtype = torch.int8 if quantization.int8_products_are_exact() else torch.float32
    for layer, side in zip(q.layers[1:], (7, 14), strict=True):
        x = torch.randint(-127, 128, (3, side, side, layer.weight.shape[0]))  # channels last
        theirs = torch.nn.functional.conv_transpose2d(
            x.permute(0, 3, 1, 2).double(), layer.weight.double(), stride=2, padding=1
        )
        ours = quantization._sums(layer, layer.matrix.to(dtype), x.flatten(1))
        assert torch.equal(ours.double(), theirs.permute(0, 2, 3, 1).flatten(1))


def test_the_golden_digits_of_the_bundled_model(modern: Generator) -> None:
    assert digest(modern) == GOLDEN


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int32])
def test_the_type_of_the_sums_changes_nothing(modern: Generator, dtype: torch.dtype) -> None:
    z, y = latents.latent(range(100), 100), latents.one_hot([i % 10 for i in range(100)])
    q = modern.quantized()
    assert torch.equal(q.draw(z, y, dtype=dtype), q.draw(z, y))


@pytest.mark.parametrize("batch", [1, 7, 400])
@pytest.mark.parametrize("name", EVERY)
def test_the_batch_changes_nothing(name: str, batch: int) -> None:
    q = Generator.from_pretrained(ROOT / "checkpoints" / name).quantized()
    z, y = latents.latent(range(30), q.config.latent_dim), latents.one_hot([i % 10 for i in range(30)])
    parts = [q.draw(z[i : i + batch], y[i : i + batch]) for i in range(0, 30, batch)]
    assert torch.equal(torch.cat(parts), q.draw(z, y))


@pytest.mark.parametrize(
    "environment", [{"OMP_NUM_THREADS": "2"}, {"MKL_CBWR": "COMPATIBLE"}, {"ATEN_CPU_CAPABILITY": "default"}]
)
def test_threads_and_processor_features_change_nothing(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.golden_digits"], cwd=ROOT, env={**os.environ, **environment}, capture_output=True,
        text=True, timeout=200,
    )  # fmt: skip
    assert done.stdout.startswith(GOLDEN), done.stdout + done.stderr[-2000:]


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_another_device_changes_nothing(device: str) -> None:
    there = torch.cuda.is_available() if device == "cuda" else torch.backends.mps.is_available()
    if not there:
        pytest.skip(f"no {device} here")
    assert digest(Generator.from_pretrained(ROOT / "checkpoints" / "modern", device=device)) == GOLDEN


def extreme(rows: int, inputs: int) -> IntegerLayer:
    """A layer whose weights are all as large as they can be, with signs of every other row turned."""
    weight = torch.full((rows, inputs), 127, dtype=torch.int8)
    weight[1::2] *= -1
    return IntegerLayer(weight, torch.full((rows,), 2.0**-24), torch.zeros(rows))


def test_the_largest_sums_are_reached_and_exact() -> None:
    inputs = (MAX_SUM - 1) // (127 * 127)  # 1,040
    layer = extreme(64, inputs)
    assert MAX_SUM - 127 * 127 <= layer.largest_sum < MAX_SUM
    x = torch.full((3, inputs), 127, dtype=torch.int8)
    exact = [torch.int8] if quantization.int8_products_are_exact() else []
    for dtype in (torch.float32, torch.float64, torch.int32, *exact):
        sums = quantization._sums(layer, layer.matrix.to(dtype), x)
        assert sums[:, ::2].eq(layer.largest_sum).all()
        assert sums[:, 1::2].eq(-layer.largest_sum).all()


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 70), st.integers(quantization.MIN_INT8_INPUTS, 1040), st.integers(1, 70), st.integers(0, 2**32 - 1)
)
def test_products_of_bytes_are_those_of_whole_numbers(n: int, inputs: int, rows: int, seed: int) -> None:
    if not quantization.int8_products_are_exact():
        pytest.skip("this processor's products of bytes are not exact, so they are not used")
    random = np.random.RandomState(seed)
    ends = random.randint(0, 2) * 100  # half of the time only the largest factors
    x, w = (
        (random.randint(ends, 128, (size, inputs)) * random.choice([-1, 1], (size, inputs))).astype(np.int8)
        for size in (n, rows)
    )
    product = quantization._product(torch.from_numpy(x), torch.from_numpy(w))
    assert np.array_equal(product.numpy(), x.astype(np.int64) @ w.T.astype(np.int64))


def test_a_processor_whose_products_of_bytes_overflow_draws_with_floats(
    modern: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    z, y = latents.latent(range(20), 100), latents.one_hot([i % 10 for i in range(20)])
    expected = modern.quantized().draw(z, y)

    def overflowing(x: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
        pairs = (x.int()[:, :, None] * matrix.int()[None]).unflatten(1, (-1, 2)).sum(dim=2)  # [N, in / 2, rows]
        return pairs.clamp(-(2**15), 2**15 - 1).sum(dim=1, dtype=torch.int32)

    quantization.int8_products_are_exact.cache_clear()
    monkeypatch.setattr(torch, "_int_mm", lambda x, matrix: overflowing(x.to(torch.int16) * 2, matrix))
    assert not quantization.int8_products_are_exact()
    assert torch.equal(modern.quantized().draw(z, y), expected)
    monkeypatch.undo()
    quantization.int8_products_are_exact.cache_clear()


def test_inputs_have_ten_bits_where_no_batch_norm_evens_them_out_and_their_sums_allow() -> None:
    def levels(batch_norm: str, width: int) -> list[int]:
        config = GeneratorConfig(latent_dim=8, widths=(width, 8), batch_norm=batch_norm)
        return [layer.levels for layer in Generator(config).eval().quantized().layers]

    torch.manual_seed(0)
    assert levels("all", 8) == [127, 127, 127]
    assert levels("none", 8) == [511, 511, 511]
    assert levels("none", 1000) == [511, 127, 511]  # sums of 1,000 products with ±511 could pass 2²⁴


def test_quantising_twice_gives_the_same_file(modern: Generator) -> None:
    again = Generator(modern.config)
    again.load_state_dict(modern.state_dict())
    files = [safetensors.torch.save(q.tensors()) for q in (again.eval().quantized(), modern.quantized())]
    assert files[0] == files[1]


@pytest.mark.parametrize("name", EVERY)
def test_integers_draw_nearly_what_floats_draw(name: str) -> None:
    generator = Generator.from_pretrained(ROOT / "checkpoints" / name)
    z, y = latents.latent(range(200), generator.config.latent_dim), latents.one_hot([i % 10 for i in range(200)])
    with torch.no_grad():
        floats = generator(torch.from_numpy(z), torch.from_numpy(y) if generator.conditional else None)
    levels = (floats + 1) * 127.5
    assert (generator.draw(z, y).view(200, -1) - levels).abs().mean() < (
        1.0 if quantization.has_levels(generator.config) else 2.0
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda q: replace(q, input_scale=torch.tensor(0.0)), "input_scale"),
        (lambda q: replace(q, input_scale=torch.tensor(float("nan"))), "input_scale"),
        (lambda q: replace(q, input_scale=torch.tensor(float("inf"))), "input_scale"),
        (lambda q: with_layer(q, multiplier=torch.zeros(8)), r"layers\.0\.multiplier must be above 0"),
        (lambda q: with_layer(q, multiplier=torch.full((8,), float("inf"))), r"layers\.0\.multiplier"),
        (lambda q: with_layer(q, bias=torch.full((8,), float("nan"))), r"layers\.0\.bias"),
        (lambda q: with_layer(q, weight=torch.full((8, 5), -128, dtype=torch.int8)), r"from -127 to 127, not -128"),
        (lambda q: with_layer(q, weight=torch.full((8, 259), 127, dtype=torch.int8)), "sums up to 16808323"),
        (
            lambda q: with_layer(q, weight=torch.full((8, 1041), 127, dtype=torch.int8), levels=127),
            "sums up to 16790289",
        ),
        (lambda q: with_layer(q, levels=0), "levels must be from 1 to 32767, not 0"),
        (lambda q: replace(q, embedding=torch.full((10, 3), 2**20, dtype=torch.int32)), "embedding must be at most"),
    ],
)
def test_what_could_overflow_or_draw_nothing_is_refused(change, says: str) -> None:
    config = GeneratorConfig(latent_dim=5, widths=(8,), num_classes=0)
    q = Generator(config).eval().quantized()
    with pytest.raises(ModelError, match=says):
        quantization.check(change(q))


def with_layer(q: QuantizedGenerator, **changes: torch.Tensor | int) -> QuantizedGenerator:
    return replace(q, layers=(replace(q.layers[0], **changes), *q.layers[1:]))


def test_sums_of_transposed_convolutions_are_bounded_by_what_a_pixel_sees() -> None:
    weight = torch.full((261, 1, 4, 4), 127, dtype=torch.int8)  # 4 × 261 × 127² > 2²⁴
    layer = IntegerLayer(weight, torch.ones(1), torch.zeros(1))
    assert layer.largest_sum == 4 * 261 * LEVELS**2


def test_nothing_drawn_is_an_empty_picture(modern: Generator) -> None:
    assert modern.quantized().draw(np.zeros((0, 100)), np.zeros((0, 10))).shape == (0, 28, 28)
