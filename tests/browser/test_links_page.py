"""Links on the page: written as Python writes them, read with plain notices, unfurled by the raw HTML."""

import html
import io
import json
import random
import re
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import expect

from gan.web import head, links
from gan.web.requests import DigitsRequest, TextRequest, WalkRequest
from tests.browser.conftest import served


def some_requests(count: int) -> list[Any]:
    """Requests of each kind, drawn at random from a fixed seed."""
    r = random.Random(20261121)
    made: list[Any] = []
    for _ in range(count):
        temperature = r.randint(10, 150) / 100
        keys = r.randint(2, 5)
        made += [
            DigitsRequest(
                seed=r.randrange(2**32),
                count=r.randint(1, 40),
                digit=r.choice([None, 0, 9]),
                temperature=temperature,
                ten=r.random() < 0.5,
                open=r.choice([None, (7,), (7, 3)]),
            ),
            WalkRequest(
                seeds=tuple(r.randrange(2**32) for _ in range(keys)),
                digits=r.choice([(), (None,) * (keys - 1) + (3,)]),
                temperature=temperature,
                mode=r.choice(["slerp", "lerp"]),
                loop=r.random() < 0.5,
                fps=r.randint(1, 50),
                at=r.choice([None, (3,), (3, 20)]),
            ),
            TextRequest(
                text="".join(r.choices("0123456789 -./:+,()", k=20)),
                hand=r.choice(["one", "own"]),
                temperature=temperature,
            ),
        ]
    return made


def test_the_page_writes_links_as_python_does(open_page, url, models) -> None:
    page = open_page(url, ready="#wall[data-painted]")
    kinds = {kind: name for name, kind in links.KINDS.items()}
    pins = {"model": "tested", "weights": models.served.weights}
    for request in some_requests(40):
        values = {
            name: getattr(request, name)
            for name in links.parameters(type(request), page=True)
            if name not in links.PINS
        }
        written = page.evaluate(
            "([kind, values]) => digitsPage.query(kind, values, { forPage: true })", [kinds[type(request)], values]
        )
        assert written == links.write(request, page=True, **pins)


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ("seed=-1", "Number: “-1” must be a whole number from 0 to 4294967295. Shown: 0."),
        ("count=0&digit=11", "Digit: “11” must be a whole number from 0 to 9."),
        ("temperature=NaN", "Temperature: “NaN” must be a number from 0.1 to 1.5"),
        ("seeds=1&frames=x", "Frames: “x” must be a whole number from 2 to 240. Shown: 60."),
        ("text=1abc", "a b c cannot be written. Shown: 1."),
        ("v=2&seed=3", "Version of the link: “2” must be 1"),
        ("model=gone&seed=3", "Model: “gone” is not served here; these are: tested"),
        ("weights=00000000&seed=3", "draw other pixels. So this page cannot show the pixels that the link was made"),
        ("open=99", "Open digit: “99” must be one of the digits that are shown. It is left out."),
        ("count=1000", "How many: “1000” must be a whole number from 1 to 400. Shown: 400."),
        ("plane=1&seeds=1,2", "must be four key frames"),
    ],
)  # fmt: skip
def test_a_broken_link_opens_the_page_and_says_what_is_shown(open_page, url, query: str, notice: str) -> None:
    page = open_page(f"{url}?{query}", ready=".notice")
    expect(page.get_by_role("alert")).to_contain_text(notice)
    page.wait_for_function("location.search.includes('v=1')")  # the address is now what is really shown
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".notice")).to_have_count(0)


