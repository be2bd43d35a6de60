"""What a visitor's browser needs to ask a generator's discriminator itself (gan/web/engine/discriminator.js): its
weights, and what it says of digits that are known, without which a logit says little."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from gan.config import NUM_CLASSES, PIXELS
from gan.errors import ModelError
from gan.model_folder import DISCRIMINATOR, GENERATOR, expected_sha256, read_config, read_discriminator
from gan.networks import Discriminator, Generator
from gan.recipes import RECIPES
from gan.web.cost import REFERENCE_DIGITS
from gan.web.digits import unseen_digits
from gan.web.model_store import ModelStore

QUANTILES = torch.linspace(0, 1, 21)
NEUTRAL = {"non_saturating": 0.0, "hinge": 0.0, "least_squares": 0.5}  # the logit that is for neither side


class NoDiscriminatorError(ModelError):
    """A browser can't ask the discriminator; `code` says why: "missing", "convolutions" or "spectral_norm"."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Reference:
    """What a discriminator says of real digits that it never trained on, and of drawn ones."""

    beside: list[list[float]]
    """For each class (one row without classes) what the last layer sees beside the features of an image: the deviations
    within a batch, as real digits have them. A single picture has none, and by a deviation of 0 D would take whatever
    it sees for the work of a generator that has collapsed."""
    loss: str | None
    """that it was trained with, if that is known"""
    neutral: float
    """The logit between real and drawn; of losses that name none, halfway between the medians."""
    real: list[float]
    """Quantiles (0, 5, … 100 %) of the logits of real digits"""
    drawn: list[float]
    """and of drawn ones"""


def discriminator_state(
    generator: Generator, address: Callable[[str, str], str] | None = None
) -> dict[str, dict[str, Any] | str | None]:
    """What the page's scripts ask the discriminator with: `discriminator`, or None, and then `no_discriminator` says
    why, as NoDiscriminatorError's code. `address` says where the file of a sha256 with a suffix (.safetensors, .json)
    is."""
    try:
        sha256 = checked_sha256(generator)
    except NoDiscriminatorError as error:
        return {"discriminator": None, "no_discriminator": error.code}
    assert generator.folder is not None
    config = read_config(generator.folder)["discriminator"]
    where = address or (lambda sha256, suffix: f"./discriminator/{sha256}{suffix}")
    found = {"config": config, "sha256": sha256}
    found |= {"weights": where(sha256, ".safetensors"), "reference": where(sha256, ".json")}
    return {"discriminator": found, "no_discriminator": None}


def checked_sha256(generator: Generator) -> str:
    """The sha256 of the discriminator's file.

    Raises:
        NoDiscriminatorError: it isn't beside the generator (or belongs to another: a run has gone on since), or the
            scripts don't know such a network.
    """
    folder = generator.folder
    try:
        if folder is None or not (folder / DISCRIMINATOR).is_file():
            raise NoDiscriminatorError("missing")
        recorded = read_config(folder)
        sha256 = expected_sha256(recorded, DISCRIMINATOR, folder)
        if not expected_sha256(recorded, GENERATOR, folder).startswith(generator.float_weights):
            raise NoDiscriminatorError("missing")
        config = recorded["discriminator"]
    except NoDiscriminatorError:
        raise
    except ModelError:
        raise NoDiscriminatorError("missing") from None
    if not isinstance(config, dict):
        raise NoDiscriminatorError("missing")
    if config.get("architecture") != "mlp":
        raise NoDiscriminatorError("convolutions")
    if config.get("spectral_norm"):
        raise NoDiscriminatorError("spectral_norm")
    return sha256


def weights_bytes(generator: Generator) -> bytes:
    """discriminator.safetensors, verified; errors as `read_discriminator`."""
    assert generator.folder is not None
    read_discriminator(generator.folder)
    return (generator.folder / DISCRIMINATOR).read_bytes()


