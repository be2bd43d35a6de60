"""The page draws in the browser: Python's pixels, no request for any gesture, and the server where that fails."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from gan import walks, writing
from gan.networks import Generator
from gan.web.model_store import ModelStore
from tests.browser.conftest import served
from tests.browser.test_generate import PAINTED, expect_query, painted
from tests.web.models import untrained

HERE = "#drawn-by[data-here=true]"
FRAME = "canvas.frame[data-position]"
CHOICE = "Where the digits are drawn"


@pytest.fixture(scope="module")
def generator(models: ModelStore) -> Generator:
    return models.served


@pytest.fixture(scope="module")
def convolutional_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page of a model that the engine cannot draw."""
    with served(ModelStore(untrained(tmp_path_factory.mktemp("models") / "folded", "dcgan"))) as address:
        yield address


def requests_of(page: Page) -> list[str]:
    """What the page asks for from now on; readings of a digit that is looked at draw nothing."""
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "judge.json" not in r.url and "data:" not in r.url else None)
    return asked


# Pixels


def test_the_console_gets_the_bytes_of_sample(open_page, url, generator) -> None:
    page = open_page(url, ready=PAINTED)
    request = {"seeds": [7, 8, 2**32 - 1], "digits": [3, 8, 0], "temperature": 0.7}
    found = page.evaluate("async (request) => [...(await digits.sample(request))]", request)
    assert found == generator.sample([7, 8, 2**32 - 1], [3, 8, 0], 0.7).flatten().tolist()
    page.get_by_label(CHOICE).select_option("server")  # the console's digits are the engine's all the same
    found = page.evaluate("async () => [...(await digits.sample({ seeds: [5] }))]")
    assert found == generator.sample([5]).flatten().tolist()


BITMAPS = """
  window.drawn = [];
  const make = window.createImageBitmap;
  window.createImageBitmap = async (...source) => {
    const bitmap = await make(...source);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    const { data } = canvas.getContext("2d").getImageData(0, 0, bitmap.width, bitmap.height);
    const grey = [];
    for (let i = 0; i < data.length; i += 4) {
      const [red, green, blue, alpha] = data.slice(i, i + 4);
      if (red !== green || red !== blue || alpha !== 255) throw new Error("not an opaque grey");
      grey.push(255 - data[i]);
    }
    window.drawn.push({ width: bitmap.width, grey, made: source[0] instanceof ImageData ? "here" : "there" });
    return bitmap;
  };
"""


def last_bitmap(page: Page) -> np.ndarray:
    """The picture that the browser drew last, `int [H, W]`, 0 = paper, as canvases show it."""
    found = page.evaluate("window.drawn.at(-1)")
    assert found["made"] == "here"
    return np.array(found["grey"]).reshape(-1, found["width"])


def cells(picture: np.ndarray, width: int = 28, height: int = 28) -> np.ndarray:
    """`[H, W]` → `[N, height, width]`, row by row."""
    rows, columns = picture.shape[0] // height, picture.shape[1] // width
    return picture.reshape(rows, height, columns, width).swapaxes(1, 2).reshape(-1, height, width)


def opened(open_page, address: str, ready: str) -> Page:
    """A page that keeps what it draws and that has drawn something with the engine."""
    page = open_page("about:blank")
    page.add_init_script(BITMAPS)
    page.goto(address)
    page.wait_for_selector(ready)
    page.wait_for_selector(HERE)
    return page


def test_the_walls_pixels_are_those_of_sample(open_page, url, generator) -> None:
    page = opened(open_page, f"{url}?seed=4294967290&count=6", PAINTED)
    page.get_by_role("button", name="Next").click()
    painted(page, "0/6")
    assert np.array_equal(cells(last_bitmap(page))[:6], generator.sample(range(6)))
    page.get_by_label("Same handwriting, ten digits").check()
    expect_query(page, ten="1")
    assert np.array_equal(cells(last_bitmap(page)), walks.ten_classes(generator, range(6)))


def test_the_walks_the_planes_and_the_lines_pixels_are_pythons(open_page, url, generator) -> None:
    page = opened(open_page, f"{url}?seeds=7,42&digits=3,8&frames=12&count=3", FRAME)
    page.get_by_label("Loop back to the first").check()
    expect_query(page, loop="1")
    found = cells(last_bitmap(page), 56, 56)
    expected = walks.walk(generator, (7, 42), (3, 8), count=3, frames=12, loop=True)  # [12, 3, 28, 28]
    for place, (y, x) in enumerate([(0, 0), (0, 28), (28, 0)]):
        assert np.array_equal(found[:, y : y + 28, x : x + 28], expected[:, place])
    assert not found[:, 28:, 28:].any()
    page.close()
    page = opened(open_page, f"{url}?text=1-2&seed=5", "#line[data-painted]")
    page.get_by_label("Text").fill("2026-11")
    page.wait_for_selector("#line[data-painted='2026-11']")
    assert np.array_equal(last_bitmap(page), writing.written_line(generator, "2026-11", 5))


