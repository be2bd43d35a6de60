"""Model folders to publish and to fetch."""

from pathlib import Path

import torch

from gan import model_folder
from gan.config import DiscriminatorConfig, GeneratorConfig
from gan.networks import Discriminator, Generator

CHECKOUT_README = """---
title: Digits
sdk: gradio
sdk_version: 6.31.0
app_file: app.py
license: mit
---

# Digits

![A picture](docs/digits.png)

What it is, in two sentences.

## Train

How to train.
"""


def save_model(folder: Path, seed: int = 0, dataset: str = "mnist") -> Path:
    """A model folder with small, untrained networks."""
    torch.manual_seed(seed)
    generator = Generator(GeneratorConfig(latent_dim=8, widths=(32,), num_classes=10, embedding_dim=8))
    discriminator = Discriminator(DiscriminatorConfig(widths=(32,), num_classes=10))
    model_folder.save_model(
        folder, generator, discriminator, recipe="modern", training={"seed": seed, "dataset": dataset}
    )
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
