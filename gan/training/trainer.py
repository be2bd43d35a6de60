"""The fight: one class that owns both networks and their optimisers, and whose `step` is one round of it.

Every random number of a run is a function of (seed, step): data order and noise come from NumPy's counter-based
Philox generator (Salmon et al. 2011), keyed by both. So a run needs no generator states to resume exactly, and any
number of processes draws the same global batch, each keeping its own rows.

Several processes average their gradients by one all-reduce an update, instead of DistributedDataParallel, whose hooks
don't see the inner gradients of penalties. Weights, optimisers and averages stay equal on all of them; what looks at a
batch as a whole (BatchNorm, class deviation) sees a process's own share of it.
"""

import copy
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.optimizer import AcceleratedOptimizer
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from gan.data import Dataset
from gan.errors import UserError
from gan.networks import Discriminator, Generator
from gan.recipes import Recipe
from gan.training.augmentation import shift
from gan.training.objectives import LOSSES, NonSaturating, gradient_penalty, interpolate, squared_slope

if TYPE_CHECKING:
    from gan.training.graph import CapturedFight

STATISTICS = ("d_loss", "g_loss", "d_real", "d_fake")  # means over steps; d_real is D(x), d_fake is D(G(z))
_ORDER, _NOISE, _CALIBRATION = 0, 1, 2  # Philox streams
CALIBRATION_BATCHES = 200  # from which the averaged generator's BatchNorm takes its statistics


class Noise(NamedTuple):
    """A step's random numbers, apart from its images; k = `discriminator_steps`, batches of B."""

    latents: Tensor
    """`float32 [k + 1, B, latent_dim]`, the last for G's update; k of them where D's last update shares its fakes."""
    epsilon: Tensor
    """`float32 [k, B, 1]` in 0 … 1: where on the line from fake to real the gradient penalty looks."""
    offsets: Tensor
    """`int64 [k + 1, 2, B, 2]`: how far real and fake images are moved before D sees them, the last in G's update."""


