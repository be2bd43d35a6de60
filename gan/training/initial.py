"""The trained networks that a run begins with instead of random ones (fine-tuning)."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from gan.config import DiscriminatorConfig, GeneratorConfig
from gan.errors import UserError
from gan.hub.resolve import resolve
from gan.model_folder import (
    DISCRIMINATOR,
    config_from_dict,
    read_config,
    read_discriminator,
    read_generator,
)
from gan.networks import Discriminator, Generator
from gan.recipes import RECIPES, Recipe

_FLAGS = {  # by network and field of its config; a class count is conditioning, on or off
    ("generator", "architecture"): "architecture",
    ("generator", "latent_dim"): "latent-dim",
    ("generator", "widths"): "generator-widths",
    ("generator", "activation"): "generator-activation",
    ("generator", "batch_norm"): "generator-batch-norm",
    ("generator", "num_classes"): "conditional",
    ("generator", "normalize_input"): "normalize-input",
    ("discriminator", "widths"): "discriminator-widths",
    ("discriminator", "minibatch_std"): "minibatch-std",
    ("discriminator", "class_std"): "class-std",
    ("discriminator", "spectral_norm"): "spectral-norm",
}
_NO_MATTER = {"batch_norm_momentum"}  # it only says how the run keeps its statistics


@dataclass(frozen=True)
class Initial:
    """A model's networks, in evaluation mode on the CPU."""

    generator: Generator
    discriminator: Discriminator
    record: dict[str, str]
    """What config.json says of it: the model's name, with its commit, and the generator's `weights`."""


def load_initial(model: str, recipe: Recipe) -> Initial:
    """The networks of a model: a folder, a bundled name, or a repository on the Hub.

    Raises:
        ModelError: there is no such model, or it is damaged.
        UserError: its networks aren't the recipe's; the message gives the flags that make them so.
    """

    def read(folder: Path) -> tuple[Generator, Discriminator]:
        _check_networks(model, read_config(folder), recipe)
        if not (folder / DISCRIMINATOR).is_file():
            raise UserError(f"{model} holds no {DISCRIMINATOR}, and a run needs both players: name another --init-from")
        return read_generator(folder), read_discriminator(folder)

    source = resolve(model)
    generator, discriminator = source.read(read)
    name = f"{source.name}@{source.commit}" if source.commit else source.name
    return Initial(generator, discriminator, {"model": name, "weights": generator.weights})


def _check_networks(model: str, config: dict[str, Any], recipe: Recipe) -> None:
    theirs: dict[str, Any] = {
        "generator": config_from_dict(GeneratorConfig, config["generator"], "generator"),
        "discriminator": config_from_dict(DiscriminatorConfig, config["discriminator"], "discriminator"),
    }
    ours: dict[str, Any] = {"generator": recipe.generator_config(), "discriminator": recipe.discriminator_config()}
    differing = [
        (network, field.name)
        for network, wanted in ours.items()
        for field in fields(wanted)
        if field.name not in _NO_MATTER and getattr(theirs[network], field.name) != getattr(wanted, field.name)
    ]
    if not differing:
        return
    found = [
        f"its {n} has {f} {getattr(theirs[n], f)}, the recipe asks for {getattr(ours[n], f)}" for n, f in differing
    ]
    flags = dict.fromkeys(_flag(_FLAGS[d], getattr(theirs[d[0]], d[1])) for d in differing if d in _FLAGS)
    recipe_of_theirs = f"take its own recipe ({config['recipe']}), or " if config["recipe"] in RECIPES else ""
    raise UserError(
        f"a run with these settings can't begin with {model}: {'; '.join(found)}. To have its networks, "
        f"{recipe_of_theirs}add {' '.join(flags)}"
    )


def _flag(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return f"--{name} {' '.join(map(str, value))}"
    if name in ("conditional", "normalize-input", "class-std", "spectral-norm"):
        return f"--{name}" if value else f"--no-{name}"
    return f"--{name} {value}"


def as_typed(model: str) -> str:
    """A model as it was typed, a folder without what leads to it on this machine."""
    return Path(model).name if Path(model).is_absolute() else model
