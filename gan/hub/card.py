"""The model card: README.md of a model folder, written from what the folder holds.

The text stands in card.md; a fact that config.json or metrics.json doesn't record is left out, never guessed.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from gan.config import DiscriminatorConfig, GeneratorConfig
from gan.evaluation.report import EXPLANATIONS, METRICS, Metrics, format_figure, format_value, read_metrics
from gan.files import write_atomically
from gan.hub import outcome
from gan.hub.card_options import CardOptions
from gan.model_folder import CONFIG, DISCRIMINATOR, GENERATOR, config_from_dict, read_config
from gan.networks import Discriminator, Generator, count_parameters
from gan.recipes import RECIPES

CARD = "README.md"
TEMPLATE = Path(__file__).with_name("card.md")
LICENSE = "mit"
TASK = "unconditional-image-generation"


@dataclass(frozen=True)
class Dataset:
    """How a data set is called, and what a reader of the card should know about it."""

    title: str
    hub_id: str | None = None
    draws: str = "handwritten digits"
    about: str = ""


DATASETS = {
    "mnist": Dataset(
        "MNIST",
        "ylecun/mnist",
        about="MNIST's digits were written around 1990 by employees of the US Census Bureau and US high-school "
        "students: handwriting of other places, a barred 7 or a 1 with a long upstroke, is rare in it and in what "
        "is drawn here.",
    ),
    "fashion-mnist": Dataset("Fashion-MNIST", "zalando-datasets/fashion_mnist", draws="pictures of clothes"),
    "kmnist": Dataset("KMNIST", draws="cursive Japanese characters"),
    "emnist-digits": Dataset("EMNIST digits"),
    "qmnist": Dataset("QMNIST"),
}

FILES = {
    CONFIG: "both networks, the recipe, the run, and the sha256 of the weights",
    GENERATOR: "the generator",
    DISCRIMINATOR: "the discriminator",
    METRICS: "the measurements, with their protocol",
    "history.jsonl": "losses and scores over time, a JSON object a line",
}


def write_model_card(folder: Path, *, repo_id: str | None = None) -> Path:
    """Write the card of a model folder into it and return its path; no network is needed.

    Args:
        repo_id: the Hub repository that the card is for; None: the folder itself is what the snippet loads.

    Raises:
        ModelError: the folder's config.json or metrics.json cannot be read.
        gan.files.UserError: the card cannot be written.
    """
    path = folder / CARD
    write_atomically(path, render_model_card(folder, repo_id=repo_id))
    return path


def render_model_card(folder: Path, *, repo_id: str | None = None, options: CardOptions | None = None) -> str:
    """The card as Markdown with YAML front matter; arguments and errors as `write_model_card`.

    Args:
        options: what the maker adds.
    """
    from huggingface_hub import ModelCard, ModelCardData

    config, options = read_config(folder), options or CardOptions()
    with torch.device("meta"):  # only counted
        generator = Generator(config_from_dict(GeneratorConfig, config["generator"], "generator"))
        discriminator = Discriminator(config_from_dict(DiscriminatorConfig, config["discriminator"], "discriminator"))
    training, weights = config["training"], config["sha256"].get(GENERATOR, "")[:8]
    metrics = read_metrics(folder, weights)
    name = config["recipe"]
    dataset = _dataset(training, options)
    title = f"{name}: a GAN that draws {dataset.draws if dataset else '28×28 pictures'}"
    data = ModelCardData(
        library_name="pytorch",
        license=options.license or (None if training.get("dataset") == "folder" else LICENSE),
        pipeline_tag=TASK,
        tags=[
            "gan",
            "image-generation",
            "class-conditional" if generator.conditional else "unconditional",
            *([training["dataset"]] if training.get("dataset") in DATASETS else []),
        ],
        datasets=[dataset.hub_id] if dataset and dataset.hub_id else None,
        metrics=sorted(metrics.values) or None,
        model_name=name,
        eval_results=_evaluation_results(metrics),
    )
    card = ModelCard.from_template(
        data,
        template_path=str(TEMPLATE),
        title=title,
        summary="\n\n".join(
            [
                _summary(name, training, generator, discriminator, dataset),
                *outcome.warnings(training, metrics.values or outcome.last_scores(folder)[0]),
            ]
        ),
        pictures=_pictures(folder, training),
        snippet=snippet(repo_id or _as_typed(folder), generator),
        project=f"[the project]({options.code_url})" if options.code_url else "the project",
        usage=_usage(generator),
        training=_training(folder, training, generator, discriminator, dataset, options),
        quality=_quality(metrics, read_metrics(folder, weights, "inception"), outcome.scores_in_words(folder)),
        limits=_limits(generator, dataset),
        files="\n".join(f"- `{file}`: {meaning}" for file, meaning in FILES.items() if (folder / file).is_file()),
        citation=_citation(name),
    )
    return str(card)


# Sections


def snippet(model: str, generator: Generator) -> str:
    """Three lines of Python that load and sample the model; a test runs them."""
    digits = ", digits=[i % 10 for i in range(16)]" if generator.conditional else ""
    return (
        "from gan import Generator\n"
        f'generator = Generator.from_pretrained("{model}")\n'
        f"digits = generator.sample(seeds=range(16){digits})  # uint8 [16, 28, 28], 0 = paper"
    )


def _summary(
    name: str,
    training: dict[str, Any],
    generator: Generator,
    discriminator: Discriminator,
    dataset: Dataset | None,
) -> str:
    kind = "multilayer perceptron" if generator.config.architecture == "mlp" else "convolutional network"
    conditional = "class-conditional " if generator.conditional else ""
    trained = f", trained on {dataset.title}" if dataset else ""
    stock, settings = RECIPES.get(name), training.get("recipe")
    usual = json.loads(json.dumps(stock.as_dict())) if stock else {}
    changed = stock and isinstance(settings, dict) and usual != {**usual, **settings}
    recipe = ", with settings changed (all are listed below)" if changed else f": {stock.summary}" if stock else ""
    return (
        f"A number goes in, a 28×28 grey picture comes out. The generator is a {conditional}{kind} with "
        f"{count_parameters(generator):,} parameters, its discriminator has {count_parameters(discriminator):,}"
        f"{trained}. Recipe `{name}`{recipe}."
    )


def _pictures(folder: Path, training: dict[str, Any]) -> str:
    settings = training.get("recipe")
    temperature = settings.get("temperature", 1.0) if isinstance(settings, dict) else 1.0
    at = f" at temperature {temperature}" if temperature != 1 else ""
    captions = {
        f"Digits drawn by this model{at}": sample_grid(folder),
        "The same digits after each epoch": time_lapse(folder),
    }
    shown = [f"![{caption}]({path.as_posix()})\n\n*{caption}.*" for caption, path in captions.items() if path]
    return "\n\n".join(shown)


def sample_grid(folder: Path) -> Path | None:
    """The newest sample grid of a run, relative to its folder: samples.png, or the last of samples/."""
    grids = [*sorted(folder.glob("samples/*.png")), *folder.glob("samples.png")]
    return grids[-1].relative_to(folder) if grids else None


def time_lapse(folder: Path) -> Path | None:
    """The run's time-lapse, relative to its folder; WebP is the smaller one."""
    return next((Path(name) for name in ("timelapse.webp", "timelapse.gif") if (folder / name).is_file()), None)


