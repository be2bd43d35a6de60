"""The page without a server, served by a plain file server: the same page, the same links, the same pixels."""

import io
import mimetypes
import random
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from gan import bundled
from gan.web import links, opening
from gan.web.model_store import ModelStore
from gan.web.opening import open_link
from gan.web.page_state import values_of
from gan.web.site import site_files
from gan.web.site_models import SiteModel
from tests.browser.conftest import served
from tests.browser.file_server import FileServer, file_server, write_files
from tests.browser.frames import link_copied_in_a_frame
from tests.waiting import wait_until
from tests.web.engine.rounds import COUNT, rounds
from tests.web.models import untrained

PAINTED = "#wall[data-painted]"
WALKED = "canvas.frame[data-position]"
WRITTEN = "#line[data-painted]"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory):
    """A model without classes."""
    return untrained(tmp_path_factory.mktemp("models") / "plain", "relu-2")


@pytest.fixture(scope="module")
def files(models: ModelStore, plain) -> dict[str, bytes]:
    """A site that draws with `tested`, and with `plain` where it is chosen."""
    return site_files([SiteModel(models.served, "<h1>About tested</h1>"), SiteModel(plain, "<h1>About plain</h1>")])


@pytest.fixture(scope="module")
def site(files, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    with file_server(write_files(tmp_path_factory.mktemp("site"), files)) as server:
        yield server


def pixels(page: Page, canvas: str) -> str:
    return page.evaluate("canvas => document.querySelector(canvas).toDataURL()", canvas)


def size_of(page: Page, canvas: str) -> list[int]:
    return page.evaluate("name => ['width', 'height'].map((side) => document.querySelector(name)[side])", canvas)


def query_of(page: Page) -> str:
    return page.url.partition("?")[2]


# The same page


def test_it_opens_with_the_digits_of_python_and_asks_for_its_own_files_only(open_page, site, models) -> None:
    site.requests.clear()
    page = open_page(site.url, ready=PAINTED)
    assert page.title() == "Digits by number"
    expect(page.locator(".reading .model")).to_have_text("tested")
    expect(page.locator(".reading .drawn")).to_have_text(re.compile(r"^drawn in your browser, \d+ ms$"))
    drawn = page.evaluate("digits.sample({seeds: [7, 8], digits: [3, 8], temperature: 0.5}).then((p) => [...p])")
    assert drawn == models.served.sample([7, 8], [3, 8], 0.5).flatten().tolist()
    assert all((site.folder / name).is_file() for name in site.requests if name)
    assert not [name for name in site.requests if "plain" in name]  # another model is fetched when it is chosen


@pytest.mark.parametrize(
    ("query", "ready", "canvas"),
    [
        ("seed=4294967290&count=12&digit=5&temperature=0.8", PAINTED, "#wall canvas"),
        ("seed=3&count=4&ten=1", PAINTED, "#wall canvas"),
        ("seeds=7,42&digits=3,8&count=4&frames=24&at=11", WALKED, WALKED),
        ("seeds=7,42,99,5&plane=1&at=3,20", WALKED, WALKED),
        ("text=2026-11-21&seed=5&hand=own", WRITTEN, WRITTEN),
    ],
)
def test_a_link_opens_the_same_pixels_with_and_without_a_server(open_page, site, url, query, ready, canvas) -> None:
    here, there = (open_page(f"{address}?{query}", ready=ready, color_scheme="light") for address in (site.url, url))
    for page in (here, there):
        page.evaluate("scrollTo(0, 0)")
        page.set_viewport_size({"width": 1000, "height": 900})
    # Each page draws anew for its own new size, when it comes to it.
    wait_until(lambda: size_of(here, canvas) == size_of(there, canvas))
    assert pixels(here, canvas) == pixels(there, canvas)
    assert query_of(here) == query_of(there)


def test_every_control_changes_picture_and_address(open_page, site) -> None:
    page = open_page(site.url, ready=PAINTED)
    seen = {pixels(page, "#wall canvas")}
    for change, expected in [
        (lambda: page.get_by_label("Number (seed)").fill("7"), "seed=7"),
        (lambda: page.locator("#count input[type=number]").fill("9"), "count=9"),
        (lambda: page.get_by_role("radio", name="3").check(), "digit=3"),
        (lambda: page.get_by_role("slider", name="Temperature").fill("0.5"), "temperature=0.5"),
        (lambda: page.get_by_label("Same handwriting, ten digits").check(), "ten=1"),
        (lambda: page.get_by_role("button", name="Next").click(), "seed=16"),
    ]:
        change()
        page.wait_for_function("want => location.search.slice(1).split('&').includes(want)", arg=expected)
        assert pixels(page, "#wall canvas") not in seen
        seen.add(pixels(page, "#wall canvas"))
    expect(page.get_by_label("Number (seed)")).to_have_value("16")
    page.get_by_role("tab", name="Write").click()
    page.get_by_label("Text").fill("12-3")
    expect(page.locator("#line")).to_have_attribute("data-painted", "12-3")
    page.get_by_role("tab", name="Morph").click()
    page.get_by_label("Plane between four digits").check()
    page.wait_for_function("location.search.includes('plane=1')")


def test_a_value_that_no_link_may_hold_gives_way_to_the_nearest(open_page, site) -> None:
    page = open_page(f"{site.url}?count=400", ready=PAINTED)
    page.get_by_label("Same handwriting, ten digits").click()
    expect(page.get_by_role("alert")).to_contain_text("How many: “400” must be at most 40 when each shows ten digits.")
    expect(page.get_by_label("Same handwriting, ten digits")).to_be_checked()
    expect(page.locator("#count input[type=number]")).to_have_value("40")
    page = open_page(f"{site.url}?temperature=0.15625", ready=PAINTED)  # as tests/web/test_links.py has it
    expect(page.get_by_role("spinbutton", name="Temperature")).to_have_value("0.1563")


def test_the_first_digits_draw_themselves(open_page, site) -> None:
    page = open_page(site.url, ready="#wall[data-painted]")
    first = pixels(page, "#wall canvas")
    page.wait_for_function("first => document.querySelector('#wall canvas').toDataURL() !== first", arg=first)


def test_tabs_are_moved_over_by_arrow_keys(open_page, site) -> None:
    page = open_page(site.url, ready=PAINTED)
    page.get_by_role("tab", name="Generate").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Morph")).to_be_focused()
    expect(page.get_by_role("tab", name="Morph")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tabpanel", name="Generate")).to_be_visible()
    page.evaluate("document.activeElement.blur()")  # tabs have keys of their own
    page.keyboard.press("r")
    page.wait_for_function("document.querySelector('#wall').dataset.painted !== '0/16'")


def test_what_needs_a_server_is_absent_and_said_so(open_page, site) -> None:
    page = open_page(f"{site.url}?seeds=7,42", ready=WALKED)
    expect(page.get_by_role("contentinfo")).to_contain_text("It has no server, so what needs one is absent")
    expect(page.locator(".downloads")).to_contain_text("Animated files need the server")
    page.get_by_role("button", name="Embed").click()
    assert "<iframe src=" in page.get_by_label("HTML").input_value()
    expect(page.get_by_role("dialog")).to_contain_text("no picture has an address of its own")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("query", "ready"),
    [("seed=-1", PAINTED), ("open=9", "dialog"), ("seeds=7,42,99,5&plane=1", WALKED), ("text=12", WRITTEN)],
)
def test_axe_finds_no_barrier(open_page, site, scheme, query, ready) -> None:
    page = open_page(f"{site.url}?{query}", ready=ready, color_scheme=scheme)
    found = [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in Axe().run(page).response["violations"]]
    assert found == []


def test_the_tab_of_a_link_is_seen_on_a_phone(open_page, site) -> None:
    page = open_page(f"{site.url}?learn=", ready="[data-lesson]", viewport={"width": 390, "height": 844})
    box = page.get_by_role("tab", name="Learn", exact=True).bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_nothing_scrolls_sideways_on_a_phone(open_page, site) -> None:
    for query, ready in (("count=400", PAINTED), ("seeds=7,42", WALKED), (f"text={'8' * 64}", WRITTEN)):
        page = open_page(f"{site.url}?{query}", ready=ready, viewport={"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, query


def test_languages_and_themes_are_those_of_the_page_with_a_server(open_page, site) -> None:
    page = open_page(f"{site.url}?seed=-1&__theme=dark", ready=PAINTED, locale="zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text("按编号写数字")
    expect(page.get_by_role("tab", name="渐变")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("编号：“-1”必须是 0 到 4294967295 的整数。")
    expect(page.locator("html")).to_have_class("dark")
    assert page.title() == "按编号写数字"
    page.wait_for_function("location.search.includes('__theme=dark')")


# Links are read as Python reads them

QUERIES = [
    "", "?", "seed=7", "seed=-1&count=0&digit=10&temperature=2&ten=2", "seed=007&count=+5", "seed=7&seed=8",
    "a=1&text=", "seed=4294967296", "count=400&ten=1", "seed=4294967290&count=12&open=3", "seed=5&open=4",
    "open=7,3&seed=7", "open=7,3&seed=7&ten=1", "open=7,10&ten=1", "open=7,3,3&ten=1", "model=plain&open=7,3&ten=1",
    "open=x", "seeds=7", "seeds=7&digits=3,8", "seeds=7,42&digits=3", "seeds=7,42&digits=3,8,1",
    "seeds=1,2,3&plane=1", "seeds=,", "seeds=7,42&digits=-,-&frames=240&count=64", "digits=3,8",
    "seeds=7,42&frames=1&mode=x&fps=51&loop=yes&swing=1&at=1,2,3", "seeds=" + ",".join(map(str, range(17))),
    "text=12%2F3+4&hand=own", "text=abc", "text=%F0%9F%98%80", "text=" + "1" * 65, "v=2", "v=1&model=tested",
    "text=1&seed=x&temperature=1.00005", "model=nobody", "model=a%20b", "weights=12345678", "weights=xyz",
    "model=tested&weights=12345678", "model=plain&digit=3", "model=plain&text=12", "model=plain&ten=1",
    "model=plain&seeds=7,42&digits=3,8", "seed=%37&count=1%36", "seed=1;count=2", "seed", "=7", "&&seed=7&",
    "temperature=.5", "seed=3&amp;model=plain&amp;amp;count=4", "model=plain&model=x", "seed=1&" + "x" * 5000,
    "watch=small&preset=overfit", "watch=relu-2&preset=collapse", "watch=small&preset=x", "learn=the-game", "learn=The",
]  # fmt: skip
VALUES = [
    "", "0", "1", "7", "-1", "9,3", "3,8", "7,42,99,5", "-,3", "0.5", "1.5", "16", "400", "x", "slerp", "lerp", "own",
    "tested", "plain", "1e3", "０", "12 3", "1:2", "99999999999", "0001", "240", "64",
    "9" * 400, "-" + "9" * 400,
]  # fmt: skip


def some_queries(count: int) -> list[str]:
    """Queries of random parameters with random values, good and bad."""
    r = random.Random(20261122)
    names = sorted({name for kind in links.KINDS.values() for name in links.parameters(kind, page=True)} | {"other"})
    return [
        "&".join(f"{r.choice(names)}={quote(r.choice(VALUES), safe=',')}" for _ in range(r.randint(1, 6)))
        for _ in range(count)
    ]


def test_a_link_is_read_as_python_reads_it(open_page, site, models, plain, monkeypatch, tmp_path) -> None:
    page = open_page(site.url, ready=PAINTED)
    shown = """query => {
      const state = { ...digitsPage, ...digitsPage.read(query) };
      const told = state.problems.map(({ parameter, value, code, args }) => ({ parameter, value, code, args }));
      return [state.kind, state.state[state.kind], told, state.pin.model];
    }"""
    recorded = page.evaluate("digitsPage.histories.map(({ model }) => model)")
    monkeypatch.setattr(opening, "store_folders", lambda _: dict.fromkeys(recorded))
    monkeypatch.setattr(bundled, "BUNDLED", tmp_path)
    untrained(tmp_path / "plain", "relu-2")
    store = ModelStore(models.served, remote=False)
    for query in [*QUERIES, *some_queries(600)]:
        generator, request, problems = open_link(store, query)
        kind = next(name for name, of in links.KINDS.items() if isinstance(request, of))
        told = [{k: v for k, v in p.as_json().items() if k != "reason"} for p in problems]
        values = {name: list(v) if isinstance(v, tuple) else v for name, v in values_of(request).items()}
        assert page.evaluate(shown, query) == [kind, values, told, generator.name], query


# Models


def test_another_model_is_fetched_when_it_is_chosen_and_its_card_is_there(open_page, site, plain) -> None:
    page = open_page(site.url, ready=PAINTED)
    page.get_by_role("button", name="Model").click()
    page.get_by_text("What is known of plain").click()
    expect(page.get_by_role("heading", name="About plain")).to_be_visible()
    page.get_by_role("button", name="plain", exact=True).click()
    page.wait_for_url(re.compile("model=plain"))
    expect(page.locator(".reading .model")).to_have_text("plain")
    page.wait_for_selector(PAINTED)
    drawn = page.evaluate("digits.sample({seeds: [7]}).then((p) => [...p])")
    assert drawn == plain.sample([7]).flatten().tolist()
    expect(page.get_by_role("radio", name="3")).to_be_disabled()
    expect(page.locator("#digit")).to_contain_text("This model cannot be asked for a digit")


# Files


def saved(page: Page, name: str) -> np.ndarray:
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return np.asarray(Image.open(io.BytesIO(Path(download.value.path()).read_bytes())).convert("L"))


@pytest.mark.parametrize(
    ("query", "ready", "name", "route"),
    [
        ("seed=7&count=5", PAINTED, "Download PNG", "digits.png?seed=7&count=5&scale=4"),
        ("seed=7&count=2&ten=1", PAINTED, "Download PNG", "digits.png?seed=7&count=2&ten=1&scale=4"),
        ("seeds=7,42&frames=90&count=20", WALKED, "strip of frames", "walk.png?seeds=7,42&frames=90&count=20&scale=3"),
        ("seeds=7,42,99,5&plane=1", WALKED, "Download PNG", "plane.png?seeds=7,42,99,5&size=24&scale=4"),
        ("text=12-3&seed=5", WRITTEN, "Download PNG", "text.png?text=12-3&seed=5&scale=4"),
    ],
)
def test_a_file_has_the_pixels_of_the_servers(open_page, site, url, query, ready, name, route) -> None:
    page = open_page(f"{site.url}?{query}", ready=ready)
    answer = page.context.request.get(url + route)
    expected = np.asarray(Image.open(io.BytesIO(answer.body())).convert("L"))
    assert np.array_equal(saved(page, name), expected)


# In other places


def test_under_a_sub_path_and_in_a_frame_of_another_origin(open_page, files, tmp_path) -> None:
    with file_server(write_files(tmp_path / "site", files), prefix="/some/where/") as server:
        host = open_page(server.url.replace("127.0.0.1", "localhost") + "thumbnail.png")
        address = f"{server.url}?seed=40&count=4"
        assert link_copied_in_a_frame(host, address, "40/4").startswith(f"{address}&")


def test_in_a_space_the_address_outside_follows(browser: Browser, files) -> None:
    outside = """<script>told = []; onmessage = ({ data, origin }) => told.push([data, origin])</script>
      <iframe src="https://maker-page.static.hf.space/?seed=40&count=4" width=1000 height=800></iframe>"""

    def inside(route: Route) -> None:
        name = urlsplit(route.request.url).path.removeprefix("/") or "index.html"
        route.fulfill(body=files[name], content_type=mimetypes.guess_type(name)[0])

    context = browser.new_context(locale="en-US", service_workers="block")
    page = context.new_page()
    context.route("https://huggingface.co/**", lambda route: route.fulfill(body=outside, content_type="text/html"))
    context.route("https://maker-page.static.hf.space/**", inside)
    page.goto("https://huggingface.co/spaces/maker/page")
    frame = page.frame_locator("iframe")
    expect(frame.locator("#wall")).to_have_attribute("data-painted", "40/4")
    frame.get_by_role("button", name="Next").click()
    page.wait_for_function("told.some(([{ queryString }]) => queryString?.startsWith('?seed=44&count=4&'))")
    data, origin = page.evaluate("told.at(-1)")
    assert sorted(data) == ["hash", "queryString"]
    assert origin == "https://maker-page.static.hf.space"
    context.close()


def test_how_the_models_learned_is_shown_there_too(open_page, site) -> None:
    site.requests.clear()
    page = open_page(f"{site.url}?history=relu-2&epoch=7", ready=".history[data-state=ready]")
    asked = [name for name in site.requests if name.startswith("histories/")]
    assert sorted(name.rpartition("-")[0] for name in asked) == ["histories/relu-2"] * 2
    page.locator("#history-epoch").press("ArrowRight")
    expect(page.locator(".history-run")).to_have_attribute("data-epoch", "8")
    assert [name for name in site.requests if name.startswith("histories/")] == asked
    page.locator("#history-beside").select_option("modern")
    expect(page.locator(".history-run[data-model=modern]")).to_have_attribute("data-epoch", "7")


def test_networks_fight_there_too(open_page, site) -> None:
    site.requests.clear()
    page = open_page(f"{site.url}?watch=small", ready="[data-state=ready]")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function("+document.querySelector('[data-state]').dataset.steps >= 5")
    assert len([name for name in site.requests if "digits-" in name]) == 2
    page.get_by_role("button", name="Use it in the other tabs").click()  # and then draw the other tabs
    expect(page.locator("#own")).to_contain_text("Your own generator draws here", timeout=15_000)
    page.wait_for_selector("#wall[data-painted]")
    page.get_by_role("tab", name="Write").click()
    page.wait_for_selector("#line[data-painted]")
    page.get_by_role("button", name="Back to").click()
    expect(page.locator("#own")).to_be_empty()


def test_visitors_tell_real_digits_from_drawn_ones_there_too(open_page, site) -> None:
    page = open_page(f"{site.url}?game=7", ready="[data-state=ready]")
    page.keyboard.press("Enter")
    for i in range(COUNT):
        page.wait_for_selector(f"[data-round='{i}']")
        page.keyboard.press("ArrowLeft")
    real = sum(one.answer == 0 for one in rounds(7))
    expect(page.get_by_role("heading", name=f"You got {real} of 20 right")).to_be_visible()
    expect(page.get_by_role("row", name="The discriminator of tested")).to_contain_text(" of 20")
    assert f"game=7&score={real}&model=tested" in query_of(page)


def test_where_nobody_can_draw_the_game_says_so(browser: Browser, site) -> None:
    context = browser.new_context(locale="en-US")
    context.add_init_script("delete window.WebAssembly")
    page = context.new_page()
    page.goto(f"{site.url}?game=7")
    expect(page.locator("#game-status")).to_contain_text("this page has no server that could")
    context.close()


def test_a_drawing_is_judged_and_found_there_too(open_page, site) -> None:
    site.requests.clear()
    page = open_page(site.url, ready=PAINTED)
    assert not [name for name in site.requests if "discriminator" in name or "classifier" in name]
    page.get_by_role("tab", name="Judge").click()
    page.wait_for_selector("#mount-judge [data-state=ready]")
    box = page.locator("#judge-pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 150, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 240, steps=5)
    page.mouse.up()
    expect(page.locator("#judge-verdict")).to_contain_text("The classifier reads it as 1")
    expect(page.locator("#judge-verdict")).to_contain_text("logit")
    page.locator("#judge-find").click()
    expect(page.locator("#judge-found")).to_contain_text("has not been measured")
    assert len([name for name in site.requests if "discriminator" in name]) == 2


def test_a_model_says_which_digits_it_was_never_shown(open_page, tmp_path, site) -> None:
    """A maker's pictures needn't show all ten."""
    some = untrained(tmp_path / "some", "modern", absent_classes=[0, 3, 9])
    told = "shown no pictures of 0, 3, 9: what it draws for them means nothing"
    folder = write_files(tmp_path / "site", site_files([SiteModel(some, "")]))
    with served(ModelStore(some)) as address, file_server(folder) as files:
        page = open_page(files.url, ready=PAINTED)
        expect(page.locator(".reading")).to_contain_text(told)
        page = open_page(address, ready=PAINTED, locale="zh-CN")
        expect(page.locator(".reading")).to_contain_text("训练图片中没有 0, 3, 9")
    page = open_page(site.url, ready=PAINTED)
    expect(page.get_by_text("shown no pictures")).to_be_hidden()
