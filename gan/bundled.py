"""The models that ship with a checkout, in `checkpoints/`."""

from pathlib import Path

BUNDLED = Path(__file__).resolve().parent.parent / "checkpoints"


def bundled_models() -> list[str]:
    """The names of the generators in `checkpoints/`."""
    return sorted(path.parent.name for path in BUNDLED.glob("*/model.safetensors"))
