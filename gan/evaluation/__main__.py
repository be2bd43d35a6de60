"""The command `python -m gan.evaluation MODEL`: measure a generator, print the figures and keep them."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import torch
import tyro

from gan import latents
from gan.config import DatasetName
from gan.console import print_everywhere
from gan.data import Dataset, load_dataset
from gan.devices import choose_device
from gan.errors import UserError
from gan.evaluation import inception
from gan.evaluation.classifier import NUM_FEATURES
from gan.evaluation.evaluate import DRAWS, RealDigits, RealImages, draw_images, evaluate
from gan.evaluation.report import METRICS, format_table
from gan.evaluation.standard import standard_of
from gan.files import check_writable, to_json, write_atomically
from gan.hub.card import CARD, write_model_card
from gan.hub.resolve import resolve
from gan.model_folder import read_config, weights_of
from gan.networks import Generator

SAMPLES = 10_000


@dataclass(frozen=True, kw_only=True)
class Options:
    """Measure a generator, print every figure beside its floor, and keep them in the model folder's metrics.json."""

    model: tyro.conf.Positional[str]
    """A model folder, the name of a bundled checkpoint, or a Hub repository."""
    data_dir: Path = Path("data")
    """Folder of the data set that the model was trained on, as for train.py: MNIST in torchvision's layout, downloaded
    there if missing, or the images of one's own."""
    output: Path | None = None
    """Where to keep the figures; metrics.json in the model folder by default, nowhere for a model from the Hub."""
    samples: int | None = None
    """Digits in a draw: 10,000 unless that is more than half of the training data. Distances of different counts don't
    compare."""
    draws: int = DRAWS
    """How many draws; every figure is their mean."""
    temperature: float = 1.0
    """Scales the latents, 0.1 … 1.5. Models are compared at 1."""
    device: str = "auto"
    """What draws the digits, and runs Inception: auto, cpu, cuda, cuda:1, mps, xpu. The rest is computed on the CPU."""
    inception: bool = False
    """Measure with Inception's features as well, as the literature does. Needs torch-fidelity, fetches its weights
    once, and is slow on a CPU."""
    inception_weights: Path | None = None
    """The file of Inception's weights, where they can't be fetched; implies --inception."""

    def __post_init__(self) -> None:
        latents.checked_temperature(self.temperature)
        if self.draws < 1:
            raise ValueError(f"draws must be 1 or more, not {self.draws}")
        if self.samples is not None and self.samples <= NUM_FEATURES:
            raise ValueError(f"samples must be {NUM_FEATURES + 1} or more, for a covariance, not {self.samples}")
        if self.with_inception and self.samples is not None and self.samples <= inception.NUM_FEATURES:
            raise ValueError(
                f"with --inception, samples must be {inception.NUM_FEATURES + 1} or more, for a covariance, "
                f"not {self.samples}"
            )

    @property
    def with_inception(self) -> bool:
        return self.inception or self.inception_weights is not None


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 measured, 1 failed, 2 wrong usage, 130 interrupted."""
    options = tyro.cli(Options, args=arguments, prog="python -m gan.evaluation")
    try:
        source = resolve(options.model)
        training_record = source.read(read_config)["training"]
        if options.with_inception and training_record.get("dataset", "mnist") != "mnist":
            raise UserError(
                f"--inception compares with MNIST, and {source.name} was trained on other data: leave it out"
            )
        output = options.output or (source.folder / METRICS if source.commit is None else None)
        if output:
            _read_metrics(output)  # refused now rather than after minutes
            check_writable(output.parent)
        device = choose_device(options.device)
        generator = Generator.from_pretrained(
            source.name if source.commit else source.folder, revision=source.commit, device=device
        )
        extract = inception.load_extractor(options.inception_weights, device) if options.with_inception else None
        real, test = _load_real(source.name, training_record, options)

        def keep(key: str, result: dict[str, Any]) -> None:
            try:
                if output:  # before it is printed: minutes were spent on it
                    write_atomically(output, to_json({**_read_metrics(output), key: result}))
                    if output == source.folder / METRICS and (source.folder / CARD).is_file():
                        write_model_card(source.folder)
            finally:  # and printed where it can't be kept
                print(format_table(result, generator.name))
            if output:
                print(f"kept in {output}")

        result = evaluate(generator, real, options.temperature)
        result["protocol"]["weights"] = weights_of(read_config(source.folder))
        keep("evaluation", result)
        if extract:
            assert isinstance(real, RealDigits)
            images, _ = draw_images(generator, real, options.temperature, 0)
            theirs = inception.inception_evaluation(images, real.stand_ins, test, extract)
            same = ("classes", "temperature", "weights")
            theirs["protocol"] |= {"seeds": f"0 … {real.samples - 1}"} | {k: result["protocol"][k] for k in same}
            keep("inception", theirs)
    except UserError as error:
        print(f"gan.evaluation: {error}", file=sys.stderr)
        return 1
    except torch.OutOfMemoryError:
        print(f"gan.evaluation: {device} has too little memory left: free it, or add --device cpu", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("gan.evaluation: interrupted", file=sys.stderr)
        return 130
    return 0


def _read_metrics(path: Path) -> dict[str, Any]:
    """What metrics.json holds already, so that it is kept."""
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise UserError(f"{path} cannot be read ({error}): move it away, or name another file with --output") from None
    if not isinstance(content, dict):
        raise UserError(f"{path} holds no JSON object: move it away, or name another file with --output")
    return content


def _load_real(model: str, record: dict[str, Any], options: Options) -> tuple[RealImages, Dataset]:
    """What a model is measured against, the data that it was trained on; and the test part of that data.

    Args:
        record: `training` of the model's config.json.

    Raises:
        UserError: the data can't be had, isn't the data that the model was trained on, or is too small.
    """
    name, trained_on = record.get("dataset", "mnist"), record.get("dataset_fingerprint")
    if name not in get_args(DatasetName):
        raise UserError(f"{model} was trained on {name!r}, which this version doesn't know: measure it with the other")
    data = load_dataset(name, options.data_dir)
    if name != "mnist" and trained_on is not None and trained_on != data.fingerprint():
        raise UserError(
            f"{options.data_dir} doesn't hold the images of {name} that {model} was trained on: name their folder with "
            f"--data-dir"
        )
    standard = standard_of(data, options.data_dir)
    training, test = (data, load_dataset(name, options.data_dir, train=False)) if name != "folder" else data.split()
    samples = options.samples or (SAMPLES if name == "mnist" else min(SAMPLES, len(training) // 2))
    if standard.missing:
        print(f"{name}: {standard.missing}")
        return RealImages(training, test, samples, options.draws), test
    return RealDigits(training, test, samples, options.draws, standard.classifier), test


if __name__ == "__main__":
    print_everywhere()
    sys.exit(main())
