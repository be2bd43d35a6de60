"""What a run would be: networks layer by layer, schedule, memory and time, without training anything that is kept."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from gan.config import PIXELS
from gan.data import Dataset, DatasetNotFoundError, load_dataset
from gan.devices import describe_device
from gan.networks import count_parameters
from gan.recipes import Recipe
from gan.training.options import RunOptions
from gan.training.trainer import Trainer

ASSUMED_IMAGES = 60_000  # where the data set is not there yet: MNIST's size
TIMED_STEPS = 30
_LAYERS = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, nn.BatchNorm1d, nn.BatchNorm2d, nn.Tanh, nn.ReLU, nn.LeakyReLU)


def report(name: str, recipe: Recipe, options: RunOptions) -> str:
    """The report as text.

    Raises:
        UserError: the data or the device does not fit the recipe.
    """
    from gan.training.run import start_accelerator

    data, note = _data(options)
    accelerator = start_accelerator(replace(options, report_to="none"), Path("."))
    trainer = Trainer(recipe, data, seed=options.seed, accelerator=accelerator)
    batch = recipe.batch_size
    z = torch.zeros(batch, recipe.latent_dim, device=trainer.device)
    images = torch.zeros(batch, PIXELS, device=trainer.device)
    y = torch.eye(10, device=trainer.device)[torch.arange(batch) % 10]
    sections = [
        f"{name}: {recipe.summary}\n{recipe.source}",
        "Generator\n" + _layers(trainer.generator, z, y, {"embedding": "the class, beside the latent"}),
        "Discriminator\n" + _layers(trainer.discriminator, images, y, _heads(recipe)),
        "Schedule\n" + _schedule(trainer, note),
        "Memory\n" + _memory(trainer),
    ]
    if trainer.device.type == "cuda" and accelerator.num_processes == 1 and options.cuda_graph:
        trainer.capture()  # as the run will
    seconds = _seconds_per_step(trainer)
    sections.append(
        f"Time on {describe_device(trainer.device)}\n"
        f"  {seconds * 1e3:.1f} ms a step (median of {TIMED_STEPS} real steps, thrown away), "
        f"about {_duration(seconds * trainer.total_steps)} for all; samples and checkpoints come on top"
    )
    return "\n\n".join(sections)


def _data(options: RunOptions) -> tuple[Dataset, str]:
    """The data set if it is there already, else random images of MNIST's number: a dry run downloads nothing."""
    root = options.data_dir
    try:
        return load_dataset(options.dataset, root, download=False), ""
    except DatasetNotFoundError:
        pass
    images = torch.randint(0, 256, (ASSUMED_IMAGES, PIXELS), dtype=torch.uint8)
    labels = torch.arange(ASSUMED_IMAGES) % 10
    note = f" (assumed: {options.dataset} is not in {root} yet)"
    return Dataset(options.dataset, images, labels), note


def _heads(recipe: Recipe) -> dict[str, str]:
    """What the discriminator's last layers are for."""
    deviation = " and their deviation" if recipe.class_std or recipe.minibatch_std else ""
    return {
        "logit": f"the logit, of the features{deviation}",
        "embedding": "the class; its product with the features is added",
    }


def _layers(network: nn.Module, inputs: Tensor, y: Tensor, about: dict[str, str]) -> str:
    """A line a layer: its kind, the shape that leaves it, its parameters, and what it is for where `about` says so."""
    rows: list[tuple[str, str, int, str]] = []
    counted: set[int] = set()
    notes = {id(module): about[name] for name, module in network.named_modules() if name in about}

    def note(layer: nn.Module, _: object, output: Tensor) -> None:
        own = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in own)
        shape = " × ".join(str(n) for n in output.shape[1:])
        kind = type(layer).__name__.removeprefix("Parametrized")
        rows.append((kind, f"[N × {shape}]", sum(p.numel() for p in own), notes.get(id(layer), "")))

    leaves = [m for m in network.modules() if isinstance(m, _LAYERS)]
    hooks = [layer.register_forward_hook(note) for layer in leaves]
    with torch.no_grad():
        was_training = network.training
        network.eval()(inputs, y)
        network.train(was_training)
    for hook in hooks:
        hook.remove()
    lines = [f"  {kind:<16} {shape:<20} {count:>12,}   {note}".rstrip() for kind, shape, count, note in rows]
    return "\n".join([*lines, f"  {'total':<16} {'':<20} {count_parameters(network):>12,} parameters"])


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
            f"  batch         {r.batch_size}, {r.discriminator_steps} D and 1 G update a step, {order}",
            f"  steps         {trainer.steps_per_epoch:,} an epoch × {r.epochs} epochs = {trainer.total_steps:,}",
            f"  loss          {r.loss.replace('_', ' ')}; penalties: {penalties}",
            f"  Adam          {rates}, betas {r.beta1:g} and {r.beta2:g}; {decay}",
            f"  average of G  {'none' if not r.moving_average else f'{r.moving_average:g} a step'}",
            f"  remedies      {', '.join(_remedies(r)) or 'none'}",
        ]
    )


def _remedies(recipe: Recipe) -> list[str]:
    """Those that the lines above don't show, where they are on."""
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
            f"  averaged generator       {average:8.1f} MB",
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


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
