"""What is done to images before D sees them, real and fake alike, so that D can't learn the training digits by heart
while G learns to draw none of it (Karras et al. 2020, "Training generative adversarial networks with limited data")."""

import torch
from torch import Tensor
from torch.nn.functional import pad

from gan.config import IMAGE_SIZE, PIXELS

PAPER = -1.0


def shift(images: Tensor, offsets: Tensor) -> Tensor:
    """Images `float [N, 784]`, each moved by its own whole pixels `int64 [N, 2]` (down, right), −1 … 1; paper comes in
    at the edges. Differentiable in the images, exact at every pixel: nothing is interpolated."""
    wide = IMAGE_SIZE + 2
    padded = pad(images.view(-1, IMAGE_SIZE, IMAGE_SIZE), (1, 1, 1, 1), value=PAPER).view(-1, wide * wide)
    places = torch.arange(1, IMAGE_SIZE + 1, device=images.device)
    rows, columns = (places - offset[:, None] for offset in offsets.unbind(dim=1))  # each [N, 28]
    return padded.gather(1, (rows[:, :, None] * wide + columns[:, None, :]).view(-1, PIXELS))
