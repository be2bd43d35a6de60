"""The model card: README.md of a model folder, written from what the folder holds.

The text stands in card.md, a Jinja template. A fact that config.json or metrics.json doesn't record is left out, never
guessed.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from warnings import warn

import torch
from huggingface_hub import EvalResult, ModelCard, ModelCardData

from gan import bundled
from gan.config import PIXELS, DiscriminatorConfig, GeneratorConfig
from gan.errors import UserError, one_line
from gan.evaluation.report import METRICS, Metrics, explanation, format_figure, format_value, read_metrics
from gan.files import to_json, write_together
from gan.hub import edited_card
from gan.hub.card_options import CardOptions
from gan.hub.manifest import MANIFEST, read_manifest
from gan.hub.outcome import last_scores, scores_in_words, warnings
from gan.model_folder import (
    CONFIG,
    DISCRIMINATOR,
    GENERATOR,
    QUANTIZED,
    absent_classes,
    config_from_dict,
    read_config,
    weights_of,
)
from gan.networks import Discriminator, Generator, count_parameters
from gan.recipes import RECIPES, Recipe

CARD = "README.md"
DIGESTS = ".card.json"  # of the card's parts as they were written last, beside it
TEMPLATE = Path(__file__).with_name("card.md")
TASK = "unconditional-image-generation"
DATA_PICTURE = "data.png"  # what a run was trained on: perhaps its maker's own pictures, so it is never published


@dataclass(frozen=True)
class DatasetInfo:
    """How a data set is called, and what a reader of the card should know about it."""

    title: str
    hub_id: str | None = None
    draws: str = "handwritten digits"
    about: str = ""
    linked: bool = False
    """Whether the table links to it: a maker's own choice."""

    @property
    def linked_title(self) -> str:
        return f"[{self.title}](https://huggingface.co/datasets/{self.hub_id})" if self.linked else self.title


DATASETS = {
    "mnist": DatasetInfo(
        "MNIST",
        "ylecun/mnist",
        about="MNIST's digits were written around 1990 by employees of the US Census Bureau and US high-school "
        "students: handwriting of other places, a barred 7 or a 1 with a long upstroke, is rare in it and in what "
        "is drawn here.",
    ),
    "fashion-mnist": DatasetInfo("Fashion-MNIST", "zalando-datasets/fashion_mnist", draws="pictures of clothes"),
    "kmnist": DatasetInfo("KMNIST", draws="cursive Japanese characters"),
    "emnist-digits": DatasetInfo("EMNIST digits"),
    "qmnist": DatasetInfo("QMNIST"),
}

FILES = {
    CONFIG: "both networks, the recipe, the run, and the sha256 of the weights",
    GENERATOR: "the generator, in float32",
    QUANTIZED: "its integer form, which draws: the same bytes on every machine",
    DISCRIMINATOR: "the discriminator",
    METRICS: "the measurements, with their protocol",
    "history.jsonl": "losses and scores over time, a JSON object a line",
}


def write_model_card(folder: Path, *, repo_id: str | None = None) -> Path:
    """Write the card of a model folder into it and return its path; no network is needed. What was edited there by hand
    stays; a README.md of which nothing tells what we wrote is its maker's, and left as it is, with a warning.

    Args:
        repo_id: the Hub repository that the card is for. None: the card's code loads the folder itself.

    Raises:
        ModelError: the folder's config.json or metrics.json cannot be read.
        UserError: the card cannot be written.
    """
    path = folder / CARD
    ours = render_model_card(folder, repo_id=repo_id)
    if _is_theirs(folder):
        warn(f"{path} is left as it is: nothing beside it tells which of its parts were written by us", stacklevel=2)
        return path
    text = ours if _digests_of(folder) is None else with_edits(folder, ours)
    # The card last: one without digests would be taken for its maker's.
    write_together({folder / DIGESTS: to_json(edited_card.digests(ours)), path: text})
    return path


def with_edits(folder: Path, ours: str, *, owned: Collection[str] = ()) -> str:
    """A card of a model folder with the parts that were edited by hand in the folder's own, since `write_model_card` or
    a push wrote that. Where nothing tells what we wrote there, all but what we would write there now is its maker's.

    Args:
        owned: parts that are ours all the same.

    Raises:
        ModelError: as `write_model_card`.
        UserError: the folder's own card cannot be read.
    """
    path = folder / CARD
    try:
        theirs = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ours
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read ({one_line(error)}): save it as UTF-8, or move it away") from None
    before = _digests_of(folder)
    if before is None:
        before = edited_card.digests(render_model_card(folder))
    return edited_card.merge(ours, theirs, before, owned=owned)[0]


