"""A model folder on disk, written whole and read back with every byte verified.

A folder (a run's, a bundled checkpoint's, a Hub repository's snapshot) holds config.json, model.safetensors (the float
generator), quantized.safetensors (the integer generator, which draws), discriminator.safetensors and what describes
them. Weights are safetensors only: nothing is ever unpickled.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import safetensors
import safetensors.torch
import torch
from torch import nn

from gan import quantization
from gan.config import NUM_CLASSES, DiscriminatorConfig, GeneratorConfig
from gan.errors import ModelError, UserError
from gan.files import PAUSES, UNFINISHED, to_json, write_together
from gan.networks import Discriminator, Generator

FORMAT = 1
CONFIG = "config.json"
GENERATOR = "model.safetensors"
QUANTIZED = "quantized.safetensors"
DISCRIMINATOR = "discriminator.safetensors"
YOUNGER_KEYS = {"class_std"}  # of a network's config, added to format 1 later
CONFIG_KEYS = {"format", "recipe", "generator", "discriminator", "training", "sha256"}
MAX_CONFIG_BYTES = 64 * 1024
MAX_WEIGHTS_BYTES = 64 * 1024 * 1024
MAX_HEADER_BYTES = 64 * 1024  # of the weights files that we write: names and shapes
MAX_QUOTED = 200  # characters of a value in a message

Config = TypeVar("Config", GeneratorConfig, DiscriminatorConfig)
T = TypeVar("T")


# Write


def check_size(generator: GeneratorConfig, discriminator: DiscriminatorConfig) -> None:
    """Refuse networks whose files would be too large to be read again, before hours are spent.

    Raises:
        UserError: names the flag that makes them smaller.
    """
    with torch.device("meta"):
        networks = {"generator": Generator(generator), "discriminator": Discriminator(discriminator)}
    for name, network in networks.items():
        size = sum(tensor.nbytes for tensor in network.state_dict().values())
        if size > MAX_WEIGHTS_BYTES - MAX_HEADER_BYTES:
            raise UserError(
                f"the {name} has {size / 2**20:,.1f} MB of weights, and files of more than {MAX_WEIGHTS_BYTES >> 20} "
                f"MB are read nowhere: choose smaller --{name}-widths"
            )


def save_model(
    folder: Path, generator: Generator, discriminator: Discriminator, *, recipe: str, training: dict[str, Any]
) -> None:
    """Write both networks, the integer generator and config.json into `folder`; config.json last, so that its hashes
    always match.

    Args:
        recipe: the recipe's name.
        training: what is needed to repeat the run, as JSON values.
    """
    weights = {
        GENERATOR: safetensors.torch.save(_tensors(generator)),
        QUANTIZED: safetensors.torch.save(generator.quantized().tensors()),
        DISCRIMINATOR: safetensors.torch.save(_tensors(discriminator)),
    }
    config = {
        "format": FORMAT,
        "recipe": recipe,
        "generator": asdict(generator.config),
        "discriminator": asdict(discriminator.config),
        "training": training,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in weights.items()},
    }
    files: dict[str, bytes | str] = {**weights, CONFIG: to_json(config)}
    write_together({folder / name: content for name, content in files.items()})


def read_saved(read: Callable[[Path], T], folder: Path) -> T:
    """What `read` finds in a folder that a process may be writing, or may have been killed while writing: a reading
    that fell between two of its files is done again, and a save that stopped there is brought to its end.

    Raises:
        ModelError: as `read`.
    """
    before = _version(folder)
    try:
        return read(folder)
    except ModelError:
        if not (_finish_save(folder) or _version(folder) != before):
            raise
        return read(folder)


def _finish_save(folder: Path) -> bool:
    """Put the files of a save that was killed between two of its renames into their places; whether there was one.

    Its config.json, the last to be renamed, lies there under its temporary name, and every file that it records,
    renamed or not yet, has the sha256 that it says. A living process is given the time for its own renames.
    """
    for waiting in folder.glob(f".{CONFIG}.*{UNFINISHED}"):
        time.sleep(sum(PAUSES))
        try:
            sha256 = json.loads(waiting.read_bytes())["sha256"]
            found = {name: _with_sha256(folder, name, sha256[name]) for name in (GENERATOR, QUANTIZED, DISCRIMINATOR)}
            if not all(found.values()):
                continue
            for name, path in found.items():
                os.replace(str(path), folder / name)
            os.replace(waiting, folder / CONFIG)
        except (OSError, ValueError, LookupError, TypeError):  # half written, or renamed meanwhile
            continue
        return True
    return False


def _with_sha256(folder: Path, name: str, sha256: str) -> Path | None:
    """The file of a name, or the one that waits to be called so, that has a sha256."""
    candidates = [p for p in (folder / name, *folder.glob(f".{name}.*{UNFINISHED}")) if os.path.isfile(p)]
    return next((p for p in candidates if hashlib.sha256(p.read_bytes()).hexdigest() == sha256), None)


def _version(folder: Path) -> object:
    """What changes whenever another save has come to its end."""
    try:
        status = (folder / CONFIG).stat()
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_mtime_ns


def _tensors(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}


# Read


def read_generator(folder: Path, *, device: str | torch.device = "cpu") -> Generator:
    """The generator of a model folder, verified, in evaluation mode, with `weights` set. Its integer form is read, too,
    or made where config.json records none (an older run's).

    Raises:
        ModelError: a file is missing, damaged or doesn't fit; the message says which and why.
    """
    config = read_config(folder)
    with torch.device("meta"):  # allocates nothing: a hostile config may ask for terabytes
        generator = Generator(config_from_dict(GeneratorConfig, config["generator"], "generator"))
    data = load_weights(generator, folder / GENERATOR, expected_sha256(config, GENERATOR, folder))
    generator.float_weights = hashlib.sha256(data).hexdigest()[:8]
    generator.to(device).eval().requires_grad_(False)
    if QUANTIZED in config["sha256"]:
        tensors, data = read_tensors(
            folder / QUANTIZED, quantization.blank_tensors(generator.config),
            expected_sha256(config, QUANTIZED, folder), optional=quantization.OPTIONAL,
        )  # fmt: skip
        try:
            generator.set_quantized(quantization.from_tensors(generator.config, tensors))
        except ModelError as error:
            raise ModelError(f"{folder / QUANTIZED}: {error}") from None
    else:
        data = safetensors.torch.save(generator.quantized().tensors())
    generator.weights = hashlib.sha256(data).hexdigest()[:8]
    generator.folder = folder
    return generator


def read_discriminator(folder: Path, *, device: str | torch.device = "cpu") -> Discriminator:
    """The discriminator of a model folder, in evaluation mode; verified, and errors, as `read_generator`."""
    config = read_config(folder)
    with torch.device("meta"):
        discriminator = Discriminator(config_from_dict(DiscriminatorConfig, config["discriminator"], "discriminator"))
    load_weights(discriminator, folder / DISCRIMINATOR, expected_sha256(config, DISCRIMINATOR, folder))
    return discriminator.to(device).eval().requires_grad_(False)


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of a model folder, with exactly the keys it must have.

    Raises:
        ModelError: it is missing, too large, no JSON, of another format version, or has missing or unknown keys.
    """
    return _read_config(folder)[1]


def _read_config(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """The bytes of config.json, and what they say."""
    path = folder / CONFIG
    data = _read(path, MAX_CONFIG_BYTES)
    if data is None:
        raise ModelError(
            f"{folder} holds no {CONFIG}: it is not a model folder, or its run has not finished an epoch yet"
        )
    try:
        config = json.loads(data.decode())
        json.dumps(config, ensure_ascii=False).encode()  # half of a surrogate pair could be shown to nobody
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not valid JSON ({error}): fetch or train the model again") from None
    if not isinstance(config, dict):
        raise ModelError(f"{path} must hold a JSON object, not {type(config).__name__}")
    if config.get("format") != FORMAT:
        raise ModelError(f"{path} has format {_shown(config.get('format'))}; this version reads format {FORMAT}")
    _check_keys(set(config), CONFIG_KEYS, str(path))
    for key, kind in (("recipe", str), ("training", dict), ("sha256", dict)):
        if not isinstance(config[key], kind):
            raise ModelError(f"{path}: {key!r} must be a JSON {'string' if kind is str else 'object'}")
    return data, config


def model_files(folder: Path) -> dict[str, bytes]:
    """config.json and the files whose sha256 it records, by name, of one save.

    Raises:
        ModelError: one is missing, or not as config.json says.
    """
    data, config = _read_config(folder)
    names = [GENERATOR, DISCRIMINATOR, *([QUANTIZED] if QUANTIZED in config["sha256"] else [])]
    return {CONFIG: data} | {n: _read_verified(folder / n, expected_sha256(config, n, folder)) for n in names}


def weights_of(config: dict[str, Any]) -> str:
    """What a link pins and an evaluation is of: 8 hex digits of the sha256 of the integer generator, or of the float
    one where config.json (an older run's) records no other; empty if it records neither."""
    recorded = config["sha256"].get(QUANTIZED) or config["sha256"].get(GENERATOR)
    return recorded[:8] if isinstance(recorded, str) else ""


def absent_classes(config: dict[str, Any]) -> list[int]:
    """The classes 0 … 9 of which the run had no pictures, as config.json records them."""
    recorded = config["training"].get("absent_classes")
    return [c for c in recorded if type(c) is int and 0 <= c < NUM_CLASSES] if isinstance(recorded, list) else []


def expected_sha256(config: dict[str, Any], name: str, folder: Path) -> str:
    """The sha256 that config.json records for a weights file.

    Raises:
        ModelError: it records none, or one that no file can have.
    """
    sha256 = config["sha256"].get(name)
    if not isinstance(sha256, str) or len(sha256) != 64:
        raise ModelError(f"{folder / CONFIG} records no sha256 of {name}: the weights cannot be verified")
    return sha256


def config_from_dict(kind: type[Config], values: Any, where: str) -> Config:
    """A network's config from JSON values, strictly: no missing or unknown keys, no value of another type.

    Of the keys, those added after format 1 was fixed (`YOUNGER_KEYS`) may be missing; they then have their defaults.

    Raises:
        ModelError: names the key, what it must be, and what was found; `where` is the part of config.json.
    """
    if not isinstance(values, dict):
        raise ModelError(f"{where} in {CONFIG} must be a JSON object, not {_shown(values)}")
    defaults = {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    _check_keys(set(values) | YOUNGER_KEYS & set(defaults), set(defaults), f"{where} in {CONFIG}")
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    for key, value in values.items():
        expected = type(defaults[key])
        if type(value) is not expected and not (expected is float and type(value) is int):
            raise ModelError(f"{where}.{key} in {CONFIG} must be of type {expected.__name__}, not {_shown(value)}")
    try:
        return kind(**values)
    except ValueError as error:
        raise ModelError(f"{where} in {CONFIG}: {error}") from None


def _check_keys(found: set[str], expected: set[str], where: str) -> None:
    problems = [f"missing {', '.join(sorted(expected - found))}"] if expected - found else []
    problems += [f"unknown {', '.join(map(_shown, sorted(found - expected)[:5]))}"] if found - expected else []
    if problems:
        raise ModelError(f"{where} has the wrong keys: {'; '.join(problems)}")


def load_weights(network: nn.Module, path: Path, sha256: str | None = None) -> bytes:
    """Load a safetensors file into a network (built on any device, "meta" too) after checking it; returns its bytes.
    The network is unchanged if that fails; errors as `read_tensors`."""
    tensors, data = read_tensors(path, network.state_dict(), sha256)
    network.load_state_dict(tensors, assign=True)
    return data


def read_tensors(
    path: Path, expected: dict[str, torch.Tensor], sha256: str | None = None, *, optional: frozenset[str] = frozenset()
) -> tuple[dict[str, torch.Tensor], bytes]:
    """The tensors of a safetensors file, by name, and its bytes.

    Args:
        expected: the names, shapes and dtypes that it must have; on any device, "meta" too.
        sha256: the hash that it must have.
        optional: names of those expected that may be missing.

    Raises:
        ModelError: the file is missing, too large, damaged, of another sha256, or its tensors' names, shapes, dtypes or
            values (not finite) don't fit.
    """
    data = _read_verified(path, sha256)
    try:
        tensors = safetensors.torch.load(data)
    except safetensors.SafetensorError as error:
        raise ModelError(f"{path} is not a whole safetensors file ({error}): fetch or train it again") from None
    _check_keys(set(tensors) | optional & set(expected), set(expected), str(path))
    for name, want in expected.items():  # in the network's order, so that the first misfit is the one named
        if name not in tensors:
            continue
        tensor = tensors[name]
        if tensor.shape != want.shape or tensor.dtype != want.dtype:
            raise ModelError(
                f"{path}: tensor {name} is {tensor.dtype} {list(tensor.shape)}, "
                f"{CONFIG} asks for {want.dtype} {list(want.shape)}"
            )
        if not torch.isfinite(tensor).all():
            raise ModelError(f"{path}: tensor {name} holds values that are not finite")
    return tensors, data


def _read_verified(path: Path, sha256: str | None) -> bytes:
    """A weights file's bytes, if they have that sha256."""
    data = _read(path, MAX_WEIGHTS_BYTES)
    if data is None:
        raise ModelError(f"{path.parent} holds no {path.name}: the weights are missing")
    actual = hashlib.sha256(data).hexdigest()
    if sha256 is not None and actual != sha256:
        raise ModelError(f"{path} is damaged or was replaced: its sha256 is {actual[:8]}…, {CONFIG} says {sha256[:8]}…")
    return data


def _read(path: Path, most: int) -> bytes | None:
    """A regular file's bytes; None if it is not there.

    Raises:
        ModelError: it is larger than `most` bytes or cannot be read.
    """
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:  # not allowed, too long a name, a disk that fails
        raise ModelError(f"{_shown(str(path))} cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if len(data) > most:
        size = f"{most >> 20} MB" if most >= 1 << 20 else f"{most} bytes"
        raise ModelError(f"{path} is larger than {size}: it is not one of ours")
    return data


def _shown(value: Any) -> str:
    """A value of a file as messages quote it: in short, however large it is."""
    text = value if isinstance(value, str) and value.isprintable() else repr(value)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"
