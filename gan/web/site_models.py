"""The models of a site without a server: their integer weights, and what the page tells of them."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from gan import bundled
from gan.errors import ModelError, UserError
from gan.hub import card
from gan.hub.errors import HubError, explained
from gan.hub.repository import CARD, read_text
from gan.hub.resolve import Source, resolve
from gan.model_folder import read_generator
from gan.networks import Generator
from gan.web.model_store import DEFAULT, name_of


@dataclass(frozen=True)
class SiteModel:
    """A model that a site draws with."""

    generator: Generator
    """With its name and revision set."""
    card: str
    """What is known of it, as HTML; empty if nothing is."""
    folder: Path | None = None
    """Where the recording of its training is, if it has one."""


def site_models(names: Sequence[str | Path] = ()) -> list[SiteModel]:
    """The models of these names (folders, bundled models, Hub repositories), the first of them drawing until another is
    chosen; all bundled models that a browser can draw if none is named.

    Raises:
        ModelError: there is no such model, it is damaged, or no browser can draw it.
    """
    if names:
        models = {name: _site_model(name) for name in dict.fromkeys(names)}
        named: dict[str, str | Path] = {}
        for name, model in models.items():
            if (other := named.setdefault(name_of(model.generator), name)) != name:
                raise UserError(
                    f"{other} and {name} are both called {name_of(model.generator)} in links: rename one of the folders"
                )
        return list(models.values())
    found = []
    for name in sorted(bundled.bundled_models(), key=lambda name: name != DEFAULT):
        with suppress(NeedsServerError):
            found.append(_site_model(name))
    if not found:
        raise UserError("there are no bundled models here: name one with --model (a run's folder, or user/repo)")
    return found


class NeedsServerError(ModelError):
    """The model can't be drawn in a browser."""


def _site_model(name: str | Path) -> SiteModel:
    source = resolve(name)
    generator = source.read(read_generator)
    generator.name, generator.revision = source.name, source.commit
    if generator.config.architecture != "mlp":
        raise NeedsServerError(
            f"{name} is made of convolutions, which the engine in the browser doesn't draw: it needs the server, "
            f"python app.py --model {name}. Leave it out of the site."
        )
    generator.quantized()  # made now if the folder has none: refused before anything is written
    return SiteModel(generator, card_html(_card(source)), source.folder)


def _card(source: Source) -> str:
    """A model's card as Markdown; empty if there is none and none can be made."""
    if source.commit:
        with suppress(HubError), explained(source.name):
            return read_text(source.name, CARD, source.commit)
    path = source.folder / CARD
    if path.is_file():
        return path.read_text(encoding="utf-8", errors="replace")
    with suppress(ModelError, KeyError, TypeError, ValueError):  # a stranger's config.json may hold other settings
        return card.render_model_card(source.folder)
    return ""


def card_html(markdown: str) -> str:
    """A card as HTML without its front matter, pictures, foldable parts, and what only those need who have the files.
    HTML in it is shown as text, so that nobody's card brings a script."""
    text = re.sub(r"\A---\n.*?^---\n", "", markdown, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^<details>.*?^</details>", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^(!\[|<(picture|img)\b|\*[^*]+\*$).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^## (Use it|Files|Citation)\n.*?(?=^## |\Z)", "", text, flags=re.DOTALL | re.MULTILINE)
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image").render(text).strip()
