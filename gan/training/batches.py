"""What the updates of a training step look at: images, classes, and each update's own random numbers.

Every random number of a run is a function of (seed, step): data order and noise come from NumPy's counter-based
Philox generator (Salmon et al. 2011), keyed by both. So a run needs no generator states to resume exactly, and any
number of processes draws the same global batch, of which each keeps its own rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from gan.data import Dataset
from gan.errors import UserError
from gan.recipes import Recipe

_ORDER, _NOISE, _CALIBRATION = 0, 1, 2  # Philox streams

_Shifts = tuple[Tensor, Tensor] | tuple[None, None]  # of real images, of fake ones


@dataclass(frozen=True)
class Batch:
    """What one update looks at; B is this process's share of the recipe's batch size."""

    real: Tensor
    """Images `float32 [B, 784]` in −1 … 1."""
    classes: Tensor | None
    """`float32 [B, 10]`, one-hot: the classes of the real images, and those that the fake images are drawn of. None
    where the recipe has no classes."""
    latents: Tensor
    """`float32 [B, latent_dim]`, from a standard normal distribution: what G draws the fake images from."""
    epsilon: Tensor
    """`float32 [B, 1]` in 0 … 1: where on the line from fake to real the gradient penalty looks; only D's updates do.
    Zeros where the recipe has no gradient penalty."""
    real_shift: Tensor | None
    """`int64 [B, 2]`: by how many pixels (down, right) each real image is moved before D sees it. None where the
    recipe moves none."""
    fake_shift: Tensor | None
    """The same for the fake images."""


@dataclass(frozen=True)
class StepBatches:
    """What one training step looks at: a batch for each update."""

    discriminator: tuple[Batch, ...]
    """One for each of D's `discriminator_steps` updates."""
    generator: Batch
    """G's: the real images and classes of D's last update, with latents and shifts of its own. Where the recipe reuses
    the fake images, the latents are those of D's last update, too."""

    def tensors(self) -> list[Tensor]:
        """All tensors, each once, in a fixed order."""
        found = [t for batch in (*self.discriminator, self.generator) for t in vars(batch).values() if t is not None]
        return list({id(t): t for t in found}.values())


