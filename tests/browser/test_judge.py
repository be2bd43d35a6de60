"""Judge: a drawing, what D and the classifier make of it, and where the generator comes nearest to it."""

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from PIL import Image

from gan.web.digits import unseen_digits
from gan.web.model_store import ModelStore
from tests.browser.conftest import served
from tests.browser.test_generate import expect_query
from tests.web.models import untrained

READY = "#mount-judge [data-state=ready]"
SEVEN = [[(0.25, 0.2), (0.75, 0.2), (0.45, 0.88)]]
DROP = """([name, type, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(bytes)], name, { type }));
    const drop = { dataTransfer: data, bubbles: true, cancelable: true };
    document.getElementById("judge-pad").dispatchEvent(new DragEvent("drop", drop));
}"""


def draw(page: Page, strokes: list[list[tuple[float, float]]]) -> None:
    box = page.locator("#judge-pad").bounding_box()
    assert box is not None
    for stroke in strokes:
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=5)
        page.mouse.up()


def seen(page: Page) -> np.ndarray:
    """The pixels that the networks see, `[28, 28]`, 255 = ink."""
    found = page.evaluate("""() => {
        const canvas = document.querySelector(".judge-pictures canvas");
        return [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 === 0)];
    }""")
    return 255 - np.reshape(found, (28, 28))


def drawing_of(page: Page) -> str:
    return re.search("judge=([^&]*)", page.url)[1]  # type: ignore[index]


