"""Morphing and writing: what is drawn once is scrubbed without the network."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_generate import expect_query

FRAME = "canvas.frame[data-position]"


def frame(page: Page) -> str:
    return page.evaluate("document.querySelector('canvas.frame').toDataURL()")


def position(page: Page, value: int) -> None:
    expect(page.locator("canvas.frame")).to_have_attribute("data-position", str(value))


def picture_requests(page: Page) -> list[str]:
    asked: list[str] = []
    page.on(
        "request",
        lambda request: asked.append(request.url) if re.search(r"\.(png|gif|webp|json)\?", request.url) else None,
    )
    return asked


def test_a_walk_is_scrubbed_without_any_request(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42&digits=3,8&frames=30&count=4", ready=FRAME)
    expect(page.get_by_role("tab", name="Morph")).to_have_attribute("aria-selected", "true")
    asked = picture_requests(page)
    page.locator("#scrub").fill("10")
    position(page, 10)
    tenth = frame(page)
    page.locator("#scrub").press("ArrowRight")
    position(page, 11)
    box = page.locator(".stills canvas").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 10)
    page.mouse.down()
    position(page, 0)
    for part in range(1, 21):
        page.mouse.move(box["x"] + box["width"] * part / 20 - 2, box["y"] + 10)
    page.mouse.up()
    position(page, 29)
    assert frame(page) != tenth
    expect_query(page, at="29", seeds="7,42", digits="3,8")
    assert asked == []
    assert frame(open_page(page.url, ready=f"{FRAME}[data-position='29']")) == frame(page)


def test_playing_runs_pauses_and_swings_by_button_and_keys(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42&frames=40&fps=50", ready=FRAME)
    asked = picture_requests(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("+document.querySelector('canvas.frame').dataset.position > 3")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "false")
    page.locator("body").press("End")
    position(page, 39)
    page.locator("body").press("ArrowLeft")
    position(page, 38)
    page.locator("body").press("Home")
    position(page, 0)
    page.get_by_label("There and back").check()
    expect_query(page, swing="1")
    page.locator("body").press("End")
    page.locator("h1").click()
    page.locator("body").press(" ")
    page.wait_for_function("+document.querySelector('canvas.frame').dataset.position < 35")
    page.locator("body").press(" ")
    assert asked == []


def test_key_frames_are_added_changed_and_removed(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42", ready=FRAME)
    expect(page.get_by_role("button", name="Remove digit 1")).to_be_hidden()
    page.get_by_role("button", name="Add a digit").click()
    expect(page.locator("#key-seed-2")).to_be_focused()
    page.locator("#key-seed-2").fill("99")
    page.locator("#key-digit-0").select_option("3")
    expect_query(page, seeds="7,42,99", digits="3,-,-")
    page.get_by_role("button", name="Remove digit 2").click()
    expect_query(page, seeds="7,99", digits="3,-")
    images = page.locator(".key img").evaluate_all("images => images.map(i => [i.alt, i.naturalWidth])")
    assert images == [["Number 7, drawn as 3", 28], ["Number 99", 28]]
    page.locator("#key-seed-0").fill("-5")
    expect(page.get_by_role("alert")).to_contain_text("Key frames: “-5” must be a whole number")
    page.locator("#key-seed-0").blur()
    expect(page.locator("#key-seed-0")).to_have_value("0")
    expect_query(page, seeds="0,99")


def test_morph_controls_reach_the_address_and_the_strip(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42", ready=FRAME)
    page.locator("#frames input[type=number]").fill("12")
    expect(page.locator(".counter")).to_have_text("1 / 12")
    page.get_by_label("line (lerp)").check()
    page.get_by_label("Loop back to the first").check()
    page.locator("#side-by-side input[type=number]").fill("4")
    page.locator("#fps input[type=number]").fill("33")
    expect_query(page, frames="12", mode="lerp", loop="1", count="4", fps="33")
    for name, magic in (("gif", b"GIF8"), ("webp", b"RIFF"), ("png", b"\x89PNG")):
        href = page.locator(f"#download-walk-{name}").get_attribute("href")
        assert page.request.get(href).body().startswith(magic)
    page.locator("#frames input[type=number]").fill("240")
    page.locator("#side-by-side input[type=number]").fill("64")
    expect(page.get_by_role("alert")).to_contain_text("frames × count may be at most 3840. Shown: 60.")
    expect(page.locator("#frames input[type=number]")).to_have_value("60")
    expect_query(page, frames="60", count="64")
    page.locator("#frames input[type=number]").fill("240")
    expect_query(page, frames="240", count="16")


def test_a_plane_is_dragged_through_without_any_request(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42", ready=FRAME)
    page.get_by_label("Plane between four digits").check()
    pad = page.get_by_role("slider", name="Place in the plane")
    expect(pad).to_be_visible()
    expect_query(page, plane="1")
    asked = picture_requests(page)
    box = page.locator(".pad canvas").bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    position(page, 0)
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2, steps=10)
    page.mouse.up()
    position(page, 575)
    pad.press("ArrowUp")
    pad.press("ArrowLeft")
    position(page, 575 - 24 - 1)
    expect(pad).to_have_attribute("aria-valuetext", "column 23, row 23 of 24")
    expect_query(page, at="22,22")
    assert asked == []
    again = open_page(page.url, ready=f"{FRAME}[data-position='550']")
    assert frame(again) == frame(page)


def test_a_line_is_written_as_it_is_typed(open_page, url) -> None:
    page = open_page(url, ready="#wall[data-painted]")
    page.get_by_role("tab", name="Write").click()
    expect(page.get_by_label("Text")).to_have_value(re.compile(r"^\d{4}-\d{2}-\d{2}$"))  # it does not open empty
    expect(page.locator("#line")).to_be_visible()
    page.get_by_label("Text").fill("")
    expect(page.get_by_text("Type a date, a phone number")).to_be_visible()
    expect(page.get_by_text("are drawn, not generated")).to_be_visible()
    embed = page.get_by_role("button", name="Embed")
    expect(embed).to_be_disabled()  # there is no picture yet
    page.get_by_label("Text").press_sequentially("2026-11-21 +1")
    line = page.locator("#line[data-painted='2026-11-21 +1']")
    expect(embed).to_be_enabled()
    expect(line).to_have_accessible_name("“2026-11-21 +1” in handwriting number 0")
    expect_query(page, text="2026-11-21 +1", hand=None)
    one = line.evaluate("canvas => canvas.toDataURL()")
    page.get_by_label("its own for each digit").check()
    expect_query(page, hand="own")
    own = line.evaluate("canvas => canvas.toDataURL()")
    assert own != one
    page.get_by_label("Handwriting (seed)").fill("5")
    expect_query(page, seed="5")
    href = page.locator("#download-text-png").get_attribute("href")
    assert page.request.get(href).body().startswith(b"\x89PNG")
    other = open_page(page.url, ready="#line[data-painted]")
    expect(other.get_by_label("Text")).to_have_value("2026-11-21 +1")
    assert other.locator("#line").evaluate("c => c.toDataURL()") == line.evaluate("c => c.toDataURL()")


def test_a_character_that_cannot_be_written_is_named_and_the_rest_is_drawn(open_page, url) -> None:
    page = open_page(f"{url}?text=12", ready="#line[data-painted]")
    page.get_by_label("Text").fill("12a3€")
    expect(page.locator("#line")).to_have_attribute("data-painted", "123")
    expect(page.get_by_role("alert")).to_contain_text("a € cannot be written. Shown: 123.")
    page.get_by_label("Text").fill("1234")
    expect(page.locator(".notice")).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "written"),
    [("π", "3.14159265358979"), ("（030）12–34", "(030)12-34"), ("２０２６年１１月", "2026-11"), ("٣", "3")],
)
def test_what_can_be_read_as_digits_and_signs_is_written(open_page, url, typed: str, written: str) -> None:
    page = open_page(f"{url}?text=12", ready="#line[data-painted]")
    page.get_by_label("Text").fill(typed)
    expect(page.locator("#line")).to_have_attribute("data-painted", written)
    expect(page.locator(".notice")).to_have_count(0)
    expect_query(page, text=written)
    page.get_by_label("Text").blur()
    other = open_page(f"{url}?text={typed}", ready=f"#line[data-painted='{written}']")
    expect(other.locator(".notice")).to_have_count(0)


def test_a_long_line_is_broken_between_digits_not_through_them(open_page, trained_url) -> None:
    """Each row is what that part of the text is by itself: nothing of a neighbour stands at its ends."""
    phone = {"width": 390, "height": 844}
    page = open_page(f"{trained_url}?text={'8' * 40}&seed=5", ready="#line[data-painted]", viewport=phone)
    rows = json.loads(page.locator("#line").get_attribute("data-rows"))
    assert len(rows) > 2
    assert "".join(rows) == "8" * 40
    ink = """canvas => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, 4, canvas.height);
      return data.some((value, i) => i % 4 === 0 && value < 128 && data[i + 3] > 0);
    }"""
    assert not page.locator("#line").evaluate(ink)
    page = open_page(f"{trained_url}?text=2026-11-21%20(14:30)%203.14", ready="#line[data-painted]", viewport=phone)
    rows = json.loads(page.locator("#line").get_attribute("data-rows"))
    assert all(row[-1] in " -:." for row in rows[:-1])


@pytest.mark.parametrize("tab", ["Generate", "Morph", "Write"])
def test_random_draws_another_number(open_page, url, tab: str) -> None:
    link = {"Generate": "?seed=1", "Morph": "?seeds=1,2", "Write": "?text=12&seed=1"}[tab]
    page = open_page(
        f"{url}{link}", ready={"Generate": "#wall[data-painted]", "Morph": FRAME, "Write": "#line[data-painted]"}[tab]
    )
    page.wait_for_function("location.search.includes('weights=')")
    before = page.url
    page.get_by_role("tabpanel").get_by_role("button", name="Random").locator("visible=true").click()
    page.wait_for_function("before => location.href !== before", arg=before)
