"""How it learned: a slider over recorded trainings."""

import base64
import io
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from gan import bundled
from gan.recording import read_recording
from tests.browser.test_everybody import SMALL_TARGETS
from tests.browser.test_generate import expect_query
from tests.recordings import decoded

READY = ".history[data-state=ready]"
ALL_READY = ".history-all[data-state=ready]"


def shown(page: Page, model: str) -> np.ndarray:
    """The pixels of a model's hundred numbers, `uint8 [280, 280, 3]`."""
    canvas = page.locator(f".history-run[data-model={model}] canvas").first
    data = canvas.evaluate("canvas => canvas.toDataURL()").partition(",")[2]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))


def slide(page: Page, place: int) -> None:
    page.locator("#history-epoch").evaluate(
        "(slider, place) => { slider.value = place; slider.dispatchEvent(new Event('input')); }", place
    )


def recordings_in(addresses: list[str]) -> list[str]:
    return [a for a in addresses if "/history/" in a or "/histories/" in a]


def test_the_slider_shows_the_recorded_pictures_in_order_and_asks_for_nothing(open_page, url) -> None:
    page = open_page(url, ready="#wall[data-painted]")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("tab", name="How it learned").click()
    page.wait_for_selector(READY)
    assert len(recordings_in(asked)) == 2  # of modern; none before
    asked.clear()
    recording = read_recording(bundled.BUNDLED / "modern")
    run = page.locator(".history-run")
    for place, (epoch, picture) in enumerate(zip(recording.epochs, decoded(recording.time_lapse), strict=True)):
        slide(page, place)
        assert np.abs(shown(page, "modern").astype(int) - picture).max() <= 2, epoch
        assert run.get_attribute("data-epoch") == str(epoch)
        if epoch:
            line = recording.record(epoch)
            values = run.locator(".legend b").all_text_contents()
            assert values[0] == f"{line['d_real']:.2f}"
            assert values[1] == f"{line['d_fake']:.2f}"
            assert float(values[2]) == pytest.approx(line["scores"]["frechet_train"], rel=0.01)
    slide(page, recording.epochs.index(25))
    expect(page.locator("#history-status")).to_contain_text("For the first time all hundred")
    page.locator("#history-epoch").press("ArrowLeft")
    expect_query(page, history="modern", epoch="21")
    page.get_by_role("button", name="epoch 87").click()
    expect_query(page, history="modern", epoch="87")
    assert asked == []
    page.reload()
    page.wait_for_selector(READY)
    expect(run).to_have_attribute("data-epoch", "87")
    expect(page.locator(".moments .here")).to_contain_text("as near to the real ones")


def test_two_trainings_move_on_one_slider(open_page, url) -> None:
    page = open_page(f"{url}?history=relu-2&beside=modern&epoch=8", ready=READY)
    left, right = (page.locator(f".history-run[data-model={name}]") for name in ("relu-2", "modern"))
    expect(left).to_have_attribute("data-epoch", "8")
    expect(right).to_have_attribute("data-epoch", "7")  # the newest that was recorded
    page.get_by_role("button", name="epoch 25", exact=True).click()
    expect(right).to_have_attribute("data-epoch", "25")
    expect(left).to_have_attribute("data-epoch", "10")
    expect(left).to_contain_text("After epoch 10, the last")
    expect_query(page, history="relu-2", beside="modern", epoch="25")
    for model, epoch in (("relu-2", 10), ("modern", 25)):
        recording = read_recording(bundled.BUNDLED / model)
        picture = decoded(recording.time_lapse)[recording.epochs.index(epoch)]
        assert np.abs(shown(page, model).astype(int) - picture).max() <= 2
    page.locator("#history-beside").select_option("leaky-3")
    expect(page.locator(".history-run[data-model=leaky-3]")).to_have_attribute("data-epoch", "18")
    expect_query(page, history="relu-2", beside="leaky-3", epoch="18")
    page.locator("#history-beside").select_option("")
    expect(page.locator(".history-run")).to_have_count(1)
    page.go_back()
    expect(page.locator(".history-run")).to_have_count(2)


def test_it_plays_from_the_first_epoch_unless_less_motion_is_wanted(open_page, url) -> None:
    page = open_page(f"{url}?history=relu-2", ready=READY)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('.history').dataset.epoch === '2'")
    page.get_by_role("button", name="Pause").click()
    expect_query(page, history="relu-2", epoch=page.locator(".history").get_attribute("data-epoch"))
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator("#history-play")).to_be_hidden()


def test_what_cannot_be_shown_is_told(open_page, url) -> None:
    page = open_page(f"{url}?history=nobody&epoch=8", ready=".history[data-state=failed]")
    expect(page.locator(".notice")).to_contain_text("is no model whose training can be shown here")
    expect(page.locator("#history-model")).to_have_value("tested")
    expect(page.locator("#history-status")).to_contain_text(
        "The training of tested cannot be shown: its folder holds no timelapse.webp. A run writes it when it ends"
    )


def test_what_did_not_arrive_or_arrived_damaged_is_told(open_page, url) -> None:
    page = open_page(f"{url}?history=modern&epoch=8", ready=READY)
    expect(page.locator("#history-status")).to_contain_text("Epoch 8 was not recorded; shown is epoch 7.")
    film = page.evaluate("digitsPage.histories.reduce((films, of) => ({ ...films, [of.model]: of.film }), {})")
    # Both now: the cards of all recipes, which come into view where one's training is missing, fetch every film.
    page.route(f"**/{film['quick'][2:]}", lambda route: route.abort(), times=1)
    page.route(f"**/{film['dcgan'][2:]}", lambda route: route.fulfill(body=b"RIFF1234WEBPVP8X"))
    page.locator("#history-model").select_option("quick")
    expect(page.locator("#history-status")).to_contain_text("The training of quick did not arrive")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(READY)
    expect(page.locator(".history-run[data-model=quick]")).to_be_visible()
    page.locator("#history-model").select_option("dcgan")
    expect(page.locator("#history-status")).to_contain_text("timelapse.webp in its folder is damaged")


def test_all_recipes_are_there_with_their_figures(open_page, url) -> None:
    page = open_page(f"{url}?history=relu-2", ready=READY)
    page.locator(".history-all").scroll_into_view_if_needed()
    page.wait_for_selector(ALL_READY)
    cards = page.locator(".history-card")
    assert cards.count() == 1 + len(bundled.bundled_models())
    expect(page.locator(".history-card[data-model=tested]")).to_contain_text("its folder holds no timelapse.webp")
    modern = page.locator(".history-card[data-model=modern]")
    expect(modern).to_contain_text("D sees shifted digits")
    assert re.sub(r"\s+", "", modern.locator("dl").inner_text()).startswith(
        "distance0.83precision94%recall93%classes10/10"
    )
    modern.get_by_role("button").click()
    expect(page.locator(".history-run")).to_have_attribute("data-model", "modern")
    expect_query(page, history="modern")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody(open_page, url, scheme: str) -> None:
    page = open_page(f"{url}?history=relu-2&beside=leaky-3", ready=READY, color_scheme=scheme)
    page.locator(".history-all").scroll_into_view_if_needed()
    page.wait_for_selector(ALL_READY)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found] == []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
