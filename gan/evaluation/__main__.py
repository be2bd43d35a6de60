"""The command `python -m gan.evaluation MODEL`: measure a generator, print the figures and keep them."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import tyro

from gan import latents
from gan.data import load_dataset
from gan.devices import choose_device
from gan.errors import UserError
from gan.evaluation import inception
from gan.evaluation.classifier import NUM_FEATURES
from gan.evaluation.evaluate import DRAWS, RealDigits, draw_images, evaluate
from gan.evaluation.report import METRICS, format_table
from gan.files import to_json, write_atomically
from gan.hub.card import CARD, write_model_card
from gan.hub.resolve import Source, resolve
from gan.model_folder import read_config, weights_of
from gan.networks import Generator


@dataclass(frozen=True, kw_only=True)
class Options:
    """Measure a generator, print every figure beside its floor, and keep them in the model folder's metrics.json."""

    model: tyro.conf.Positional[str]
    """A model folder, the name of a bundled checkpoint, or a Hub repository."""
    data_dir: Path = Path("data")
    """Folder of MNIST in torchvision's layout; downloaded there if missing."""
    output: Path | None = None
    """Where to keep the figures; metrics.json in the model folder by default, nowhere for a model from the Hub."""
    samples: int = 10_000
    """Digits in a draw. Distances of different counts don't compare."""
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
        if self.samples <= NUM_FEATURES:
            raise ValueError(f"samples must be {NUM_FEATURES + 1} or more, for a covariance, not {self.samples}")
        if self.with_inception and self.samples <= inception.NUM_FEATURES:
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
        with source.whole():
            _check_draws_digits(source)
        output = options.output or (source.folder / METRICS if source.commit is None else None)
        if output:
            _read_metrics(output)  # refused now rather than after minutes
        device = choose_device(options.device)
        generator = Generator.from_pretrained(
            source.name if source.commit else source.folder, revision=source.commit, device=device
        )
        extract = inception.load_extractor(options.inception_weights, device) if options.with_inception else None
        training, test = (load_dataset("mnist", options.data_dir, train=part) for part in (True, False))
        real = RealDigits(training, test, options.samples, options.draws)

        def keep(key: str, result: dict[str, Any]) -> None:
            if output:  # before it is printed: minutes were spent on it
                write_atomically(output, to_json({**_read_metrics(output), key: result}))
                if output == source.folder / METRICS and (source.folder / CARD).is_file():
                    write_model_card(source.folder)
            print(format_table(result, generator.name))
            if output:
                print(f"kept in {output}")

        result = evaluate(generator, real, options.temperature)
        result["protocol"]["weights"] = weights_of(read_config(source.folder))
        keep("evaluation", result)
        if extract:
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


def _check_draws_digits(source: Source) -> None:
    data = read_config(source.folder)["training"].get("dataset", "mnist")
    if data != "mnist":
        raise UserError(
            f"{source.name} was trained on {data}, and everything here is measured against MNIST: its figures would "
            f"mean nothing"
        )


if __name__ == "__main__":
    sys.exit(main())
