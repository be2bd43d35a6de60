"""The lesson: the same in both languages, readable on GitHub, and every link of it shows what it says."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from gan import bundled
from gan.web import fight, lesson, links
from gan.web.requests import Facts, HistoryRequest, LearnRequest

DOCS = Path(__file__).resolve().parents[2] / "docs"
NUMBER = re.compile(r"\d[\d,.]*")
both = pytest.mark.parametrize("language", ["en", "zh"])


class Page(HTMLParser):
    """The elements of a lesson's HTML, and the links and pictures among them."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[str] = []
        self.names: set[str] = set()
        self.links: list[str] = []
        self.images: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.names |= given.keys()
        self.links += [str(given["href"])] if tag == "a" else []
        self.images += [str(given["src"])] if tag == "img" else []
        self.ids += [str(given["id"])] if "id" in given else []

    @property
    def queries(self) -> list[str]:
        """Of the links into the page itself."""
        return [link[1:] for link in self.links if link.startswith("?")]


def page(language: str) -> Page:
    return Page(lesson.lesson_html(language, str))


def markdown(language: str) -> str:
    """The file as GitHub shows it."""
    return (DOCS / lesson.SOURCES[language]).read_text(encoding="utf-8")


# Its links


@both
def test_every_link_into_the_page_is_one_that_the_page_understands(language: str) -> None:
    facts = Facts(model="modern", conditional=True, page=True)
    for query in page(language).queries:
        read, problems = links.read(links.page_kind(query), query, page=True)
        request, problems = read.check(facts, problems)
        assert problems == [], query
        if isinstance(request, LearnRequest):
            assert request.learn in lesson.anchors(), query
        if isinstance(request, HistoryRequest):
            assert request.history in bundled.bundled_models(), query


@both
def test_links_that_need_classes_are_left_to_models_that_have_them(language: str) -> None:
    facts = Facts(model="relu-2", conditional=False, page=True)
    for query in page(language).queries:
        read, problems = links.read(links.page_kind(query), query, page=True)
        assert read.check(facts, problems)[1] == [], query


def test_it_leads_to_every_part_of_the_page_and_to_each_way_to_break_a_fight() -> None:
    queries = page("en").queries
    assert {links.page_kind(query) for query in queries} == set(links.KINDS.values()) - {links.TextRequest}
    presets = {read.preset for query in queries for read, _ in [links.read(links.WatchRequest, query, page=True)]}
    assert presets == {None, *fight.PRESETS}


def test_the_presets_that_links_name_are_those_of_the_scripts() -> None:
    script = (Path(fight.__file__).parent / "engine/training/presets.js").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^  (\w+): \{", script, re.MULTILINE)) == fight.PRESETS


@both
def test_on_github_every_link_leads_to_a_file_or_to_a_heading(language: str) -> None:
    text = markdown(language)
    headings = {lesson._slug(words) for words in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    targets = [*re.findall(r"\]\(([^()]*)\)", text), *re.findall(r'src="([^"]*)"', text)]
    assert len(targets) > 60
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in headings
        elif not target.startswith(("?", "https://arxiv.org/abs/")):
            assert (DOCS / target).exists(), target


# Two languages


def test_both_languages_have_the_same_sections_links_numbers_and_pictures() -> None:
    english, chinese = page("en"), page("zh")
    assert english.ids == chinese.ids == [f"learn-{section}" for section in lesson.anchors()]
    assert len(set(english.ids)) == len(english.ids)
    assert sorted(english.links) == sorted(chinese.links)
    assert english.images == chinese.images
    for of_english, of_chinese in zip(tables("en"), tables("zh"), strict=True):
        assert [len(row) for row in of_english] == [len(row) for row in of_chinese]
        for row, translated in zip(of_english[1:], of_chinese[1:], strict=True):
            if NUMBER.match(row[1]):
                assert row[1:] == translated[1:]  # of what was measured


def tables(language: str) -> list[list[list[str]]]:
    found = re.findall(r"(?:^\|.*\n)+", lesson.source(language), re.MULTILINE)
    return [[re.split(r" ?\| ?", line.strip("|")) for line in table.splitlines()] for table in found]


def test_chinese_has_chinese_punctuation_and_whole_emphasis() -> None:
    text = re.sub(r"`[^`]*`|\]\([^()]*\)|<[^>]*>", "", markdown("zh"))
    assert not re.findall(r".?[\u4e00-\u9fff][,;:?!(].?|.?[,;:?!)][\u4e00-\u9fff].?", text)
    assert "*" not in re.sub(
        r"<[^>]*>", "", lesson.lesson_html("zh", str)
    )  # CommonMark wants no 。 before a closing **


# Its HTML


@both
def test_what_is_for_github_alone_is_not_on_the_page(language: str) -> None:
    html = lesson.lesson_html(language, str)
    assert "timelapse" in markdown(language)
    assert not re.search("timelapse|GitHub|&lt;|!\\[", html)
    assert all(link.startswith(("?", "https://")) for link in page(language).links)


def test_html_in_the_text_is_text_and_no_script_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = (
        "# T\n\n## A <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1)) [y](../z)\n"
    )
    lesson.anchors.cache_clear()
    monkeypatch.setattr(lesson, "source", lambda _: bad)
    found = page("en")
    lesson.anchors.cache_clear()
    assert set(found.tags) <= {"nav", "ol", "li", "div", "h2", "h3", "a", "p"}
    assert not [name for name in found.names if name.startswith("on")]
    assert all(link.startswith("?learn=") for link in found.links)


@both
def test_a_lesson_has_no_scripts_and_no_handlers(language: str) -> None:
    found = page(language)
    assert not {"script", "iframe", "style", "object", "form"} & set(found.tags)
    assert found.names <= {
        "class", "href", "id", "target", "rel", "src", "alt", "width", "height", "loading", "role", "tabindex",
        "aria-label", "data-section",
    }  # fmt: skip


def test_without_pictures_their_words_stand_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson, "pictures", dict)
    html = lesson.lesson_html("en", str)
    assert "<img" not in html
    assert '<a href="?history=modern">Curves of modern:' in html


# Served


def test_it_is_served_for_ever_under_an_address_that_changes_with_it() -> None:
    client = TestClient(Starlette(routes=[Route("/lesson/{version}/{name}", lesson.lesson_file)]))
    for language in lesson.SOURCES:
        answer = client.get(lesson.lesson_address(f"{language}.html")[1:])
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        images = Page(answer.text).images
        assert len(images) == 4
        assert all(client.get(image[1:]).headers["content-type"] == "image/png" for image in images)
    assert client.get("/lesson/x/en.html").headers["cache-control"] == "no-cache"
    assert client.get("/lesson/x/lesson.py").status_code == 404
