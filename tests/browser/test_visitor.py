"""What visitors, teachers and people with phones do: step through digits, go back, keep, share, and show on a stage."""

import io
import re

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.test_generate import PAINTED, expect_query, painted, picture
from tests.browser.test_morph_write import FRAME

HERE = "#drawn-by[data-here=true]"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def name_of_dialog(page: Page, name: str) -> None:
    expect(page.get_by_role("dialog")).to_have_accessible_name(name)


# The opened digit


def test_arrows_step_on_and_on_wherever_one_clicked_in_the_opened_digit(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4&open=8", ready="dialog")
    page.locator("dialog h2").click()  # nothing there takes the focus
    for number in (9, 10, 11, 12):  # past the wall's last, 10, the wall turns behind it
        page.keyboard.press("ArrowRight")
        name_of_dialog(page, f"Number {number}, drawn as {number % 10}")
    painted(page, "11/4")
    page.keyboard.press("r")
    page.wait_for_timeout(300)
    painted(page, "11/4")  # keys of the page rest behind a dialog
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    name_of_dialog(page, "Number 10, drawn as 0")


def test_a_finger_steps_through_digits_by_buttons(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4&open=8", ready="dialog", **PHONE)
    page.get_by_role("button", name="The digit after").tap()
    name_of_dialog(page, "Number 9, drawn as 9")
    page.get_by_role("button", name="The digit before").tap()
    page.get_by_role("button", name="The digit before").tap()
    name_of_dialog(page, "Number 7, drawn as 7")


@pytest.mark.parametrize("key", ["r", "R", "Shift+R"])
def test_r_is_random_also_with_shift_and_at_a_slider(open_page, url, key: str) -> None:
    page = open_page(f"{url}?seed=7", ready=PAINTED)
    page.locator("#count input[type=range]").focus()
    page.keyboard.press(key)
    page.wait_for_function("!document.querySelector('#wall').dataset.painted.startsWith('7/')")
    page.get_by_label("Number (seed)").focus()
    before = page.url
    page.keyboard.press("r")  # someone types
    page.wait_for_timeout(300)
    assert page.url == before


# The plane


def test_a_plane_has_only_what_it_needs_and_leaves_the_walk_as_it_was(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42", ready=FRAME)
    page.get_by_label("Plane between four digits").check()
    expect(page.locator(".pad")).to_be_visible()
    expect(page.locator(".key")).to_have_count(4)
    for gone in ("#frames", "#side-by-side", "#fps", "#loop", "#swing", "#play", "#add-key"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("Remove digit"))).to_have_count(0)
    expect(page.get_by_text("Drag over the plane")).to_be_visible()
    page.get_by_label("Plane between four digits").uncheck()
    expect_query(page, seeds="7,42", plane=None)
    expect(page.locator("#frames")).to_be_visible()
    expect(page.get_by_text("Drag over the frames")).to_be_visible()


def test_a_corner_that_was_changed_stays_when_the_plane_goes(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42,13,28,99", ready=FRAME)
    page.get_by_label("Plane between four digits").check()
    expect_query(page, seeds="7,42,13,28", plane="1")
    page.locator("#key-seed-3").fill("5")
    page.get_by_label("Plane between four digits").uncheck()
    expect_query(page, seeds="7,42,13,5,99", plane=None)


# Files and embedding


def test_every_file_has_the_scale_that_was_chosen(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42&frames=4&fps=30", ready=FRAME)
    page.locator("#morph-scale").fill("8")
    for name, width in (("gif", 224), ("webp", 224), ("png", 4 * 224)):
        href = page.locator(f"#download-walk-{name}").get_attribute("href")
        assert Image.open(io.BytesIO(page.request.get(href).body())).width == width
    gif = page.locator("#download-walk-gif")
    expect(gif).to_have_text("Download GIF (33.3 frames a second)")
    image = Image.open(io.BytesIO(page.request.get(gif.get_attribute("href")).body()))
    assert image.info["duration"] == 30  # milliseconds: 33.3 frames a second
    page.goto(f"{url}?text=12")
    page.locator("#write-scale").fill("3")
    href = page.locator("#download-text-png").get_attribute("href")
    assert Image.open(io.BytesIO(page.request.get(href).body())).height == 84


def test_an_embedded_walk_is_described_as_a_whole(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42&at=3", ready=FRAME)
    page.get_by_role("button", name="Embed").click()
    code = page.get_by_label("HTML").input_value()
    assert 'alt="A handwritten digit changing from number to number: 7 → 42"' in code


# Steps


def test_back_and_undo_go_one_step_back_in_the_page_and_never_out_of_it(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_disabled()
    page.get_by_role("button", name="Next").click()
    painted(page, "11/4")
    page.get_by_role("button", name="Random").click()
    page.wait_for_function("document.querySelector('#wall').dataset.painted !== '11/4'")
    page.get_by_role("radio", name="3").check()
    expect_query(page, digit="3")
    page.go_back()
    expect_query(page, digit=None)
    expect(page.get_by_role("radio", name="any")).to_be_checked()
    page.go_back()
    painted(page, "11/4")
    expect_query(page, seed="11")
    page.go_forward()
    page.wait_for_function("document.querySelector('#wall').dataset.painted !== '11/4'")
    undo.click()
    painted(page, "11/4")
    page.keyboard.press("Control+z")
    painted(page, "7/4")
    expect(page.get_by_label("Number (seed)")).to_have_value("7")
    expect(undo).to_be_disabled()


def test_a_gesture_that_goes_on_is_one_step(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    page.wait_for_function("location.search.includes('weights=')")
    slider = page.locator("#count input[type=range]")
    for value in (10, 20, 30, 40):
        slider.fill(str(value))
        painted(page, f"7/{value}")
    page.go_back()
    painted(page, "7/4")


def test_back_closes_an_opened_digit_and_returns_to_the_tab_before(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    page.wait_for_function("location.search.includes('weights=')")
    page.get_by_role("listbox").press("Enter")
    name_of_dialog(page, "Number 7, drawn as 7")
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("tab", name="Morph").click()
    page.wait_for_selector(FRAME)
    page.go_back()
    expect(page.get_by_role("tab", name="Generate")).to_have_attribute("aria-selected", "true")
    expect_query(page, seed="7", count="4", seeds=None)


def test_a_digit_that_was_closed_is_no_step_to_go_back_to(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    page.wait_for_function("location.search.includes('weights=')")
    page.get_by_role("listbox").press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


# The shelf, sharing


def test_kept_digits_stay_in_this_browser_and_are_a_link(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4&open=8", ready="dialog")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Kept", exact=False).last).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Keep").click()
    page.keyboard.press("Escape")
    page.wait_for_function("!location.search.includes('open=')")
    page.reload()
    page.wait_for_selector(PAINTED)
    page.get_by_role("button", name="Kept digits: 2").click()
    shelf = page.get_by_role("dialog", name="Kept digits")
    images = shelf.get_by_role("img").evaluate_all("images => images.map(i => [i.alt, i.naturalWidth])")
    assert images == [["Number 9", 28], ["Number 8", 28]]
    shelf.get_by_role("button", name="Copy link").click()
    assert "?seeds=9,8&" in page.evaluate("navigator.clipboard.readText()")
    shelf.get_by_role("button", name="Remove: Number 9").click()
    expect(shelf.get_by_role("img")).to_have_count(1)
    shelf.get_by_role("link").click()
    name_of_dialog(page, "Number 8, drawn as 8")


def test_a_phone_shares_by_its_own_sheet(open_page, url) -> None:
    page = open_page("about:blank", **PHONE)
    page.add_init_script("navigator.share = async (what) => { window.shared = what }")
    page.goto(f"{url}?seed=7&count=4")
    page.wait_for_selector(PAINTED)
    page.get_by_role("button", name="Share").tap()
    shared = page.evaluate("window.shared")
    assert shared["title"] == "4 handwritten digits, numbers 7 to 10"
    assert "?seed=7&count=4&" in shared["url"]


# The stage


def test_one_key_leads_to_a_dark_stage_with_the_link_as_a_qr_code(open_page, trained_url) -> None:
    page = open_page(f"{trained_url}?seed=7&count=4", ready=PAINTED)
    page.wait_for_selector(HERE)
    page.wait_for_function("location.search.includes('weights=')")
    link = page.url
    page.keyboard.press("f")
    stage = page.get_by_role("dialog", name="Stage")
    expect(stage).to_be_visible()
    box = stage.bounding_box()
    assert box
    assert (box["width"], box["height"]) == (1280, 900)
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    assert code.text == link
    seen = set()
    for _ in range(12):
        seen.add(stage.get_attribute("data-shown"))
        page.wait_for_timeout(400)
    assert len(seen) > 4  # it changes by itself
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(stage).to_have_count(0)
    assert page.url == link


def test_without_motion_the_stage_goes_from_digit_to_digit(open_page, trained_url) -> None:
    page = open_page(f"{trained_url}?seed=7&count=4", ready=PAINTED, reduced_motion="reduce")
    page.wait_for_selector(HERE)
    page.keyboard.press("f")
    stage = page.get_by_role("dialog", name="Stage")
    for _ in range(8):
        expect(stage).to_have_attribute("data-shown", re.compile(r"^\d+/0/"))
        page.wait_for_timeout(250)


# The first five seconds


def test_the_page_opens_alive_until_someone_touches_it(open_page, trained_url) -> None:
    page = open_page(trained_url, ready=PAINTED)
    page.wait_for_selector(HERE)
    changing = page.locator(".alive:not([hidden]) canvas")
    expect(changing).to_be_visible(timeout=10_000)
    first = changing.evaluate("c => c.toDataURL()")
    page.wait_for_timeout(400)
    assert changing.evaluate("c => c.toDataURL()") != first
    before = picture(page)
    page.locator("h1").click()
    expect(page.locator(".alive")).to_have_count(0)
    assert picture(page) == before  # the wall itself is what its link says


def test_who_goes_on_while_the_digits_draw_themselves_gets_other_digits(open_page, trained_url) -> None:
    page = open_page(trained_url, ready=PAINTED)
    page.keyboard.press("r")  # `open_page` fails if a script does
    expect(page.locator("#early")).to_have_count(0)
    page.wait_for_timeout(1500)


def test_a_digit_that_became_another_one_has_its_number(open_page, trained_url) -> None:
    page = open_page(trained_url, ready=PAINTED)
    page.wait_for_selector(HERE)
    own = page.evaluate("Array.from({ length: 20 }, (_, i) => String(digitsPage.values('digits').seed + i))")
    number = page.locator(".alive:not([hidden]) .caption")
    expect(number).not_to_have_text(re.compile("^(" + "|".join(own) + ")$"), timeout=10_000)
    expect(number).to_have_text(re.compile(r"^\d{1,10}$"))


@pytest.mark.parametrize("options", [{"reduced_motion": "reduce"}, {"link": "?seed=7"}])
def test_nothing_moves_by_itself_for_who_wants_no_motion_or_opened_a_link(open_page, trained_url, options) -> None:
    link = options.pop("link", "")
    page = open_page(trained_url + link, ready=PAINTED, **options)
    page.wait_for_timeout(1500)
    expect(page.locator(".alive")).to_have_count(0)


def test_two_words_of_the_first_sentence_lead_to_the_lesson(open_page, url) -> None:
    page = open_page(url, ready=PAINTED)
    for word, section in (("discriminator", "The discriminator"), ("GAN", "The game")):
        page.get_by_role("tab", name="Generate").click()
        page.get_by_role("link", name=word, exact=True).click()
        expect(page.get_by_role("heading", name=section)).to_be_in_viewport()


def test_play_walks_through_the_digits_of_the_wall(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("tab", name="Morph")).to_have_attribute("aria-selected", "true")
    expect_query(page, seeds="7,8,9,10", loop="1")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


@pytest.mark.parametrize("query", ["?seed=7&count=16", "?seeds=7,42", "?text=2026"])
def test_the_main_buttons_are_in_a_phones_first_screen(open_page, url, query: str) -> None:
    ready = {"?seed": PAINTED, "?seeds": FRAME, "?text": "#line[data-painted]"}[query.partition("=")[0]]
    page = open_page(url + query, ready=ready, **PHONE)
    for name in ("Random", "Play")[: 1 if "text" in query else 2]:
        box = page.get_by_role("tabpanel").get_by_role("button", name=name).locator("visible=true").bounding_box()
        assert box["y"] + box["height"] <= 844, name
    expect(page.get_by_text(re.compile("Arrow keys|arrow keys|Space"))).to_have_count(0)  # a finger has none


def test_the_plane_and_its_digit_are_in_one_screen_of_a_phone(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42,13,28&plane=1", ready=FRAME, **PHONE)
    for part in (".pad", "canvas.frame"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 844
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["width"] >= 110


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_the_early_wall_stands_where_the_pages_own_will_stand(open_page, url, width: int) -> None:
    page = open_page("about:blank", viewport={"width": width, "height": 844})
    held = []
    page.route("**/theme.css*", lambda route: held.append(route))  # Gradio waits for it
    page.goto(f"{url}?seed=40&count=9", wait_until="commit")
    page.wait_for_selector("#early .wall[data-painted='40/9']", state="attached")
    early = page.locator("#early canvas").bounding_box()
    for route in held:
        route.continue_()
    painted(page, "40/9")
    expect(page.locator("#early")).to_have_count(0)
    own = page.locator("#wall canvas").bounding_box()
    assert np.allclose([early[k] for k in ("x", "y", "width", "height")],
                       [own[k] for k in ("x", "y", "width", "height")], atol=2)  # fmt: skip


def test_the_controls_are_there_when_the_digits_are_uncovered(open_page, url) -> None:
    page = open_page("about:blank")
    page.add_init_script(
        """new MutationObserver(() => { window.covered ||= Boolean(document.getElementById("early"));
          if (window.covered && !document.getElementById("early"))
            window.complete ??= document.querySelectorAll(".controls input[type=range]").length > 0;
        }).observe(document, { childList: true, subtree: true })"""
    )
    page.goto(f"{url}?seed=40&count=9")
    painted(page, "40/9")
    page.wait_for_function("window.complete !== undefined")
    assert page.evaluate("window.complete")


def test_notices_move_nothing_and_are_seen_on_a_phone(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED, **PHONE)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    before = page.locator("#wall").bounding_box()
    page.get_by_label("Number (seed)").fill("4294967296")
    expect(page.locator(".notice")).to_be_in_viewport()
    assert page.locator("#wall").bounding_box() == before


def test_the_documents_title_is_in_the_visitors_language(open_page, url) -> None:
    page = open_page(url, ready=PAINTED, locale="zh-CN")
    assert page.title() == "按编号写数字"
