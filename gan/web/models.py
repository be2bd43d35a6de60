"""What the page draws, with the generators of its shelf: the one that is served and those that links name."""

import threading
from dataclasses import dataclass

import numpy as np
import torch

from gan import bundled, latents, walks
from gan.devices import describe_device
from gan.errors import UserError
from gan.networks import Generator
from gan.web.links import DigitsRequest, PlaneRequest, Problem, Request, TextRequest, WalkRequest
from gan.web.model_store import NotReadyError, Shelf, name_of
from gan.writing import written_line


class UnavailableError(LookupError):
    """A link names a model that is not here, or pins weights that its model does not have here."""

    def __init__(self, problem: Problem):
        super().__init__(problem.reason)
        self.problem = problem


@dataclass(frozen=True)
class Pin:
    """What a link needs to name a generator for good."""

    model: str
    weights: str


@dataclass(frozen=True)
class Reading:
    """What a digit was drawn as (None: without a class) and what the classifier reads it as."""

    number: int
    drawn_as: int | None
    read_as: int
    probability: float


class Models:
    """The generators of a page's shelf, by the names in links, and what is drawn with them."""

    def __init__(self, shelf: Shelf | Generator):
        self.shelf = shelf if isinstance(shelf, Shelf) else Shelf(shelf)
        self._lock = threading.Lock()  # one picture at a time: two at once only fight for the same cores

    @property
    def served(self) -> Generator:
        """The generator that links without a model draw with; a fetched one takes its place when it is there."""
        return self.shelf.served

    @property
    def status(self) -> str:
        """A sentence for people about where the served generator comes from."""
        return self.shelf.status

    def find(self, model: str | None, weights: str | None = None) -> Generator:
        """The generator that a link names, or the served one.

        Raises:
            UnavailableError: no such model is served, bundled or on the Hub, it cannot be loaded (yet), or it has other
                weights.
        """
        generator = self._named(model, weights)
        if weights is not None and weights != generator.weights:
            args = {"model": pin(generator).model, "weights": generator.weights}
            raise UnavailableError(Problem("weights", weights, "other_weights", args))
        return generator

    def _named(self, model: str | None, weights: str | None) -> Generator:
        if model is not None and "/" not in model and model not in self.names():
            raise UnavailableError(Problem("model", model, "no_model", {"known": ", ".join(self.names())}))
        try:
            return self.shelf.get(model, weights)
        except NotReadyError as error:
            raise UnavailableError(Problem("model", str(model), "not_ready", {})) from error
        except UserError as error:
            code = "unreachable_model" if getattr(error, "unreachable", False) else "broken_model"
            raise UnavailableError(Problem("model", str(model), code, {"error": str(error)})) from error

    def names(self) -> list[str]:
        """What a link may name: the served model first, then the bundled ones."""
        return list(dict.fromkeys([pin(self.served).model, *bundled.bundled_models()]))

    def bundled_twin(self) -> Generator | None:
        """The bundled model that has the served one's name, but other weights: a run of that recipe is served."""
        if self.served.revision or self.served.name not in bundled.bundled_models():
            return None
        try:
            twin = self.shelf.bundled(self.served.name)
        except UserError:  # damaged
            return None
        return twin if twin.weights != self.served.weights else None

    def digits(self, generator: Generator, request: Request) -> np.ndarray:
        """The digits of a request, `uint8 [..., 28, 28]`, or a written line `uint8 [28, W]`."""
        with self._lock:
            return draw(generator, request)

    def judge(self, generator: Generator, request: DigitsRequest) -> list[Reading]:
        """How the classifier reads the digits of a request, in their order.

        Raises:
            UnavailableError: the classifier's files are missing or damaged.
        """
        from gan.evaluation.classifier import load_classifier  # only who hovers over a digit pays for it

        with self._lock:
            digits = torch.from_numpy(draw(generator, request))
            try:
                read, probability = load_classifier().read(digits)
            except UserError as error:
                raise UnavailableError(Problem("model", "classifier", "broken_model", {"error": str(error)})) from error
        numbers = latents.seed_range(request.seed, request.count)
        if request.ten:
            numbers = [n for n in numbers for _ in range(latents.NUM_CLASSES)]
        drawn = drawn_classes(generator, request)
        return [
            Reading(number, drawn[i] if drawn else None, int(read[i]), round(float(probability[i]), 4))
            for i, number in enumerate(numbers)
        ]

    def describe(self, generator: Generator) -> dict[str, object]:
        """A generator as JSON: its name, weights, device and what it can be asked."""
        return {
            "model": pin(generator).model,
            "revision": generator.revision,
            "weights": generator.weights,
            "conditional": generator.conditional,
            "latent_dim": generator.config.latent_dim,
            "parameters": sum(p.numel() for p in generator.parameters()),
            "architecture": generator.config.architecture,
            "device": describe_device(generator.device),
            "torch": torch.__version__,
        }


def pin(generator: Generator) -> Pin:
    """The model name (with its commit, if it came from the Hub) and weights that a link carries."""
    return Pin(name_of(generator), generator.weights)


def drawn_classes(generator: Generator, request: DigitsRequest) -> list[int] | None:
    """The class of each digit of a request; None where the generator has no classes."""
    if not generator.conditional:
        return None
    if request.ten:
        return list(range(latents.NUM_CLASSES)) * request.count
    seeds = latents.seed_range(request.seed, request.count)
    return generator.classes(seeds, None if request.digit is None else [request.digit] * request.count)


def draw(generator: Generator, request: Request) -> np.ndarray:
    """See `Models.digits`."""
    r = request
    if isinstance(r, DigitsRequest):
        seeds = latents.seed_range(r.seed, r.count)
        if r.ten:
            return walks.ten_classes(generator, seeds, r.temperature)
        digits = None if r.digit is None else [r.digit] * r.count
        return generator.sample(seeds, digits, r.temperature).numpy()
    if isinstance(r, WalkRequest):
        return walks.walk(
            generator, r.seeds, r.digits, count=r.count, temperature=r.temperature, frames=r.frames, mode=r.mode,
            loop=r.loop,
        )  # fmt: skip
    if isinstance(r, PlaneRequest):
        return walks.plane(generator, r.seeds, r.digits, temperature=r.temperature, size=r.size, mode=r.mode)
    if isinstance(r, TextRequest):
        return written_line(
            generator, r.text, r.seed, own=r.hand == "own", temperature=r.temperature
        )  # fmt: skip
    raise TypeError(f"nothing draws a {type(r).__name__}")
