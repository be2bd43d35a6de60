"""Everything that changes while training, as named tensors: what a checkpoint holds."""

from dataclasses import dataclass

import torch
from accelerate.optimizer import AcceleratedOptimizer
from torch import Tensor

from gan.errors import UserError
from gan.networks import Discriminator, Generator
from gan.training.ema import ExponentialMovingAverage
from gan.training.statistics import Statistics


@dataclass(frozen=True)
class TrainingState:
    """The parts of a trainer that change. The names of their tensors are a file format: older runs are resumed."""

    statistics: Statistics
    generator: Generator
    discriminator: Discriminator
    ema: ExponentialMovingAverage | None
    g_optimizer: AcceleratedOptimizer
    d_optimizer: AcceleratedOptimizer

    def tensors(self) -> dict[str, Tensor]:
        """The tensors themselves, on their device."""
        named = {"statistics.sums": self.statistics.sums, "statistics.summed": self.statistics.summed}
        named |= {f"generator.{name}": tensor for name, tensor in self.generator.state_dict().items()}
        named |= {f"discriminator.{name}": tensor for name, tensor in self.discriminator.state_dict().items()}
        if self.ema:  # without BatchNorm's statistics, which follow from the weights
            named |= {f"averaged.{name}": weight for name, weight in self.ema.generator.named_parameters()}
        for prefix, optimizer in (("g_optimizer", self.g_optimizer), ("d_optimizer", self.d_optimizer)):
            for i, parameter in enumerate(optimizer.param_groups[0]["params"]):
                named |= {f"{prefix}.{i}.{name}": tensor for name, tensor in optimizer.state[parameter].items()}
        return named

    def saved(self) -> dict[str, Tensor]:
        """The tensors on the CPU, as safetensors writes them."""
        return {name: tensor.detach().cpu().contiguous() for name, tensor in self.tensors().items()}

    def load(self, saved: dict[str, Tensor]) -> None:
        """Make the tensors equal to those of `saved()`.

        Raises:
            UserError: tensors are missing, unknown or of another shape.
        """
        self._begin_optimizers()
        tensors = self.tensors()
        for name in tensors.keys() ^ saved.keys():
            raise UserError(f"the state does not fit the recipe: tensor {name} is missing or unknown")
        for name, tensor in tensors.items():
            if tensor.shape != saved[name].shape:
                raise UserError(f"the state does not fit the recipe: tensor {name} is {list(saved[name].shape)}")
        with torch.no_grad():
            for name, tensor in tensors.items():
                tensor.copy_(saved[name])

    def _begin_optimizers(self) -> None:
        """Give Adam the tensors that it makes in its first update."""
        for optimizer in (self.g_optimizer, self.d_optimizer):
            for parameter in optimizer.param_groups[0]["params"]:
                optimizer.state[parameter] = {
                    "step": torch.zeros((), device=parameter.device),
                    "exp_avg": torch.zeros_like(parameter),
                    "exp_avg_sq": torch.zeros_like(parameter),
                }