@torch.inference_mode()
def reference(generator: Generator) -> Reference:
    """What the discriminator beside a generator says of digits that are known; errors as `read_discriminator`."""
    assert generator.folder is not None
    discriminator = read_discriminator(generator.folder)
    images, labels = unseen_digits()
    real, classes = as_input(torch.from_numpy(images)), torch.from_numpy(labels)
    beside = _beside(discriminator, real, classes)
    seeds = range(REFERENCE_DIGITS)  # from 0 on
    drawn = as_input(generator.sample(seeds))
    of_real = logits_alone(discriminator, beside, real, classes)
    of_drawn = logits_alone(discriminator, beside, drawn, torch.tensor(generator.classes(seeds, None)))
    loss = _loss(generator)
    neutral = NEUTRAL.get(loss or "", float(of_real.median() + of_drawn.median()) / 2)
    return Reference(
        beside=[[round(value, 6) for value in row] for row in beside.tolist()],
        loss=loss,
        neutral=round(neutral, 4),
        real=[round(value, 4) for value in of_real.quantile(QUANTILES).tolist()],
        drawn=[round(value, 4) for value in of_drawn.quantile(QUANTILES).tolist()],
    )


def as_input(images: Tensor) -> Tensor:
    """Images `uint8 [N, 28, 28]` as networks see them: `float32 [N, 784]` in −1 … 1."""
    return images.reshape(-1, PIXELS).float().mul(2 / 255).sub(1)


def logits_alone(discriminator: Discriminator, beside: Tensor, images: Tensor, classes: Tensor) -> Tensor:
    """Logits `float32 [N]` of images `[N, 784]` in −1 … 1, each as if it were alone among real digits."""
    rows = beside[classes] if len(beside) > 1 else beside.expand(len(images), -1)
    return discriminator.judge(discriminator.features(images), rows, one_hot(classes, NUM_CLASSES).float())


def _beside(discriminator: Discriminator, images: Tensor, classes: Tensor) -> Tensor:
    """See `Reference.beside`; `[10 or 1, 0 … 2]`."""
    whole = len(images) // max(discriminator.config.minibatch_std, 1) * max(discriminator.config.minibatch_std, 1)
    images, classes = images[:whole], classes[:whole]
    y = one_hot(classes, NUM_CLASSES).float() if discriminator.config.num_classes else None
    deviations = discriminator.deviations(discriminator.features(images), y)
    if y is None:
        return deviations.mean(dim=0, keepdim=True)
    return torch.stack([deviations[classes == digit].mean(dim=0) for digit in range(NUM_CLASSES)])


def _loss(generator: Generator) -> str | None:
    assert generator.folder is not None
    config = read_config(generator.folder)
    recipe = config["training"].get("recipe")
    recorded = recipe.get("loss") if isinstance(recipe, dict) else None
    if isinstance(recorded, str):
        return recorded
    return RECIPES[config["recipe"]].loss if config["recipe"] in RECIPES else None


# Of the models here


def weights(models: ModelStore, sha256: str) -> bytes | None:
    """The file of the discriminator that has this sha256; None if no model here has it, or it is damaged."""
    generator = find(models, sha256)
    try:
        return weights_bytes(generator) if generator else None
    except ModelError:
        return None


def reference_json(generator: Generator) -> bytes:
    """`reference` as JSON; errors as `reference`, and ModelError if a logit is not finite, which JSON can't say."""
    try:
        return json.dumps(asdict(reference(generator)), allow_nan=False).encode()
    except ValueError:
        raise ModelError(f"the discriminator beside {generator.name} gives logits that are not finite") from None


def find(models: ModelStore, sha256: str) -> Generator | None:
    """The generator beside which the discriminator stands whose file has this sha256; None if no model here has it."""
    for generator in models.with_discriminator(sha256):
        try:
            if checked_sha256(generator) == sha256:
                return generator
        except NoDiscriminatorError:
            continue
    return None
