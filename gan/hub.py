"""Models by name: a folder, a bundled checkpoint, or a repository on the Hugging Face Hub."""

import re
from pathlib import Path

import torch

from gan.model_folder import (
    CONFIG,
    DISCRIMINATOR,
    GENERATOR,
    MAX_CONFIG_BYTES,
    MAX_WEIGHTS_BYTES,
    ModelError,
    config_from_dict,
    load_weights,
    read_config,
    read_discriminator,
    read_generator,
    save_model,
)
from gan.networks import Discriminator, Generator

__all__ = [
    "BUNDLED",
    "CONFIG",
    "DISCRIMINATOR",
    "GENERATOR",
    "MAX_CONFIG_BYTES",
    "MAX_WEIGHTS_BYTES",
    "ModelError",
    "bundled_models",
    "config_from_dict",
    "load_discriminator",
    "load_generator",
    "load_weights",
    "read_config",
    "resolve",
    "save_model",
]

BUNDLED = Path(__file__).resolve().parent.parent / "checkpoints"


def load_generator(model: str | Path, *, revision: str | None = None, device: str | torch.device = "cpu") -> Generator:
    """See `Generator.from_pretrained`."""
    folder, name, commit = resolve(model, revision)
    generator = read_generator(folder, device=device)
    generator.name, generator.revision = name, commit
    return generator


def load_discriminator(
    model: str | Path, *, revision: str | None = None, device: str | torch.device = "cpu"
) -> Discriminator:
    """The discriminator beside a generator; arguments and errors as `Generator.from_pretrained`."""
    folder, _, _ = resolve(model, revision)
    return read_discriminator(folder, device=device)


def resolve(model: str | Path, revision: str | None = None) -> tuple[Path, str, str | None]:
    """The folder that holds a model, its name, and its commit (None for a local one).

    `model` is a folder, or the name of a bundled checkpoint.
    """
    folder = Path(model)
    if not folder.is_dir() and re.fullmatch(r"[\w.-]+", str(model)):
        folder = BUNDLED / str(model)
    if not folder.is_dir():
        bundled = ", ".join(bundled_models()) or "none"
        raise ModelError(f"there is no folder {str(model)!r}, and no bundled model of that name (bundled: {bundled})")
    return folder, folder.resolve().name, None


def bundled_models() -> list[str]:
    """The names of the generators in `checkpoints/`."""
    return sorted(path.parent.name for path in BUNDLED.glob(f"*/{GENERATOR}"))
