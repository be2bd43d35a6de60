"""The judge: a small convolutional classifier of digits. Every figure comes from its features or from what it reads.

No generator is ever trained against it. `gan.evaluation.classifier_training` trains it.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gan.bundled import BUNDLED
from gan.config import IMAGE_SIZE, NUM_CLASSES
from gan.errors import ModelError, UserError
from gan.model_folder import CONFIG, expected_sha256, load_weights

FOLDER = BUNDLED / "classifier"
WEIGHTS = "classifier.safetensors"  # not model.safetensors: the folder holds no generator
NUM_FEATURES = 64
REMEDY = "a checkout of the project brings one, and python -m gan.evaluation.classifier_training trains another"
BLOCK = 500  # images classified at once: memory stays small on any machine


class Classifier(nn.Module):
    """Images in, logits of the ten classes out: five convolutions and a layer of 64 features, 271,000 weights.

    Attributes:
        weights: the first 8 hex digits of the file's sha256; `load_classifier` sets it.
    """

    weights: str = ""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *_convolution(1, 16),
            nn.MaxPool2d(2),  # → [N, 16, 14, 14]
            *_convolution(16, 32),
            *_convolution(32, 32),
            nn.MaxPool2d(2),  # → [N, 32, 7, 7]
            *_convolution(32, 64),
            *_convolution(64, 64),
            nn.Flatten(),
            nn.Linear(64 * 7 * 7, NUM_FEATURES, bias=False),
            nn.BatchNorm1d(NUM_FEATURES, affine=False),  # features of one scale: each counts alike
            nn.ReLU(),
        )
        self.logits = nn.Linear(NUM_FEATURES, NUM_CLASSES)
        self.scale: Tensor
        self.register_buffer("scale", torch.ones(()))  # see `calibrate`

    def forward(self, images: Tensor) -> Tensor:
        """Logits `float32 [N, 10]` of images `float32 [N, 1, 28, 28]` in 0 … 1."""
        return self.logits(self.features(images))

    @torch.inference_mode()
    def features_and_logits(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Features `float32 [N, 64]`, none negative, and logits `float32 [N, 10]`, both on the CPU.

        Args:
            images: `uint8 [N, 28, 28]` on any device, 0 = paper, 255 = ink: the pixels that users see.

        Raises:
            UserError: another shape or type.
        """
        if images.dtype != torch.uint8 or images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE):
            raise UserError(
                f"images must be uint8 [N, {IMAGE_SIZE}, {IMAGE_SIZE}], not {images.dtype} {list(images.shape)}"
            )
        device = self.logits.weight.device
        features = torch.empty(len(images), NUM_FEATURES)
        logits = torch.empty(len(images), NUM_CLASSES)
        for i in range(0, len(images), BLOCK):
            block = self.features(as_input(images[i : i + BLOCK].to(device)))
            features[i : i + BLOCK] = block.mul(self.scale).cpu()
            logits[i : i + BLOCK] = self.logits(block).cpu()
        return features, logits

    def read(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """The class `int64 [N]` that each image is read as, and its probability `float32 [N]`.

        Arguments and errors as `features_and_logits`.
        """
        probability, read = self.features_and_logits(images)[1].softmax(dim=1).max(dim=1)
        return read, probability


def calibrate(classifier: Classifier, images: Tensor) -> None:
    """Scale the features so that their total variance over `images`, the training set, is 1000.

    A Fréchet distance is then in thousandths of the data's own variance, whatever scale the training left behind.
    """
    classifier.scale.fill_(1.0)
    features, _ = classifier.features_and_logits(images)
    classifier.scale.copy_((1000 / features.double().var(dim=0).sum()).sqrt())


def _convolution(channels_in: int, channels_out: int) -> list[nn.Module]:
    return [
        nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    ]


def as_input(images: Tensor) -> Tensor:
    """Images `uint8 [N, 28, 28]` as the classifier takes them: `float32 [N, 1, 28, 28]` in 0 … 1."""
    scaled = images.unsqueeze(1).float().div(255)  # [N, 28, 28] → [N, 1, 28, 28]
    return scaled.contiguous(memory_format=torch.channels_last)  # so convolutions on the CPU are 1.5 times faster


# The folder


@cache
def load_classifier(folder: Path = FOLDER) -> Classifier:
    """The bundled classifier, or that of another folder, verified and in evaluation mode; loaded once.

    Raises:
        ModelError: its files are missing or damaged. The message says which.
    """
    classifier = Classifier()
    sha256 = expected_sha256(read_classifier_config(folder), WEIGHTS, folder)
    load_weights(classifier, folder / WEIGHTS, sha256)
    classifier.weights = sha256[:8]
    return classifier.to(memory_format=torch.channels_last).eval().requires_grad_(False)


def read_classifier_config(folder: Path = FOLDER) -> dict[str, Any]:
    """config.json of a classifier's folder.

    Raises:
        ModelError: it is missing or is no classifier's.
    """
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except OSError:
        raise ModelError(f"{folder} holds no classifier: {REMEDY}") from None
    except ValueError as error:
        raise ModelError(f"{folder / CONFIG} is not valid JSON ({error}): {REMEDY}") from None
    if not isinstance(config, dict) or not isinstance(config.get("sha256"), dict):
        raise ModelError(f"{folder / CONFIG} describes no classifier: {REMEDY}")
    return config
