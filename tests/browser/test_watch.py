"""Watch: two networks fight in the visitor's tab."""

import hashlib
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gan.networks import Generator
from tests.browser.test_generate import expect_query

READY = "[data-state=ready]"


def steps(page: Page) -> int:
    return int(page.locator("[data-state]").get_attribute("data-steps") or 0)


def wait_for_steps(page: Page, least: int) -> None:
    page.wait_for_function(f"+document.querySelector('[data-state]').dataset.steps >= {least}")


def wall(page: Page) -> str:
    return page.evaluate("document.querySelector('.numbers canvas').toDataURL()")


@pytest.fixture
def watch(open_page, url) -> Page:
    return open_page(f"{url}?watch=small", ready=READY)


def test_the_tab_fetches_digits_only_when_it_is_opened(open_page, url) -> None:
    page = open_page(url, ready="#wall[data-painted]")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert not [address for address in asked if "digits.png" in address]
    page.get_by_role("tab", name="Watch").click()
    page.wait_for_selector(READY)
    assert [a.rpartition("/")[2] for a in asked if "digits.png" in a] == ["training-digits.png", "test-digits.png"]
    expect_query(page, watch="small")


def test_it_runs_pauses_and_begins_again_from_the_same_noise(watch: Page) -> None:
    watch.wait_for_selector(".numbers canvas[data-painted]")
    noise = wall(watch)
    watch.get_by_role("button", name="Start", exact=True).click()
    expect(watch.locator("#watch-status")).to_contain_text("real digits a second")
    wait_for_steps(watch, 10)
    watch.get_by_role("button", name="Pause").click()
    expect(watch.locator("#watch-status")).to_contain_text("Paused after")
    watch.wait_for_timeout(500)
    stopped = steps(watch)
    watch.wait_for_timeout(500)
    assert steps(watch) == stopped
    assert wall(watch) != noise
    watch.get_by_role("button", name="Restart").click()
    watch.wait_for_selector(READY)
    watch.wait_for_function(f"document.querySelector('.numbers canvas').toDataURL() === {noise!r}")


def test_single_steps_and_slow_motion_say_who_has_learned(watch: Page) -> None:
    watch.get_by_role("button", name="One step of D").click()
    expect(watch.locator("#watch-status")).to_contain_text("D has learned")
    watch.get_by_role("button", name="One step of G").click()
    expect(watch.locator("#watch-status")).to_contain_text("G has learned")
    watch.get_by_label("Slow motion").check()
    watch.get_by_role("button", name="Start", exact=True).click()
    expect(watch.locator("#watch-status")).to_contain_text("D has learned")
    expect(watch.locator("#watch-status")).to_contain_text("G has learned")


def test_a_hidden_tab_pauses_and_says_so(watch: Page) -> None:
    watch.get_by_role("button", name="Start", exact=True).click()
    wait_for_steps(watch, 5)
    watch.evaluate("""
        Object.defineProperty(document, "hidden", { value: true, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    """)
    expect(watch.locator("#watch-status")).to_contain_text("while this tab was hidden")
    watch.wait_for_timeout(300)
    stopped = steps(watch)
    watch.wait_for_timeout(500)
    assert steps(watch) == stopped
    watch.get_by_role("button", name="Start", exact=True).click()
    wait_for_steps(watch, stopped + 5)


def test_a_preset_breaks_the_fight_and_its_remedy_turns_the_knobs_back(watch: Page) -> None:
    watch.get_by_role("button", name="G too strong: Break it").click()
    wait_for_steps(watch, 5)
    expect(watch.locator("#watch-discriminator-learning-rate")).to_have_value("0.00001")
    before = steps(watch)
    expect(watch.get_by_role("button", name="Collapse: Save it")).to_be_disabled()
    expect(watch.locator(".watch-preset")).to_contain_text("D learns too slowly to keep up")
    watch.get_by_role("button", name="G too strong: Save it").click()
    expect(watch.locator(".watch-preset")).to_contain_text("the noise no longer passes")
    expect(watch.locator("#watch-discriminator-learning-rate")).to_have_value("0.001")
    wait_for_steps(watch, before + 5)


