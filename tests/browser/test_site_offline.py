"""The page without a server, without a network, half uploaded, out of date, or in an old browser."""

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Page, expect

from gan.web.model_store import ModelStore
from gan.web.site import site_files
from gan.web.site_models import SiteModel
from tests.browser.file_server import FileServer, file_server, write_files
from tests.web.models import untrained

PAINTED = "#wall[data-painted]"
HOSTS = {  # headers as static hosts send them
    "none": {},
    "GitHub Pages": {"Cache-Control": "max-age=600"},
    "always asks": {"Cache-Control": "no-cache"},
}


@pytest.fixture(scope="module")
def older(models: ModelStore) -> dict[str, bytes]:
    """A site."""
    return site_files([SiteModel(models.served, "<h1>About tested</h1>")])


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The site with another model, `newer`."""
    model = untrained(tmp_path_factory.mktemp("models") / "newer", "modern", seed=1)
    return site_files([SiteModel(model, "<h1>About newer</h1>")])


@pytest.fixture
def site(older, tmp_path) -> Iterator[FileServer]:
    """A site that a test may spoil."""
    with file_server(write_files(tmp_path / "site", older)) as server:
        yield server


def kept(page: Page) -> None:
    """Wait until the service worker has kept the site."""
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def told_of_a_newer_version(page: Page) -> None:
    expect(page.get_by_role("alert")).to_contain_text("A newer version of this page is here.", timeout=15_000)


def drawn_by(page: Page, name: str) -> None:
    page.wait_for_selector(PAINTED)
    expect(page.locator(".reading .model")).to_have_text(name)


@pytest.mark.parametrize("host", HOSTS)
def test_after_the_first_visit_it_works_without_a_network(open_page, site, host: str) -> None:
    site.headers = HOSTS[host]
    page = open_page(site.url, ready=PAINTED, reduced_motion="reduce")  # the digits don't draw themselves
    kept(page)
    before = page.evaluate("document.querySelector('#wall canvas').toDataURL()")
    site.down()
    page.goto(site.url)
    page.wait_for_selector(PAINTED)
    assert page.evaluate("document.querySelector('#wall canvas').toDataURL()") == before
    page.goto(f"{site.url}?seeds=7,42,99,5&plane=1")  # another link
    page.wait_for_selector("canvas.frame[data-position]")
    page.goto(f"{site.url}index.html?seed=7&open=7")
    expect(page.get_by_role("slider", name="Slant")).to_be_enabled()
    with page.expect_download():
        page.get_by_role("dialog").get_by_role("button", name="Download PNG").click()


def test_a_second_visit_asks_for_nothing_but_an_update(open_page, site) -> None:
    page = open_page(site.url, ready=PAINTED)
    kept(page)
    page.wait_for_timeout(500)
    site.requests.clear()
    page.goto(f"{site.url}?seed=7")
    page.wait_for_selector(PAINTED)
    page.wait_for_timeout(2000)
    assert set(site.requests) <= {"sw.js"}


def test_every_file_comes_once(open_page, site) -> None:
    """A service worker that fetched all of it anew would double the first visit."""
    page = open_page(site.url, ready=PAINTED)
    kept(page)
    page.wait_for_timeout(500)
    twice = [name for name in set(site.requests) if site.requests.count(name) > 1]
    assert not [name for name in twice if name.startswith(("engine/", "models/", "page/site-"))]


def test_a_new_version_is_told_of_and_there_at_the_next_visit(open_page, site, newer) -> None:
    page = open_page(site.url, ready=PAINTED)
    kept(page)
    write_files(site.folder, newer)
    page.goto(f"{site.url}?seed=0&count=16")
    drawn_by(page, "tested")
    told_of_a_newer_version(page)
    page.locator("#next").click()  # the page that is open goes on, whole
    expect(page.locator("#wall")).to_have_attribute("data-painted", "16/16")
    page.get_by_role("button", name="Reload").click()
    drawn_by(page, "newer")
    site.down()
    page.goto(site.url)
    drawn_by(page, "newer")


@pytest.mark.parametrize("late", ["index.html", "models/", "page/site-"])
def test_a_half_published_version_is_never_mixed_with_the_one_before(open_page, site, newer, older, late: str) -> None:
    page = open_page(site.url, ready=PAINTED)
    kept(page)
    write_files(site.folder, {name: content for name, content in newer.items() if not name.startswith(late)})
    if late != "index.html":
        for name in newer.keys() - older.keys():
            if name.startswith(late):
                (site.folder / name).write_bytes(newer[name][:-1])  # not whole
    before = len(site.requests)
    page.goto(site.url)
    drawn_by(page, "tested")
    for _ in range(100):
        if "sw.js" in site.requests[before:]:
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(700)  # it tries to install that version
    page.goto(site.url)
    drawn_by(page, "tested")
    expect(page.get_by_role("alert")).not_to_contain_text("A newer version")
    write_files(site.folder, newer)
    for _ in range(5):  # a visit may come while the browser still looks for the version that was not whole
        page.goto(site.url)
        page.wait_for_selector(PAINTED)
        if page.locator(".reading .model").inner_text() == "newer":  # it has come between two visits
            break
        with suppress(AssertionError):
            expect(page.get_by_role("alert").first).to_contain_text("A newer version", timeout=4000)
    drawn_by(page, "newer")


def test_two_sites_of_one_host_keep_their_own(open_page, older, newer, tmp_path) -> None:
    write_files(tmp_path / "one", older)
    write_files(tmp_path / "two", newer)
    with file_server(tmp_path) as server:
        page = open_page(f"{server.url}one/", ready=PAINTED)
        kept(page)
        page.goto(f"{server.url}two/")
        drawn_by(page, "newer")
        kept(page)
        server.down()
        page.goto(f"{server.url}one/")
        drawn_by(page, "tested")


def test_it_can_be_put_on_a_phones_home_screen(open_page, site) -> None:
    page = open_page(site.url, ready=PAINTED)
    client = page.context.new_cdp_session(page)
    found = client.send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["url"].startswith(f"{site.url}page/")
    errors = client.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in errors] in ([], ["in-incognito"])  # as Playwright's contexts are


# Half uploaded

DRAWS = (".wasm", ".js", ".css", ".safetensors")  # what the page draws with


@pytest.mark.parametrize("lost", ["engine/engine-", "engine/worker-", "models/tested-", "page/site-", "page/style-"])
def test_a_missing_file_is_named(open_page, site, older, lost: str) -> None:
    (name,) = [n for n in older if n.startswith(lost) and "discriminator" not in n and n.endswith(DRAWS)]
    (site.folder / name).unlink()
    page = open_page(site.url)
    expect(page.locator("#plain")).to_contain_text(f"This site is not whole: {name} is missing.")


def test_weights_that_are_not_whole_are_said(open_page, site, older) -> None:
    (name,) = [n for n in older if re.fullmatch(r"models/tested-\w+\.safetensors", n)]
    (site.folder / name).write_bytes(older[name][:-1])
    page = open_page(site.url)
    expect(page.get_by_role("alert").first).to_contain_text("The model's weights arrived damaged.")


# Old browsers


def test_a_browser_without_scripts_gets_a_plain_notice(browser: Browser, site) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(site.url)
    expect(page.locator("body")).to_contain_text("This page needs a newer browser")
    expect(page.locator("body")).to_contain_text("本页需要较新的浏览器")
    page.close()


def test_a_browser_that_cannot_read_the_scripts_gets_a_plain_notice(browser: Browser, site, older) -> None:
    (name,) = [n for n in older if re.match("page/site-.*js", n)]
    (site.folder / name).write_bytes(b"let younger = than @ this browser;")
    page = browser.new_page(locale="en-US")
    page.goto(site.url)
    expect(page.get_by_role("alert")).to_contain_text("This page needs a newer browser")
    page.close()


def test_a_browser_without_simd_is_told_so(browser: Browser, site) -> None:
    page = browser.new_page(locale="en-US")
    page.add_init_script("WebAssembly.validate = () => false")
    page.goto(site.url)
    expect(page.get_by_role("alert").first).to_contain_text("This browser's WebAssembly is too old: it has no SIMD.")
    expect(page.get_by_role("alert").first).to_contain_text("This page has no server that could draw instead.")
    page.close()


def test_where_nothing_may_be_kept_the_page_still_draws(browser: Browser, site) -> None:
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.goto(site.url)
    page.wait_for_selector(PAINTED)
    context.close()
