"""The generators that a page draws with: the one it serves, the bundled ones, and those that visitors name.

Start-up never waits for the Hub: a model that isn't at hand is fetched in the background while the cached or the
bundled weights serve, and `status` says which and why.
"""

import re
import sys
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillRunningError
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import torch

from gan import bundled
from gan.config import GeneratorConfig
from gan.errors import ModelError, UserError, one_line, shortened
from gan.hub import fetch, resolve
from gan.model_folder import (
    CONFIG,
    DISCRIMINATOR,
    GENERATOR,
    QUANTIZED,
    absent_classes,
    config_from_dict,
    read_config,
    read_generator,
    weights_of,
)
from gan.networks import Generator
from gan.web.temporary import TemporaryFolder

DEFAULT = "modern"
SERVED_SECONDS = 120.0  # deadline of the background fetch of the model to serve
VISITOR_SECONDS = 60.0  # deadline of the fetch of a model that a visitor names
RETRY_SECONDS = 300.0  # until an unreachable Hub is asked again for the model to serve
PATIENCE_SECONDS = 4.0  # a visitor's request waits this long for a fetch, then says that it goes on
ANSWER_SECONDS = 60.0  # how long a failure, or what a branch means, is remembered: no request to the Hub at each click
MAX_ANSWERS = 256
READERS = 4  # threads that open links for routes, of their own: pages being made must not keep pictures waiting
MAX_FETCHES = 2  # visitors' fetches at a time
MAX_MULTIPLY_ADDS = 32_000_000  # for a digit of a visitor's model: four times dcgan's, the slowest that is bundled
PATH = re.compile(r"(?<![\w:/.])(?:/|[A-Za-z]:\\)[^\s'\",;:)\]]+")  # from the root; in user/repo and addresses is none
MAX_ACTIVATIONS = 200_000  # at a time, for a digit of a visitor's model: four times dcgan's


class NotReadyError(ModelError):
    """The model is being fetched, or others are: ask again in some seconds."""


class UnknownModelError(ModelError):
    """There is no bundled model of that name."""


class OtherWeightsError(ModelError):
    """The model is here, but not with the weights that were asked for; `generator` is what is here."""

    def __init__(self, generator: Generator):
        super().__init__(f"{name_of(generator)} has other weights here: {generator.weights}")
        self.generator = generator


def name_of(generator: Generator) -> str:
    """What a link carries: a local model's name, or user/repo@commit."""
    return f"{generator.name}@{generator.revision}" if generator.revision else generator.name


def has_weights(generator: Generator, weights: str | None) -> bool:
    """Whether a generator is the one whose weights a link pins: its integer form's, or (an older link) its float
    form's, whose pixels differed by a grey level on the average."""
    return weights in (None, generator.weights, generator.float_weights)


def absent_of(generator: Generator) -> list[int]:
    """The classes that a generator can be asked for but was shown no picture of, as far as its folder says."""
    if generator.folder is None or not generator.conditional:
        return []
    try:
        return absent_classes(read_config(generator.folder))
    except ModelError:  # gone since it was loaded, as a visitor's
        return []


def check_cost(folder: Path) -> None:
    """Refuse a model folder whose generator would take too long, or too much memory, to draw a digit.

    Raises:
        ModelError: says how much it takes, and the limit.
    """
    config = config_from_dict(GeneratorConfig, read_config(folder)["generator"], "generator")
    for what, found, most in (
        ("multiplications", config.multiply_adds, MAX_MULTIPLY_ADDS),
        ("values at a time", config.activations, MAX_ACTIVATIONS),
    ):
        if found > most:
            limit = f"this page draws with models that take at most {most:,}"
            raise ModelError(f"a digit takes {found:,} {what}; {limit}")


def for_visitors(error: UserError, folder: Path, name: str) -> ModelError:
    """An error as visitors read it: one short line with the model's name for its folder on this machine."""
    return ModelError(shortened(without_paths(" ".join(str(error).replace(str(folder), name).split()))))


def without_paths(text: str) -> str:
    """A text without this machine's paths, which are no visitor's business."""
    return PATH.sub("…", text)