def _plots(folder: Path) -> list[str]:
    """The run's plots (PNG files beside its config) as Markdown; a pair NAME-light.png, NAME-dark.png as one."""
    names = sorted(path.name for path in folder.glob("*.png") if path.name != "samples.png")
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


def _usage(generator: Generator) -> str:
    seeds = "A picture's number is its seed, 0 … 2³²−1: the same seed draws the same picture in any grid, on any day."
    temperature = "`temperature` (0.1 … 1.5) scales the latent: lower is more typical and less varied."
    if generator.conditional:
        return f"{seeds} `digits` asks for classes 0 … 9; the same seed keeps its handwriting. {temperature}"
    return f"{seeds} The model is unconditional: which digit appears depends on the seed. {temperature}"


def _training(
    folder: Path,
    training: dict[str, Any],
    generator: Generator,
    discriminator: Discriminator,
    dataset: Dataset | None,
    options: CardOptions,
) -> str:
    linked = f"https://huggingface.co/datasets/{dataset.hub_id}" if dataset and options.dataset_id else None
    facts = {
        "Author": options.author,
        "Code": options.code_url,
        "Data": f"[{dataset.title}]({linked})" if dataset and linked else dataset.title if dataset else None,
        "Generator": _layers(generator.config),
        "Discriminator": _layers(discriminator.config),
        "Epochs": training.get("epochs"),
        "Steps": training.get("steps"),
        "Seed": training.get("seed"),
        "Device": training.get("device"),
        "Processes": training.get("processes"),
        "Wall time": _duration(training.get("seconds")),
        "Versions": ", ".join(f"{k} {v}" for k, v in training["versions"].items())
        if isinstance(training.get("versions"), dict)
        else None,
    }
    parts = [_table(["", ""], [[k, format_value(v)] for k, v in facts.items() if v not in (None, "")])]
    if command := training.get("command"):
        command = command if isinstance(command, str) else " ".join(map(str, command))
        parts.append(f"The exact command:\n\n```bash\n{command}\n```")
    if isinstance(settings := training.get("recipe"), dict):
        rows = [[f"`{k}`", f"`{format_value(v)}`"] for k, v in settings.items() if k not in ("summary", "source")]
        parts.append(
            "<details>\n<summary>Every setting of the recipe</summary>\n\n"
            + _table(["setting", "value"], rows)
            + "\n\n</details>"
        )
    parts += _plots(folder)
    return "\n\n".join(parts)


