"""The integer generator: what draws every digit that anyone sees, with the same bytes on every machine.

Post-training quantisation after Jacob et al. 2018 ("Quantization and training of neural networks for efficient
integer-arithmetic-only inference"), with one aim: exactness. Weights are int8; activations are int8 or, in networks
without BatchNorm, have 10 bits. So a layer's sums are whole numbers below 2²⁴, which float32 holds exactly, whatever
the order of summation, the number of threads or the batch. What is done to a sum (times the row's multiplier, plus its
bias, activation, rounding) is one IEEE operation at a time, and the last layer ends in a table of grey levels. So
float32, float64 and int32 give one result, and so do a CPU, a GPU and the WebAssembly of a browser (gan/web/engine).

One digit, from its latent z and class weights y:

    v  = round(z · temperature) ‖ round(y · embedding)     multiples of 2⁻¹², as whole numbers
    x  = round(v / rms(v) · input_scale)                   whole; without the division where the input isn't normalised
    x  = round(activation(W x · multiplier + bias))        whole, for each hidden layer
    px = grey[round(W x · multiplier + bias)]              uint8, by a table of tanh at multiples of 1/1024

`round` is floor(x + ½), then a clamp to −levels … levels of the next layer (to the table's ends in the last line).
"""

import math
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from gan import latents
from gan.config import IMAGE_SIZE, NUM_CLASSES, PIXELS, GeneratorConfig
from gan.errors import ModelError
from gan.latents import GRID

LEVELS = 127  # of an int8, either way
FINE_LEVELS = 511  # of 10 bits: activations that no BatchNorm evens out have long tails, and 127 steps are too coarse
MAX_LEVELS = 2**15 - 1  # the browser's engine multiplies int16
MAX_SUM = 2**24  # below it, float32 holds every whole number
MIN_INT8_INPUTS = 2  # of a product of bytes: with one, torch 2.14 leaves the sums unwritten (with AMX)
OPTIONAL = frozenset({"levels"})  # of the tensors in a file: without it every input is in the range of an int8
TANH_STEPS = 1024  # entries of the table of grey levels for each unit of tanh's argument
TANH_END = 4  # beyond ±3.12 every grey is 0 or 255
SLOPE = 0.2  # of leaky ReLU
CALIBRATION_SEEDS = 2048
CLIPPED = 1e-4  # share of a layer's activations that may lie beyond its range: the step is finer without its outliers
CHUNK = 256  # digits drawn at once: bounds the memory, and changes nothing else
between_blocks: ContextVar[Callable[[], None] | None] = ContextVar("between_blocks", default=None)
"""Called before each CHUNK of a drawing; what it raises ends the drawing."""
MAX_MULTIPLIER = 2.0**16
MAX_BIAS = 2.0**24
MAX_EMBEDDING = 2**19  # in steps of 2⁻¹²: the sum of squares of 2,048 of them is exact in float64


@dataclass(frozen=True)
class IntegerLayer:
    """A linear or transposed convolutional layer with BatchNorm folded in."""

    weight: Tensor
    """`int8 [out, in]`, or `int8 [in, out, k, k]` of a transposed convolution"""
    multiplier: Tensor
    """`float32 [out]`: from a sum of products to steps of what follows"""
    bias: Tensor
    """`float32 [out]`, in the same steps"""
    levels: int = LEVELS
    """the largest magnitude of the layer's input"""

    @property
    def matrix(self) -> Tensor:
        """The weights as `[rows, in]`: every row is multiplied with an input of `in` values."""
        if self.weight.ndim == 2:
            return self.weight
        return self.weight.permute(2, 3, 1, 0).flatten(0, 2)  # [in, out, k, k] → [k · k · out, in]

    @property
    def largest_sum(self) -> int:
        """The largest sum of products that the inputs can reach."""
        weight = self.weight.abs().to(torch.int64)
        if weight.ndim == 2:
            return self.levels * int(weight.sum(dim=1).max())
        if weight.shape[-1] == IMAGE_SIZE // 4:  # from 1×1: each output pixel sees one input
            return self.levels * int(weight.sum(dim=0).max())
        # With stride 2 and kernel 4, an output pixel sees two by two inputs through the taps of its own parity.
        taps = weight.sum(dim=0).unflatten(2, (2, 2)).unflatten(1, (2, 2))  # [out, 2, 2, 2, 2]
        return self.levels * int(taps.sum(dim=(1, 3)).max())


