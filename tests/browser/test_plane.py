"""Between the cells of a plane and between the frames of a walk the browser draws what lies there."""

from playwright.sync_api import Page, expect

from tests.browser.test_generate import expect_query
from tests.browser.test_morph_write import FRAME, frame, picture_requests, position

HERE = "#drawn-by[data-here=true]"
SAMPLE = """async () => {
  const canvas = document.querySelector("canvas.frame"), seen = new Set(), began = performance.now();
  while (performance.now() - began < 1500) {
    await new Promise((next) => requestAnimationFrame(next));
    seen.add(Number(canvas.dataset.place));
  }
  return [...seen];
}"""


def open_morph(open_page, address: str) -> Page:
    page = open_page(address, ready=FRAME)
    page.wait_for_selector(HERE)
    return page


def test_a_plane_is_dragged_to_any_point(open_page, url) -> None:
    page = open_morph(open_page, f"{url}?seeds=7,42,13,28&plane=1")
    asked = picture_requests(page)
    box = page.locator(".pad canvas").bounding_box()
    cell = box["width"] / 24
    seen = set()
    for part in (0.2, 0.5, 0.8):  # of one cell
        page.mouse.move(box["x"] + (5 + part) * cell, box["y"] + 9.3 * cell)
        page.mouse.down()
        expect(page.locator("canvas.frame")).to_have_attribute("data-position", str(9 * 24 + 5))
        page.wait_for_function("seen => !seen.includes(document.querySelector('canvas.frame').dataset.place)", arg=[
            place for place, _ in seen
        ])  # fmt: skip
        page.wait_for_timeout(300)
        seen.add((page.locator("canvas.frame").get_attribute("data-place"), frame(page)))
        page.mouse.up()
    assert len({pixels for _, pixels in seen}) == 3
    expect_query(page, at="5,9")  # links name the nearest cell
    assert asked == []


def test_a_corner_of_the_plane_is_its_digit_and_keys_go_by_cells(open_page, url) -> None:
    page = open_morph(open_page, f"{url}?seeds=7,42,13,28&plane=1&at=0,0")
    corner = frame(page)
    box = page.locator(".pad canvas").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5, box["y"] + 0.5, steps=4)
    page.mouse.up()
    position(page, 0)
    page.wait_for_function("document.querySelector('canvas.frame').dataset.place === '0,0'")
    assert frame(page) == corner
    page.get_by_role("slider", name="Place in the plane").press("ArrowRight")
    position(page, 1)


def test_the_place_in_the_plane_is_seen(open_page, url) -> None:
    page = open_morph(open_page, f"{url}?seeds=7,42,13,28&plane=1")
    width, colour = page.evaluate(
        "(({ borderTopWidth, borderTopColor }) => [borderTopWidth, borderTopColor])"
        "(getComputedStyle(document.querySelector('.cross')))"
    )
    assert (width, colour) == ("2px", "rgb(178, 51, 24)")


def test_a_walk_plays_at_the_screens_rate_whatever_its_frames(open_page, url) -> None:
    page = open_morph(open_page, f"{url}?seeds=7,42,13&frames=12&fps=4&count=4&loop=1")
    asked = picture_requests(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('canvas.frame').dataset.place % 1 !== 0")
    places = page.evaluate(SAMPLE)
    assert len([place for place in places if place % 1]) > 8  # four frames a second would be six in all
    expect(page.locator(".counter")).to_contain_text("/ 12")
    page.get_by_role("button", name="Pause").click()
    shown = page.locator("canvas.frame")
    page.wait_for_function("document.querySelector('canvas.frame').dataset.place % 1 === 0")
    expect_query(page, at=shown.get_attribute("data-position"))
    assert asked == []


def test_what_lies_between_two_frames_is_what_a_finer_walk_shows(open_page, url) -> None:
    page = open_morph(open_page, f"{url}?seeds=7,42&frames=3&fps=1")
    page.evaluate(
        """() => { window.halves = {}; const canvas = document.querySelector("canvas.frame");
        const note = () => { const { place } = canvas.dataset;
          if (place === "0.5" || place === "1.5") halves[place] ??= canvas.toDataURL(); requestAnimationFrame(note) };
        note() }"""
    )
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("Object.keys(halves).length > 0", timeout=30_000)
    place, pixels = page.evaluate("Object.entries(halves)[0]")
    finer = open_morph(open_page, f"{url}?seeds=7,42&frames=5&at={1 if place == '0.5' else 3}")
    assert frame(finer) == pixels
