"""What the two networks are built from and what they learn from, as data: no torch is needed to read or check it."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args, get_origin, get_type_hints

IMAGE_SIZE = 28
PIXELS = IMAGE_SIZE * IMAGE_SIZE
NUM_CLASSES = 10

Architecture = Literal["mlp", "dcgan"]
Activation = Literal["relu", "leaky_relu"]
DatasetName = Literal["mnist", "fashion-mnist", "kmnist", "emnist-digits", "qmnist", "folder"]


@dataclass(frozen=True, kw_only=True)
class GeneratorConfig:
    """Everything that determines a generator's tensors."""

    architecture: Architecture = "mlp"
    latent_dim: int = 100
    widths: tuple[int, ...] = (256,)
    """Hidden layers from the latent on; for dcgan the channels at 7×7 and 14×14."""
    activation: Activation = "leaky_relu"
    batch_norm: Literal["none", "all", "after_first"] = "none"
    batch_norm_momentum: float = 0.1
    num_classes: int = 0
    embedding_dim: int = 100
    """Width of the class embedding beside the latent; unused when num_classes is 0."""
    normalize_input: bool = False
    """Scale latent and embedding together to unit root mean square (as StyleGAN does), so that depth sees one scale."""

    def __post_init__(self) -> None:
        _check_config(self)

    @property
    def input_dim(self) -> int:
        """Width of the first layer's input: the latent, and beside it the class embedding."""
        return self.latent_dim + (self.embedding_dim if self.num_classes else 0)

    @property
    def multiply_adds(self) -> int:
        """Multiplications that one digit takes."""
        if self.architecture == "dcgan":
            deep, shallow = self.widths
            return self.input_dim * deep * 49 + deep * shallow * 16 * 49 + shallow * 16 * 196
        widths = (self.input_dim, *self.widths, PIXELS)
        return sum(a * b for a, b in pairwise(widths))

    @property
    def activations(self) -> int:
        """The most values that one digit needs at a time, in one layer."""
        if self.architecture == "dcgan":
            deep, shallow = self.widths
            return max(49 * deep, 49 * 16 * shallow, 196 * 16)  # patches of a layer's outputs, before they are added
        return max(self.input_dim, *self.widths, PIXELS)


@dataclass(frozen=True, kw_only=True)
class DiscriminatorConfig:
    """Everything that determines a discriminator's tensors."""

    architecture: Architecture = "mlp"
    widths: tuple[int, ...] = (256,)
    """Hidden layers from the pixels on; for dcgan the channels at 14×14 and 7×7."""
    num_classes: int = 0
    minibatch_std: int = 0
    """Group size of the minibatch standard deviation (Karras et al. 2018); 0 = off."""
    class_std: bool = False
    """The standard deviation within each class of the batch, or within all of it where there are no classes."""
    spectral_norm: bool = False

    def __post_init__(self) -> None:
        _check_config(self)


def _check_config(config: GeneratorConfig | DiscriminatorConfig) -> None:
    """Refuse what no network can be built from: a config may come from a stranger's repository.

    Raises:
        ValueError: names the field, the allowed values and the one found.
    """

    def require(ok: bool, name: str, allowed: str) -> None:
        if not ok:
            raise ValueError(f"{name} must be {allowed}, not {repr(getattr(config, name))[:100]}")

    for name, kind in get_type_hints(type(config)).items():
        if get_origin(kind) is Literal:
            require(getattr(config, name) in get_args(kind), name, f"one of {', '.join(get_args(kind))}")
    widths = config.widths
    require(0 < len(widths) <= 16, "widths", "1 to 16 whole numbers")
    require(all(type(w) is int and 1 <= w <= 16384 for w in widths), "widths", "whole numbers from 1 to 16384")
    require(config.architecture != "dcgan" or len(widths) == 2, "widths", "two channel counts for dcgan")
    require(config.num_classes in (0, NUM_CLASSES), "num_classes", f"0 or {NUM_CLASSES}")
    if isinstance(config, GeneratorConfig):
        require(1 <= config.latent_dim <= 1024, "latent_dim", "from 1 to 1024")
        require(1 <= config.embedding_dim <= 1024, "embedding_dim", "from 1 to 1024")
        require(0 < config.batch_norm_momentum <= 1, "batch_norm_momentum", "above 0 and at most 1")
    else:
        require(config.minibatch_std == 0 or config.minibatch_std >= 2, "minibatch_std", "0 (off) or at least 2")
