"""What is done to images before D sees them, to real and fake ones alike, so that D can't learn the training images by
heart. G must not learn to draw it (Karras et al. 2020, "Training generative adversarial networks with limited data").
"""

import torch
from torch import Tensor
from torch.nn.functional import pad

from gan.config import IMAGE_SIZE, PIXELS

PAPER = -1.0


def shift(images: Tensor, offsets: Tensor | None) -> Tensor:
    """Images `float [B, 784]`, each moved by its own whole pixels `int64 [B, 2]` (down, right), −1 … 1, or as they are
    if `offsets` is None. Paper comes in at the edges. Nothing is interpolated: every pixel keeps its exact value.
    Differentiable in the images."""
    if offsets is None:
        return images
    wide = IMAGE_SIZE + 2
    padded = pad(images.view(-1, IMAGE_SIZE, IMAGE_SIZE), (1, 1, 1, 1), value=PAPER)  # [B, 784] → [B, 30, 30]
    places = torch.arange(1, IMAGE_SIZE + 1, device=images.device)
    rows, columns = (places - offset[:, None] for offset in offsets.unbind(dim=1))  # [B, 28] each
    sources = rows[:, :, None] * wide + columns[:, None, :]  # [B, 28, 28], an index into 30 × 30 pixels
    return padded.view(-1, wide * wide).gather(1, sources.view(-1, PIXELS))