# No request


def test_no_gesture_on_the_wall_asks_for_anything(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=16", ready=PAINTED)
    page.wait_for_selector(HERE)
    page.wait_for_load_state("networkidle")
    asked = requests_of(page)
    page.get_by_label("Number (seed)").fill("1000")
    painted(page, "1000/16")
    page.locator("#count input[type=number]").fill("9")
    painted(page, "1000/9")
    page.get_by_role("slider", name=re.compile("Temperature")).first.fill("0.5")
    expect_query(page, temperature="0.5")
    page.get_by_role("button", name="Next").click()
    painted(page, "1009/9")
    assert asked == []


def test_no_gesture_of_a_morph_a_plane_or_a_line_asks_for_anything(open_page, url) -> None:
    page = open_page(f"{url}?seeds=7,42", ready=FRAME)
    page.wait_for_selector(HERE)
    page.wait_for_load_state("networkidle")
    asked = requests_of(page)
    page.locator("#key-seed-0").fill("99")
    expect_query(page, seeds="99,42")
    images = page.locator(".key img")
    expect(images.first).to_have_attribute("alt", "Number 99")
    page.wait_for_function("document.querySelector('.key img').naturalWidth === 28")
    page.get_by_label("Plane between four digits").check()
    page.wait_for_selector(".pad:not([hidden])")
    page.get_by_role("tab", name="Write").click()
    page.get_by_label("Text").fill("12:30")
    page.wait_for_selector("#line[data-painted='12:30']")
    assert asked == []


def test_a_handwriting_that_no_link_may_hold_gives_way_to_the_nearest(open_page, url) -> None:
    page = open_page(f"{url}?text=1-2&seed=5&hand=own", ready="#line[data-painted]")
    page.wait_for_selector(HERE)
    page.get_by_label("Handwriting (seed)").fill("4294967296")
    expect(page.get_by_role("alert")).to_contain_text("must be a whole number from 0 to 4294967295. Shown: 4294967295.")
    expect_query(page, seed="4294967295")


# The choice


def test_the_server_draws_the_same_where_it_is_chosen_for_the_session(open_page, url) -> None:
    page = open_page(f"{url}?seed=7&count=4", ready=PAINTED)
    page.wait_for_selector(HERE)
    wall = "document.querySelector('#wall canvas').toDataURL()"
    here = page.evaluate(wall)
    with page.expect_request("**/digits.png?seed=7&count=4*"):
        page.get_by_label(CHOICE).select_option("server")
    expect(page.locator(".took")).to_have_text(re.compile(r"^\d+ ms \(\d+ ms to draw\)$"))
    assert page.evaluate(wall) == here
    assert "server" not in page.url
    asked = requests_of(page)
    page.reload()
    page.wait_for_selector(PAINTED)
    expect(page.get_by_label(CHOICE)).to_have_value("server")
    assert not [address for address in asked if "/quantized/" in address or address.endswith(".wasm")]
    page.get_by_label(CHOICE).select_option("browser")
    page.wait_for_selector(HERE)
    expect(page.locator(".took")).to_have_text(re.compile(r"^\d+ ms$"))
    assert page.evaluate(wall) == here
    expect(page.locator(".notice")).to_have_count(0)


# Failures


def failing(open_page, address: str, *, script: str = "", path: str = "", answer=None, **options: object) -> Page:
    """A page whose browser cannot draw: `script` runs before its own, or `answer` answers a path."""
    page = open_page("about:blank", **options)
    if script:
        page.add_init_script(script)
    if path:
        page.route(path, answer)
    page.goto(address)
    page.wait_for_selector(PAINTED)
    return page


def damaged(route: Route) -> None:
    body = bytearray(route.fetch().body())
    body[-1] ^= 1
    route.fulfill(body=bytes(body))


WRONG_GOLDEN = """
  let state;
  Object.defineProperty(window, "digitsPage", {
    get: () => state,
    set(value) { state = value; state.engine.golden = "0".repeat(64); },
  });
"""
FAILURES = {
    "has no WebAssembly": {"script": "delete globalThis.WebAssembly"},
    "is too old: it has no SIMD": {"script": "WebAssembly.validate = () => false"},
    "weights did not arrive": {"path": "**/quantized/*", "answer": lambda route: route.fulfill(status=404)},
    "weights arrived damaged": {"path": "**/quantized/*", "answer": damaged},
    "engine did not arrive": {"path": "**/engine.wasm", "answer": lambda route: route.abort()},
    "engine arrived damaged": {"path": "**/engine.wasm", "answer": lambda route: route.fulfill(body="no")},
    "could not be started": {"path": "**/worker.js", "answer": lambda route: route.abort()},
    "with other pixels than the server": {"script": WRONG_GOLDEN},
}


@pytest.mark.parametrize("notice", FAILURES)
def test_where_the_browser_cannot_draw_it_says_why_and_the_server_draws(open_page, url, notice: str) -> None:
    page = failing(open_page, f"{url}?seed=7&count=4", **FAILURES[notice])
    expect(page.get_by_role("alert")).to_contain_text(notice)
    expect(page.get_by_role("alert")).to_contain_text("So the server draws.")
    expect(page.get_by_label(CHOICE)).to_have_value("server")
    with page.expect_request("**/digits.png?seed=8&count=4*"):
        page.get_by_label("Number (seed)").fill("8")
    painted(page, "8/4")


def test_a_policy_against_webassembly_is_told(open_page, url) -> None:
    def strict(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "Content-Security-Policy": "script-src 'self'"})

    page = failing(open_page, f"{url}?seed=7&count=4", path="**/worker.js", answer=strict)
    expect(page.get_by_role("alert")).to_contain_text("The security policy of this page forbids WebAssembly.")
    expect(page.get_by_label(CHOICE)).to_have_value("server")