def test_a_loss_beyond_all_bounds_stops_it_and_the_last_good_state_is_offered(watch: Page) -> None:
    watch.locator("#watch-recipe").select_option("relu-2")
    watch.wait_for_selector(READY)
    watch.locator("#watch-loss").select_option("wasserstein")
    for knob in ("#watch-learning-rate", "#watch-discriminator-learning-rate"):
        watch.locator(knob).select_option("0.1")
    watch.get_by_role("button", name="Start", exact=True).click()
    expect(watch.locator("#watch-status")).to_contain_text("grew beyond all bounds", timeout=30_000)
    expect(watch.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    for knob in ("#watch-learning-rate", "#watch-discriminator-learning-rate"):
        watch.locator(knob).select_option("0.0001")
    watch.locator("#watch-loss").select_option("non_saturating")
    watch.get_by_role("button", name=re.compile(r"Go back to step \d+$")).click()
    watch.get_by_role("button", name="Start", exact=True).click()
    before = steps(watch)
    wait_for_steps(watch, before + 5)


def test_a_knob_works_while_it_runs(watch: Page) -> None:
    watch.get_by_role("button", name="Start", exact=True).click()
    wait_for_steps(watch, 5)
    watch.locator("#watch-batch-size").select_option("16")
    watch.locator("#watch-loss").select_option("hinge")
    before = steps(watch)
    wait_for_steps(watch, before + 20)
    watch.locator("#watch-recipe").select_option("relu-2")
    watch.wait_for_selector(READY)
    expect(watch.locator("#watch-batch-size")).to_have_value("64")
    expect_query(watch, watch="relu-2")


def test_what_was_trained_is_a_model_folder_and_draws_the_page(watch: Page, models, tmp_path: Path) -> None:
    expect(watch.get_by_role("button", name="Download this generator")).to_be_disabled()
    watch.get_by_role("button", name="Start", exact=True).click()
    wait_for_steps(watch, 3)
    watch.get_by_role("button", name="Pause").click()
    with watch.expect_download() as download:
        watch.get_by_role("button", name="Download this generator").click()
    download.value.save_as(tmp_path / "model.zip")
    zipfile.ZipFile(tmp_path / "model.zip").extractall(tmp_path)
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    trained = Generator.from_pretrained(folder)
    assert trained.weights == hashlib.sha256((folder / "quantized.safetensors").read_bytes()).hexdigest()[:8]
    # and the other tabs draw with it
    watch.get_by_role("button", name="Use it in the other tabs").click()
    expect(watch.locator("#own")).to_contain_text("Your own generator draws here: small after")
    wall_of_numbers = "document.querySelector('#wall').dataset.painted"
    watch.wait_for_function(f"{wall_of_numbers} === '0/16'")
    assert digits_of(watch) == trained.sample(SEEDS, DIGITS).flatten().tolist()
    watch.get_by_role("button", name="Copy link to its training").click()
    assert "?watch=small&model=tested" in watch.evaluate("navigator.clipboard.readText()")
    expect(watch.get_by_role("button", name="Embed")).to_be_disabled()
    expect(watch.locator("#model")).to_contain_text("small after")
    mine = picture(watch, "#wall canvas")
    # but for what is about the page's model and its discriminator
    watch.get_by_role("tab", name="Real or drawn?").click()
    expect(watch.locator("#game-status")).to_contain_text("let tested draw again first")
    watch.get_by_role("button", name="Back to tested").click()
    watch.get_by_role("button", name="Try again").click()
    watch.wait_for_selector("#mount-game [data-state=ready]")
    watch.get_by_role("tab", name="Generate").click()
    expect(watch.get_by_role("button", name="Embed")).to_be_enabled()
    watch.wait_for_function(f"{picture_of('#wall canvas')} !== {mine!r}")
    assert digits_of(watch) == models.served.sample(SEEDS, DIGITS).flatten().tolist()
    assert watch.locator("#own").inner_text() == ""


SEEDS, DIGITS = [7, 8, 2**32 - 1], [3, 8, 0]


def digits_of(page: Page) -> list[int]:
    """What the page draws now."""
    request = {"seeds": SEEDS, "digits": DIGITS, "temperature": 1}
    return page.evaluate("async (request) => [...(await digits.sample(request))]", request)


def picture_of(canvas: str) -> str:
    return f"document.querySelector('{canvas}').toDataURL()"


def picture(page: Page, canvas: str) -> str:
    return page.evaluate(picture_of(canvas))


# Keeps every worker that the page starts; with `noWorkers`, it can start none.
WORKERS = """
    const Plain = window.Worker;
    window.made = [];
    window.Worker = class extends Plain {
      constructor(...options) {
        if (window.noWorkers) throw new Error("no more");
        super(...options);
        window.made.push(this);
      }
    };
"""


def test_where_an_own_generator_cannot_draw_the_pages_model_draws(browser, url, models) -> None:
    context = browser.new_context(locale="en-US")
    context.add_init_script(WORKERS)
    page = context.new_page()
    page.goto(f"{url}?watch=relu-2")
    page.wait_for_selector(READY)
    page.get_by_role("button", name="Start", exact=True).click()
    wait_for_steps(page, 2)
    page.evaluate("window.noWorkers = true")
    page.get_by_role("button", name="Use it in the other tabs").click()
    expect(page.locator("#watch-kept")).to_contain_text(
        "cannot draw here: the engine's worker can't be started: no more"
    )
    page.evaluate("window.noWorkers = false")
    page.get_by_role("button", name="Use it in the other tabs").click()
    expect(page.locator("#own")).to_contain_text("relu-2 after")
    expect(page.locator("#digit input").first).to_be_disabled()  # it has no classes
    page.evaluate("window.made.at(-1).onerror({ message: 'it broke' })")
    page.get_by_role("button", name="Random").click()
    expect(page.locator("#notices")).to_contain_text("Your generator cannot draw here: it broke. tested draws again.")
    expect(page.locator("#own")).to_be_empty()
    expect(page.locator("#digit input").first).to_be_enabled()
    assert digits_of(page) == models.served.sample(SEEDS, DIGITS).flatten().tolist()
    context.close()


def test_a_part_whose_script_does_not_arrive_can_be_asked_for_again(open_page, url) -> None:
    page = open_page(url, ready="#wall[data-painted]")
    page.route("**/parts.js", lambda route: route.abort(), times=1)
    page.get_by_role("tab", name="Watch").click()
    expect(page.locator("#mount-watch")).to_contain_text("This part of the page did not arrive.")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(READY)


def test_what_did_not_arrive_is_told_and_restart_tries_again(open_page, url) -> None:
    page = open_page(url, ready="#wall[data-painted]")
    page.route("**/training-digits.png", lambda route: route.abort(), times=1)
    page.get_by_role("tab", name="Watch").click()
    expect(page.locator("#watch-status")).to_contain_text("The training stopped")
    page.get_by_role("button", name="Restart").click()
    page.wait_for_selector(READY)


def test_without_webassembly_a_notice_says_so_and_the_rest_works(browser, url) -> None:
    context = browser.new_context(locale="en-US")
    context.add_init_script("delete window.WebAssembly")
    page = context.new_page()
    page.goto(f"{url}?watch=small")
    expect(page.locator("#watch-status")).to_contain_text("This browser cannot train")
    page.get_by_role("tab", name="Generate").click()
    page.wait_for_selector("#wall[data-painted]")
    context.close()


def test_the_page_stays_free_while_it_trains(watch: Page) -> None:
    watch.get_by_role("button", name="Start", exact=True).click()
    wait_for_steps(watch, 5)
    frames = watch.evaluate("""new Promise((done) => {
        let frames = 0;
        const tick = () => {
            frames++;
            requestAnimationFrame(tick);
        };
        requestAnimationFrame(tick);
        setTimeout(() => done(frames), 3000);
    })""")
    assert frames > 10  # benchmarks/fight.py counts those that are dropped; a page that trained itself would draw none