@contextmanager
def told_to_visitors(name: str) -> Iterator[None]:
    """Let what goes wrong with the Hub or the disk in this block be an error that visitors may read."""
    try:
        yield
    except fetch.HubError as error:
        reason, remedy = without_paths(error.reason), without_paths(error.remedy)
        raise fetch.HubError(reason, remedy, unreachable=error.unreachable) from None
    except OSError as error:
        raise ModelError(f"{name} cannot be fetched: {without_paths(one_line(error))}") from None


@dataclass(frozen=True)
class Pin:
    """What a link needs to name a generator for good."""

    model: str
    weights: str


def pin(generator: Generator) -> Pin:
    """The name and the weights that a link carries."""
    return Pin(name_of(generator), generator.weights)


class ModelStore:
    """The generators of one page; every method may be called from any thread.

    `served` is the one that the page serves, `status` a sentence for people about where it comes from and why.

    Args:
        model: what to serve: a folder, a bundled name, user/repo[@revision], or a generator as it is.
        device: where the networks run.
        remote: whether visitors may name models on the Hub.
        capacity: visitors' models kept, at most; the least recently used one goes first.

    Raises:
        ModelError: a local model to serve (or, for a Hub model, the bundled fallback) is missing or damaged.
    """

    def __init__(
        self,
        model: str | Path | Generator = DEFAULT,
        *,
        device: str | torch.device = "cpu",
        remote: bool = True,
        capacity: int = 4,
    ):
        self.device, self.remote, self.capacity = device, remote, capacity
        self.readers = anyio.CapacityLimiter(READERS)
        self._lock = threading.Lock()
        self._bundled: dict[str, Generator] = {}
        self._visitors: OrderedDict[str, Generator] = OrderedDict()  # by user/repo@commit, least recently used first
        self._fetching: dict[str, Future[Generator]] = {}
        self._answers: OrderedDict[str, tuple[float, str | ModelError]] = OrderedDict()  # expiry; user/repo@commit
        self._closed = threading.Event()
        self._folder: TemporaryFolder | None = None
        self.served: Generator
        self.served_folder: Path | None = None  # None: of a model from the Hub, whose recordings aren't fetched
        self.status = ""
        self._start(model)

    # The model that the page serves

    def _start(self, model: str | Path | Generator) -> None:
        """Serve what is at hand, say so, and start the background fetch of a model on the Hub."""
        if isinstance(model, Generator):
            self.served, self.device = model, model.device
            twin = bundled.BUNDLED / model.name
            if model.name in bundled.bundled_models() and weights_of(read_config(twin)) == model.weights:
                self.served_folder = twin
        elif not resolve.names_repository(model):
            self.served = resolve.load_generator(model, device=self.device)
            self.served_folder = resolve.resolve(model).folder
        else:
            self._start_from_hub(str(model))
            return
        self.status = f"serving {name_of(self.served)}"

    def _start_from_hub(self, model: str) -> None:
        repo_id, revision = fetch.split_name(model)
        cached = self._cached(repo_id, revision)
        self.served = cached or resolve.load_generator(DEFAULT, device=self.device)
        held = f"{name_of(cached)} from the cache" if cached else "the bundled weights"
        if cached and fetch.is_commit(revision):
            self._tell(f"serving {held}")
            return
        self._tell(f"serving {held} while {model} is fetched")
        threading.Thread(
            target=self._fetch_served, args=(repo_id, revision, held), daemon=True, name="hub-served"
        ).start()

    def _tell(self, status: str) -> None:
        """The new status, for visitors on the page and once, with this machine's paths, for whoever watches the
        terminal or a Space's log."""
        shown = without_paths(status)
        if shown != self.status:
            print(status, file=sys.stderr, flush=True)
        self.status = shown

    def _cached(self, repo_id: str, revision: str | None) -> Generator | None:
        cached = fetch.find_cached(repo_id, revision)
        try:
            return resolve.load_generator(repo_id, revision=cached.commit, device=self.device) if cached else None
        except ModelError:  # damaged on disk: it has left the cache and is fetched anew
            return None

    def _fetch_served(self, repo_id: str, revision: str | None, held: str) -> None:
        """Fetch the model to serve and swap it in when it is loaded and verified; ask again while the Hub is away."""
        while not self._closed.is_set():
            try:
                snapshot = fetch.fetch(repo_id, revision, seconds=SERVED_SECONDS)
                self.served = resolve.load_generator(repo_id, revision=snapshot.commit, device=self.device)
                self._tell(f"serving {name_of(self.served)}")
                return
            except fetch.HubError as error:
                self._tell(f"serving {held}: {error.reason}")
                if not error.unreachable:
                    return
            except ModelError as error:
                self._tell(f"serving {held}: {for_visitors(error, snapshot.folder, snapshot.name)}")
                return
            except BaseException:  # a bug: the log has it, and the page must not promise the model for ever
                self._tell(f"serving {held}: {repo_id} cannot be loaded")
                raise
            self._closed.wait(RETRY_SECONDS)

    def close(self) -> None:
        """Stop asking the Hub for the model to serve, and remove what visitors' fetches have written so far."""
        self._closed.set()
        if self._folder:
            self._folder.remove()

    def _temporary(self) -> Path:
        """The folder for visitors' fetches, made when the first one is needed."""
        with self._lock:
            if self._folder is None:
                self._folder = TemporaryFolder()
            return self._folder.path

    # The models that links name

    def get(self, name: str | None = None, weights: str | None = None, *, patience: float | None = None) -> Generator:
        """The model of a link: none named, the one served; a bundled name; or user/repo[@revision] on the Hub.

        A run may be served under a bundled model's name, as runs/modern: if it hasn't the weights that a link pins,
        the bundled model is meant.

        It returns or raises within `patience` seconds (PATIENCE_SECONDS unless given). A visitor's name never reaches
        the file system, and is fetched without this machine's token into a folder of its own, so that no private model
        in its cache can be asked for.

        Raises:
            NotReadyError: it is being fetched; ask again.
            UnknownModelError: no model of that name is bundled.
            OtherWeightsError: it has not the weights that were asked for.
            ModelError: it is none of ours, too large or damaged, or the Hub can't be used.
        """
        generator = self._named(name, weights, PATIENCE_SECONDS if patience is None else patience)
        if not has_weights(generator, weights):
            raise OtherWeightsError(generator)
        return generator

    def _named(self, name: str | None, weights: str | None, patience: float) -> Generator:
        is_bundled = name in self._bundled or name in bundled.bundled_models()  # one that was deleted since is kept
        mine = not is_bundled or has_weights(self.served, weights)
        if not name or (name == name_of(self.served) and mine):
            return self.served
        if is_bundled:
            return self._get_bundled(name)
        if "/" not in name:
            raise UnknownModelError(
                f"there is no bundled model {name!r} (bundled: {', '.join(bundled.bundled_models()) or 'none'})"
            )
        if not self.remote:
            raise ModelError(f"this page draws with its own models only, not with {name!r}")
        return self._get_remote(name, patience)

    async def arrival(self, name: str) -> bool:
        """Wait for a model that is being fetched, PATIENCE_SECONDS at most; whether the fetch has ended."""
        future = self._fetching.get(name)
        if future is None:
            return True
        end = time.monotonic() + PATIENCE_SECONDS
        while not future.done() and time.monotonic() < end:
            await anyio.sleep(0.05)
        return future.done()

    def is_strangers(self, generator: Generator) -> bool:
        """Whether a visitor named the model, so that nobody here knows what it costs."""
        return generator is not self.served and generator.revision is not None

    def names(self) -> list[str]:
        """What a link may name without the Hub: the served model first, then the bundled ones."""
        return list(dict.fromkeys([name_of(self.served), *bundled.bundled_models()]))

    def with_weights(self, weights: str) -> Iterator[Generator]:
        """The models here whose weights' sha256 begins with these 8 hexadecimal digits; the Hub isn't asked."""
        with self._lock:
            loaded = [self.served, *self._bundled.values(), *self._visitors.values()]
        yield from (generator for generator in loaded if generator.weights == weights)
        for name in bundled.bundled_models():
            try:
                if weights_of(read_config(bundled.BUNDLED / name)) == weights:
                    yield self._get_bundled(name)
            except ModelError:  # damaged
                continue

    def with_discriminator(self, sha256: str) -> Iterator[Generator]:
        """The models here that were trained against the discriminator whose file has this sha256."""
        with self._lock:
            loaded = [self.served, *self._bundled.values(), *self._visitors.values()]
        folders = {generator.folder: generator for generator in loaded if generator.folder}
        for folder in (*folders, *(bundled.BUNDLED / name for name in bundled.bundled_models())):
            try:
                if read_config(folder)["sha256"].get(DISCRIMINATOR) == sha256:
                    yield folders.get(folder) or self._get_bundled(folder.name)
            except ModelError:  # damaged, or gone since it was loaded
                continue

    def bundled_twin(self) -> Generator | None:
        """The bundled model that has the served one's name, but other weights: a run of that recipe is served."""
        if self.served.revision or self.served.name not in bundled.bundled_models():
            return None
        try:
            twin = self._get_bundled(self.served.name)
        except ModelError:  # damaged
            return None
        return twin if twin.weights != self.served.weights else None

    def _get_bundled(self, name: str) -> Generator:
        """A bundled model, loaded once; ModelError if it is damaged."""
        with self._lock:
            if name not in self._bundled:
                folder = bundled.BUNDLED / name
                try:
                    self._bundled[name] = resolve.load_generator(folder, device=self.device)
                except ModelError as error:
                    raise for_visitors(error, folder, name) from None
            return self._bundled[name]

    def _get_remote(self, name: str, patience: float) -> Generator:
        repo_id, revision = fetch.split_name(name)
        with self._lock:
            expires, answer = self._answers.get(name, (0.0, name))
            if isinstance(answer, ModelError) and time.monotonic() < expires:
                raise answer.with_traceback(None)
            key = answer if isinstance(answer, str) and time.monotonic() < expires else name
            if key in self._visitors:
                self._visitors.move_to_end(key)
                return self._visitors[key]
            future = self._fetching.get(name)
            if future is None:
                if len(self._fetching) >= MAX_FETCHES:
                    raise NotReadyError(f"other models are being fetched before {name}: try again in some seconds")
                future = self._fetching[name] = Future()
                threading.Thread(
                    target=self._fetch_visitors, args=(name, repo_id, revision, future), daemon=True, name="hub-visitor"
                ).start()
        try:
            return future.result(patience)
        except StillRunningError:
            raise NotReadyError(f"{name} is being fetched: try again in some seconds") from None

    def _fetch_visitors(self, name: str, repo_id: str, revision: str | None, future: "Future[Generator]") -> None:
        try:
            with (
                told_to_visitors(name),
                tempfile.TemporaryDirectory(dir=self._temporary(), ignore_cleanup_errors=True) as cache,
            ):
                snapshot = fetch.fetch(
                    repo_id,
                    revision,
                    names=(CONFIG, GENERATOR, QUANTIZED),
                    token=False,
                    cache_dir=Path(cache),
                    seconds=VISITOR_SECONDS,
                    quiet=True,
                )
                try:
                    check_cost(snapshot.folder)
                    model = read_generator(snapshot.folder, device=self.device)
                    model.name, model.revision = snapshot.repo_id, snapshot.commit
                except ModelError as error:
                    raise for_visitors(error, snapshot.folder, snapshot.name) from None
        except ModelError as error:
            self._answer(name, error)
            future.set_exception(error)
        except BaseException as error:  # a bug: whoever waits must hear of it
            self._answer(name, ModelError(f"{name} cannot be loaded"))
            future.set_exception(error)
            raise
        else:
            self._answer(name, model)
            future.set_result(model)

    def _answer(self, name: str, answer: Generator | ModelError) -> None:
        with self._lock:
            del self._fetching[name]
            said = answer if isinstance(answer, ModelError) else name_of(answer)
            self._answers[name] = (time.monotonic() + ANSWER_SECONDS, said)
            while len(self._answers) > MAX_ANSWERS:
                self._answers.popitem(last=False)
            if isinstance(answer, Generator):
                self._visitors[name_of(answer)] = answer
                while len(self._visitors) > self.capacity:
                    self._visitors.popitem(last=False)