def test_the_theme_in_the_address_stays(open_page, url) -> None:
    page = open_page(f"{url}?__theme=dark&seed=3", ready="#wall[data-painted='3/16']")
    page.wait_for_function("location.search.includes('weights=') && location.search.includes('__theme=dark')")
    expect(page.locator("body")).to_have_class(re.compile("dark"))
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "seed=3" in copied
    assert "__theme" not in copied  # whoever gets it has a theme of their own


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("seed=7&count=9", "9 handwritten digits, numbers 7 to 15"),
        ("seed=7&open=9", "Handwritten digit number 9"),
        ("seeds=7,42&digits=3,8", "Handwritten digits, 7 → 42"),
        ("seeds=1,2,3,4&plane=1", "The plane between four handwritten digits, numbers 1 → 2 → 3 → 4"),
        ("text=1/2&seed=5", "“1/2” in handwriting number 5"),
        ('text="><script>', "Write"),
    ],
)  # fmt: skip
def test_links_unfurl_with_their_own_title_and_card(url, models, query: str, title: str) -> None:
    raw = httpx.get(f"{url}?{query}", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "digits.example"}).text
    tags = re.findall(r'<meta (?:property|name)="((?:og|twitter):[\w:]+)" content="([^"]*)">', raw)
    found = {name: html.unescape(content) for name, content in tags}
    assert len(tags) == len(found) == raw.count('="og:') + raw.count('="twitter:'), "a tag is there twice"
    assert found["og:title"] == found["twitter:title"] == title
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:image"].startswith("https://digits.example/card.png?")
    assert f"weights={models.served.weights}" in found["og:image"]
    picture = httpx.get(found["og:image"].replace("https://digits.example/", url))
    size = Image.open(io.BytesIO(picture.content)).size
    assert (found["og:image:width"], found["og:image:height"]) == tuple(map(str, size)) == ("1200", "630")
    assert len(picture.content) <= 300_000


def test_a_link_that_a_mail_program_escaped_opens_as_it_was_meant(open_page, url, models) -> None:
    link = f"seed=7&amp;count=4&amp;weights={models.served.weights}&amp;v=1"
    page = open_page(f"{url}?{link}", ready="#wall[data-painted='7/4']")
    expect(page.locator(".notice")).to_have_count(0)
    page = open_page(f"{url}?seed=7&amp;weights=00000000", ready=".notice")  # the pin is not lost
    expect(page.get_by_role("alert")).to_contain_text("draw other pixels")


def preloaded(address: str) -> list[str]:
    """Gradio's scripts that the page's head fetches early."""
    return [
        name.lstrip("/") for name in json.loads(re.findall(r"for \(const path of (.*)\) {", httpx.get(address).text)[0])
    ]


def test_gradios_scripts_are_named_to_the_next_visitor_and_fetched_once(models, open_page) -> None:
    with served(models) as address:  # a server nobody has visited yet
        assert preloaded(address) == []
        assert httpx.get(f"{address}assets/missing-1.js").status_code == 404
        open_page(address, ready="#wall[data-painted]").context.close()
        named = preloaded(address)
        assert len(named) > 15
        assert "assets/missing-1.js" not in named
        second = open_page("about:blank", ready="body")
        asked: list[str] = []
        second.on("request", lambda request: asked.append(request.url.removeprefix(address)))
        second.goto(address)
        second.wait_for_selector("#wall[data-painted]")
        assert [asked.count(name) for name in named] == [1] * len(named)
        second.context.close()  # before its server: scripts that are still on their way would be errors of the page


def test_gradios_scripts_are_learned_from_the_first_page_alone(models, monkeypatch) -> None:
    monkeypatch.setattr(head, "LISTEN_SECONDS", 0.0)
    with served(models) as address:
        first = re.findall(r'src="\./(assets/[\w-]+\.js)"', httpx.get(address).text)[0]
        code = httpx.get(address + first).text
        later = "assets/" + re.findall(r'"\./([\w-]+\.js)"', code)[0]
        assert httpx.get(address + later).status_code == 200
        named = preloaded(address)
        assert named == [first]


def test_the_embed_snippets_hold_the_picture_and_the_link(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready="#wall[data-painted]")
    page.get_by_role("button", name="Embed").click()
    code = page.get_by_label("HTML").input_value()
    link, image = re.fullmatch(
        r'<a href="([^"]+)"><img src="([^"]+)" alt="4 handwritten digits, numbers 7 to 10"></a>', code
    ).groups()
    page.wait_for_function("location.search.includes('weights=')")
    assert html.unescape(link) == page.url
    assert page.request.get(html.unescape(image)).body()[:4] == b"\x89PNG"
    assert (
        page.get_by_label("Markdown").input_value()
        == f"[![4 handwritten digits, numbers 7 to 10]({html.unescape(image)})]({html.unescape(link)})"
    )
    page.get_by_role("button", name="Copy", exact=True).last.click()
    assert page.evaluate("navigator.clipboard.readText()") == page.get_by_label("Markdown").input_value()