def test_chinese_readers_are_told_in_chinese(open_page, url) -> None:
    page = failing(open_page, url, script="WebAssembly.validate = () => false", locale="zh-CN")
    expect(page.get_by_role("alert")).to_contain_text("此浏览器的 WebAssembly 太旧：没有 SIMD。 因此由服务器绘制。")


def test_weights_that_come_at_a_second_try_draw_here(open_page, url) -> None:
    page = failing(open_page, f"{url}?seed=7&count=4", path="**/quantized/*", answer=lambda route: route.abort())
    expect(page.get_by_role("alert")).to_contain_text("weights did not arrive")
    page.unroute("**/quantized/*")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(HERE)
    expect(page.locator(".notice")).to_have_count(0)
    expect(page.get_by_label(CHOICE)).to_have_value("browser")


def test_where_nobody_can_draw_it_says_so(open_page, url) -> None:
    page = failing(open_page, f"{url}?seed=7&count=4", script="WebAssembly.validate = () => false")
    page.route("**/digits.png*", lambda route: route.abort())
    page.get_by_label("Number (seed)").fill("8")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer, and this browser cannot draw.")
    page.unroute("**/digits.png*")
    page.get_by_role("alert").get_by_role("button", name="Try again").last.click()
    painted(page, "8/4")


def test_convolutions_are_drawn_by_the_server(open_page, convolutional_url) -> None:
    page = open_page(convolutional_url, ready=PAINTED)
    expect(page.get_by_role("alert")).to_contain_text("has no convolutions")
    expect(page.get_by_label(CHOICE)).to_have_value("server")
    expect(page.locator("#drawn-by option").first).to_be_disabled()


def test_of_convolutions_the_judge_says_what_it_cannot_do(open_page, convolutional_url) -> None:
    bar = "DQQCFP____________________________________________________8"  # two columns of ink
    page = open_page(f"{convolutional_url}?judge={bar}", ready="#mount-judge [data-state=ready]")
    expect(page.locator("#judge-verdict")).to_contain_text("folded's discriminator is made of convolutions")
    expect(page.locator("#judge-verdict")).to_contain_text("The classifier reads it as 1")
    page.locator("#judge-find").click()
    expect(page.locator("#judge-found")).to_contain_text("has no convolutions, which this model is made of")


def test_an_engine_that_is_late_does_not_keep_the_first_wall_waiting(open_page, url) -> None:
    held: list[Route] = []
    page = failing(open_page, f"{url}?seed=7&count=4", path="**/quantized/*", answer=lambda route: held.append(route))
    painted(page, "7/4")  # by the server
    expect(page.locator(".took")).to_have_text(re.compile(r"^the first picture by the server, \d+ ms$"))
    expect(page.get_by_label(CHOICE)).to_have_value("browser")
    held[0].continue_()
    page.wait_for_selector(HERE)
    asked = requests_of(page)
    page.get_by_role("button", name="Next").click()
    painted(page, "11/4")
    assert asked == []


# Before Gradio


def test_the_first_wall_is_painted_before_gradio_is_there(open_page, url) -> None:
    page = open_page("about:blank")
    held: list[Route] = []
    page.route("**/theme.css*", lambda route: held.append(route))  # Gradio waits for it
    page.goto(f"{url}?seed=40&count=9", wait_until="commit")
    page.wait_for_selector("#early .wall[data-painted='40/9']", state="attached")
    assert page.locator("#wall").count() == 0
    for route in held:
        route.continue_()
    painted(page, "40/9")
    expect(page.locator("#early")).to_have_count(0)