class Trainer:
    """Both networks of a recipe on one data set.

    Raises:
        UserError: the data does not fit the recipe (fewer images than a step needs, or no labels for conditioning).
    """

    def __init__(self, recipe: Recipe, data: Dataset, *, seed: int = 0, accelerator: Accelerator | None = None):
        self.recipe, self.seed = recipe, seed
        self.accelerator = accelerator or Accelerator(cpu=True)
        self.device = self.accelerator.device
        self.data = data.to(self.device)
        self._check_data()

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)  # initial weights are drawn on the CPU: the same on every device
            self.generator = Generator(recipe.generator_config())
            self.discriminator = Discriminator(recipe.discriminator_config())
        self.generator.to(self.device)
        self.discriminator.to(self.device)
        self.averaged = copy.deepcopy(self.generator).requires_grad_(False)

        loss_class = LOSSES[recipe.loss]
        self.loss = loss_class(recipe.label_smoothing) if loss_class is NonSaturating else loss_class()
        g_rate, d_rate = recipe.learning_rates
        self.g_optimizer = self._adam(self.generator, g_rate, recipe.generator_adam_eps)
        self.d_optimizer = self._adam(self.discriminator, d_rate)

        # One pass of D over real and fake together is faster; not where a logit depends on the batch (BatchNorm,
        # deviations), where each forward counts (spectral norm's power iteration), or where slopes are asked.
        alike = recipe.architecture == "mlp" and not recipe.minibatch_std and not recipe.class_std
        self._joint = alike and not recipe.spectral_norm and not recipe.r1 and not recipe.r2

        self.steps = 0  # done so far
        self.sums = torch.zeros(len(STATISTICS), device=self.device)  # of statistics since they were last read
        self.summed = torch.zeros((), dtype=torch.int64, device=self.device)  # finite steps in the sums
        self._read_at = 0  # the step when the statistics were last read
        self._order: tuple[int, Tensor] | None = None  # (epoch, permutation)
        self._calibrated_at = -1  # the step whose averaged generator has its statistics
        self.graph: CapturedFight | None = None  # see `capture`

    @property
    def steps_per_epoch(self) -> int:
        """Steps in a pass over the data; what doesn't fill a last step is left to the next epoch's shuffle."""
        return len(self.data) // (self.recipe.batch_size * self.recipe.discriminator_steps)

    @property
    def total_steps(self) -> int:
        return self.steps_per_epoch * self.recipe.epochs

    @property
    def result(self) -> Generator:
        """The generator to keep: the averaged one, or the raw one where the recipe has no average."""
        if not self.recipe.moving_average:
            return self.generator
        if self._calibrated_at != self.steps:
            self._calibrate()
        return self.averaged

    @torch.no_grad()
    def _calibrate(self) -> None:
        """Give the averaged generator BatchNorm statistics of its own (Izmailov et al. 2018, section 3.2): those that
        training keeps are of the raw weights, and cost a quarter of the distance to the data."""
        norms = [m for m in self.averaged.modules() if isinstance(m, _BatchNorm)]
        random = self._random(_CALIBRATION, 0)
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the mean of all batches
        self.averaged.train()
        for _ in range(CALIBRATION_BATCHES if norms else 0):
            size = self.recipe.batch_size
            latents = torch.from_numpy(random.standard_normal((size, self.recipe.latent_dim), dtype=np.float32))
            rows = torch.from_numpy(random.integers(len(self.data), size=size)).to(self.device)
            y = self.data.batch(rows)[1] if self.recipe.conditional else None  # classes as often as the data has them
            self.averaged(latents.to(self.device), y)
        for norm in norms:
            norm.momentum = self.recipe.batch_norm_momentum
        self._calibrated_at = self.steps

    def step(self) -> None:
        """One round: `discriminator_steps` updates of D and one of G, in the recipe's order."""
        self._set_learning_rates()
        real, y = self._next_batches()
        noise = self._noise()
        if self.graph is None:
            self.fight(real, y, noise)
        else:
            self.graph.replay(real, y, noise)
        self._update_average()
        self.steps += 1

    def fight(self, real: list[Tensor], y: list[Tensor] | list[None], noise: Noise) -> None:
        """The arithmetic of a step: no random numbers, no data handling, and nothing that waits for the device.

        Args:
            real: k = `discriminator_steps` batches `float32 [B, 784]`.
            y: their class weights `float32 [B, 10]`, None where the recipe has no classes; fakes share them.
            noise: see there.
        """
        latents, epsilon, offsets = noise
        with self.accelerator.autocast():
            shared = self.generator(latents[-1], y[-1]) if self.recipe.reuse_fake else None
        if self.recipe.order == "generator_first":
            fake_logits, g_loss = self._update_generator(shared, latents[-1], real[-1], y[-1], offsets[-1])
        for k in range(self.recipe.discriminator_steps):
            if shared is not None and k == self.recipe.discriminator_steps - 1:
                fake = shared.detach()
            else:
                with torch.no_grad(), self.accelerator.autocast():
                    fake = self.generator(latents[k], y[k])
            real_logits, d_loss = self._update_discriminator(real[k], fake, y[k], epsilon[k], offsets[k])
        if self.recipe.order == "discriminator_first":
            fake_logits, g_loss = self._update_generator(shared, latents[-1], real[-1], y[-1], offsets[-1])

        self.sums += torch.stack([d_loss, g_loss, real_logits.sigmoid().mean(), fake_logits.sigmoid().mean()])
        self.summed += self.sums.isfinite().all()

    def _set_learning_rates(self) -> None:
        r = self.recipe
        d_decay_to = r.decay_to if r.discriminator_decay_to is None else r.discriminator_decay_to
        optimizers = (self.g_optimizer, self.d_optimizer)
        for optimizer, rate, decay_to in zip(optimizers, r.learning_rates, (r.decay_to, d_decay_to), strict=True):
            rate *= self.rate_factor(decay_to)
            group = optimizer.param_groups[0]
            if isinstance(group["lr"], Tensor):  # a captured step reads it from the device
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def _update_discriminator(
        self, real: Tensor, fake: Tensor, y: Tensor | None, epsilon: Tensor, offsets: Tensor
    ) -> tuple[Tensor, Tensor]:
        r, discriminator = self.recipe, self.discriminator
        real, fake = self._shown(real, offsets[0]), self._shown(fake, offsets[1])
        penalty = torch.zeros((), device=self.device)
        with self.accelerator.autocast():
            if self._joint:
                real_logits, fake_logits = discriminator(torch.cat([real, fake]), _twice(y)).chunk(2)
            else:
                real_logits, real_slope = self._judge(real, y, r.r1)
                fake_logits, fake_slope = self._judge(fake, y, r.r2)
                penalty = penalty + real_slope + fake_slope
            if r.gradient_penalty:
                between = interpolate(real, fake, epsilon).requires_grad_()
                penalty = penalty + r.gradient_penalty * gradient_penalty(discriminator, between, y)
            loss = r.discriminator_loss_scale * self.loss.discriminator(real_logits, fake_logits)
        self._descend(self.d_optimizer, discriminator, loss + penalty)
        return real_logits.detach(), loss.detach()

    def _judge(self, images: Tensor, y: Tensor | None, gamma: float) -> tuple[Tensor, Tensor | float]:
        """D's logits of images, and the penalty ½γ‖∇D‖² there."""
        if not gamma:
            return self.discriminator(images, y), 0.0
        logits, slope = squared_slope(self.discriminator, images.detach().clone().requires_grad_(), y)
        return logits, 0.5 * gamma * slope.mean()

    def _shown(self, images: Tensor, offsets: Tensor) -> Tensor:
        """The images as D sees them."""
        return shift(images, offsets) if self.recipe.shift else images

    def _update_generator(
        self, fake: Tensor | None, latents: Tensor, real: Tensor, y: Tensor | None, offsets: Tensor
    ) -> tuple[Tensor, Tensor]:
        with self.accelerator.autocast():
            fake = self.generator(latents, y) if fake is None else fake
            fake_logits = self.discriminator(self._shown(fake, offsets[1]), y)
            relativistic = self.recipe.loss == "relativistic"
            real_logits = self.discriminator(self._shown(real, offsets[0]), y) if relativistic else None
            loss = self.loss.generator(fake_logits, real_logits)
        self._descend(self.g_optimizer, self.generator, loss)
        return fake_logits.detach(), loss.detach()

    def _descend(self, optimizer: AcceleratedOptimizer, network: nn.Module, loss: Tensor) -> None:
        optimizer.zero_grad()
        parameters = list(network.parameters())
        self.accelerator.backward(loss, inputs=parameters)  # not for the opponent's weights, nor for the images
        if self.accelerator.num_processes > 1:
            grads = [p.grad for p in parameters if p.grad is not None]
            mean = self.accelerator.reduce(torch.cat([g.flatten() for g in grads]), "mean")
            for grad, part in zip(grads, mean.split([g.numel() for g in grads]), strict=True):
                grad.copy_(part.view_as(grad))
        optimizer.step()

    def capture(self) -> None:
        """From now on replay the step as one CUDA graph, instead of launching its hundreds of small kernels one by
        one: what a GPU waits for with networks of this size is the launches. CUDA and a single process only."""
        from gan.training.graph import CapturedFight

        real, y = self._next_batches()
        self.graph = CapturedFight(self, real, y, self._noise())

    def _update_average(self) -> None:
        """Average the weights; `result` gives them their statistics. The average is short at first, so that early
        samples show more than the random weights it began with."""
        if not self.recipe.moving_average:
            return
        decay = min(self.recipe.moving_average, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.averaged.parameters()), list(self.generator.parameters()), 1 - decay)

    def rate_factor(self, decay_to: float) -> float:
        """The learning rate now as a fraction of the recipe's: 1, then a half cosine down to `decay_to`."""
        start = self.recipe.decay_start * self.total_steps
        if self.steps <= start or self.recipe.decay_start == 1:
            return 1.0
        progress = (self.steps - start) / (self.total_steps - start)
        return decay_to + (1 - decay_to) * 0.5 * (1 + math.cos(math.pi * progress))

    def read_statistics(self) -> dict[str, float]:
        """Means of the statistics since they were last read, which starts them anew; errors as `check_finite`."""
        self.check_finite()
        count, sums = int(self.summed), self.accelerator.reduce(self.sums, "mean").tolist()
        self._read_at = self.steps
        self.sums.zero_()
        self.summed.zero_()
        return {name: value / max(count, 1) for name, value in zip(STATISTICS, sums, strict=True)}

    def check_finite(self) -> None:
        """Raises:
        UserError: a loss was not finite since the statistics were last read, or the last update left weights that
            are not. The message names the step.
        """
        remedy = "lower --learning-rate, or add a penalty (--r1 1). The last checkpoint is from before that."
        if not self.sums.isfinite().all():
            step = self._read_at + int(self.summed) + 1
            raise UserError(f"a loss became infinite or NaN at step {step}: {remedy}")
        finite = [p.isfinite().all() for network in (self.generator, self.discriminator) for p in network.parameters()]
        if not torch.stack(finite).all():
            raise UserError(f"weights became infinite or NaN at step {self.steps}: {remedy}")

    # Data and noise

    def _next_batches(self) -> tuple[list[Tensor], list[Tensor] | list[None]]:
        epoch, position = divmod(self.steps, self.steps_per_epoch)
        if self._order is None or self._order[0] != epoch:
            permutation = self._random(_ORDER, epoch).permutation(len(self.data))
            self._order = (epoch, torch.from_numpy(permutation).to(self.device))
        k, size = self.recipe.discriminator_steps, self.recipe.batch_size
        rows = self._order[1][position * k * size : (position + 1) * k * size].view(k, size)
        batches = [self.data.batch(self._mine(r)) for r in rows]
        labels: list[Any] = [y if self.recipe.conditional else None for _, y in batches]
        return [images for images, _ in batches], labels

    def _noise(self) -> Noise:
        random = self._random(_NOISE, self.steps)
        r = self.recipe
        k, size = r.discriminator_steps, r.batch_size
        fakes = k if r.reuse_fake else k + 1
        latents = random.standard_normal((fakes, size, r.latent_dim), dtype=np.float32)
        epsilon = np.zeros((k, size, 1), dtype=np.float32)
        offsets = np.zeros((k + 1, 2, size, 2), dtype=np.int64)
        if r.gradient_penalty:
            epsilon = random.random(epsilon.shape, dtype=np.float32)
        if r.shift:
            moved = random.random((k + 1, 2, size, 1), dtype=np.float32) < r.shift
            offsets = random.integers(-1, 2, offsets.shape) * moved
        return Noise(self._my_share(latents), self._my_share(epsilon), self._my_share(offsets, dim=2))

    def _my_share(self, numbers: np.ndarray, dim: int = 1) -> Tensor:
        """This process's share of a global batch's random numbers, on the device; `dim` counts the samples."""
        rows = torch.arange(numbers.shape[dim])
        return torch.from_numpy(numbers).index_select(dim, self._mine(rows)).to(self.device, non_blocking=True)

    def _mine(self, rows: Tensor) -> Tensor:
        """This process's share of a global batch."""
        return rows[self.accelerator.process_index :: self.accelerator.num_processes]

    def _random(self, stream: int, index: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=[self.seed, index], counter=[0, 0, 0, stream]))

    def _check_data(self) -> None:
        processes = self.accelerator.num_processes
        if self.recipe.batch_size % processes:
            raise UserError(
                f"a batch of {self.recipe.batch_size} can't be shared equally by {processes} processes: "
                f"choose a --batch-size that {processes} divides"
            )
        group, share = self.recipe.minibatch_std, self.recipe.batch_size // processes
        if group and share % group:
            raise UserError(
                f"minibatch_std groups {group} samples, which does not divide the {share} of each of {processes} "
                f"processes: choose another --batch-size or --minibatch-std"
            )
        if self.steps_per_epoch < 1:
            raise UserError(
                f"a step needs {self.recipe.batch_size * self.recipe.discriminator_steps} images "
                f"and the data has {len(self.data)}: lower --batch-size"
            )
        if self.recipe.conditional and self.data.labels is None:
            raise UserError(
                "this recipe is class-conditional and the images have no labels: "
                "put them in folders named 0 … 9, or add --no-conditional"
            )

    def _adam(self, network: nn.Module, rate: float, eps: float = 1e-8) -> AcceleratedOptimizer:
        cuda = self.device.type == "cuda"
        adam = torch.optim.Adam(
            network.parameters(),
            lr=torch.tensor(rate, device=self.device) if cuda else rate,  # a tensor, so that a graph can read it
            betas=(self.recipe.beta1, self.recipe.beta2),
            eps=eps,
            fused=cuda or self.device.type == "cpu",  # one pass over the weights instead of a dozen
            capturable=cuda,
        )
        return self.accelerator.prepare(adam)

    # State, for checkpoints

    def state(self) -> dict[str, Tensor]:
        """Everything that changes while training, flat, as CPU tensors."""
        return {name: tensor.detach().cpu().contiguous() for name, tensor in self.live_state()}

    def load_state(self, state: dict[str, Tensor], steps: int) -> None:
        """Continue exactly where `state()` was taken, after `steps` steps.

        Raises:
            UserError: tensors are missing, unknown or of another shape.
        """
        for optimizer in (self.g_optimizer, self.d_optimizer):
            for parameter in optimizer.param_groups[0]["params"]:
                optimizer.state[parameter] = {
                    "step": torch.zeros((), device=parameter.device),
                    "exp_avg": torch.zeros_like(parameter),
                    "exp_avg_sq": torch.zeros_like(parameter),
                }
        live = dict(self.live_state())
        for name in live.keys() ^ state.keys():
            raise UserError(f"the state does not fit the recipe: tensor {name} is missing or unknown")
        for name, tensor in live.items():
            if tensor.shape != state[name].shape:
                raise UserError(f"the state does not fit the recipe: tensor {name} is {list(state[name].shape)}")
        with torch.no_grad():
            for name, tensor in live.items():
                tensor.copy_(state[name])
        self.steps = steps
        self._calibrated_at = -1
        self._read_at = steps - int(self.summed)

    def live_state(self) -> Iterator[tuple[str, Tensor]]:
        """The tensors of `state()` by name, themselves, on their device."""
        yield "statistics.sums", self.sums
        yield "statistics.summed", self.summed
        for prefix, network in (("generator", self.generator), ("discriminator", self.discriminator)):
            for name, tensor in network.state_dict().items():
                yield f"{prefix}.{name}", tensor
        if self.recipe.moving_average:
            for name, parameter in self.averaged.named_parameters():  # its statistics follow from them
                yield f"averaged.{name}", parameter
        for prefix, optimizer in (("g_optimizer", self.g_optimizer), ("d_optimizer", self.d_optimizer)):
            for i, parameter in enumerate(optimizer.param_groups[0]["params"]):
                for name, tensor in optimizer.state[parameter].items():
                    yield f"{prefix}.{i}.{name}", tensor


def _twice(y: Tensor | None) -> Tensor | None:
    return None if y is None else torch.cat([y, y])
