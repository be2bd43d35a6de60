"""The judge: what the classifier reads the digits of a request as."""

from dataclasses import dataclass

import torch

from gan import latents
from gan.config import NUM_CLASSES
from gan.errors import UserError
from gan.evaluation.classifier import FOLDER, load_classifier
from gan.networks import Generator
from gan.web import pictures
from gan.web.model_store import for_visitors
from gan.web.parameters import Problem
from gan.web.requests import DigitsRequest


@dataclass(frozen=True)
class Reading:
    """What a digit was drawn as (None: without a class) and what the classifier reads it as."""

    number: int
    drawn_as: int | None
    read_as: int
    probability: float


class NoJudgeError(UserError):
    """The classifier's files are missing or damaged; `problem` says so as a link's problem, which visitors read."""

    def __init__(self, error: UserError):
        told = for_visitors(error, FOLDER, "its folder")
        self.problem = Problem("model", "classifier", "broken_model", {"error": str(told)})
        super().__init__(self.problem.reason)


def read_digits(generator: Generator, request: DigitsRequest) -> list[Reading]:
    """How the classifier reads the digits of a request, in their order.

    Raises:
        NoJudgeError: there is no classifier to read them.
    """
    drawn = torch.from_numpy(pictures.draw(generator, request))  # [N, 28, 28]
    try:
        read, probability = load_classifier().read(drawn)
    except UserError as error:
        raise NoJudgeError(error) from error
    numbers = latents.seed_range(request.seed, request.count)
    if request.ten:
        numbers = [n for n in numbers for _ in range(NUM_CLASSES)]
    classes = pictures.drawn_classes(generator, request)
    return [
        Reading(number, classes[i] if classes else None, int(read[i]), round(float(probability[i]), 4))
        for i, number in enumerate(numbers)
    ]
