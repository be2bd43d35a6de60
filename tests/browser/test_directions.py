"""An opened digit can be touched: sliders move its latent along named directions."""

import base64
import io

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from gan.directions import MEASURES, measure
from tests.browser.test_generate import PAINTED

HERE = "#drawn-by[data-here=true]"


def shown(page: Page) -> np.ndarray:
    """The opened digit, `uint8 [28, 28]`, 255 = ink."""
    url = page.locator("dialog canvas.large").evaluate("canvas => canvas.toDataURL()")
    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("L")
    return 255 - np.asarray(image.resize((28, 28), Image.Resampling.BOX))


def test_each_slider_changes_what_it_is_named_after(open_page, trained_url) -> None:
    page = open_page(f"{trained_url}?seed=8&count=16&open=8", ready="dialog")
    page.wait_for_selector(HERE)
    reset = page.get_by_role("button", name="Reset", exact=True)
    expect(reset).to_be_disabled()
    untouched = shown(page)
    for k, name in enumerate(MEASURES):
        slider = page.get_by_role("slider", name=name.capitalize())
        expect(slider).to_be_enabled(timeout=60_000)
        found = []
        for value in ("-3", "3"):
            before = shown(page)
            slider.fill(value)
            expect(page.locator("dialog canvas.large[data-touched=true]")).to_be_visible()
            page.wait_for_timeout(300)
            assert not np.array_equal(shown(page), before)
            found.append(measure(shown(page)[None])[0, k])
        assert found[0] < found[1], name
        reset.click()
        expect(page.locator("dialog canvas.large[data-touched=false]")).to_be_visible()
        assert np.array_equal(shown(page), untouched)
    slider.press("ArrowRight")
    expect(page.get_by_role("dialog")).to_have_accessible_name("Number 8, drawn as 8")  # the arrow was the slider's
    page.get_by_role("button", name="Copy link").last.press("ArrowRight")
    expect(page.get_by_role("dialog")).to_have_accessible_name("Number 9, drawn as 9")
    expect(slider).to_have_value("0")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog")).to_have_accessible_name("Number 10, drawn as 0")


def test_where_the_server_draws_the_sliders_say_why_they_rest(open_page, url) -> None:
    page = open_page(url, ready=PAINTED)
    page.locator("#drawn-by").select_option("server")
    page.get_by_role("listbox").press("Enter")
    expect(page.get_by_role("slider", name="Slant")).to_be_disabled()
    expect(page.get_by_text("needs this browser to draw")).to_be_visible()
