"""The wall scrolls without end where the browser draws, and has pages where the server does."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_generate import PAINTED, expect_query, painted, picture

HERE = "#drawn-by[data-here=true]"
ROW = 152  # CSS pixels of a row of four of sixteen digits with their numbers, in this window


@pytest.fixture
def open_wall(open_page, url):
    def open_(query: str, **options: object) -> Page:
        page = open_page(f"{url}{query}", ready=PAINTED, **options)
        page.wait_for_selector(HERE)
        expect(page.locator("#rail")).to_be_visible()
        return page

    return open_


def point_at_digits(page: Page) -> dict[str, float]:
    """Move the pointer over the middle of the wall; the box of its canvas."""
    box = page.locator("#mount-generate #wall canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2 + 20, box["y"] + 40)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 50)
    return box


def test_the_wheel_scrolls_on_and_rests_at_a_whole_row_whose_link_shows_the_same(open_wall, open_page) -> None:
    page = open_wall("?seed=7&count=16")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "digits.png" in request.url else None)
    point_at_digits(page)
    page.mouse.wheel(0, 2 * ROW + 30)
    painted(page, "15/16")  # two rows of four
    expect_query(page, seed="15", count="16")
    expect(page.get_by_label("Number (seed)")).to_have_value("15")
    page.mouse.wheel(0, -4 * ROW)
    painted(page, "4294967295/16")  # 15 − 16, round the end of all numbers
    assert asked == []
    again = open_page(page.url, ready=PAINTED)
    page.mouse.move(5, 5)  # without the label beside a digit
    assert picture(again) == picture(page)


def test_the_address_follows_while_it_scrolls_and_far_rows_are_drawn(open_wall) -> None:
    page = open_wall("?seed=0&count=400")
    point_at_digits(page)
    page.evaluate(
        """() => { window.seeds = new Set(); const note = () => {
          seeds.add(new URLSearchParams(location.search).get("seed")); requestAnimationFrame(note) }; note() }"""
    )
    for _ in range(15):
        page.mouse.wheel(0, 120)
        page.wait_for_timeout(50)
    page.wait_for_function("document.querySelector('#wall').dataset.painted !== '0/400'")
    assert page.evaluate("seeds.size") > 2
    expect_query(page, count="400")


def test_a_digit_is_opened_after_scrolling_by_its_own_number(open_wall) -> None:
    page = open_wall("?seed=7&count=16")
    box = point_at_digits(page)
    page.mouse.wheel(0, ROW)
    painted(page, "11/16")
    page.mouse.click(box["x"] + box["width"] / 2 - 1.5 * 136, box["y"] + 60)
    expect(page.get_by_role("dialog")).to_have_accessible_name("Number 11, drawn as 1")


def test_keys_scroll_by_rows_and_pages(open_wall) -> None:
    page = open_wall("?seed=7&count=10&ten=0")
    wall = page.get_by_role("listbox")
    wall.focus()
    wall.press("End")
    wall.press("ArrowRight")
    option = page.locator("#wall-active")
    expect(option).to_have_attribute("aria-label", "Number 17, drawn as 7")
    page.wait_for_function("document.querySelector('#wall').dataset.painted !== '7/10'")
    expect(option).to_have_attribute("aria-label", "Number 17, drawn as 7")
    wall.press("Enter")
    expect(page.get_by_role("dialog")).to_have_accessible_name("Number 17, drawn as 7")
    page.keyboard.press("Escape")
    expect_query(page, open=None)  # back from a step: no other page is opened meanwhile
    page.goto(page.url.split("?")[0] + "?seed=7&count=16")
    painted(page, "7/16")
    page.wait_for_selector(HERE)
    page.get_by_role("listbox").press("PageDown")
    painted(page, "23/16")
    page.get_by_role("listbox").press("PageUp")
    painted(page, "7/16")


def test_ten_digits_scroll_by_handwriting(open_wall) -> None:
    page = open_wall("?seed=7&count=4&ten=1")
    wall = page.get_by_role("listbox")
    wall.focus()
    wall.press("ArrowUp")
    painted(page, "6/4")
    expect(page.locator("#wall-active")).to_have_attribute("aria-label", "Number 6, drawn as 0")


def test_the_page_scrolls_past_the_wall(open_wall) -> None:
    page = open_wall("?seed=7&count=100", viewport={"width": 1280, "height": 420})
    page.mouse.move(60, 200)
    page.mouse.wheel(0, 60)
    page.wait_for_function("scrollY > 0")
    box = page.locator("#rail").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)  # beside the digits
    before = page.evaluate("scrollY")
    page.mouse.wheel(0, 40)
    page.wait_for_function("before => scrollY > before", arg=before)
    assert page.locator("#wall").get_attribute("data-painted") == "7/100"


def test_a_finger_drags_the_digits(open_wall) -> None:
    page = open_wall("?seed=7&count=16", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    box = page.locator("#mount-generate #wall canvas").bounding_box()
    assert box
    assert box["height"] <= 0.7 * 844  # the rest of the window scrolls the page
    client = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 30

    def touch(kind: str, at: float | None) -> None:
        points = [] if at is None else [{"x": x, "y": at}]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    scrolled = page.evaluate("scrollY")
    touch("touchStart", y)
    for part in range(1, 11):
        touch("touchMove", y - 20 * part)
        page.wait_for_timeout(16)
    page.wait_for_timeout(120)
    touch("touchEnd", None)
    page.wait_for_function("document.querySelector('#wall').dataset.painted !== '7/16'")
    seed = int(page.locator("#wall").get_attribute("data-painted").split("/")[0])
    assert 7 < seed < 40
    assert page.evaluate("scrollY") == scrolled
    assert page.get_by_role("dialog").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_track_leads_to_any_number(open_wall) -> None:
    page = open_wall("?seed=7&count=16")
    box = page.locator("#rail").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    page.wait_for_function(
        "Math.abs(+document.querySelector('#wall').dataset.painted.split('/')[0] / 2 ** 31 - 1) < 0.02"
    )


def test_where_the_server_draws_the_wall_has_pages(open_wall) -> None:
    page = open_wall("?seed=7&count=16")
    page.locator("#drawn-by").select_option("server")
    expect(page.locator("#rail")).to_be_hidden()
    expect(page.get_by_text("on to the next page")).to_be_visible()
    point_at_digits(page)
    page.mouse.wheel(0, 500)
    wall = page.get_by_role("listbox")
    wall.focus()
    wall.press("PageDown")
    painted(page, "23/16")
