"""How often each discriminator is fooled by its own generator: python benchmarks/fooled.py [--data-dir DIR].

For every bundled recipe, its D looks at 10,000 drawn digits and at real ones that no recipe was trained on, and calls
those real whose logit is above 0: as in the page's game "Real or drawn?", each digit as if it stood alone among real
digits, and told its class if D asks for one. A class-conditional G draws each class equally often.

- sensitivity: the share of real digits that D takes for real.
- specificity: the share of drawn ones that it sees through.
- right: the mean of both, so that 50 % is guessing, whichever kind there is more of.
- AUC: how often a real digit has a higher logit than a drawn one. It needs no threshold: the score of a critic
  (wgan-gp), whose 0 means nothing, is comparable by it alone.

The real digits are the 800 of the page (gan/web/engine/test-digits.png), or with --data-dir MNIST's whole test set.
"""

import argparse
import sys
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan.bundled import bundled_models
from gan.config import NUM_CLASSES
from gan.console import print_everywhere
from gan.data import load_dataset
from gan.networks import Discriminator, Generator
from gan.web.digits import unseen_digits
from gan.web.discriminators import as_input, logits_alone, reference

DRAWN = 10_000
BLOCK = 1000


def real_digits(folder: Path | None) -> tuple[Tensor, Tensor]:
    """Real digits `uint8 [N, 784]` and their classes."""
    if folder is None:
        images, labels = unseen_digits()
        return torch.from_numpy(images), torch.from_numpy(labels)
    data = load_dataset("mnist", folder, train=False)
    assert data.labels is not None
    return data.images, data.labels


def drawn_digits(generator: Generator) -> tuple[Tensor, Tensor]:
    """DRAWN digits `uint8 [N, 28, 28]`, and their classes: the last decimal digit of each number."""
    seeds = range(DRAWN)
    blocks = [generator.sample(seeds[at : at + BLOCK]) for at in range(0, DRAWN, BLOCK)]
    return torch.cat(blocks), torch.arange(DRAWN) % NUM_CLASSES


def auc(real: Tensor, drawn: Tensor) -> float:
    """The probability that a real digit's logit is above a drawn one's; half of it where they are equal."""
    ordered = drawn.sort().values
    below = torch.searchsorted(ordered, real) + torch.searchsorted(ordered, real, right=True)
    return float(below.double().mean()) / 2 / len(drawn)


def scores(name: str, images: Tensor, labels: Tensor) -> dict[str, float]:
    """The figures of one recipe."""
    generator, discriminator = Generator.from_pretrained(name), Discriminator.from_pretrained(name)
    beside = torch.tensor(reference(generator).beside)
    real, drawn = (_logits(discriminator, beside, *of) for of in ((images, labels), drawn_digits(generator)))
    sensitivity, specificity = float((real > 0).double().mean()), float((drawn <= 0).double().mean())
    right = (sensitivity + specificity) / 2
    return {"right": right, "sensitivity": sensitivity, "specificity": specificity, "AUC": auc(real, drawn)}


def _logits(discriminator: Discriminator, beside: Tensor, images: Tensor, classes: Tensor) -> Tensor:
    parts = zip(images.split(BLOCK), classes.long().split(BLOCK), strict=True)
    return torch.cat([logits_alone(discriminator, beside, as_input(x), y) for x, y in parts])


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data-dir", type=Path, help="where MNIST is: its whole test set instead of the page's 800")
    images, labels = real_digits(parser.parse_args().data_dir)
    print(f"{len(images):,} real and {DRAWN:,} drawn digits\n")
    print("| recipe | right | sensitivity | specificity | AUC |")
    print("|---|---|---|---|---|")
    for name in bundled_models():
        found = scores(name, images, labels)
        cells = [f"{found[key]:.1%}".replace("%", " %") for key in ("right", "sensitivity", "specificity")]
        print(f"| {name} | {' | '.join(cells)} | {found['AUC']:.3f} |", flush=True)


if __name__ == "__main__":
    print_everywhere()
    main()