class Batches:
    """The batches of every step of a run.

    Args:
        data: on the device where the batches are wanted.
        process_index: this process's place among the `num_processes` that share each batch.

    Raises:
        UserError: the data does not fit the recipe (fewer images than a step needs, or no labels although the recipe
            is class-conditional), or the processes can't share a batch equally.
    """

    def __init__(self, recipe: Recipe, data: Dataset, *, seed: int = 0, process_index: int = 0, num_processes: int = 1):
        self.recipe, self.data, self.seed = recipe, data, seed
        # Images that don't fill a last step are left out of that epoch.
        self.steps_per_epoch = len(data) // (recipe.batch_size * recipe.discriminator_steps)
        self._check(num_processes)
        self._share = slice(process_index, None, num_processes)  # this process's rows of a batch
        self._order: tuple[int, Tensor] | None = None  # (epoch, its permutation of the data)

    def of_step(self, step: int) -> StepBatches:
        """This process's batches in step `step`, which counts from 0."""
        real, classes = self._real(step)
        latents, epsilon, shifts = self._random_numbers(step)
        updates = [
            Batch(real[i], classes[i], latents[i], epsilon[i], *shifts[i])
            for i in range(self.recipe.discriminator_steps)
        ]
        real_shift, fake_shift = shifts[-1]
        generator = replace(updates[-1], latents=latents[-1], real_shift=real_shift, fake_shift=fake_shift)
        return StepBatches(tuple(updates), generator)

    def for_calibration(self) -> Iterator[tuple[Tensor, Tensor | None]]:
        """Latents `[batch_size, latent_dim]` and classes `[batch_size, 10]` without end, always the same ones; each
        class comes as often as the data has it."""
        random = self._random(_CALIBRATION, 0)
        size = self.recipe.batch_size
        while True:
            latents = self._to_device(random.standard_normal((size, self.recipe.latent_dim), dtype=np.float32))
            _, classes = self.data.batch(self._to_device(random.integers(len(self.data), size=size)))
            yield latents, classes if self.recipe.conditional else None

    def _real(self, step: int) -> tuple[list[Tensor], list[Tensor | None]]:
        """Images and classes of each of D's updates: the next rows of the epoch's permutation of the data."""
        epoch, position = divmod(step, self.steps_per_epoch)
        if self._order is None or self._order[0] != epoch:
            permutation = self._random(_ORDER, epoch).permutation(len(self.data))
            self._order = epoch, self._to_device(permutation)
        k, size = self.recipe.discriminator_steps, self.recipe.batch_size
        rows = self._order[1][position * k * size : (position + 1) * k * size].view(k, size)
        batches = [self.data.batch(rows_of_update[self._share]) for rows_of_update in rows]
        return [images for images, _ in batches], [y if self.recipe.conditional else None for _, y in batches]

    def _random_numbers(self, step: int) -> tuple[Sequence[Tensor], Sequence[Tensor], Sequence[_Shifts]]:
        """Latents, epsilon, and the shifts of real and of fake images, for each update: D's, then G's.

        Every process draws all numbers of a step, in this order and in these shapes: they are what a seed stands for.
        """
        random = self._random(_NOISE, step)
        r = self.recipe
        k, size = r.discriminator_steps, r.batch_size
        latents = random.standard_normal((k if r.reuse_fake else k + 1, size, r.latent_dim), dtype=np.float32)
        epsilon = np.zeros((k, size, 1), dtype=np.float32)
        if r.gradient_penalty:
            epsilon = random.random(epsilon.shape, dtype=np.float32)
        shifts: list[_Shifts] = [(None, None)] * (k + 1)
        if r.shift:
            moved = random.random((k + 1, 2, size, 1), dtype=np.float32) < r.shift
            offsets = random.integers(-1, 2, (k + 1, 2, size, 2)) * moved  # 2: real, fake; 2: down, right
            shifts = [(real, fake) for real, fake in self._to_device(offsets[:, :, self._share])]
        return (
            self._to_device(latents[:, self._share]).unbind(),
            self._to_device(epsilon[:, self._share]).unbind(),
            shifts,
        )

    def _to_device(self, numbers: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(numbers)).to(self.data.images.device, non_blocking=True)

    def _random(self, stream: int, index: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=[self.seed, index], counter=[0, 0, 0, stream]))

    def _check(self, processes: int) -> None:
        check_share(self.recipe, processes)
        r = self.recipe
        if self.steps_per_epoch < 1:
            sizes = [size for size in range(2, r.batch_size + 1) if _fits(r, size, processes)]
            enough = [size for size in sizes if size * r.discriminator_steps <= len(self.data)]
            least = f" ({sizes[0] * r.discriminator_steps} do, with --batch-size {sizes[0]})"
            raise UserError(
                f"a step of this recipe needs {r.batch_size * r.discriminator_steps:,} images and the data has "
                f"{len(self.data):,}: add some{f', or choose --batch-size {enough[-1]}' if enough else least}"
            )
        if r.conditional and self.data.labels is None:
            raise UserError(
                "this recipe is class-conditional and the images have no labels: "
                "put them in folders named 0 … 9, or add --no-conditional"
            )


def _fits(recipe: Recipe, size: int, processes: int) -> bool:
    """Whether processes could share batches of this size."""
    try:
        check_share(replace(recipe, batch_size=size), processes)
    except UserError:
        return False
    return True


def check_share(recipe: Recipe, processes: int) -> None:
    """Find out whether processes can share a recipe's batches.

    Raises:
        UserError: they can't equally, or a share is too small for what looks at it as a whole.
    """
    if recipe.batch_size % processes:
        raise UserError(
            f"a batch of {recipe.batch_size} can't be shared equally by {processes} processes: "
            f"choose a --batch-size that {processes} divides"
        )
    group, share = recipe.minibatch_std, recipe.batch_size // processes
    if group and share % group:
        raise UserError(
            f"minibatch_std groups {group} samples, which does not divide the {share} of each of {processes} "
            f"processes: choose another --batch-size or --minibatch-std"
        )
    if share < 2 and recipe.generator_batch_norm != "none":
        raise UserError(
            f"BatchNorm needs two samples or more, and each of {processes} processes has {share} of a batch of "
            f"{recipe.batch_size}: choose a --batch-size of {2 * processes} or more, or start fewer processes"
        )
