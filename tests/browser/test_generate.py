"""The wall of digits, its controls, its keys and its large view."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from gan.hub.resolve import load_generator
from gan.web.model_store import ModelStore
from tests.browser.conftest import served
from tests.browser.frames import link_copied_in_a_frame
from tests.web.models import untrained

PAINTED = "#wall[data-painted]"
ARRANGED = """async ([count, width]) => {
  const main = document.querySelector("script[src$='main.js']").src;
  const { arrange } = await import(main.replace("main.js", "arrange.js"));
  return arrange({ ten: false, count }, width);
}"""


def query(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query, keep_blank_values=True).items()}


def expect_query(page: Page, **values: str | None) -> None:
    """Wait until the address holds these values (None: not at all)."""
    try:
        page.wait_for_function(
            "want => { const q = new URLSearchParams(location.search);"
            " return Object.entries(want).every(([k, v]) => q.get(k) === v) }",
            arg=values,
        )  # fmt: skip
    except Exception as error:
        raise AssertionError(f"the address holds {query(page)}, not {values}") from error


def picture(page: Page) -> str:
    """The pixels on the wall."""
    return page.evaluate("document.querySelector('#wall canvas').toDataURL()")


def painted(page: Page, value: str) -> None:
    expect(page.locator("#wall")).to_have_attribute("data-painted", value)


def test_the_page_opens_with_digits_and_says_who_drew_them_and_how_fast(open_page, url, models) -> None:
    page = open_page(url, ready=PAINTED)
    assert page.title() == "Digits by number"
    expect(page.locator(".reading .model")).to_have_text("tested")
    expect(page.get_by_label("Where the digits are drawn")).to_have_value("browser")
    expect(page.locator("#drawn-by option")).to_have_text(["in your browser", "by the server (cpu)"])
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".reading .took")).to_have_text(re.compile(r"^\d+ ms$"))
    page.get_by_role("button", name="Back").click()
    expect_query(page, seed="0", count="20", model="tested", weights=models.served.weights)


def test_every_control_changes_picture_and_address(open_page, url) -> None:
    page = open_page(f"{url}?seed=0", ready=PAINTED)
    page.get_by_label("Number (seed)").fill("7")
    painted(page, "7/16")
    expect_query(page, seed="7")
    seen = {picture(page)}
    for change, expected in [
        (lambda: page.locator("#count input[type=number]").fill("9"), {"count": "9"}),
        (lambda: page.get_by_role("radio", name="3").check(), {"digit": "3"}),
        (lambda: page.get_by_role("slider", name=re.compile("Temperature")).first.fill("0.5"), {"temperature": "0.5"}),
        (lambda: page.get_by_label("Same handwriting, ten digits").check(), {"ten": "1"}),
        (lambda: page.get_by_role("radio", name="any").check(), {"digit": None}),
    ]:
        change()
        expect_query(page, **expected)
        assert expected == {"digit": None} or picture(page) not in seen  # ten digits show all classes anyhow
        seen.add(picture(page))


def test_the_copied_link_shows_the_same_pixels_in_another_browser(open_page, url) -> None:
    page = open_page(f"{url}?seed=4294967290&count=12&digit=5&temperature=0.8", ready=PAINTED)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#status")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    expect_query(page, seed="4294967290")
    assert link == page.url
    other = open_page(link, ready=PAINTED)
    assert picture(other) == picture(page)
    expect(other.get_by_label("Number (seed)")).to_have_value("4294967290")
    expect(other.locator("#count input[type=number]")).to_have_value("12")
    expect(other.get_by_role("radio", name="5")).to_be_checked()


def test_in_a_frame_of_another_origin_the_link_is_the_apps_own(open_page, url) -> None:
    host = open_page(url.replace("127.0.0.1", "localhost") + "healthz")
    assert link_copied_in_a_frame(host, f"{url}?seed=40&count=4", "40/4").startswith(f"{url}?seed=40&count=4&")


def test_pages_turn_by_buttons_and_keys_and_wrap(open_page, url) -> None:
    page = open_page(f"{url}?seed=5&count=10", ready=PAINTED)
    page.get_by_role("button", name="Next").click()
    painted(page, "15/10")
    page.get_by_role("button", name="Back").click()
    painted(page, "5/10")
    page.locator("body").press("ArrowLeft")
    painted(page, "4294967291/10")
    expect(page.get_by_label("Number (seed)")).to_have_value("4294967291")
    page.locator("body").press("ArrowRight")
    painted(page, "5/10")
    page.get_by_role("button", name="Random").click()
    page.wait_for_function("document.querySelector('#wall').dataset.painted !== '5/10'")


def test_the_keyboard_walks_over_the_wall_and_past_its_end(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    wall = page.get_by_role("listbox")
    expect(wall).to_have_accessible_name("4 handwritten digits, numbers 7 to 10")
    page.locator("body").press("Tab")
    wall.focus()
    wall.press("ArrowRight")
    option = page.locator("#wall-active")
    expect(option).to_have_attribute("aria-label", "Number 8, drawn as 8")
    assert (option.get_attribute("aria-posinset"), option.get_attribute("aria-setsize")) == ("2", "4")
    wall.press("End")
    wall.press("ArrowRight")
    painted(page, "9/4")  # a row of two further
    expect(option).to_have_attribute("aria-label", "Number 11, drawn as 1")
    wall.press("Enter")
    expect(page.get_by_role("dialog")).to_have_accessible_name("Number 11, drawn as 1")
    expect_query(page, open="11")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog")).to_have_accessible_name("Number 12, drawn as 2")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(wall).to_be_focused()
    expect_query(page, open=None)


def test_hovering_tells_number_and_reading(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=1", ready=PAINTED)
    page.hover("#wall canvas", position={"x": page.locator("#wall").bounding_box()["width"] / 2, "y": 40})
    expect(page.locator(".tip")).to_have_text(re.compile(r"^Number 7, drawn as 7 · read as \d \(\d+ %\)$"))


def test_an_opened_digit_has_its_own_link_download_and_morph(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=16&open=9", ready="dialog")
    expect(page.get_by_role("dialog")).to_have_accessible_name("Number 9, drawn as 9")
    link = page.locator(".permalink a").get_attribute("href")
    assert "?seed=9&count=1&temperature=1&open=9&" in link
    href = page.get_by_role("link", name="Download PNG").last.get_attribute("href")
    assert page.request.get(href).body()[:4] == b"\x89PNG"
    page.get_by_role("button", name="End of a morph").click()
    expect(page.locator("#key-seed-1")).to_have_value("9")
    expect_query(page, seeds="7,9")


def test_a_digit_that_is_opened_while_others_are_on_their_way_stays_open(open_page, url) -> None:
    page = open_page(f"{url}?seed=40&count=9", ready=PAINTED)
    held: list[Route] = []
    page.route("**/digits.png?**", lambda route: held.append(route) if not held else route.continue_())
    page.locator("#drawn-by").select_option("server")  # asks the server for the same digits
    page.wait_for_timeout(200)
    page.get_by_role("listbox").press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert held
    held[0].continue_()
    page.wait_for_timeout(500)
    expect(page.get_by_role("dialog")).to_be_visible()
    expect_query(page, open="40")


def test_ten_digits_in_one_handwriting_open_by_number_and_class(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=2&ten=1&open=8,3", ready="dialog")
    expect(page.get_by_role("dialog")).to_have_accessible_name("Number 8, drawn as 3")
    assert "?seed=8&count=1&digit=3&" in page.locator(".permalink a").get_attribute("href")


def test_download_has_the_chosen_scale(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    page.locator("#scale").fill("3")
    with page.expect_download() as download:
        page.locator("#download").click()
    content = download.value.path().read_bytes()
    assert content == page.request.get(f"{url}digits.png?seed=7&count=4&scale=3").body()
    assert download.value.suggested_filename == "digits-7-4.png"


@pytest.mark.parametrize(
    ("typed", "shown"), [("-1", "0"), ("4294967296", "4294967295"), ("7.6", "8"), ("99999999999", "4294967295")]
)
def test_a_number_out_of_range_shows_the_nearest_one_and_says_so(open_page, url, typed: str, shown: str) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    field = page.get_by_label("Number (seed)")
    field.fill(typed)
    painted(page, f"{shown}/4")
    expect(page.get_by_role("alert")).to_have_text(
        re.compile(f"“{typed}” must be a whole number from 0 to 4294967295. Shown: {shown}.")
    )
    field.blur()
    expect(field).to_have_value(shown)
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".notice")).to_have_count(0)


def test_a_half_typed_number_is_no_error(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    field = page.get_by_label("Number (seed)")
    before = picture(page)
    field.fill("")
    page.wait_for_timeout(300)
    assert picture(page) == before
    expect(page.locator(".notice")).to_have_count(0)
    field.blur()
    expect(field).to_have_value("7")


def test_ten_digits_of_four_hundred_numbers_are_those_of_forty(open_page, url) -> None:
    page = open_page(f"{url}?count=400", ready=PAINTED)
    page.get_by_label("Same handwriting, ten digits").check()
    painted(page, "0/40")
    expect(page.get_by_role("alert")).to_contain_text("must be at most 40 when each shows ten digits. Shown: 40.")
    expect(page.locator("#count input[type=number]")).to_have_value("40")


def test_the_last_value_of_a_fast_drag_is_the_one_that_is_shown(open_page, url) -> None:
    page = open_page(f"{url}?seed=7", ready=PAINTED)
    page.evaluate(
        """async () => {
          const slider = document.querySelector('#count input[type=range]');
          for (let i = 0; i < 60; i++) {
            slider.value = 1 + ((i * 37) % 399);
            slider.dispatchEvent(new Event('input', { bubbles: true }));
            await new Promise((done) => setTimeout(done, 16));
          }
          slider.value = 123;
          slider.dispatchEvent(new Event('input', { bubbles: true }));
        }"""
    )
    painted(page, "7/123")
    page.wait_for_timeout(500)
    painted(page, "7/123")
    expect_query(page, count="123")


def test_a_server_that_does_not_answer_is_told_and_asked_again_until_it_does(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    page.get_by_label("Where the digits are drawn").select_option("server")
    page.route("**/digits.png*", lambda route: route.abort())
    page.get_by_label("Number (seed)").fill("8")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.unroute("**/digits.png*")
    painted(page, "8/4")
    expect(page.locator(".notice")).to_have_count(0)


def test_a_model_without_classes_offers_no_digit(open_page, plain_url) -> None:
    page = open_page(f"{plain_url}?seed=7&digit=3", ready=PAINTED)
    expect(page.get_by_role("alert")).to_contain_text("the model plain cannot be asked for a digit")
    expect(page.get_by_role("radio", name="3")).to_be_disabled()
    expect(page.get_by_label("Same handwriting, ten digits")).to_be_disabled()
    page.get_by_role("tab", name="Write").click()
    expect(page.get_by_text("so it cannot write")).to_be_visible()


def test_another_model_draws_the_same_numbers(open_page, url) -> None:
    """The model's name opens a dialog of the bundled ones and, for one on the Hub, a field; a choice is a link."""
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    page.get_by_role("button", name="Model: tested").click()
    dialog = page.get_by_role("dialog", name="Who draws?")
    expect(dialog.get_by_label("A model on the Hugging Face Hub")).to_be_visible()
    dialog.get_by_role("button", name="modern", exact=True).click()
    page.wait_for_url("**model=modern**")
    expect(page.get_by_role("button", name="Model: modern")).to_be_visible()
    expect(page.get_by_label("Number (seed)")).to_have_value("7")