@dataclass(frozen=True)
class QuantizedGenerator:
    """A generator of whole numbers; `quantize` makes it, `draw` draws with it on any device."""

    config: GeneratorConfig
    input_scale: Tensor
    """`float32 []`: steps of the first layer's input for each unit"""
    embedding: Tensor | None
    """`int32 [10, embedding_dim]`, multiples of 2⁻¹²; None without classes"""
    layers: tuple[IntegerLayer, ...]
    grey: Tensor
    """`uint8 [8193]`: the grey level of tanh at −4, −4 + 1/1024, … 4"""
    _float_matrices: dict[tuple[torch.device, torch.dtype], list[Tensor]] = field(default_factory=dict, compare=False)

    def tensors(self) -> dict[str, Tensor]:
        """By the names that they have in quantized.safetensors."""
        named = {"input_scale": self.input_scale, "grey": self.grey}
        if self.embedding is not None:
            named["embedding"] = self.embedding
        for i, layer in enumerate(self.layers):
            named |= {f"layers.{i}.{name}": getattr(layer, name) for name in ("weight", "multiplier", "bias")}
        if any(layer.levels != LEVELS for layer in self.layers):
            named["levels"] = torch.tensor([layer.levels for layer in self.layers], dtype=torch.int32)
        return named

    @torch.inference_mode()
    def draw(
        self,
        z: np.ndarray,
        y: np.ndarray,
        temperature: float = 1.0,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype | None = None,
    ) -> Tensor:
        """Images `uint8 [N, 28, 28]` on the CPU, 0 = paper, 255 = ink.

        Args:
            z: latents `[N, latent_dim]`, rounded to multiples of 2⁻¹² here if they are not yet.
            y: class weights `[N, 10]`; ignored without classes.
            temperature: scales the latents.
            dtype: of the factors of the products: float32, float64, int32 or int8, which all give the same sums (with
                int8, layers whose inputs are larger take float32). None: the fastest on the device.
        """
        device = torch.device(device)
        dtype = dtype or (torch.int8 if device.type == "cpu" and int8_products_are_exact() else torch.float32)
        x = torch.from_numpy(self.quantized_input(z, y, temperature))
        images = torch.empty(len(x), PIXELS, dtype=torch.uint8)
        check = between_blocks.get()
        for i in range(0, len(x), CHUNK):
            if check:
                check()
            images[i : i + CHUNK] = self._draw(x[i : i + CHUNK].to(device), dtype).cpu()
        return images.view(-1, IMAGE_SIZE, IMAGE_SIZE)

    def quantized_input(self, z: np.ndarray, y: np.ndarray, temperature: float = 1.0) -> np.ndarray:
        """The first layer's input `int16 [N, in]`."""
        levels = self.layers[0].levels
        steps = np.floor(self.input_units(z, y, temperature) * float(self.input_scale) + 0.5)
        return np.clip(steps, -levels, levels).astype(np.int16)

    def input_units(self, z: np.ndarray, y: np.ndarray, temperature: float = 1.0) -> np.ndarray:
        """Latent and class embedding side by side, `float64 [N, in]`, normalised where the generator does; computed on
        the CPU (some devices have no float64), one operation at a time."""
        v = np.floor(latents.on_grid(z) * GRID * float(temperature) + 0.5)  # whole numbers, as all sums that follow
        if self.embedding is not None:
            weights = np.floor(y.astype(np.float64) * GRID + 0.5)  # [N, 10]
            embedded = np.floor(weights @ self.embedding.numpy().astype(np.float64) / GRID + 0.5)
            v = np.concatenate([v, embedded], axis=1)  # [N, latent_dim + embedding_dim]
        if not self.config.normalize_input:
            return v / GRID
        squares = np.square(v).sum(axis=1, keepdims=True)  # [N, 1]
        return v * np.sqrt(v.shape[1] / np.maximum(squares, 1.0))

    def _draw(self, x: Tensor, dtype: torch.dtype) -> Tensor:
        """Grey levels `uint8 [N, 784]` of the first layer's input `int16 [N, in]`, on its device."""
        matrices = self._matrices(x.device, dtype)
        for layer, after, matrix in zip(self.layers[:-1], self.layers[1:], matrices[:-1], strict=True):
            steps = _activated(self.config, _scaled(layer, _sums(layer, matrix, x)))
            x = steps.add_(0.5).floor_().clamp_(-after.levels, after.levels)
        steps = _scaled(self.layers[-1], _sums(self.layers[-1], matrices[-1], x))
        end = TANH_END * TANH_STEPS
        places = steps.add_(0.5).floor_().clamp_(-end, end).add_(end).to(torch.int32)
        return self.grey.to(x.device).index_select(0, places.flatten()).view(len(x), -1)

    def _matrices(self, device: torch.device, dtype: torch.dtype) -> list[Tensor]:
        """Every layer's weights as a matrix in the type of the sums, kept for the next call."""
        key = device, dtype
        if key not in self._float_matrices:
            self._float_matrices[key] = [
                layer.matrix.to(device, _factors(layer, dtype)).contiguous() for layer in self.layers
            ]
        return self._float_matrices[key]