def _layers(config: GeneratorConfig | DiscriminatorConfig) -> str:
    if isinstance(config, GeneratorConfig):
        widths = [config.latent_dim, *config.widths, 784]
        extras = [
            f"embedding of {config.embedding_dim} for the class" if config.num_classes else "",
            f"batch normalisation ({config.batch_norm.replace('_', ' ')})" if config.batch_norm != "none" else "",
            config.activation.replace("_", " "),
            "tanh",
        ]
    else:
        widths = [784, *config.widths, 1]
        extras = [
            "class projection" if config.num_classes else "",
            f"minibatch standard deviation ({config.minibatch_std})" if config.minibatch_std else "",
            "standard deviation within each class" if config.class_std else "",
            "spectral norm" if config.spectral_norm else "",
            "leaky relu",
        ]
    kind = "perceptron" if config.architecture == "mlp" else "convolutions (channels)"
    return f"{kind} {'-'.join(map(str, widths))}; {', '.join(e for e in extras if e)}"


def _quality(metrics: Metrics, inception: Metrics, scores: str) -> str:
    if not metrics.values:
        return f"These weights have not been evaluated. {scores}".strip()
    text = f"""{_figures(metrics)}

Each figure stands beside its floor, the same figure of real digits. Protocol: {metrics.words}. The Fréchet
distances are taken in the features of the project's own digit classifier: they compare with each other only, not with
an Inception FID. `python -m gan.evaluation` measures them again."""
    if not inception.values:
        return text
    return f"""{text}

With Inception's features, as the literature measures ({inception.words}):

{_figures(inception)}"""


def _figures(metrics: Metrics) -> str:
    rows = [
        [
            f"`{name}`",
            format_figure(name, value),
            format_figure(name, metrics.floors[name]) if name in metrics.floors else "",
            EXPLANATIONS.get(name, ""),
        ]
        for name, value in metrics.values.items()
    ]
    return _table(["figure", "this model", "real digits", "meaning"], rows)


def _evaluation_results(metrics: Metrics) -> list[Any] | None:
    from huggingface_hub import EvalResult

    if not metrics.values:
        return None
    mnist = DATASETS["mnist"]  # what every evaluation measures against
    return [
        EvalResult(
            task_type=TASK,
            dataset_type=mnist.hub_id or "",
            dataset_name=mnist.title,
            metric_type=name,
            metric_name=f"{name.replace('_', ' ')} (own features)"
            if name.startswith("frechet")
            else name.replace("_", " "),
            metric_value=value,
            metric_args={k: v for k, v in metrics.protocol.items() if k in ("samples", "draws", "temperature")} or None,
        )
        for name, value in metrics.values.items()
    ]


def _limits(generator: Generator, dataset: Dataset | None) -> str:
    limits = [
        "It draws single grey pictures of 28×28 pixels, nothing else.",
        "Some of its pictures are misshapen or ambiguous"
        + (
            ", or not of the class that was asked for."
            if generator.conditional
            else "; its classes need not be balanced."
        )
        + " Don't use them as test data for a recogniser, or as training data without checking labels.",
        "Lower temperatures hide what is rare: the pictures are then less varied than the data.",
    ]
    if dataset and dataset.about:
        limits.insert(1, dataset.about)
    return "\n".join(f"- {limit}" for limit in limits)


def _citation(name: str) -> str:
    if name not in RECIPES or RECIPES[name].source == "this project":
        return "Generative adversarial networks were introduced by:"
    return f"Recipe after: {RECIPES[name].source}. Generative adversarial networks were introduced by:"


# Words


def _dataset(training: dict[str, Any], options: CardOptions) -> Dataset | None:
    name = training.get("dataset")
    if not isinstance(name, str):
        return None
    title = options.dataset_id or "pictures of the maker's own" if name == "folder" else name
    known = DATASETS.get(name, Dataset(title, draws="28×28 pictures"))
    return replace(known, hub_id=options.dataset_id or known.hub_id)


def _duration(seconds: Any) -> str | None:
    """A wall time as people say it; a string is taken as it is."""
    if not isinstance(seconds, int | float):
        return seconds
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def _table(header: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, ["---"] * len(header), *rows])


def _as_typed(folder: Path) -> str:
    """The folder as one would type it from here, without this machine's paths; never as a bundled model's name."""
    folder = folder.resolve()
    path = folder.relative_to(Path.cwd()).as_posix() if folder.is_relative_to(Path.cwd()) else folder.name
    return path if "/" in path else f"./{path}"
