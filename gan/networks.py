"""The two players (Goodfellow et al. 2014): Generator and Discriminator, each built from its config.

Images inside the networks are `float32 [N, 784]` in −1 … 1 (−1 = paper, 1 = ink); outside they are `uint8 [N, 28, 28]`.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from gan import latents
from gan.config import IMAGE_SIZE, PIXELS, Activation, DiscriminatorConfig, GeneratorConfig
from gan.quantization import QuantizedGenerator, quantize


def _mlp_generator(c: GeneratorConfig, width: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for i, next_width in enumerate(c.widths):
        layers.append(nn.Linear(width, next_width))
        if c.batch_norm == "all" or (c.batch_norm == "after_first" and i > 0):
            layers.append(nn.BatchNorm1d(next_width, momentum=c.batch_norm_momentum))
        layers.append(_activation(c.activation))
        width = next_width
    return nn.Sequential(*layers, nn.Linear(width, PIXELS), nn.Tanh())


def _convolutional_generator(c: GeneratorConfig, input_dim: int) -> nn.Sequential:
    """DCGAN's generator (Radford et al. 2015) cut to 28×28: [N, input_dim] → 7×7 → 14×14 → 28×28 → [N, 784]."""
    deep, shallow = c.widths
    layers = nn.Sequential(
        nn.Unflatten(1, (input_dim, 1, 1)),
        nn.ConvTranspose2d(input_dim, deep, 7, bias=False),  # → [N, deep, 7, 7]
        nn.BatchNorm2d(deep, momentum=c.batch_norm_momentum),
        _activation(c.activation),
        nn.ConvTranspose2d(deep, shallow, 4, stride=2, padding=1, bias=False),  # → [N, shallow, 14, 14]
        nn.BatchNorm2d(shallow, momentum=c.batch_norm_momentum),
        _activation(c.activation),
        nn.ConvTranspose2d(shallow, 1, 4, stride=2, padding=1),  # → [N, 1, 28, 28]
        nn.Tanh(),
        nn.Flatten(),
    )
    return layers.apply(_initialise_as_dcgan)


def _initialise_as_dcgan(layer: nn.Module) -> None:
    """Normal weights of standard deviation 0.02 (Radford et al. 2015, section 4)."""
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)


def _activation(name: Activation) -> nn.Module:
    return nn.ReLU() if name == "relu" else nn.LeakyReLU(0.2)