def _factors(layer: IntegerLayer, dtype: torch.dtype) -> torch.dtype:
    if dtype == torch.int8 and (layer.levels > LEVELS or layer.matrix.shape[1] < MIN_INT8_INPUTS):
        return torch.float32
    return dtype


def _sums(layer: IntegerLayer, matrix: Tensor, x: Tensor) -> Tensor:
    """The sums of products of a layer, `float32 [N, pixels · out]`, exact. Of x, too, the channels come last."""
    if layer.weight.ndim == 2:
        return _product(x, matrix).to(torch.float32)
    # A transposed convolution: every input pixel adds its k × k patch. As a matrix product, since the algorithms that
    # libraries choose for convolutions (Winograd, FFT) are not exact.
    channels, out, kernel, _ = layer.weight.shape
    side = math.isqrt(x.shape[1] // channels)
    patches = _product(x.reshape(-1, channels), matrix).view(-1, side, side, kernel, kernel, out)
    if side == 1:
        return patches.reshape(len(x), -1).to(torch.float32)
    image = patches.new_zeros(len(x), 2 * side + 2, 2 * side + 2, out)  # stride 2, and a margin that is cut off
    for row in range(kernel):
        for column in range(kernel):
            image[:, row : row + 2 * side : 2, column : column + 2 * side : 2] += patches[:, :, :, row, column]
    return image[:, 1:-1, 1:-1].reshape(len(x), -1).to(torch.float32)


def _activated(config: GeneratorConfig, x: Tensor) -> Tensor:
    return x.clamp_min(0) if config.activation == "relu" else torch.maximum(x, x * SLOPE)


def _product(x: Tensor, matrix: Tensor) -> Tensor:
    """`x [N, in]` times `matrix [rows, in]` with factors of the matrix's type: whole numbers below 2²⁴, so exact."""
    if matrix.dtype == torch.int8:
        return torch._int_mm(x.to(torch.int8), matrix.t())
    with torch.autocast(x.device.type, enabled=False):
        return linear(x.to(matrix.dtype), matrix)


@cache
def int8_products_are_exact() -> bool:
    """Whether this processor's products of int8 matrices, four times as fast as float32's, are exact. Those without a
    dot product of bytes (VNNI and the like) add pairs in 16 bits, which overflow first with the largest factors; and a
    library may choose another way for each shape."""
    for n, inputs, rows in ((16, 1040, 16), (1, 200, 784), (400, 512, 512), (3, MIN_INT8_INPUTS, 5), (1, 33, 1)):
        x = torch.full((n, inputs), LEVELS, dtype=torch.int8)
        x[::2] *= -1
        matrix = torch.full((rows, inputs), LEVELS, dtype=torch.int8)
        matrix[: rows // 2] *= -1
        try:
            if not torch.equal(_product(x, matrix).double(), _product(x, matrix.double())):
                return False
        except RuntimeError:  # not on this processor, or not in this release of torch
            return False
    return True


def _scaled(layer: IntegerLayer, sums: Tensor) -> Tensor:
    """Sums as steps of what follows: a multiplication, then an addition, never fused into one rounding."""
    multiplier, bias = layer.multiplier.to(sums.device), layer.bias.to(sums.device)
    return sums.view(len(sums), -1, len(bias)).mul_(multiplier).add_(bias).flatten(1)


# Quantise


@torch.no_grad()
def quantize(config: GeneratorConfig, embedding: nn.Linear | None, layers: nn.Sequential) -> QuantizedGenerator:
    """The integer network of a float generator's class embedding and layers; deterministic on every machine.

    BatchNorm is folded in float64, one operation at a time. Each activation's range is calibrated on the integer
    network itself, whose sums are exact: no rounding of a float forward pass can move it.

    Raises:
        ModelError: see `check`.
    """
    table = None if embedding is None else _embedding_table(embedding)
    blank = QuantizedGenerator(config, torch.tensor(1.0), table, (), grey_table())
    units = blank.input_units(*_calibration_set(config))
    folded = list(_folded(layers))
    integer = [_integer_weights(config, weight) for weight, _ in folded]
    ends = [layer.levels for layer, _ in integer]
    scale = torch.tensor(ends[0] / _range(torch.from_numpy(units)), dtype=torch.float32)
    x = torch.from_numpy(np.clip(np.floor(units * scale.item() + 0.5), -ends[0], ends[0]))
    step = 1 / scale.item()  # of the layer's input, in the float network's units
    quantized: list[IntegerLayer] = []
    for i, (layer, rows) in enumerate(integer):
        bias = folded[i][1]
        sums = _sums(layer, layer.matrix.float(), x).double().view(len(x), -1, len(bias))
        outputs = (sums * (rows * step) + bias).flatten(1)
        last = i == len(integer) - 1
        active = outputs if last else _activated(config, outputs)
        next_step = 1 / TANH_STEPS if last else _range(active) / ends[i + 1]
        quantized.append(replace(layer, multiplier=(rows * step / next_step).float(), bias=(bias / next_step).float()))
        if not last:
            x, step = torch.floor(active / next_step + 0.5).clamp(-ends[i + 1], ends[i + 1]), next_step
    made = QuantizedGenerator(config, scale, table, tuple(quantized), blank.grey)
    check(made)
    return made


def _integer_weights(config: GeneratorConfig, weight: Tensor) -> tuple[IntegerLayer, Tensor]:
    """A layer of int8 weights without its multiplier and bias yet, and the step of each output row `float64 [out]`. Its
    input has the finest steps that a network of this kind needs and the layer's sums allow."""
    rows = weight.abs().amax(dim=1 if weight.ndim == 2 else (0, 2, 3)) / LEVELS
    rows = torch.where(rows > 0, rows, torch.ones_like(rows))
    layer = IntegerLayer(torch.floor(weight / _by_row(rows, weight) + 0.5).to(torch.int8), rows.float(), rows.float())
    fine = replace(layer, levels=FINE_LEVELS)
    return fine if has_levels(config) and fine.largest_sum < MAX_SUM else layer, rows


def _embedding_table(embedding: nn.Linear) -> Tensor:
    """Each class's embedding `int32 [10, embedding_dim]` in multiples of 2⁻¹²."""
    table = torch.floor(embedding.weight.detach().cpu().double().t() * GRID + 0.5)
    return table.clamp(-MAX_EMBEDDING, MAX_EMBEDDING).to(torch.int32).contiguous()


def _calibration_set(config: GeneratorConfig) -> tuple[np.ndarray, np.ndarray]:
    """Latents `[2048, latent_dim]` of the first seeds and their default classes `[2048, 10]`."""
    z = latents.latent(range(CALIBRATION_SEEDS), config.latent_dim)
    if not config.normalize_input:  # the temperature then widens the input's range
        z[1::2] *= np.float32(latents.MAX_TEMPERATURE)
    return z, latents.one_hot([latents.default_digit(seed) for seed in range(CALIBRATION_SEEDS)])


def _by_row(values: Tensor, weight: Tensor) -> Tensor:
    """A value for each output row, in the shape that multiplies a layer's weight."""
    return values[:, None] if weight.ndim == 2 else values[:, None, None]


def _range(values: Tensor) -> float:
    """The magnitude that all but `CLIPPED` of the values keep within; exact, for it is one of them."""
    magnitudes = np.abs(values.numpy().ravel())
    beyond = int(len(magnitudes) * CLIPPED)
    return max(float(np.partition(magnitudes, -beyond - 1)[-beyond - 1]), 1e-6)


def _folded(layers: nn.Sequential) -> Iterator[tuple[Tensor, Tensor]]:
    """Weight and bias of every linear or transposed convolutional layer in float64, with the BatchNorm behind it."""
    modules = list(layers)
    for i, module in enumerate(modules):
        if not isinstance(module, nn.Linear | nn.ConvTranspose2d):
            continue
        weight = module.weight.detach().cpu().double()
        rows = weight.shape[0] if weight.ndim == 2 else weight.shape[1]
        bias = torch.zeros(rows, dtype=torch.float64) if module.bias is None else module.bias.detach().cpu().double()
        norm = modules[i + 1] if i + 1 < len(modules) else None
        if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d):
            gamma, beta, mean, variance = (
                t.detach().cpu().double()  # type: ignore[union-attr]
                for t in (norm.weight, norm.bias, norm.running_mean, norm.running_var)
            )
            factor = gamma / torch.sqrt(variance + norm.eps)
            weight = weight * _by_row(factor, weight)
            bias = (bias - mean) * factor + beta
        yield weight, bias


def grey_table() -> Tensor:
    """The grey level `uint8 [8193]` of tanh at multiples of 1/1024 from −4 to 4: 0 = paper, 255 = ink."""
    end = TANH_END * TANH_STEPS
    tanh = np.tanh(np.arange(-end, end + 1) / TANH_STEPS)
    return torch.from_numpy(np.floor((tanh + 1) * 127.5 + 0.5).astype(np.uint8))


# Check, write and read


def has_levels(config: GeneratorConfig) -> bool:
    """Whether the range of each layer's input need not be that of an int8. It is recorded where one isn't."""
    return config.architecture == "mlp" and config.batch_norm == "none"


def check(quantized: QuantizedGenerator) -> None:
    """Refuse what could draw other bytes elsewhere, or nothing at all.

    Raises:
        ModelError: sums that could pass 2²⁴, or a scale, multiplier or bias that is 0, not finite or too large. The
            message names the tensor.
    """

    def require(ok: bool | Tensor, name: str, allowed: str, found: object) -> None:
        if not ok:
            raise ModelError(f"tensor {name} must be {allowed}, not {found}")

    scale = quantized.input_scale.item()
    require(2.0**-16 <= scale <= 2.0**16, "input_scale", "from 2⁻¹⁶ to 2¹⁶", scale)
    if quantized.embedding is not None:
        largest = int(quantized.embedding.abs().max())
        require(largest <= MAX_EMBEDDING, "embedding", f"at most {MAX_EMBEDDING} in magnitude", largest)
    for i, layer in enumerate(quantized.layers):
        lowest, highest = layer.multiplier.min().item(), layer.multiplier.max().item()
        require(lowest > 0 and highest <= MAX_MULTIPLIER, f"layers.{i}.multiplier", "above 0 and at most 2¹⁶",
                lowest if not lowest > 0 else highest)  # fmt: skip
        bias = layer.bias.abs().max().item()
        require(bias <= MAX_BIAS, f"layers.{i}.bias", "at most 2²⁴ in magnitude", bias)
        lowest_weight = int(layer.weight.min())
        require(lowest_weight >= -LEVELS, f"layers.{i}.weight", "from -127 to 127", lowest_weight)
        require(1 <= layer.levels <= MAX_LEVELS, "levels", f"from 1 to {MAX_LEVELS}", layer.levels)
        largest = layer.largest_sum
        require(largest < MAX_SUM, f"layers.{i}.weight", "small enough for sums below 2²⁴", f"sums up to {largest}")


def blank_tensors(config: GeneratorConfig) -> dict[str, Tensor]:
    """Tensors on "meta" with the names, shapes and types that a generator's quantized.safetensors must have; those of
    `OPTIONAL` may be missing."""
    with torch.device("meta"):
        named = {"input_scale": torch.empty(()), "grey": torch.empty(2 * TANH_END * TANH_STEPS + 1, dtype=torch.uint8)}
        if config.num_classes:
            named["embedding"] = torch.empty(NUM_CLASSES, config.embedding_dim, dtype=torch.int32)
        if has_levels(config):
            named["levels"] = torch.empty(len(config.widths) + 1, dtype=torch.int32)
        for i, (shape, out) in enumerate(_weight_shapes(config)):
            named[f"layers.{i}.weight"] = torch.empty(shape, dtype=torch.int8)
            named[f"layers.{i}.multiplier"] = torch.empty(out)
            named[f"layers.{i}.bias"] = torch.empty(out)
    return named


def _weight_shapes(config: GeneratorConfig) -> list[tuple[tuple[int, ...], int]]:
    """Each layer's weight shape and number of rows, from the input on."""
    width = config.latent_dim + (config.embedding_dim if config.num_classes else 0)
    if config.architecture == "dcgan":
        deep, shallow = config.widths
        return [((width, deep, 7, 7), deep), ((deep, shallow, 4, 4), shallow), ((shallow, 1, 4, 4), 1)]
    widths = [width, *config.widths, PIXELS]
    return [((b, a), b) for a, b in zip(widths, widths[1:], strict=False)]


def from_tensors(config: GeneratorConfig, tensors: dict[str, Tensor]) -> QuantizedGenerator:
    """The integer generator of checked names, shapes and types (see `blank_tensors`).

    Raises:
        ModelError: see `check`.
    """
    count = len(_weight_shapes(config))
    levels = tensors["levels"].tolist() if "levels" in tensors else [LEVELS] * count
    layers = [
        IntegerLayer(tensors[f"{layer}.weight"], tensors[f"{layer}.multiplier"], tensors[f"{layer}.bias"], levels[i])
        for i, layer in enumerate(f"layers.{i}" for i in range(count))
    ]
    made = QuantizedGenerator(
        config, tensors["input_scale"], tensors.get("embedding"), tuple(layers), tensors["grey"]
    )  # fmt: skip
    check(made)
    return made
