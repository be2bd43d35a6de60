"""A program for `tests/test_processes.py`: some steps in float64, alone or under a launcher; the weights to a file.

    python tests/training/double_training.py RECIPE STEPS DATA_DIR FILE

In float32 the two halves of a batch sum to gradients that differ from the whole's in the last bits, and Adam turns the
last bits of a small gradient into steps of full size; in float64 what is left is the mathematics.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from accelerate import Accelerator
from safetensors.torch import save_file

from gan.data import load_dataset
from gan.recipes import RECIPES
from gan.training.trainer import Noise, Trainer


def main(recipe: str, steps: str, data_dir: str, file: str) -> None:
    trainer = Trainer(RECIPES[recipe], load_dataset("mnist", Path(data_dir)), accelerator=Accelerator(cpu=True))
    for network in (trainer.generator, trainer.discriminator, trainer.averaged):
        network.double()
    next_batches, noise = trainer._next_batches, trainer._noise

    def double_batches() -> tuple:
        real, y = next_batches()
        return [r.double() for r in real], [None if one is None else one.double() for one in y]

    def double_noise() -> Noise:
        latents, epsilon, offsets = noise()
        return Noise(latents.double(), epsilon.double(), offsets)

    trainer._next_batches = double_batches  # type: ignore[method-assign]
    trainer._noise = double_noise  # type: ignore[method-assign]
    for _ in range(int(steps)):
        trainer.step()
    if trainer.accelerator.is_main_process:
        save_file({k: v.contiguous() for k, v in trainer.generator.state_dict().items()}, file)
    print(f"{trainer.accelerator.num_processes} processes")


if __name__ == "__main__":
    main(*sys.argv[1:])
