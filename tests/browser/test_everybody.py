"""For everybody: both languages and themes, small screens, screen readers, and people who want less motion."""

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Open, opening

Scheme = Literal["light", "dark"]

TABS = {
    "generate": ("?seed=-1", "#wall[data-painted]"),
    "walk": ("?seeds=7,42", "canvas.frame[data-position]"),
    "plane": ("?seeds=7,42,99,5&plane=1", "canvas.frame[data-position]"),
    "write": ("?text=2026-11-21&seed=5", "#line[data-painted]"),
    "watch": ("?watch=small", "[data-state=ready]"),
    "judge": ("?judge=DQQCFP____________________________________________________8", "#judge-verdict p + p"),
    "learn": ("?learn=measured", "[data-lesson]"),
    "game": ("?game=7", "[data-state=ready]"),
}
DIALOGS = {  # how each is opened
    "digit": lambda page: page.get_by_role("listbox").press("Enter"),
    "embed": lambda page: page.locator("#embed").click(),
    "model": lambda page: page.locator("#model").click(),
    "shelf": lambda page: keep_and_open(page),
    "stage": lambda page: page.locator("#stage").click(),
}


def keep_and_open(page: Page) -> None:
    page.get_by_role("listbox").press("Enter")
    page.locator("#keep").click()
    page.keyboard.press("Escape")
    page.locator("#shelf").click()


def opened(open_page: Open, url: str, place: str, **options: object) -> Page:
    """A tab of TABS, or a dialog of DIALOGS, in front."""
    query, ready = TABS.get(place, ("?seed=7&count=4", "#wall[data-painted]"))
    page = open_page(url + query, ready=ready, **options)
    if place in DIALOGS:
        DIALOGS[place](page)
        page.wait_for_selector("dialog[open]")
    return page


