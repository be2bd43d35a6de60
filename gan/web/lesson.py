"""The lesson: docs/learn.md, and docs/learn.zh.md in Chinese, as HTML for the Learn tab.

The same Markdown is read on GitHub. What stands between `<!-- GitHub -->` and `<!-- page -->` is for there alone. A
link that begins with `?` is the page's own: a state of another tab, or a section (`?learn=HEADING`). A heading's
address is the slug of the English one, in both languages.
"""

import hashlib
import html
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from gan.bundled import BUNDLED as CHECKPOINTS
from gan.web.assets import MEDIA_TYPES
from gan.web.caching import IMMUTABLE, REVALIDATE, not_found
from gan.web.joining import read

SOURCES = {"en": "learn.md", "zh": "learn.zh.md"}
FOLDERS = (Path(__file__).parents[2] / "docs", Path(__file__).parent)  # of a checkout; of an installed package
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")  # HTML in it is shown as text
HERE_ONLY = re.compile(r"^<!-- GitHub -->\n.*?^<!-- page -->\n", re.DOTALL | re.MULTILINE)
CURVES = re.compile(r"\.\./checkpoints/([\w-]+)/curves-light\.png")
THEMES = ("light", "dark")


def lesson_html(language: str, address: Callable[[str], str]) -> str:
    """The lesson in a language; `address` says where a picture of `pictures()` is served."""
    tokens = _parsed(language)
    ids = dict(zip(slugs(tokens), anchors(), strict=True))
    contents = _contents(tokens, ids)
    text = MARKDOWN.renderer.render(list(_for_the_page(tokens, ids, address)), MARKDOWN.options, {})
    return f'<nav class="contents">{contents}</nav>\n<div class="text">\n{text}</div>\n'


def source(language: str) -> str:
    """The lesson's Markdown, without what is for GitHub alone."""
    path = next(path for folder in FOLDERS if (path := folder / SOURCES[language]).is_file())
    return HERE_ONLY.sub("", read(path).decode())


@cache
def anchors() -> tuple[str, ...]:
    """The addresses of the lesson's sections, in order."""
    return tuple(slugs(_parsed("en")))


def slugs(tokens: list[Token]) -> list[str]:
    """The addresses that GitHub gives to the headings, but for the title."""
    return [_slug(_text(inline)) for _, inline in _headings(tokens)]


@cache
def pictures() -> dict[str, Path]:
    """The pictures of the lesson by name, as far as they are here: an installed package has none."""
    names = sorted(set(CURVES.findall(source("en"))))
    found = {f"{name}-{theme}.png": CHECKPOINTS / name / f"curves-{theme}.png" for name in names for theme in THEMES}
    return {name: path for name, path in found.items() if path.is_file()}


def _parsed(language: str) -> list[Token]:
    return MARKDOWN.parse(source(language))


def _headings(tokens: list[Token]) -> Iterator[tuple[int, Token]]:
    """The level of each section, 2 or more, and its words."""
    for token, inline in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open" and token.tag != "h1":
            yield int(token.tag[1]), inline


def _text(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def _slug(words: str) -> str:
    return re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")


# The page's own HTML


def _contents(tokens: list[Token], ids: dict[str, str]) -> str:
    """The table of contents: a list of the sections, whose class says their level."""
    items = [
        f'<li class="level-{level}"><a href="?learn={ids[_slug(_text(inline))]}">{html.escape(_text(inline))}</a></li>'
        for level, inline in _headings(tokens)
    ]
    return f"<ol>{''.join(items)}</ol>"


def _for_the_page(tokens: list[Token], ids: dict[str, str], address: Callable[[str], str]) -> Iterator[Token]:
    """The tokens of a lesson, one level deeper (the page has a title), with links and pictures as the page has them."""
    section, words = "", ""
    for i, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{int(token.tag[1]) + 1}"
        if token.type == "heading_open" and token.tag != "h2":
            words = _text(tokens[i + 1])
            section = ids[_slug(words)]
            token.attrSet("id", f"learn-{section}")
        if token.type == "inline":
            token.children = list(_inline(token.children or [], ids, address))
            if tokens[i - 1].type == "heading_open" and tokens[i - 1].tag != "h2":
                token.children = [_html(f'<a href="?learn={section}">'), *token.children, _html("</a>")]
        if token.type == "table_open":
            yield _html(f'<div class="scrolls" role="region" tabindex="0" aria-label="{html.escape(words)}">')
            token.attrSet("data-section", section)
        yield token
        if token.type == "table_close":
            yield _html("</div>\n")


def _inline(tokens: list[Token], ids: dict[str, str], address: Callable[[str], str]) -> Iterator[Token]:
    kept = True
    for token in tokens:
        if token.type == "link_open":
            to = str(token.attrs["href"])
            kept = to.startswith(("?", "#", "https://"))  # what leads into the project's files leads nowhere here
            if to.startswith("#"):
                token.attrs["href"] = f"?learn={ids[unquote(to[1:])]}"
            elif to.startswith("https://"):
                token.attrs |= {"target": "_blank", "rel": "noopener"}
            if not kept:
                continue
        if token.type == "link_close" and not kept:
            continue
        if token.type == "image":
            token = _html(_picture(token, address))
        yield token


def _picture(token: Token, address: Callable[[str], str]) -> str:
    """Curves in both themes, of which the style shows one; their words, where they aren't here."""
    words = html.escape(token.content)
    curves = CURVES.fullmatch(str(token.attrs["src"]))
    names = [f"{curves[1]}-{theme}.png" for theme in THEMES] if curves else []
    if not names or not all(name in pictures() for name in names):
        return words
    width, height = Image.open(pictures()[names[0]]).size
    return "".join(
        f'<img class="{theme}" src="{html.escape(address(name))}" alt="{words}" width="{width}" height="{height}" '
        f'loading="lazy">'
        for theme, name in zip(THEMES, names, strict=True)
    )  # fmt: skip


def _html(content: str) -> Token:
    return Token("html_inline", "", 0, content=content)


# Served beside the page


def lesson_state(address: Callable[[str], str]) -> dict[str, str]:
    """What the page's scripts know of it: where it is in each language; `address` says where a file is served."""
    return {language: address(f"{language}.html") for language in SOURCES}


@cache
def lesson_version() -> str:
    """12 hexadecimal digits that change with any of the lesson's files."""
    digest = hashlib.sha256()
    for language in SOURCES:
        digest.update(lesson_html(language, str).encode())
    for path in pictures().values():
        digest.update(read(path))
    return digest.hexdigest()[:12]


@cache
def lesson_page(language: str) -> bytes:
    """The lesson in a language, for a page with a server."""
    return lesson_html(language, lesson_address).encode()


def lesson_address(name: str) -> str:
    """Where `lesson_file` serves a file."""
    return f"./lesson/{lesson_version()}/{name}"


async def lesson_file(request: HttpRequest) -> Response:
    """The lesson in a language, as HTML, or one of its pictures; only the true version may be cached for ever."""
    name = request.path_params["name"]
    if name in pictures():
        content, media_type = read(pictures()[name]), MEDIA_TYPES[".png"]
    elif name in (f"{language}.html" for language in SOURCES):
        content, media_type = lesson_page(name.removesuffix(".html")), "text/html; charset=utf-8"
    else:
        return not_found()
    cached = IMMUTABLE if request.path_params["version"] == lesson_version() else REVALIDATE
    return Response(content, media_type=media_type, headers={"Cache-Control": cached})
