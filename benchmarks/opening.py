"""Find the wall that the page opens with: python benchmarks/opening.py [MODEL]. Some minutes on one core.

Of all walls of COUNT digits in a row, it takes the cleanest. In it, the classifier reads every digit as asked with a
probability of at least CERTAIN, and the discriminator counts none among the worst fifth. Dirt is the share of a digit's
ink that lies apart from its strokes; the wall is as clean as its dirtiest digit. It prints the line for `OPENINGS` in
gan/web/opening_wall.py.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import max_pool2d, one_hot

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan import Discriminator, Generator
from gan.console import print_everywhere
from gan.evaluation.classifier import load_classifier
from gan.web.opening_wall import CERTAIN, COUNT

SEEDS = 300_000
BLOCK = 2_000
STROKE = 160  # of 255: solid ink; the grey beside it is a stroke's edge


@torch.inference_mode()
def measured(generator: Generator, discriminator: Discriminator, seeds: range) -> Tensor:
    """The classifier's probability of the digit that was asked for, the discriminator's logit, and the dirt of each
    seed's digit, `float32 [N, 3]`."""
    digits = generator.sample(seeds)  # [N, 28, 28]
    asked = torch.tensor([seed % 10 for seed in seeds])
    probability = load_classifier().features_and_logits(digits)[1].softmax(dim=1)[torch.arange(len(asked)), asked]
    logits = discriminator(digits.flatten(1).float() / 127.5 - 1, one_hot(asked, 10).float())
    return torch.stack([probability, logits, dirt(digits)], dim=1)


def dirt(digits: Tensor) -> Tensor:
    """The share of the ink of digits `uint8 [N, 28, 28]` that lies more than a pixel from solid ink, `float32 [N]`."""
    ink = digits.float()[:, None]  # [N, 1, 28, 28]
    near_stroke = max_pool2d((ink >= STROKE).float(), 3, stride=1, padding=1)
    return (ink * (1 - near_stroke)).sum(dim=(1, 2, 3)) / ink.sum(dim=(1, 2, 3))


def best_wall(found: np.ndarray) -> int:
    """Where the best COUNT digits in a row begin, of `[N, 3]` as `measured` has them."""
    probability, logit, dirt = found.T
    good = (probability >= CERTAIN) & (logit >= np.quantile(logit, 0.2))
    score = np.where(good, -dirt, -np.inf)
    return int(np.lib.stride_tricks.sliding_window_view(score, COUNT).min(axis=1).argmax())


def main() -> None:
    model = sys.argv[1] if len(sys.argv) > 1 else "modern"
    generator, discriminator = Generator.from_pretrained(model), Discriminator.from_pretrained(model)
    blocks = [measured(generator, discriminator, range(i, i + BLOCK)) for i in range(0, SEEDS, BLOCK)]
    found = torch.cat(blocks).numpy()
    seed = best_wall(found)
    probability, logit, dirty = found[seed : seed + COUNT].T
    print(f'    "{generator.weights}": {seed},  # {model}')
    print(f"worst of the wall: {probability.min():.5f}, {logit.min():.2f}, {dirty.max():.4f}")
    print(f"median of all: {np.median(found[:, 0]):.5f}, {np.median(found[:, 1]):.2f}, {np.median(found[:, 2]):.4f}")


if __name__ == "__main__":
    print_everywhere()
    main()
