"""The trained networks that a run begins with instead of random ones (fine-tuning)."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from gan.bundled import BUNDLED
from gan.config import DiscriminatorConfig, GeneratorConfig
from gan.errors import UserError
from gan.hub.resolve import Source, resolve
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


def load_initial(model: str, recipe: Recipe, *, labelled: bool) -> Initial:
    """The networks of a model: a folder, a bundled name, or a repository on the Hub.

    Args:
        labelled: whether the run's images have labels.

    Raises:
        ModelError: there is no such model, or it is damaged.
        UserError: its networks aren't the recipe's; the message gives the flags that make them so.
    """

    def read(folder: Path) -> tuple[Generator, Discriminator]:
        config = read_config(folder)
        if not labelled and config_from_dict(GeneratorConfig, config["generator"], "generator").num_classes:
            raise UserError(
                f"{model} draws by class, and the images have no labels: put them in folders named 0 … 9, or begin "
                f"with a model without classes"
            )
        _check_networks(model, config, recipe)
        if not (folder / DISCRIMINATOR).is_file():
            raise UserError(f"{model} holds no {DISCRIMINATOR}, and a run needs both players: name another --init-from")
        return read_generator(folder), read_discriminator(folder)

    source = resolve(model)
    generator, discriminator = source.read(read)
    return Initial(generator, discriminator, {"model": _as_typed(source), "weights": generator.weights})


def _as_typed(source: Source) -> str:
    """A model's name as --init-from takes it: no bundled model's name for another folder. Of a folder outside the
    working directory it is the last part alone, since cards are published."""
    if source.commit:
        return f"{source.name}@{source.commit}"
    folder = source.folder.resolve()
    if folder.parent == BUNDLED.resolve():
        return folder.name
    if not folder.is_relative_to(Path.cwd()):
        return f"…/{folder.name}"
    path = folder.relative_to(Path.cwd()).as_posix()
    return path if "/" in path else f"./{path}"


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
