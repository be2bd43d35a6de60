"""A site without a server: the page, the engine and the models as files, for a static Space or any web host.

The name of a file changes with its content, but for index.html, sw.js and the thumbnail. So the others may be cached
for ever, and a page never gets a file of another version.
"""

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from gan import images
from gan.config import IMAGE_SIZE
from gan.evaluation.classifier import FOLDER
from gan.networks import Generator
from gan.web.assets import ENGINE, STATIC
from gan.web.controls import controls_json
from gan.web.directions import directions_json
from gan.web.discriminators import discriminator_state, reference_json, weights_bytes
from gan.web.drawn_here import fingerprints, integer_weights
from gan.web.fight import FILES, fight_state
from gan.web.histories import HistoryFile, history_folders, page_histories
from gan.web.joining import compact, joined
from gan.web.judge_state import SEARCHER, judge_state, near
from gan.web.lesson import SOURCES, lesson_html, pictures
from gan.web.model_store import absent_of, name_of, pin
from gan.web.opening_wall import opening_wall
from gan.web.page_state import constants, in_script, values_of
from gan.web.palette import PAPER, css_variables
from gan.web.site_models import SiteModel
from gan.web.words import CHINESE, ENGLISH

PAGE = "index.html"
WORKER = "sw.js"
THUMBNAIL = "thumbnail.png"
ICONS = (192, 512)  # pixels, as phones ask for them
THUMBNAIL_DIGITS = (20, 10)  # columns and rows; 1120 × 560 pixels: twice as wide as high, as cards are shown


def site_files(models: Sequence[SiteModel], *, address: str | None = None) -> dict[str, bytes]:
    """The files of a site that draws with these models, by path; index.html comes last.

    Args:
        address: where it will be served, if that is known: unfurled links then have a picture.
    """
    files = _Files()
    wasm = files.add("engine/engine.wasm", (ENGINE / "engine.wasm").read_bytes())
    worker = files.add("engine/worker.js", compact(joined(ENGINE / "worker.js")))
    fight = fight_state(lambda name: _here(files.add(f"engine/{name}", _engine_file(name))))
    judge = judge_state(lambda name: _here(files.add(f"engine/{name}", _judge_file(name))))
    script = files.add("page/site.js", compact(joined(STATIC / "site.js")))
    style = files.add("page/style.css", css_variables() + _text("style.css") + _text("site.css"))
    drawn = models[0].generator
    icons = {size: files.add(f"page/icon-{size}.png", icon_png(drawn, size)) for size in ICONS}
    manifest = files.add("page/site.webmanifest", json.dumps(web_manifest(icons), ensure_ascii=False, indent=1))
    first, *others = [_model_state(model, files, wasm, worker) for model in models]
    state = {**constants(), "server": False, "controls": controls_json(), "models": [first, *others], "fight": fight}
    parts = files.add("page/parts.js", compact(joined(STATIC / "parts.js")))
    state |= {"parts": _here(parts), "judge": judge, "lesson": _lesson_state(files)}
    state |= {"qr": _here(files.add("page/uqr.js", _text("uqr.js")))}
    state |= {"device": None, "status": "", "remote": False}
    recorded = history_folders((name_of(model.generator), model.folder) for model in models)
    state |= {"histories": page_histories(recorded, lambda name, file: _here(_add_history(files, name, file)))}
    head = _head(state, script=script, style=style, manifest=manifest, icon=icons[ICONS[0]], address=address)
    later = {path for model in others for path in _own_files(model)} - set(_own_files(first)) | {parts}
    later |= {path for model in (first, *others) for path in _discriminator_files(model)}
    later |= {path for path in files if path.startswith(("histories/", "lesson/"))}
    of_judge = (judge["searcher"], *([judge["classifier"]["weights"]] if judge["classifier"] else []))
    later |= {address.removeprefix("./") for address in (*of_judge, *(fight[name] for name in FILES))}
    kept = {path: _integrity(content) for path, content in files.items()}
    listed = {"first": {p: i for p, i in kept.items() if p not in later}, "later": {p: kept[p] for p in sorted(later)}}
    worker_code = compact(_text("sw.js"))
    version = _digest((head + json.dumps(listed) + worker_code).encode())
    files[THUMBNAIL] = thumbnail_png(drawn)
    files[WORKER] = f"self.SITE = {json.dumps({'version': version, **listed})};\n{worker_code}".encode()
    files[PAGE] = PAGE_HTML.format(version=version, head=head, old=_old()).encode()
    return dict(files)


class _Files(dict[str, bytes]):
    """Files by path."""

    def add(self, path: str, content: str | bytes) -> str:
        """Keep a file under a name that its content is a part of; returns the path."""
        data = content.encode() if isinstance(content, str) else content
        named = PurePosixPath(path)
        full = str(named.with_stem(f"{named.stem}-{_digest(data)}"))
        self[full] = data
        return full


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _integrity(content: bytes) -> str:
    """As `fetch` checks it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()


def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


# The models


def _model_state(model: SiteModel, files: _Files, wasm: str, worker: str) -> dict[str, Any]:
    """What the page's scripts know of a model, whose files are added."""
    generator = model.generator
    name, found = pin(generator), fingerprints(generator)
    stem = f"models/{generator.name.replace('/', '-')}"

    def of_discriminator(_: str, suffix: str) -> str:
        told = weights_bytes(generator) if suffix != ".json" else reference_json(generator)
        return _here(files.add(f"{stem}-discriminator{suffix}", told))

    return {
        "model": name.model,
        "weights": name.weights,
        "float_weights": generator.float_weights,
        "conditional": generator.conditional,
        "absent": absent_of(generator),
        "engine": {
            "config": asdict(generator.config),
            "weights": _here(files.add(f"{stem}.safetensors", integer_weights(generator))),
            "sha256": found.weights,
            "golden": found.golden,
            "wasm": _here(wasm),
            "worker": _here(worker),
        },
        "opening": values_of(opening_wall(generator.weights)),
        **discriminator_state(generator, of_discriminator),
        "near": near(generator),
        "directions": _here(files.add(f"{stem}-directions.json", json.dumps(directions_json(generator)))),
        "card": _here(files.add(f"{stem}-card.html", model.card)) if model.card else None,
    }


