"""Find the wall that the page opens with: python benchmarks/opening.py [MODEL]. Some minutes on one core.

Of all walls of COUNT digits in a row it takes the one whose worst digit is best: each is read as asked by the
classifier with a probability of at least CERTAIN, and the discriminator finds the worst more real than the worst of any
other wall. It prints the line for `OPENINGS` in gan/web/opening_wall.py.
"""

import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan import Discriminator, Generator
from gan.evaluation.classifier import load_classifier
from gan.web.opening_wall import CERTAIN, COUNT

SEEDS = 300_000
BLOCK = 2_000


@torch.inference_mode()
def scores(generator: Generator, discriminator: Discriminator, seeds: range) -> np.ndarray:
    """The discriminator's logit of each digit, `float32 [N]`; −∞ for one that the classifier does not read as asked."""
    digits = generator.sample(seeds)  # [N, 28, 28]
    asked = torch.tensor([seed % 10 for seed in seeds])
    probability = load_classifier().features_and_logits(digits)[1].softmax(dim=1)[torch.arange(len(asked)), asked]
    images = digits.reshape(-1, 784).float() / 127.5 - 1
    logits = discriminator(images, torch.nn.functional.one_hot(asked, 10).float()).flatten()
    return torch.where(probability >= CERTAIN, logits, -torch.inf).numpy()


def best_wall(found: np.ndarray) -> int:
    """Where the COUNT scores in a row begin whose lowest is highest."""
    return int(np.lib.stride_tricks.sliding_window_view(found, COUNT).min(axis=1).argmax())


def main() -> None:
    model = sys.argv[1] if len(sys.argv) > 1 else "modern"
    generator, discriminator = Generator.from_pretrained(model), Discriminator.from_pretrained(model)
    found = np.concatenate(
        [scores(generator, discriminator, range(i, i + BLOCK)) for i in range(0, SEEDS, BLOCK)]
    )  # fmt: skip
    seed = best_wall(found)
    wall = found[seed : seed + COUNT]
    print(f'    "{generator.weights}": {seed},  # {model}')
    print(f"its lowest logit is {wall.min():.2f}, its mean {wall.mean():.2f}; {np.isfinite(found).mean():.1%} are certain")


if __name__ == "__main__":
    main()