def test_a_model_that_cannot_be_had_is_said_where_it_was_asked_for(open_page, url) -> None:
    """The dialog, the name in it and the model that draws all stay."""
    page = open_page(f"{url}?seed=7", ready=PAINTED)
    page.get_by_role("button", name="Model: tested").click()
    dialog = page.get_by_role("dialog", name="Who draws?")
    field = dialog.get_by_label("A model on the Hugging Face Hub")
    for name, reason in (
        ("foo", "Model: “foo” is not served here; these are: tested"),
        ("nobody/nothing", "Model: “nobody/nothing” cannot be "),
    ):
        field.fill(name)
        field.press("Enter")
        expect(dialog.get_by_role("alert")).to_contain_text(reason)
        expect(field).to_have_value(name)
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Model: tested")).to_be_visible()
    expect(page.locator(".notice")).to_have_count(0)


def test_a_run_and_the_bundled_model_of_its_name_can_both_be_chosen(open_page, tmp_path) -> None:
    run = untrained(tmp_path / "relu-2", "relu-2")
    with served(ModelStore(run)) as address:
        page = open_page(address, ready=PAINTED)
        for name, weights in (
            ("relu-2 (bundled)", load_generator("relu-2").weights),
            ("relu-2", run.weights),
        ):
            page.get_by_role("button", name="Model: relu-2").click()
            dialog = page.get_by_role("dialog", name="Who draws?")
            dialog.get_by_role("button", name=name, exact=True).click()
            page.wait_for_url(f"**model=relu-2&weights={weights}**")
            page.wait_for_selector(PAINTED)
            page.get_by_role("button", name="Model: relu-2").click()
            expect(dialog.locator("[aria-pressed=true]")).to_have_text(name)
            page.keyboard.press("Escape")


@pytest.mark.parametrize("size", [(390, 844), (1024, 768), (1440, 900), (1920, 1080)])
def test_digits_fill_the_room_they_have_in_rows_without_gaps(open_page, url, size: tuple[int, int]) -> None:
    width, height = size
    page = open_page(f"{url}?seed=0&count=1", ready=PAINTED, viewport={"width": width, "height": height})
    for count in (1, 4, 16, 20):
        page.get_by_label("number input for How many").fill(str(count))
        painted(page, f"0/{count}")
        wall = page.locator("#wall canvas").bounding_box()
        assert wall["y"] + wall["height"] <= height, count  # all are seen at once
        layout = page.evaluate(ARRANGED, [count, wall["width"]])
        assert layout["columns"] * layout["rows"] - count <= 2, (count, layout)
        by_height = wall["height"] >= 0.55 * (height - wall["y"])
        by_width = layout["columns"] * layout["cell"] >= 0.85 * wall["width"]
        assert by_height or by_width or layout["cell"] == 280, (count, layout)
