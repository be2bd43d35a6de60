"""Adam as a recipe sets it, its learning rate over a run, and gradients averaged over the processes of a job."""

import math

import torch
from accelerate import Accelerator
from accelerate.optimizer import AcceleratedOptimizer
from torch import Tensor, nn

from gan.recipes import Recipe


def make_optimizers(
    recipe: Recipe, generator: nn.Module, discriminator: nn.Module, accelerator: Accelerator
) -> tuple[AcceleratedOptimizer, AcceleratedOptimizer]:
    """Adam for G and for D (Kingma & Ba 2015)."""
    cuda = accelerator.device.type == "cuda"

    def adam(network: nn.Module, rate: float, eps: float) -> AcceleratedOptimizer:
        optimizer = torch.optim.Adam(
            network.parameters(),
            lr=torch.tensor(rate, device=accelerator.device) if cuda else rate,  # a CUDA graph can read a tensor
            betas=(recipe.beta1, recipe.beta2),
            eps=eps,
            fused=cuda or accelerator.device.type == "cpu",  # one pass over the weights instead of a dozen
            capturable=cuda,
        )
        return accelerator.prepare(optimizer)

    g_rate, d_rate = recipe.learning_rates
    return adam(generator, g_rate, recipe.generator_adam_eps), adam(discriminator, d_rate, 1e-8)


def learning_rates(recipe: Recipe, step: int, total_steps: int) -> tuple[float, float]:
    """The learning rates of G and of D in step `step` of a run: constant, then falling along half a cosine."""
    g_rate, d_rate = recipe.learning_rates
    d_decay_to = recipe.decay_to if recipe.discriminator_decay_to is None else recipe.discriminator_decay_to
    start = recipe.decay_start * total_steps
    if step <= start or recipe.decay_start == 1:
        return g_rate, d_rate
    progress = (step - start) / (total_steps - start)
    cosine = 0.5 * (1 + math.cos(math.pi * progress))  # 1 … 0
    g_factor = recipe.decay_to + (1 - recipe.decay_to) * cosine
    d_factor = d_decay_to + (1 - d_decay_to) * cosine
    return g_rate * g_factor, d_rate * d_factor


def set_learning_rate(optimizer: AcceleratedOptimizer, rate: float) -> None:
    """From now on the optimiser's updates have this rate."""
    group = optimizer.param_groups[0]
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(rate)
    else:
        group["lr"] = rate


def average_gradients(network: nn.Module, accelerator: Accelerator) -> None:
    """Replace each gradient by its mean over all processes.

    One all-reduce of all gradients, instead of DistributedDataParallel, whose hooks don't see the inner gradients of
    penalties. It keeps weights, optimisers and EMAs equal on all processes. What looks at a batch as a whole
    (BatchNorm, the deviation within classes) sees a process's own share of it.
    """
    if accelerator.num_processes == 1:
        return
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    mean = accelerator.reduce(torch.cat([g.flatten() for g in gradients]), "mean")
    for gradient, part in zip(gradients, mean.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(part.view_as(gradient))