def _add_history(files: _Files, model: str, file: HistoryFile) -> str:
    return files.add(f"histories/{model.replace('/', '-')}{file.suffix}", file.content)


def _lesson_state(files: _Files) -> dict[str, str]:
    """Where the lesson is in each language, and the script that shows it; all is added."""
    images = {name: _here(files.add(f"lesson/{name}", path.read_bytes())) for name, path in pictures().items()}
    texts = {language: lesson_html(language, images.__getitem__) for language in SOURCES}
    script = files.add("lesson/lesson.js", compact(joined(STATIC / "lesson.js")))
    return {name: _here(files.add(f"lesson/{name}.html", text)) for name, text in texts.items()} | {
        "script": _here(script)
    }


def _engine_file(name: str) -> str | bytes:
    """A file of the engine, as it is served."""
    path = ENGINE / name
    return compact(joined(path)) if path.suffix == ".js" else path.read_bytes()


def _judge_file(name: str) -> str | bytes:
    """A file of the Judge tab."""
    return _engine_file(name) if name == SEARCHER else (FOLDER / name).read_bytes()


def _own_files(state: dict[str, Any]) -> list[str]:
    """The files of one model."""
    addresses = (state["engine"]["weights"], state["directions"], state["card"])
    return [address.removeprefix("./") for address in addresses if address]


def _discriminator_files(state: dict[str, Any]) -> list[str]:
    """The files of its discriminator, which are fetched when they are needed."""
    found = state["discriminator"] or {}
    return [found[name].removeprefix("./") for name in ("weights", "reference") if name in found]


def _here(path: str) -> str:
    """The address of a file beside the page, whatever folder the site is served from."""
    return f"./{path}"


# The page


def _head(state: dict[str, Any], *, script: str, style: str, manifest: str, icon: str, address: str | None) -> str:
    tags = {
        "og:type": "website", "og:title": ENGLISH["title"], "og:site_name": ENGLISH["title"],
        "og:description": ENGLISH["description"],
    }  # fmt: skip
    if address:
        base = address.rstrip("/")
        tags |= {"og:url": f"{base}/", "og:image": f"{base}/{THUMBNAIL}", "twitter:card": "summary_large_image"}
    cards = [f'<meta property="{name}" content="{html.escape(content)}">' for name, content in tags.items()]
    boot = compact(joined(STATIC / "boot.js"))
    lines = [
        f"<title>{html.escape(ENGLISH['title'])}</title>",
        f'<meta name="description" content="{html.escape(ENGLISH["description"])}">',
        f"<script>window.digitsPage = {in_script(state)};\n{{\n{boot}}}</script>",
        f'<link rel="stylesheet" href="{_here(style)}">',
        f'<script type="module" src="{_here(script)}"></script>',
        f'<link rel="manifest" href="{_here(manifest)}">',
        f'<link rel="icon" type="image/png" href="{_here(icon)}">',
        f'<link rel="apple-touch-icon" href="{_here(icon)}">',
        f'<meta name="theme-color" media="(prefers-color-scheme: light)" content="{PAPER[0]}">',
        f'<meta name="theme-color" media="(prefers-color-scheme: dark)" content="{PAPER[-1]}">',
        *cards,
    ]
    return "\n".join(lines)


def _old() -> str:
    """What a browser shows that runs no scripts, or none as young as the page's."""
    return "".join(f"<p>{html.escape(words['old_browser'].format(error=''))}</p>" for words in (ENGLISH, CHINESE))


# In index.html a browser that knows no modules runs the one script that says so.
PAGE_HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="version" content="{version}">
{head}
</head>
<body>
<div id="plain"></div>
<noscript>{old}</noscript>
<div id="old" hidden>{old}</div>
<script nomodule>document.getElementById("old").hidden = false;</script>
<div id="page" class="gradio-container"></div>
</body>
</html>
"""


def web_manifest(icons: dict[int, str]) -> dict[str, Any]:
    """What a phone needs to put the page on its home screen; paths are relative to the manifest's own."""
    return {
        "name": ENGLISH["title"],
        "short_name": "Digits",
        "description": ENGLISH["description"],
        "id": "../",
        "start_url": "../",
        "scope": "../",
        "display": "standalone",
        "background_color": PAPER[0],
        "theme_color": PAPER[0],
        "icons": [
            {"src": PurePosixPath(path).name, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for size, path in icons.items()
            for purpose in ("any", "maskable")
        ],
    }


# Pictures


def icon_png(generator: Generator, size: int) -> bytes:
    """A digit in the middle of a square of paper, of `size` pixels."""
    scale = size * 5 // 7 // IMAGE_SIZE  # a maskable icon loses up to a fifth at each edge
    digit = images.enlarge(generator.sample([8]).numpy()[0], scale)
    before = (size - len(digit)) // 2
    return images.png(np.pad(digit, (before, size - len(digit) - before)))


def thumbnail_png(generator: Generator) -> bytes:
    """The picture of a social card: the first digits, each with its number for a seed."""
    columns, rows = THUMBNAIL_DIGITS
    return images.grid_png(generator.sample(range(columns * rows)).numpy(), columns, 2)
