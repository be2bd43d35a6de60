"""The generators that the page draws with: the one that is served, and the bundled ones that a link may name."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import torch

from gan import hub, latents, rendering
from gan.devices import describe_device
from gan.files import UserError
from gan.networks import Generator, count_parameters
from gan.web.links import DigitsRequest, PlaneRequest, Problem, Request, TextRequest, WalkRequest

MAX_LOADED = 8  # bundled models that a link asked for and that stay in memory


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
    """The served generator, and the bundled ones by name, loaded when a link first asks for them.

    `status` is a sentence for people about where the served generator comes from; `serve` swaps it while the page runs.
    """

    def __init__(self, served: Generator, *, status: str = ""):
        self.served, self.status = served, status
        self.device = served.device
        self._bundled: OrderedDict[str, Generator] = OrderedDict()
        self._lock = threading.Lock()  # one picture at a time: two at once only fight for the same cores

    def serve(self, generator: Generator, *, status: str = "") -> None:
        """Draw with another generator from now on."""
        self.served, self.status = generator, status

    def find(self, model: str | None, weights: str | None = None) -> Generator:
        """The generator that a link names, or the served one.

        Raises:
            UnavailableError: no such model is served or bundled, it cannot be loaded, or it has other weights.
        """
        generator = self._named(model)
        if weights is not None and weights != generator.weights:
            args = {"model": pin(generator).model, "weights": generator.weights}
            raise UnavailableError(Problem("weights", weights, "other_weights", args))
        return generator

    def _named(self, model: str | None) -> Generator:
        if model is None or model == pin(self.served).model:
            return self.served
        with self._lock:
            if model not in self._bundled:
                if model not in hub.bundled_models():
                    raise UnavailableError(Problem("model", model, "no_model", {"known": ", ".join(self.names())}))
                try:
                    self._bundled[model] = hub.load_generator(model, device=self.device)
                except UserError as error:
                    raise UnavailableError(Problem("model", model, "broken_model", {"error": str(error)})) from error
            self._bundled.move_to_end(model)
            while len(self._bundled) > MAX_LOADED:
                self._bundled.popitem(last=False)
            return self._bundled[model]

    def names(self) -> list[str]:
        """What a link may name: the served model first, then the bundled ones."""
        return list(dict.fromkeys([pin(self.served).model, *hub.bundled_models()]))

    def digits(self, generator: Generator, request: Request) -> np.ndarray:
        """The digits of a request, `uint8 [..., 28, 28]`, or a written line `uint8 [28, W]`."""
        with self._lock:
            return draw(generator, request)

    def judge(self, generator: Generator, request: DigitsRequest) -> list[Reading]:
        """How the classifier reads the digits of a request, in their order.

        Raises:
            UnavailableError: the classifier's files are missing or damaged.
        """
        from gan.classifier import load_classifier  # only who hovers over a digit pays for it

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
            "parameters": count_parameters(generator),
            "architecture": generator.config.architecture,
            "device": describe_device(generator.device),
            "torch": torch.__version__,
        }


def pin(generator: Generator) -> Pin:
    """The model name (with its commit, if it came from the Hub) and weights that a link carries."""
    name = f"{generator.name}@{generator.revision}" if generator.revision else generator.name
    return Pin(name, generator.weights)


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
            return rendering.ten_classes(generator, seeds, r.temperature)
        digits = None if r.digit is None else [r.digit] * r.count
        return generator.sample(seeds, digits, r.temperature).numpy()
    if isinstance(r, WalkRequest):
        return rendering.walk(
            generator, r.seeds, r.digits, count=r.count, temperature=r.temperature, frames=r.frames, mode=r.mode,
            loop=r.loop,
        )  # fmt: skip
    if isinstance(r, PlaneRequest):
        return rendering.plane(generator, r.seeds, r.digits, temperature=r.temperature, size=r.size, mode=r.mode)
    if isinstance(r, TextRequest):
        return rendering.written_line(
            generator, r.text, r.seed, own=r.hand == "own", temperature=r.temperature
        )  # fmt: skip
    raise TypeError(f"nothing draws a {type(r).__name__}")
