"""Models for pages under test."""

from pathlib import Path
from typing import Any

import torch

from gan.hub.resolve import load_generator
from gan.model_folder import save_model
from gan.networks import Discriminator, Generator
from gan.recipes import RECIPES


def untrained(folder: Path, recipe: str, seed: int = 0, **training: Any) -> Generator:
    """An untrained generator, saved and loaded: its digits are noise, but each is its number's own."""
    torch.manual_seed(seed)
    r = RECIPES[recipe]
    networks = Generator(r.generator_config()), Discriminator(r.discriminator_config())
    save_model(folder, *networks, recipe=recipe, training=training)
    return load_generator(folder)
