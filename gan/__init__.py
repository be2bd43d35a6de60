"""A multilayer-perceptron GAN that draws handwritten digits: a number goes in, a 28×28 picture comes out.

`python -m gan` says what there is.
"""

import importlib
from typing import TYPE_CHECKING

__all__ = [
    "RECIPES",
    "Discriminator",
    "Generator",
    "Recipe",
    "enlarge",
    "gif",
    "grid",
    "grid_png",
    "plane",
    "png",
    "strip",
    "ten_classes",
    "there_and_back",
    "walk",
    "webp",
    "written_line",
]

if TYPE_CHECKING:
    from gan.images import enlarge, gif, grid, grid_png, png, strip, there_and_back, webp
    from gan.networks import Discriminator, Generator
    from gan.recipes import RECIPES, Recipe
    from gan.walks import plane, ten_classes, walk
    from gan.writing import written_line
else:  # imported on first use: torch takes seconds, and `import gan` and `--help` don't need it
    _MODULES = {
        "gan.images": ("enlarge", "gif", "grid", "grid_png", "png", "strip", "there_and_back", "webp"),
        "gan.networks": ("Discriminator", "Generator"),
        "gan.recipes": ("RECIPES", "Recipe"),
        "gan.walks": ("plane", "ten_classes", "walk"),
        "gan.writing": ("written_line",),
    }

    def __getattr__(name):
        for module, names in _MODULES.items():
            if name in names:
                return getattr(importlib.import_module(module), name)
        raise AttributeError(f"module 'gan' has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *__all__})