class Generator(nn.Module):
    """Latents (and classes) in, images out: a multilayer perceptron that ends in tanh, or DCGAN's convolutions.

    `forward` is the float network, which trains; `sample` and `draw` draw with its integer form (gan/quantization.py),
    whose pixels are the same bytes everywhere.

    Attributes:
        name: of the folder or repository that it was loaded from.
        revision: the commit, if it was loaded from the Hub.
        weights: the first 8 hex digits of the sha256 of quantized.safetensors, which links pin.
        float_weights: the same of model.safetensors, which older links pin.
        folder: that it was read from, if it was; its discriminator may stand there, too.
    """

    name: str = "untrained"
    revision: str | None = None
    weights: str = ""
    float_weights: str = ""
    folder: Path | None = None
    _quantized: tuple[list[object], QuantizedGenerator] | None = None  # and the state of the weights it belongs to

    def __init__(self, config: GeneratorConfig):
        super().__init__()
        self.config = config
        c = config
        if c.num_classes:
            self.embedding = nn.Linear(c.num_classes, c.embedding_dim, bias=False)
        input_dim = c.latent_dim + (c.embedding_dim if c.num_classes else 0)
        self.layers = (
            _convolutional_generator(c, input_dim) if c.architecture == "dcgan" else _mlp_generator(c, input_dim)
        )

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Images `float32 [N, 784]` in −1 … 1 of latents `z [N, latent_dim]`.

        `y [N, 10]` holds class weights: one-hot, or a blend on the way from class to class. A class-conditional
        generator needs it, an unconditional one ignores it.
        """
        if self.config.num_classes:
            assert y is not None, "a class-conditional generator needs class weights"
            return self.layers(self._input(z, self.embedding(y)))
        return self.layers(self._input(z, None))

    def _input(self, z: Tensor, embedded: Tensor | None) -> Tensor:
        """What the first layer sees: the latents, and beside them the embedding of the classes."""
        if embedded is not None:
            z = torch.cat([z, embedded], dim=1)  # [N, latent_dim + embedding_dim]
        if self.config.normalize_input:
            z = z * (z.square().mean(dim=1, keepdim=True) + 1e-8).rsqrt()
        return z

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    @property
    def conditional(self) -> bool:
        """Whether a class can be asked for."""
        return self.config.num_classes > 0

    @classmethod
    def from_pretrained(
        cls, model: str | Path, *, revision: str | None = None, device: str | torch.device = "cpu"
    ) -> "Generator":
        """A trained generator, in evaluation mode.

        Every file is verified (sha256, tensor names, shapes, finite values); nothing is unpickled.

        Args:
            model: a model folder (a run's, say), the name of a bundled model, or a Hub repository `user/repo`.
            revision: a branch, tag or commit of the repository.
            device: where to draw.

        Raises:
            gan.errors.ModelError: no such folder or repository, or damaged or mismatched files. The message says which.
        """
        from gan.hub.resolve import load_generator  # not at the top: gan.hub imports this file

        return load_generator(model, revision=revision, device=device)

    def classes(self, seeds: Sequence[int], digits: Sequence[int] | None) -> list[int]:
        """The class drawn for each seed: the digit asked for, or where none is the seed's last decimal digit.

        Raises:
            ValueError: a digit outside 0 … 9, not one for each seed, or digits asked of an unconditional generator.
        """
        if digits is None:
            return [latents.default_digit(latents.checked_seed(s)) for s in seeds]
        if not self.conditional:
            raise ValueError(f"model {self.name!r} is unconditional: it cannot be asked for a digit, leave digits out")
        if len(digits) != len(seeds):
            raise ValueError(f"give one digit for each seed: {len(seeds)} seeds, {len(digits)} digits")
        return [latents.checked_digit(d) for d in digits]

    def sample(
        self, seeds: Sequence[int], digits: Sequence[int] | int | None = None, temperature: float = 1.0
    ) -> Tensor:
        """Images `uint8 [N, 28, 28]` on the CPU, 0 = paper, 255 = ink.

        Image i depends on its own seed and class and on the temperature, on nothing else.

        Args:
            seeds: N whole numbers in 0 … 2³²−1.
            digits: N classes in 0 … 9, or one for all; None: each seed's last decimal digit, if the generator is
                class-conditional.
            temperature: scales the latent, 0.1 … 1.5; lower is more typical and less varied (truncation).

        Raises:
            TypeError: seeds is a single number.
            ValueError: a seed, digit or temperature out of range, or digits asked of an unconditional generator.
        """
        if isinstance(seeds, int | np.integer):
            raise TypeError(f"seeds must be several, as [{seeds}] or range({seeds}, {seeds + 16}), not {seeds!r} alone")
        seeds = list(seeds)
        asked = [int(digits)] * len(seeds) if isinstance(digits, int | np.integer) else digits
        y = latents.one_hot(self.classes(seeds, asked))
        z = latents.latent(seeds, self.config.latent_dim)
        return self.draw(z, y, temperature)

    def draw(self, z: np.ndarray, y: np.ndarray, temperature: float = 1.0) -> Tensor:
        """Images `uint8 [N, 28, 28]` on the CPU, of latents `z [N, latent_dim]` and class weights `y [N, 10]` (ignored
        by an unconditional generator), drawn by the integer generator on this one's device."""
        temperature = latents.checked_temperature(temperature)
        return self.quantized().draw(z, y, temperature, device=self.device)

    def quantized(self) -> QuantizedGenerator:
        """The integer generator of the weights as they are now: the one that was loaded with them, or made here. It is
        kept until the weights change.

        Raises:
            ModelError: the weights can't be quantised; see `quantization.check`.
        """
        if self._quantized is None or self._quantized[0] != self._state_of_weights():
            self.set_quantized(quantize(self.config, getattr(self, "embedding", None), self.layers))
        assert self._quantized is not None
        return self._quantized[1]

    def set_quantized(self, quantized: QuantizedGenerator) -> None:
        """Draw with this integer generator as long as the weights stay as they are."""
        self._quantized = (self._state_of_weights(), quantized)

    def _state_of_weights(self) -> list[object]:
        """Changes when a weight or a BatchNorm statistic is written or replaced, not when it moves to a device."""
        changes = [0 if t.is_inference() else t._version for t in (*self.parameters(), *self.buffers())]
        return [*changes, *map(id, self.parameters())]


class Discriminator(nn.Module):
    """Images (and classes) in, a logit for each out, positive for "real": a perceptron, or DCGAN's convolutions.

    With classes, the logit is the unconditional one plus the projection of the last features on the class's
    embedding (Miyato & Koyama 2018).
    """

    def __init__(self, config: DiscriminatorConfig):
        super().__init__()
        self.config = config
        norm = spectral_norm if config.spectral_norm else lambda layer: layer
        layers: list[nn.Module] = []
        if config.architecture == "dcgan":
            shallow, deep = config.widths
            layers = [
                nn.Unflatten(1, (1, IMAGE_SIZE, IMAGE_SIZE)),
                norm(nn.Conv2d(1, shallow, 4, stride=2, padding=1)),  # → [N, shallow, 14, 14]
                nn.LeakyReLU(0.2),
                norm(nn.Conv2d(shallow, deep, 4, stride=2, padding=1, bias=False)),  # → [N, deep, 7, 7]
                nn.BatchNorm2d(deep),
                nn.LeakyReLU(0.2),
                nn.Flatten(),
            ]
            width = deep * 7 * 7
        else:
            width = PIXELS
            for next_width in config.widths:
                layers += [norm(nn.Linear(width, next_width)), nn.LeakyReLU(0.2)]
                width = next_width
        self.features = nn.Sequential(*layers)
        self.logit = norm(nn.Linear(width + bool(config.minibatch_std) + config.class_std, 1))
        if config.num_classes:
            self.embedding = norm(nn.Linear(config.num_classes, width, bias=False))
        if config.architecture == "dcgan":
            self.apply(_initialise_as_dcgan)

    @classmethod
    def from_pretrained(
        cls, model: str | Path, *, revision: str | None = None, device: str | torch.device = "cpu"
    ) -> "Discriminator":
        """The discriminator trained beside a generator; arguments and errors as `Generator.from_pretrained`."""
        from gan.hub.resolve import load_discriminator  # not at the top: gan.hub imports this file

        return load_discriminator(model, revision=revision, device=device)

    def forward(self, images: Tensor, y: Tensor | None = None) -> Tensor:
        """Logits `float32 [N]` of images `[N, 784]` in −1 … 1 and class weights `y [N, 10]`, which a class-conditional
        discriminator needs."""
        features = self.features(images)  # [N, widths[-1]]
        return self.judge(features, self.deviations(features, y), y)

    def deviations(self, features: Tensor, y: Tensor | None = None) -> Tensor:
        """What of the whole batch the last layer sees beside each image's features: `[N, 0 … 2]`."""
        columns = [features[:, :0]]
        if self.config.minibatch_std:
            columns.append(_minibatch_std(features, self.config.minibatch_std))
        if self.config.class_std:
            columns.append(_class_std(features, y))
        return torch.cat(columns, dim=1)

    def judge(self, features: Tensor, deviations: Tensor, y: Tensor | None = None) -> Tensor:
        """Logits `float32 [N]` of images' features and of what is seen beside them."""
        logits = self.logit(torch.cat([features, deviations], dim=1)).squeeze(1)  # [N, 1] → [N]
        if self.config.num_classes:
            assert y is not None, "a class-conditional discriminator needs class weights"
            logits = logits + (features * self.embedding(y)).sum(dim=1) / features.shape[1] ** 0.5
        return logits


def _minibatch_std(features: Tensor, group: int) -> Tensor:
    """The mean standard deviation of features `[N, D]` within groups of samples, `[N, 1]`: low where a generator has
    collapsed (Karras et al. 2018, section 3). Sample i is in group i mod (N / group).

    Raises:
        ValueError: N is no multiple of `group`.
    """
    n, width = features.shape
    if n % group:
        raise ValueError(f"minibatch_std groups {group} samples, which does not divide the batch of {n}")
    grouped = features.view(group, n // group, width)
    variance = (grouped - grouped.mean(dim=0)).square().mean(dim=0)  # [N / group, width]; six times as fast as var()
    std = (variance + 1e-8).sqrt()
    return std.mean(dim=1, keepdim=True).repeat(group, 1)  # [N, 1]


def _class_std(features: Tensor, y: Tensor | None) -> Tensor:
    """The mean standard deviation of features `[N, D]` within the class of each sample, `[N, 1]`.

    `y [N, 10]` is one-hot; None: all samples are of one class. A group of `_minibatch_std` mixes classes, so it
    measures above all how nines differ from ones. This measures how nines differ from nines, which is little where a
    generator draws every nine alike. Of several processes, each sees its own share of the batch, as BatchNorm does.
    """
    if y is None:
        y = torch.ones(len(features), 1, device=features.device)
    counts = y.sum(dim=0).clamp(min=1)[:, None]  # [10, 1]
    means = y.t() @ features / counts  # [10, D]
    variance = y.t() @ (features - y @ means).square() / counts
    return y @ (variance + 1e-8).sqrt().mean(dim=1, keepdim=True)


def count_parameters(network: nn.Module) -> int:
    """The number of weights and biases; buffers, such as BatchNorm's statistics, don't count."""
    return sum(p.numel() for p in network.parameters())