def _digests_of(folder: Path) -> dict[str, str] | None:
    """Of the parts of a folder's card as we wrote it: those beside it, or in a clone of a repository those of the push;
    None if there are none."""
    try:
        digests = json.loads((folder / DIGESTS).read_text(encoding="utf-8"))
        if isinstance(digests, dict):
            return digests
    except (OSError, ValueError):
        pass
    try:
        manifest = read_manifest((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest.card if manifest else None


def _is_theirs(folder: Path) -> bool:
    """Whether a folder's card is all its maker's: nothing tells what we wrote of it, or it is no text. Those of
    `checkpoints/` are kept without digests, and are ours."""
    try:
        (folder / CARD).read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
    return _digests_of(folder) is None and folder.resolve().parent != bundled.BUNDLED.resolve()


def render_model_card(folder: Path, *, repo_id: str | None = None, options: CardOptions | None = None) -> str:
    """The card as Markdown with YAML front matter; arguments and errors as `write_model_card`.

    Args:
        options: what the maker adds.
    """
    config, options = read_config(folder), options or CardOptions()
    with torch.device("meta"):  # only counted
        generator = Generator(config_from_dict(GeneratorConfig, config["generator"], "generator"))
        discriminator = Discriminator(config_from_dict(DiscriminatorConfig, config["discriminator"], "discriminator"))
    name, training, weights = config["recipe"], config["training"], weights_of(config)
    metrics = read_metrics(folder, weights)
    data = training["dataset"] if isinstance(training.get("dataset"), str) else None
    dataset = _dataset(data, options) if data else None
    recipe = RECIPES.get(name)
    settings = training["recipe"] if isinstance(training.get("recipe"), dict) else {}
    command = training.get("command")
    card = ModelCard.from_template(
        _front_matter(name, data, dataset, generator, metrics, options),
        template_path=str(TEMPLATE),
        name=name,
        warnings=warnings(training, metrics.values or last_scores(folder)[0]),
        model=repo_id or _as_typed(folder),
        project=f"[the project]({options.code_url})" if options.code_url else "the project",
        dataset=dataset,
        generator=generator,
        discriminator=discriminator,
        kind="multilayer perceptron" if generator.config.architecture == "mlp" else "convolutional network",
        recipe=recipe,
        settings=settings,
        changed=recipe is not None and _differs(recipe, settings),
        pictures=_pictures(folder, settings.get("temperature", 1.0)),
        facts={
            "Author": options.author,
            "Code": options.code_url,
            **_facts(training, dataset, generator.config, discriminator.config),
        },
        command=" ".join(map(str, command)) if isinstance(command, list) else command,
        plots=_plots(folder),
        metrics=metrics,
        scores=scores_in_words(folder),
        inception=read_metrics(folder, weights, "inception"),
        explanation=explanation,
        files=_files(folder, evaluated=bool(metrics.values)),
        absent=absent_classes(config),
        count=lambda network: f"{count_parameters(network):,}",
        format_figure=format_figure,
        format_value=format_value,
    )
    return str(card)


def _files(folder: Path, *, evaluated: bool) -> dict[str, str]:
    """What the folder holds, and what each file is."""
    meanings = FILES if evaluated else {**FILES, METRICS: "losses and scores of the epoch that the weights are of"}
    return {file: meaning for file, meaning in meanings.items() if (folder / file).is_file()}


def _differs(recipe: Recipe, settings: dict[str, Any]) -> bool:
    """Whether a run's settings, as JSON has them, are others than its recipe's."""
    usual = json.loads(json.dumps(recipe.as_dict()))
    return usual != {**usual, **settings}


def _dataset(name: str, options: CardOptions) -> DatasetInfo:
    """A data set by the name that a run records; `folder` stands for pictures of the maker's own."""
    title = options.dataset_id or "pictures of the maker's own" if name == "folder" else name
    info = DATASETS.get(name, DatasetInfo(title, draws="28×28 pictures"))
    return replace(info, hub_id=options.dataset_id, linked=True) if options.dataset_id else info


def _front_matter(
    name: str,
    data: str | None,
    dataset: DatasetInfo | None,
    generator: Generator,
    metrics: Metrics,
    options: CardOptions,
) -> ModelCardData:
    """What the Hub reads of a card. What is trained on pictures of the maker's own has the licence that they give."""
    return ModelCardData(
        library_name="pytorch",
        license=options.license or (None if data == "folder" else "mit"),
        pipeline_tag=TASK,
        tags=[
            "gan",
            "image-generation",
            "class-conditional" if generator.conditional else "unconditional",
            *([data] if data in DATASETS else []),
        ],
        datasets=[dataset.hub_id] if dataset and dataset.hub_id else None,
        metrics=sorted(metrics.values) or None,
        model_name=name,
        eval_results=[_evaluation_result(*figure, metrics, data, dataset) for figure in metrics.values.items()] or None,
    )


def _evaluation_result(
    figure: str, value: float, metrics: Metrics, data: str | None, dataset: DatasetInfo | None
) -> EvalResult:
    measured_on = dataset or DATASETS["mnist"]
    title = figure.replace("_", " ")
    return EvalResult(
        task_type=TASK,
        dataset_type=measured_on.hub_id or data or "mnist",
        dataset_name=measured_on.title,
        metric_type=figure,
        metric_name=f"{title} (own features)" if figure.startswith("frechet") else title,
        metric_value=value,
        metric_args={k: v for k, v in metrics.protocol.items() if k in ("samples", "draws", "temperature")} or None,
    )


# Pictures and plots


def _pictures(folder: Path, temperature: float) -> dict[str, str]:
    """Captions, and the pictures that they stand under, relative to the folder."""
    at = f" at temperature {temperature}" if temperature != 1 else ""
    pictures = {
        f"Digits drawn by this model{at}": sample_grid(folder),
        "The same digits after each epoch": time_lapse(folder),
    }
    return {caption: path.as_posix() for caption, path in pictures.items() if path}


def sample_grid(folder: Path) -> Path | None:
    """The newest sample grid of a run, relative to its folder: samples.png, or the last of samples/."""
    by_epoch = sorted(folder.glob("samples/*.png"), key=lambda path: (len(path.name), path.name))  # 9999, then 10000
    grids = [*by_epoch, *folder.glob("samples.png")]
    return grids[-1].relative_to(folder) if grids else None


def time_lapse(folder: Path) -> Path | None:
    """The run's time-lapse, relative to its folder; WebP, the smaller file, where both are there."""
    return next((Path(name) for name in ("timelapse.webp", "timelapse.gif") if (folder / name).is_file()), None)


def _plots(folder: Path) -> list[str]:
    """The run's plots (PNG files beside its config) as Markdown; a pair NAME-light.png, NAME-dark.png as one."""
    names = sorted(path.name for path in folder.glob("*.png") if path.name not in ("samples.png", DATA_PICTURE))
    shown = []
    for name in names:
        dark, light = name.replace("-light.png", "-dark.png"), name.replace("-dark.png", "-light.png")
        if dark == light or dark not in names or light not in names:
            shown.append(f"![{Path(name).stem}]({name})")
        elif name == light:
            shown.append(
                f'<picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">'
                f'<img alt="{Path(name).stem.removesuffix("-light")}" src="{light}"></picture>'
            )
    return shown


# Facts in words


def _facts(
    training: dict[str, Any],
    dataset: DatasetInfo | None,
    generator: GeneratorConfig,
    discriminator: DiscriminatorConfig,
) -> dict[str, Any]:
    """The rows of the table about the training; None where nothing is recorded."""
    versions = training.get("versions")
    return {
        "Data": dataset.linked_title if dataset else None,
        "Generator": _describe_generator(generator),
        "Discriminator": _describe_discriminator(discriminator),
        "Epochs": _epochs(training),
        "Steps": training.get("steps"),
        "Began with": _initial(training.get("init_from")),
        "Seed": training.get("seed"),
        "Device": training.get("device"),
        "Processes": training.get("processes"),
        "Wall time": _duration(training.get("seconds")),
        "Versions": ", ".join(f"{k} {v}" for k, v in versions.items()) if isinstance(versions, dict) else None,
    }


def _initial(record: Any) -> Any:
    """The model that a run began with."""
    return f"{record.get('model')} ({record.get('weights')})" if isinstance(record, dict) else None


def _epochs(training: dict[str, Any]) -> Any:
    """After how many epochs the weights are from."""
    epochs, done = training.get("epochs"), training.get("best_of_epochs")
    return epochs if done is None else f"{format_value(epochs)}, the best by distance of {format_value(done)}"


def _describe_generator(config: GeneratorConfig) -> str:
    extras = [
        f"embedding of {config.embedding_dim} for the class" if config.num_classes else "",
        f"batch normalisation ({config.batch_norm.replace('_', ' ')})" if config.batch_norm != "none" else "",
        config.activation.replace("_", " "),
        "tanh",
    ]
    return _describe(config.architecture, (config.latent_dim, *config.widths, PIXELS), extras)


def _describe_discriminator(config: DiscriminatorConfig) -> str:
    extras = [
        "class projection" if config.num_classes else "",
        f"minibatch standard deviation ({config.minibatch_std})" if config.minibatch_std else "",
        "standard deviation within each class" if config.class_std else "",
        "spectral norm" if config.spectral_norm else "",
        "leaky relu",
    ]
    return _describe(config.architecture, (PIXELS, *config.widths, 1), extras)


def _describe(architecture: str, widths: tuple[int, ...], extras: list[str]) -> str:
    kind = "perceptron" if architecture == "mlp" else "convolutions (channels)"
    return f"{kind} {'-'.join(map(str, widths))}; {', '.join(e for e in extras if e)}"


def _duration(seconds: Any) -> Any:
    """A wall time as people say it; what is no number is returned as it is."""
    if not isinstance(seconds, int | float):
        return seconds
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def _as_typed(folder: Path) -> str:
    """The folder as one would type it from here, without this machine's paths; never as a bundled model's name."""
    folder = folder.resolve()
    path = folder.relative_to(Path.cwd()).as_posix() if folder.is_relative_to(Path.cwd()) else folder.name
    return path if "/" in path else f"./{path}"