def picture(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_a_drawing_is_judged_found_and_brought_back_by_its_link(open_page, trained_url) -> None:
    page = open_page(f"{trained_url}?judge=", ready=READY)
    verdict, found = page.locator("#judge-verdict"), page.locator("#judge-found")
    expect(verdict).to_have_text("The paper is empty: draw a digit, or drop a picture on it.")
    expect(page.locator("#judge-find")).to_be_disabled()
    expect(page.locator("#judge-undo")).to_be_disabled()
    draw(page, SEVEN)
    expect(verdict).to_contain_text("The classifier reads it as 7")
    expect(verdict).to_contain_text(re.compile(r"^D (takes it for|cannot tell).*logit −?\d\.\d\d, a probability of \d+ %"))
    expect(verdict).to_contain_text(re.compile(r"Of a hundred real test digits, \d+ look less real"))
    expect(verdict).to_contain_text("D was asked whether it is a real 7")
    assert float(page.locator("#mount-judge [data-took]").get_attribute("data-took") or 999) < 250  # a busy machine
    pixels = seen(page)
    assert np.ptp(np.nonzero(pixels)[0]) == 19  # fitted into 20 × 20

    page.locator("#judge-find").click()
    page.wait_for_selector("[data-state=found]")
    distance = float(page.locator("[data-state=found]").get_attribute("data-distance") or 99)
    assert distance < 3
    expect(found).to_contain_text(re.compile(r"^Near: modern can draw your digit\. Its distance is \d\.\d"))
    number = page.locator("#judge-number")
    expect(number).to_have_attribute("href", re.compile(rf"\?seed={number.inner_text()}&count=1"))
    link = page.url
    assert drawing_of(page)
    page.locator("#judge-morph").click()
    page.wait_for_selector("canvas.frame[data-position]")
    expect_query(page, seeds=re.compile(rf"{number.inner_text()},\d+"))
    page.goto(link)
    page.wait_for_selector(READY)
    expect(verdict).to_contain_text("The classifier reads it as 7")
    assert np.array_equal(seen(page), pixels)
    assert drawing_of(page) == re.search("judge=([^&]*)", link)[1]  # type: ignore[index]

    # Another stroke, which Undo takes back; then what modern never learned.
    draw(page, [[(0.2, 0.55), (0.8, 0.55)]])
    assert not np.array_equal(seen(page), pixels)
    page.get_by_role("button", name="Undo stroke").click()
    assert np.array_equal(seen(page), pixels)
    page.get_by_role("button", name="Clear").click()
    expect(verdict).to_contain_text("The paper is empty")
    assert drawing_of(page) == ""
    page.get_by_role("button", name="Undo", exact=True).click()  # the page's own
    expect(verdict).to_contain_text("The classifier reads it as 7")
    page.get_by_role("button", name="Clear").click()
    draw(page, [[(x, 0.1), (x, 0.9)] for x in (0.15, 0.4, 0.65, 0.9)])
    page.locator("#judge-find").click()
    page.wait_for_selector("[data-state=found]")
    expect(found).to_contain_text("Nothing near was found")
    expect(found).to_contain_text("modern never learned this shape")


@pytest.fixture
def judge(open_page, url) -> Page:
    return open_page(f"{url}?judge=", ready=READY)


def test_a_picture_is_taken_however_it_comes(judge: Page) -> None:
    told = judge.locator("#judge-told")
    digit = unseen_digits()[0][330]
    large = np.pad(digit.repeat(40, 0).repeat(40, 1), 60)
    light = {"name": "light.png", "mimeType": "image/png", "buffer": picture(large)}
    judge.locator("#judge-file").set_input_files([light])
    expect(told).to_contain_text("A picture of 1240 × 1240 pixels.")
    expect(told).to_contain_text("reduced, taken for light ink on a dark sheet")
    assert np.abs(seen(judge) - digit).mean() < 3
    judge.get_by_role("button", name="Clear").click()
    judge.evaluate(DROP, ["seven.png", "image/png", [*picture(255 - digit)]])
    expect(told).to_have_text("A picture of 28 × 28 pixels.")
    assert np.array_equal(seen(judge), digit)
    judge.evaluate(
        """(bytes) => {
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([Uint8Array.from(bytes)], "pasted.png", { type: "image/png" }));
            document.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
        }""",
        [*picture(255 - unseen_digits()[0][10])],
    )
    judge.wait_for_function("(before) => !location.href.includes(before)", arg=drawing_of(judge))
    assert np.array_equal(seen(judge), unseen_digits()[0][10])


def test_what_holds_no_digit_is_refused_with_a_remedy(judge: Page) -> None:
    told = judge.locator("#judge-told")
    judge.evaluate(DROP, ["notes.txt", "text/plain", [104, 105]])
    expect(told).to_contain_text("“notes.txt” is no picture that this browser can read")
    judge.evaluate(DROP, ["blank.png", "image/png", [*picture(np.full((40, 40), 200))]])
    expect(told).to_contain_text("nothing stands out from its ground")
    expect(judge.locator("#judge-verdict")).to_contain_text("The paper is empty")
    judge.goto(judge.url.replace("judge=", "judge=AAAA"))
    judge.wait_for_selector(READY)
    expect(told).to_contain_text("The link's drawing is damaged")


def test_what_did_not_arrive_can_be_asked_for_again(open_page, url) -> None:
    page = open_page(url, ready="#wall[data-painted]")
    page.route("**/discriminator/*.safetensors", lambda route: route.abort(), times=1)
    page.get_by_role("tab", name="Judge").click()
    page.wait_for_selector(READY)
    draw(page, SEVEN)
    verdict = page.locator("#judge-verdict")
    expect(verdict).to_contain_text("The discriminator cannot be used")
    expect(verdict).to_contain_text("The classifier reads it as 7")
    page.get_by_role("button", name="Try again").click()
    expect(verdict).to_contain_text("logit")
    expect(verdict).not_to_contain_text("cannot be used")


def test_without_webassembly_there_are_verdicts_but_nothing_is_found(browser, url) -> None:
    context = browser.new_context(locale="en-US")
    context.add_init_script("delete window.WebAssembly")
    page = context.new_page()
    page.goto(f"{url}?judge=")
    page.wait_for_selector(READY)
    draw(page, SEVEN)
    expect(page.locator("#judge-verdict")).to_contain_text("The classifier reads it as 7")
    page.locator("#judge-find").click()
    expect(page.locator("#judge-found")).to_contain_text("This browser has no WebAssembly. So nothing can be looked for")
    context.close()


@pytest.fixture(scope="module")
def convolutional_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(ModelStore(untrained(tmp_path_factory.mktemp("models") / "deep", "dcgan"))) as address:
        yield address


def test_a_model_of_convolutions_says_what_it_cannot_do(open_page, convolutional_url) -> None:
    page = open_page(f"{convolutional_url}?judge=", ready=READY)
    draw(page, SEVEN)
    verdict = page.locator("#judge-verdict")
    expect(verdict).to_contain_text("deep's discriminator is made of convolutions")
    expect(verdict).to_contain_text("The classifier reads it as 7")
    page.locator("#judge-find").click()
    expect(page.locator("#judge-found")).to_contain_text("has no convolutions, which this model is made of")
