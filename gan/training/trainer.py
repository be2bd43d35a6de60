"""The training step: one update of each player after the other. `Trainer.step` reads from top to bottom."""

import copy
from collections.abc import Callable

import torch
from accelerate import Accelerator
from torch import Tensor

from gan.data import Dataset
from gan.errors import UserError
from gan.networks import Discriminator, Generator
from gan.recipes import Recipe
from gan.training.augmentation import shift
from gan.training.batches import Batch, Batches, StepBatches
from gan.training.ema import ExponentialMovingAverage
from gan.training.graph import CapturedUpdates
from gan.training.objectives import gradient_penalty, interpolate, make_loss, squared_gradient_norm
from gan.training.optimizers import average_gradients, learning_rates, make_optimizers, set_learning_rate
from gan.training.state import TrainingState
from gan.training.statistics import Statistics


class Trainer:
    """Both networks of a recipe on one data set.

    Raises:
        UserError: the data does not fit the recipe (see `Batches`).
    """

    def __init__(self, recipe: Recipe, data: Dataset, *, seed: int = 0, accelerator: Accelerator | None = None):
        self.recipe = recipe
        self.accelerator = accelerator or Accelerator(cpu=True)
        self.device = self.accelerator.device
        self.data = data.to(self.device)
        process, processes = self.accelerator.process_index, self.accelerator.num_processes
        self.batches = Batches(recipe, self.data, seed=seed, process_index=process, num_processes=processes)

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)  # initial weights are drawn on the CPU: the same on every device
            self.generator = Generator(recipe.generator_config())
            self.discriminator = Discriminator(recipe.discriminator_config())
        self.generator.to(self.device)
        self.discriminator.to(self.device)
        decay = recipe.moving_average
        self.ema = ExponentialMovingAverage(self.generator, decay) if decay else None

        self.loss = make_loss(recipe.loss, recipe.label_smoothing)
        self.g_optimizer, self.d_optimizer = make_optimizers(
            recipe, self.generator, self.discriminator, self.accelerator
        )
        # One pass of D over real and fake images together is faster. It can't be where a logit depends on the batch
        # (BatchNorm, deviations), where a pass changes D (spectral norm), or where R1 or R2 need one batch's gradient.
        depends_on_batch = recipe.architecture == "dcgan" or recipe.minibatch_std or recipe.class_std
        self.one_pass = not (depends_on_batch or recipe.spectral_norm or recipe.r1 or recipe.r2)

        self.steps_per_epoch = self.batches.steps_per_epoch
        self.total_steps = self.steps_per_epoch * recipe.epochs
        self.steps = 0  # done so far
        self.statistics = Statistics(self.device)
        self.state = TrainingState(
            self.statistics, self.generator, self.discriminator, self.ema, self.g_optimizer, self.d_optimizer
        )
        self.run_updates: Callable[[StepBatches], None] = self.update_both  # or its CUDA graph, see `capture`

    def start_from(self, generator: Generator, discriminator: Discriminator) -> None:
        """Begin with the weights of trained networks of the same configs, and an EMA of that generator."""
        self.generator.load_state_dict(generator.state_dict())
        self.discriminator.load_state_dict(discriminator.state_dict())
        if self.ema:
            self.ema.generator.load_state_dict(generator.state_dict())

    def step(self) -> None:
        """One training step: `discriminator_steps` updates of D and one of G. B is the batch size."""
        g_rate, d_rate = learning_rates(self.recipe, self.steps, self.total_steps)
        set_learning_rate(self.g_optimizer, g_rate)
        set_learning_rate(self.d_optimizer, d_rate)
        self.run_updates(self.batches.of_step(self.steps))
        if self.ema:
            self.ema.update(self.generator, self.steps)
        self.steps += 1

    def update_both(self, batches: StepBatches) -> None:
        """The players' updates in the recipe's order: arithmetic only, nothing that waits for the device."""
        recipe = self.recipe
        shared = self._fake_images(batches.generator) if recipe.reuse_fake else None  # [B, 784], seen by both players
        if recipe.order == "generator_first":
            g_loss, fake_logits = self._update_generator(batches.generator, shared)
        for batch in batches.discriminator:
            is_last = batch is batches.discriminator[-1]
            d_loss, real_logits = self._update_discriminator(batch, shared if is_last else None)
        if recipe.order == "discriminator_first":
            g_loss, fake_logits = self._update_generator(batches.generator, shared)
        self.statistics.add(d_loss, g_loss, real_logits, fake_logits)

    def _update_discriminator(self, batch: Batch, fake: Tensor | None) -> tuple[Tensor, Tensor]:
        """D learns to tell real images from fake ones; returns its loss and its logits `[B]` of real ones."""
        recipe, discriminator, classes = self.recipe, self.discriminator, batch.classes
        if fake is None:
            with torch.no_grad():
                fake = self._fake_images(batch)  # [B, latent_dim] → [B, 784]
        real = shift(batch.real, batch.real_shift).detach().requires_grad_(recipe.r1 > 0)  # [B, 784]
        fake = shift(fake, batch.fake_shift).detach().requires_grad_(recipe.r2 > 0)  # [B, 784], no gradient for G
        penalty = torch.zeros((), device=self.device)
        with self.accelerator.autocast():
            if self.one_pass:
                both_classes = None if classes is None else torch.cat([classes, classes])
                logits = discriminator(torch.cat([real, fake]), both_classes)  # [2B, 784] → [2B]
                real_logits, fake_logits = logits.chunk(2)  # [B] each
            else:
                real_logits = discriminator(real, classes)  # [B, 784] → [B]
                if recipe.r1:
                    penalty += recipe.r1 / 2 * squared_gradient_norm(real_logits, real).mean()
                fake_logits = discriminator(fake, classes)  # [B, 784] → [B]
                if recipe.r2:
                    penalty += recipe.r2 / 2 * squared_gradient_norm(fake_logits, fake).mean()
            if recipe.gradient_penalty:
                between = interpolate(real, fake, batch.epsilon).detach().requires_grad_()  # [B, 784]
                between_logits = discriminator(between, classes)  # [B]
                penalty += recipe.gradient_penalty * gradient_penalty(between_logits, between)
            loss = recipe.discriminator_loss_scale * self.loss.discriminator(real_logits, fake_logits)
        self.d_optimizer.zero_grad()
        self.accelerator.backward(loss + penalty, inputs=list(discriminator.parameters()))
        average_gradients(discriminator, self.accelerator)
        self.d_optimizer.step()
        return loss.detach(), real_logits.detach()

    def _update_generator(self, batch: Batch, fake: Tensor | None) -> tuple[Tensor, Tensor]:
        """G learns to draw what D takes for real; returns its loss and D's logits `[B]` of the fake images."""
        if fake is None:
            fake = self._fake_images(batch)  # [B, latent_dim] → [B, 784]
        with self.accelerator.autocast():
            fake_logits = self.discriminator(shift(fake, batch.fake_shift), batch.classes)  # [B, 784] → [B]
            real_logits = None
            if self.recipe.loss == "relativistic":  # the only loss that compares fake images with real ones
                real_logits = self.discriminator(shift(batch.real, batch.real_shift), batch.classes)  # [B]
            loss = self.loss.generator(fake_logits, real_logits)
        self.g_optimizer.zero_grad()
        self.accelerator.backward(loss, inputs=list(self.generator.parameters()))  # through D, but not into its weights
        average_gradients(self.generator, self.accelerator)
        self.g_optimizer.step()
        return loss.detach(), fake_logits.detach()

    def _fake_images(self, batch: Batch) -> Tensor:
        """What G draws for a batch: `[B, latent_dim]` → `[B, 784]` in −1 … 1."""
        with self.accelerator.autocast():
            return self.generator(batch.latents, batch.classes)

    def capture(self) -> None:
        """From now on replay the updates as one CUDA graph, instead of launching their hundreds of small kernels one
        by one: with networks of this size a GPU mostly waits for launches. CUDA and a single process only."""
        self.run_updates = CapturedUpdates(self.update_both, self.batches.of_step(self.steps), self.state)

    def trained_generator(self) -> Generator:
        """A copy of the generator to keep, in evaluation mode: the EMA with BatchNorm statistics of its own, which
        takes 200 forward passes, or the raw generator where the recipe has no EMA."""
        if self.ema:
            return self.ema.calibrated(self.batches.for_calibration())
        return copy.deepcopy(self.generator).requires_grad_(False).eval()

    def read_statistics(self) -> dict[str, float]:
        """Means of `STATISTICS` since they were last read, which starts them anew; errors as `check_finite`."""
        self.check_finite()
        return self.statistics.read(self.steps, self.accelerator)

    def check_finite(self) -> None:
        """Check the losses since the statistics were last read, and the weights. Of several processes, all check, and
        all find the same.

        Raises:
            UserError: one is infinite or NaN. The message names the step.
        """
        remedy = "lower --learning-rate, or add a penalty (--r1 1), in a new run with another --output-dir"
        if broken := self.statistics.step_that_broke(self.accelerator):
            raise UserError(f"a loss became infinite or NaN at step {broken}: {remedy}")
        finite = [p.isfinite().all() for network in (self.generator, self.discriminator) for p in network.parameters()]
        if not torch.stack(finite).all():
            raise UserError(f"weights became infinite or NaN at step {self.steps}: {remedy}")

    def load_state(self, saved: dict[str, Tensor], steps: int) -> None:
        """Continue exactly where `state.saved()` was called after `steps` steps; errors as `TrainingState.load`."""
        self.state.load(saved)
        self.steps = steps
        self.statistics.read_at = steps - int(self.statistics.summed)
