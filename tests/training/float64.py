"""Our trainer in float64, so that agreement to 1e-6 means equal maths, not luck."""

from dataclasses import replace

from torch import Tensor

from gan.training.batches import Batch, StepBatches
from gan.training.trainer import Trainer


def in_float64(batches: StepBatches) -> StepBatches:
    """The batches with every floating-point number in double precision; new tensors throughout."""

    def doubled(tensor: Tensor | None) -> Tensor | None:
        return tensor.double() if tensor is not None and tensor.is_floating_point() else tensor

    def double_batch(batch: Batch) -> Batch:
        return replace(batch, **{name: doubled(tensor) for name, tensor in vars(batch).items()})

    return StepBatches(tuple(double_batch(batch) for batch in batches.discriminator), double_batch(batches.generator))


def compute_in_float64(trainer: Trainer) -> None:
    """From now on, networks and batches of the trainer are in double precision."""
    for network in (trainer.generator, trainer.discriminator, *([trainer.ema.generator] if trainer.ema else [])):
        network.double()
    of_step = trainer.batches.of_step
    trainer.batches.of_step = lambda step: in_float64(of_step(step))  # type: ignore[method-assign]
