"""How fast a step is: ours against the loop that tutorials use, and against the arithmetic floor.

    python benchmarks/train_speed.py [--recipes batchnorm modern …] [--rounds 7] [--data-dir DIR]

Three loops on the same networks, batch and update rule, alternating in one run, so that a noisy machine disturbs all
three alike; a round times 30 steps of each, warm-up excluded, and the table shows the median round.

- tutorial: DataLoader with PIL transforms (ToTensor, Normalize), eager, D run separately for each loss as the sources
  write it (its fake pass repeated), plain Adam. For recipes without a tutorial of their own the column is empty.
- floor: our step on one fixed set of batches, random numbers included: the arithmetic alone.
- ours: the whole training loop's step, with data order, random numbers, schedule, statistics and records.

GFLOP/s counts multiply-adds of matrix products and convolutions as two, by torch's FlopCounterMode, or by its profiler
where gradients of gradients are taken.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import tyro
from PIL import Image
from torch import nn
from torch.profiler import ProfilerActivity, profile
from torch.utils.data import DataLoader
from torch.utils.flop_counter import FlopCounterMode
from torchvision import transforms
from torchvision.datasets import VisionDataset

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan.console import print_everywhere
from gan.data import Dataset, DatasetNotFoundError, load_dataset
from gan.recipes import RECIPES
from gan.training.trainer import Trainer

STEPS = 30
TUTORIALS = ("relu-2", "relu-3", "leaky-2", "leaky-3", "batchnorm")


@dataclass(frozen=True)
class Options:
    """Time training steps."""

    recipes: tuple[str, ...] = tuple(RECIPES)
    """Recipes to time."""
    rounds: int = 5
    """Rounds; the table shows their median."""
    data_dir: Path = Path("data")
    """MNIST's folder; random images of its size are timed if it is not there."""


class Pictures(VisionDataset):
    """The data set as torchvision's MNIST hands it out: a PIL image through the transform, and its class."""

    def __init__(self, data: Dataset):
        steps = [transforms.Resize(28), transforms.ToTensor(), transforms.Normalize([0.5], [0.5])]
        super().__init__("", transform=transforms.Compose(steps))
        assert data.labels is not None
        self.data, self.targets = data.images.view(-1, 28, 28), data.labels

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        assert self.transform is not None
        return self.transform(Image.fromarray(self.data[index].numpy(), mode="L")), int(self.targets[index])


def tutorial_step(trainer: Trainer, data: Dataset) -> Callable[[], None]:
    """One step of the recipe as its tutorial writes it, on the same networks."""
    r, g, d = trainer.recipe, trainer.generator, trainer.discriminator
    loader = DataLoader(Pictures(data), batch_size=r.batch_size, shuffle=True, drop_last=True)
    batches = iter(loader)
    betas = (r.beta1, r.beta2)
    g_adam = torch.optim.Adam(g.parameters(), lr=r.learning_rate, betas=betas)
    d_adam = torch.optim.Adam(d.parameters(), lr=r.learning_rate, betas=betas)
    loss = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(r.batch_size), torch.zeros(r.batch_size)

    def update_g(fake: torch.Tensor) -> float:
        g_loss = loss(d(fake), ones)
        g_adam.zero_grad()
        g_loss.backward()
        g_adam.step()
        return g_loss.item()

    def update_d(real: torch.Tensor, fake: torch.Tensor) -> float:
        d_loss = loss(d(real), ones) + loss(d(fake.detach()), zeros)
        d_loss = d_loss * r.discriminator_loss_scale
        d_adam.zero_grad()
        d_loss.backward()
        d_adam.step()
        return d_loss.item()

    def step() -> None:
        nonlocal batches
        try:
            real, _ = next(batches)
        except StopIteration:
            batches = iter(loader)
            real, _ = next(batches)
        real = real.view(r.batch_size, -1)
        fake = g(torch.randn(r.batch_size, r.latent_dim))
        if r.order == "generator_first":
            update_g(fake)
            update_d(real, fake)
        else:
            update_d(real, fake)
            update_g(fake if r.reuse_fake else g(torch.randn(r.batch_size, r.latent_dim)))
        d(real).sigmoid().mean().item()  # D(x) and D(G(z)) for the log, as the sources print them
        d(fake).sigmoid().mean().item()

    return step


def floor_step(trainer: Trainer) -> Callable[[], None]:
    """The trainer's step on one fixed set of batches."""
    batches = trainer.batches.of_step(0)
    trainer.batches.of_step = lambda step: batches  # type: ignore[method-assign]
    return trainer.step


def our_step(trainer: Trainer) -> Callable[[], None]:
    """A step of training with its share of the records."""

    def step() -> None:
        trainer.step()
        if trainer.steps % 100 == 0:
            trainer.read_statistics()

    return step


def seconds_per_step(step: Callable[[], None]) -> float:
    started = time.perf_counter()
    for _ in range(STEPS):
        step()
    return (time.perf_counter() - started) / STEPS


def gigaflops(trainer: Trainer) -> float:
    """Floating-point operations of a step, in 10⁹."""
    try:
        with FlopCounterMode(display=False) as counter:
            trainer.step()
    except RuntimeError:  # it can't follow gradients of gradients; perceptrons' are all in matrix products
        with profile(activities=[ProfilerActivity.CPU], with_flops=True) as recorded:
            trainer.step()
        products = ("aten::mm", "aten::addmm", "aten::bmm")
        return sum(event.flops for event in recorded.key_averages() if event.key in products) / 1e9
    return counter.get_total_flops() / 1e9


def main(options: Options) -> None:
    try:
        data = load_dataset("mnist", options.data_dir, download=False)
    except DatasetNotFoundError:
        data = Dataset("random", torch.randint(0, 256, (60_000, 784), dtype=torch.uint8), torch.arange(60_000) % 10)
    print(f"{data.name}, {len(data):,} images; torch {torch.__version__}, {torch.get_num_threads()} threads\n")
    print(
        "| recipe | tutorial ms | floor ms | ours ms | tutorial / ours | ours / floor | images/s | GFLOP/s | full run |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in options.recipes:
        recipe = RECIPES[name]
        loops = {"floor": floor_step(Trainer(recipe, data)), "ours": our_step(trainer := Trainer(recipe, data))}
        if name in TUTORIALS:
            loops["tutorial"] = tutorial_step(Trainer(recipe, data), data)
        flops = gigaflops(Trainer(recipe, data))
        times: dict[str, list[float]] = {loop: [] for loop in loops}
        for step in loops.values():
            for _ in range(3):
                step()  # warm up
        for _ in range(options.rounds):
            for loop, step in loops.items():
                times[loop].append(seconds_per_step(step))
        median = {loop: statistics.median(values) for loop, values in times.items()}
        ours = median["ours"]
        tutorial = f"{median['tutorial'] * 1e3:.1f}" if "tutorial" in median else "–"
        ratio = f"{median['tutorial'] / ours:.2f}" if "tutorial" in median else "–"
        images = recipe.batch_size * recipe.discriminator_steps / ours
        print(
            f"| {name} | {tutorial} | {median['floor'] * 1e3:.1f} | {ours * 1e3:.1f} | {ratio} "
            f"| {ours / median['floor']:.2f} | {images:,.0f} | {flops / ours:.0f} "
            f"| {trainer.total_steps * ours / 60:.1f} min |",
            flush=True,
        )


if __name__ == "__main__":
    print_everywhere()
    main(tyro.cli(Options))