@pytest.fixture(scope="module", params=[*TABS, *DIALOGS])
def place(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def wide(browser: Browser, url: str, place: str) -> Iterator[Page]:
    """One page of each place for all tests that only look at it, in either scheme and at any width."""
    with opening(browser) as open_page:
        yield opened(open_page, url, place)


@pytest.fixture(scope="module")
def phone(browser: Browser, url: str, place: str) -> Iterator[Page]:
    """The same on a phone."""
    with opening(browser) as open_page:
        yield opened(open_page, url, place, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


TRANSITIONS_END = """async () => {
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  const ends = (animation) => Number.isFinite(animation.effect.getComputedTiming().endTime);
  await Promise.allSettled(document.getAnimations().filter(ends).map((animation) => animation.finished));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(wide: Page, scheme: Scheme) -> None:
    wide.emulate_media(color_scheme=scheme)
    wide.evaluate(TRANSITIONS_END)
    results = Axe().run(wide)
    found = [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in results.response["violations"]]
    assert found == []


# Links within a sentence are as high as its lines.
SMALL_TARGETS = """() => {
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !node.disabled;
  const front = document.querySelector("dialog[open]") ?? document;
  const exempt = "p, .text :is(li, td), .unseen, [aria-hidden=true]";
  const targets = [...front.querySelectorAll("button, a, select, textarea, input, [role=slider], #digit label")];
  return targets.filter(seen).filter((node) => !node.closest(exempt)).map((node) => {
    const box = (node.matches("[type=radio], [type=checkbox]") ? node.closest("label") : node).getBoundingClientRect();
    return [node.outerHTML.slice(0, 120), Math.round(box.width), Math.round(box.height)];
  }).filter(([, width, height]) => width > 1 && (width < 24 || height < 24));
}"""


def test_what_can_be_pressed_is_24_pixels_large(wide: Page) -> None:
    assert wide.evaluate(SMALL_TARGETS) == []


def test_what_can_be_pressed_on_a_phone_is_24_pixels_large(phone: Page) -> None:
    assert phone.evaluate(SMALL_TARGETS) == []


def test_nothing_scrolls_sideways_on_a_phone(phone: Page) -> None:
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("width", [768, 1920, 1280])
def test_nothing_scrolls_sideways(wide: Page, width: int) -> None:
    wide.set_viewport_size({"width": width, "height": 844})
    wide.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert wide.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("tab", ["generate", "walk", "write", "digit"])
def test_what_has_the_focus_is_seen(open_page: Open, url: str, tab: str) -> None:
    page = opened(open_page, url, tab)
    if tab == "digit":  # its sliders wait for the directions of the model
        expect(page.get_by_role("slider", name="Slant")).to_be_enabled(timeout=30_000)
    page.keyboard.press("Shift")  # from now on the keyboard is in use
    front = "dialog[open] " if tab == "digit" else ""
    for scheme, seal in {"light": "rgb(178, 51, 24)", "dark": "rgb(240, 138, 112)"}.items():
        page.emulate_media(color_scheme=scheme)
        for kind in ("input[type=number]", "input[type=range]", "button:not([disabled], [tabindex='-1'])"):
            if tab == "digit" and kind == "input[type=number]":
                continue
            nodes = page.locator(f"{front}{kind} >> visible=true")
            expect(nodes.first).to_be_visible()  # Gradio fetches its kinds of controls one by one, in any order
            for node in nodes.element_handles()[:6]:
                node.focus()
                page.keyboard.press("Shift")
                page.evaluate(TRANSITIONS_END)
                style, width, colour = node.evaluate(
                    "n => (({ outlineStyle, outlineWidth, outlineColor }) =>"
                    " [outlineStyle, parseFloat(outlineWidth), outlineColor])(getComputedStyle(n))"
                )
                assert style == "solid", node.evaluate("n => n.outerHTML")[:200]
                assert width >= 2
                assert colour == seal


def contrast(a: str, b: str) -> float:
    """Of two colours, #rrggbb, as WCAG has it."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_full_part_of_a_slider_stands_out_from_the_page_and_from_the_empty_part(open_page, url, scheme) -> None:
    page = open_page(f"{url}?seed=7", ready="#wall[data-painted]", color_scheme=scheme)
    seal, track = page.evaluate(
        "['--seal', '--track'].map("
        "(name) => getComputedStyle(document.querySelector('.controls')).getPropertyValue(name))"
    )
    paper = {"light": "#fbf9f5", "dark": "#121110"}[scheme]
    assert contrast(seal, paper) >= 3
    assert contrast(seal, track) >= 3
    assert contrast(seal, paper) > contrast(track, paper)


def test_four_hundred_digits_and_a_long_line_fit_a_phone(open_page, url) -> None:
    for query, ready in (
        ("?count=400", "#wall[data-painted]"),
        ("?count=40&ten=1", "#wall[data-painted]"),
        (f"?text={'8' * 64}", "#line[data-painted]"),
    ):
        page = open_page(url + query, ready=ready, viewport={"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, query


def test_chinese_readers_get_chinese_notices_included(open_page, url) -> None:
    page = open_page(f"{url}?seed=-1", ready="#wall[data-painted]", locale="zh-CN")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    expect(page.get_by_role("heading", level=1)).to_have_text("按编号写数字")
    expect(page.get_by_role("tab", name="渐变")).to_be_visible()
    expect(page.get_by_label("编号（种子）")).to_have_value("0")
    expect(page.get_by_role("alert")).to_contain_text("编号：“-1”必须是 0 到 4294967295 的整数。 现在显示：0。")
    expect(page.get_by_role("listbox")).to_have_accessible_name("16 个手写数字，编号 0 到 15")
    expect(page.get_by_role("button", name="复制链接")).to_be_visible()
    expect(page.get_by_role("radio", name="任意")).to_be_checked()


def test_other_languages_get_english(open_page, url) -> None:
    page = open_page(url, ready="#wall[data-painted]", locale="fr-FR")
    expect(page.get_by_role("heading", level=1)).to_have_text("Digits by number")
    expect(page.get_by_label("Number (seed)")).to_be_visible()


def test_ink_is_light_on_dark_in_the_dark(open_page, url) -> None:
    page = open_page(url, ready="#wall[data-painted]", color_scheme="dark")
    style = page.locator("#wall canvas").evaluate("c => [getComputedStyle(c).filter, getComputedStyle(c).mixBlendMode]")
    assert style == ["invert(1)", "screen"]


def test_every_control_is_reached_by_the_tab_key(open_page, url) -> None:
    page = open_page(url, ready="#wall[data-painted]")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.closest('[id]')?.id ?? ''"))
    assert {
        "model",
        "copy-link",
        "embed",
        "tab-generate-button",
        "previous",
        "random",
        "next",
        "scale",
        "download",
        "wall",
    } <= reached


def test_those_who_want_less_motion_get_none_by_themselves(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42", ready="canvas.frame[data-position]", reduced_motion="reduce")
    expect(page.get_by_role("button", name="Play")).to_be_visible()  # nothing plays before it is asked to
    assert page.evaluate("getComputedStyle(document.querySelector('#wall canvas')).transitionDuration") == "0s"
