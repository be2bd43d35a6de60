"""A multilayer-perceptron GAN that draws handwritten digits: a number goes in, a 28×28 picture comes out."""

from typing import Any

__all__ = ["Discriminator", "Generator", "Recipe", "RECIPES"]

_HOME = {
    "Generator": "gan.networks",
    "Discriminator": "gan.networks",
    "Recipe": "gan.recipes",
    "RECIPES": "gan.recipes",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import gan` and `--help` don't wait for torch."""
    if name not in _HOME:
        raise AttributeError(f"module 'gan' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
