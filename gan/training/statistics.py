"""What a training reports of itself: means of the losses and of D's probabilities, and whether all of it is finite."""

import torch
from accelerate import Accelerator
from torch import Tensor

STATISTICS = ("d_loss", "g_loss", "d_real", "d_fake")  # d_real is the mean of D(x), d_fake that of D(G(z))


class Statistics:
    """Sums over steps, kept on the device, so that a step does not wait for it."""

    def __init__(self, device: torch.device):
        self.sums = torch.zeros(len(STATISTICS), device=device)
        """Of the statistics, since they were last read."""
        self.summed = torch.zeros((), dtype=torch.int64, device=device)
        """Steps in the sums, up to the first that is not finite."""
        self.read_at = 0
        """The step after which the statistics were last read."""

    def add(self, d_loss: Tensor, g_loss: Tensor, real_logits: Tensor, fake_logits: Tensor) -> None:
        """Add a step's losses (scalars), and its logits `[B]` as probabilities."""
        self.sums += torch.stack([d_loss, g_loss, real_logits.sigmoid().mean(), fake_logits.sigmoid().mean()])
        self.summed += self.sums.isfinite().all()

    def read(self, step: int, accelerator: Accelerator) -> dict[str, float]:
        """Means over all processes since the last reading; `step` is the number of steps done so far."""
        count, sums = int(self.summed), accelerator.reduce(self.sums, "mean").tolist()
        self.read_at = step
        self.sums.zero_()
        self.summed.zero_()
        return {name: value / max(count, 1) for name, value in zip(STATISTICS, sums, strict=True)}

    def step_that_broke(self, accelerator: Accelerator) -> int | None:
        """The first step since the last reading, counted from 1, whose statistics are not finite on some process; None
        if all are."""
        finite, summed = accelerator.gather(torch.stack([self.sums.isfinite().all().long(), self.summed])).view(-1, 2).T
        return None if finite.all() else self.read_at + int(summed.min()) + 1
