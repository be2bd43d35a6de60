"""What a run would be: networks layer by layer, schedule, memory and time. Nothing that it trains is kept."""

import copy
import statistics
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from gan.config import NUM_CLASSES, PIXELS
from gan.data import Dataset, DatasetNotFoundError, check_is_for_downloads, load_dataset
from gan.devices import describe_device
from gan.model_folder import check_size
from gan.networks import count_parameters
from gan.recipes import Recipe
from gan.training.options import RunOptions
from gan.training.progress import duration
from gan.training.run import enough_memory, start_accelerator
from gan.training.trainer import Trainer

ASSUMED_IMAGES = 60_000  # where the data set is not there yet: MNIST's size
TIMED_STEPS = 30


def report(name: str, recipe: Recipe, options: RunOptions) -> str:
    """The report as text.

    Raises:
        UserError: the data or the device does not fit the recipe, or its networks are too large for a model folder.
    """
    check_size(recipe.generator_config(), recipe.discriminator_config())
    data, note = _data(options)
    accelerator = start_accelerator(replace(options, report_to="none"), Path("."))
    with enough_memory(accelerator.device):
        return _report(name, Trainer(recipe, data, seed=options.seed, accelerator=accelerator), options, note)


def _report(name: str, trainer: Trainer, options: RunOptions, note: str) -> str:
    recipe, accelerator = trainer.recipe, trainer.accelerator
    batch = trainer.batches.of_step(0).generator
    classes = [] if batch.classes is None else [batch.classes]
    sections = [
        f"{name}: {recipe.summary}\nsource: {recipe.source}",
        "Generator\n" + _layers(trainer.generator, batch.latents, *classes),
        "Discriminator\n" + _layers(trainer.discriminator, batch.real, *classes),
        "Schedule\n" + _schedule(trainer, note),
        "Memory\n" + _memory(trainer),
    ]
    if trainer.device.type == "cuda" and accelerator.num_processes == 1 and options.cuda_graph:
        trainer.capture()  # as the run will
    seconds = _seconds_per_step(trainer)
    sections.append(
        f"Time on {describe_device(trainer.device)}\n"
        f"  {seconds * 1e3:.1f} ms a step (median of {TIMED_STEPS} real steps, thrown away), "
        f"about {duration(seconds * trainer.total_steps)} for all; samples and checkpoints come on top"
    )
    return "\n\n".join(sections)


def _data(options: RunOptions) -> tuple[Dataset, str]:
    """The data set if it is there already, else as many random images as MNIST has (a dry run downloads nothing), and a
    note that says so."""
    root = options.data_dir
    try:
        return load_dataset(options.dataset, root, download=False), ""
    except DatasetNotFoundError:
        check_is_for_downloads(options.dataset, root, train=True)  # as the run will
    images = torch.randint(0, 256, (ASSUMED_IMAGES, PIXELS), dtype=torch.uint8)
    labels = torch.arange(ASSUMED_IMAGES) % NUM_CLASSES
    note = f" (assumed: {options.dataset} is not in {root} yet)"
    return Dataset(options.dataset, images, labels), note


def _layers(network: nn.Module, *inputs: Tensor) -> str:
    """A line for each layer: its name, its kind, the shape that leaves it, and its parameters."""
    network = copy.deepcopy(network).eval()  # hooks and a forward pass leave no trace on the original
    lines = []

    def note(layer: nn.Module, _: object, output: Tensor) -> None:
        shape = " × ".join(str(n) for n in output.shape[1:])
        kind = type(layer).__name__.removeprefix("Parametrized")  # torch's prefix where there is spectral norm
        lines.append(f"  {names[layer]:<12} {kind:<16} {f'[B × {shape}]':<20} {count_parameters(layer):>12,}")

    names = {layer: name for name, layer in network.named_modules() if "parametrizations" not in name}
    for layer in names:
        if layer is not network and not isinstance(layer, nn.Sequential):
            layer.register_forward_hook(note)
    with torch.no_grad():
        network(*inputs)
    return "\n".join([*lines, f"  {'total':<50} {count_parameters(network):>12,} parameters"])


def _schedule(trainer: Trainer, note: str) -> str:
    r, order = trainer.recipe, trainer.recipe.order.replace("_", " ")
    g_rate, d_rate = r.learning_rates
    rates = f"{g_rate:g}" if d_rate == g_rate else f"{g_rate:g} (G), {d_rate:g} (D)"
    decay = (
        "constant"
        if r.decay_start == 1
        else f"to {r.decay_to:.0%} by half a cosine from {r.decay_start:.0%} of the run on"
    )
    if r.decay_start < 1 and r.discriminator_decay_to is not None:
        decay += f", D's to {r.discriminator_decay_to:.0%}"
    penalties = ", ".join(f"{k} {getattr(r, k):g}" for k in ("r1", "r2", "gradient_penalty") if getattr(r, k)) or "none"
    return "\n".join(
        [
            f"  data          {len(trainer.data):,} images{note}",
            *(f"                {converted}" for converted in trainer.data.notes),
            f"  batch         {r.batch_size}, {r.discriminator_steps} D and 1 G update a step, {order}",
            f"  steps         {trainer.steps_per_epoch:,} an epoch × {r.epochs} epochs = {trainer.total_steps:,}",
            f"  loss          {r.loss.replace('_', ' ')}; penalties: {penalties}",
            f"  Adam          {rates}, betas {r.beta1:g} and {r.beta2:g}; {decay}",
            f"  EMA of G      {'none' if not r.moving_average else f'{r.moving_average:g} a step'}",
            f"  remedies      {', '.join(_remedies(r)) or 'none'}",
        ]
    )


def _remedies(recipe: Recipe) -> list[str]:
    """The recipe's remedies that no other line of the schedule shows."""
    named = {
        "conditional": "class conditioning",
        "normalize_input": "input normalisation",
        "spectral_norm": "spectral norm",
        "class_std": "class deviation",
        "minibatch_std": "minibatch deviation, groups of",
        "shift": "shifts of",
        "label_smoothing": "label smoothing",
    }
    values = {words: getattr(recipe, field) for field, words in named.items()}
    shown = [words if value is True else f"{words} {value:g}" for words, value in values.items() if value]
    return shown + ([f"Adam's ε {recipe.generator_adam_eps:g} in G"] if recipe.generator_adam_eps != 1e-8 else [])


def _memory(trainer: Trainer) -> str:
    mega = 1e6
    data = trainer.data.images.numel() / mega
    weights = 4 * (count_parameters(trainer.generator) + count_parameters(trainer.discriminator)) / mega
    average = 4 * count_parameters(trainer.generator) / mega if trainer.recipe.moving_average else 0
    return "\n".join(
        [
            f"  data on the device       {data:8.1f} MB",
            f"  weights and gradients    {2 * weights:8.1f} MB",
            f"  Adam's two moments       {2 * weights:8.1f} MB",
            f"  EMA of the generator     {average:8.1f} MB",
            f"  a checkpoint on disk     {3 * weights + average:8.1f} MB, the last three are kept",
        ]
    )


def _seconds_per_step(trainer: Trainer) -> float:
    for _ in range(3):  # warm up
        trainer.step()
    times = []
    for _ in range(TIMED_STEPS):
        started = time.perf_counter()
        trainer.step()
        if trainer.device.type == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
