"""For everybody: both languages and themes, small screens, screen readers, and people who want less motion."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

TABS = {
    "generate": ("?seed=-1", "#wall[data-painted]"),
    "open": ("?seed=7&count=16&open=9", "dialog"),
    "morph": ("?seeds=7,42,99,5&plane=1", "canvas.frame[data-position]"),
    "write": ("?text=2026-11-21&seed=5", "#line[data-painted]"),
}


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(open_page, url, tab: str, scheme: str) -> None:
    query, ready = TABS[tab]
    page = open_page(url + query, ready=ready, color_scheme=scheme)
    results = Axe().run(page)
    found = [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in results.response["violations"]]
    assert found == []


@pytest.mark.parametrize("width", [390, 768, 1920])
def test_nothing_scrolls_sideways(open_page, url, width: int) -> None:
    for query, ready in TABS.values():
        page = open_page(url + query, ready=ready, viewport={"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, query
        page.context.close()


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
