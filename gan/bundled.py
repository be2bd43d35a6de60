"""The models in `checkpoints/`: they come with a checkout of the project, not with an installed package."""

from pathlib import Path

BUNDLED = Path(__file__).resolve().parent.parent / "checkpoints"


def bundled_models() -> list[str]:
    """The names of the generators in `checkpoints/`; none in an installed package."""
    return sorted(path.parent.name for path in BUNDLED.glob("*/model.safetensors"))
