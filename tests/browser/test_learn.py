"""Learn: the lesson, whose links show in other tabs what its words say, and whose largest table is a chart."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from gan.web.lesson import anchors
from gan.web.site import site_files
from gan.web.site_models import SiteModel
from tests.browser.file_server import file_server, write_files
from tests.browser.test_generate import expect_query

PAINTED = "#wall[data-painted]"
SHOWN = "[data-lesson]"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def site(models, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page without a server."""
    files = site_files([SiteModel(models.served, "")])
    with file_server(write_files(tmp_path_factory.mktemp("site"), files)) as server:
        yield server.url


@pytest.fixture(params=["gradio", "static"])
def address(request: pytest.FixtureRequest) -> str:
    """Of either page."""
    return request.getfixturevalue("url" if request.param == "gradio" else "site")


def expect_tab(page: Page, name: str) -> None:
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")


def first_rows(page: Page) -> list[str]:
    """The names of the chart's first two rows, and of its last."""
    names = page.locator(".chart-table tr:visible th[scope=row]").all_text_contents()
    return [*names[:2], names[-1]]


def test_a_visitor_reads_follows_links_comes_back_and_sorts_the_chart(open_page, address: str) -> None:
    page = open_page(f"{address}?seed=5&count=4", ready=PAINTED)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    assert page.evaluate("performance.getEntriesByType('resource').filter(({name}) => /lesson/.test(name))") == []
    page.get_by_role("tab", name="Learn", exact=True).click()
    page.wait_for_selector(SHOWN)
    assert [name for name in asked if name.startswith("en")]
    assert not [name for name in asked if name.startswith("zh")]  # only what is read comes
    expect(page.get_by_role("navigation", name="Contents").get_by_role("link")).to_have_count(len(anchors()))

    # a section has an address, and so has a state of another tab; neither is another page
    page.evaluate("window.same = true")
    page.get_by_role("navigation").get_by_role("link", name="The generator").click()
    expect(page.get_by_role("heading", name="The generator")).to_be_in_viewport()
    expect_query(page, learn="the-generator")
    here = page.get_by_role("navigation").get_by_role("link", name="The generator")
    expect(here).to_be_in_viewport()  # the contents stay beside the text, and say which section is read
    expect(here).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="1.5").click()
    expect_tab(page, "Generate")
    expect_query(page, seed="0", count="100", temperature="1.5")
    expect(page.locator("#wall")).to_have_attribute("data-painted", "0/100")
    page.go_back()
    expect_tab(page, "Learn")
    expect_query(page, learn="the-generator")
    expect(page.get_by_role("link", name="1.5")).to_be_in_viewport()
    expect(page.get_by_role("link", name="1.5")).to_be_focused()
    page.go_back()
    expect_query(page, learn="")

    page.get_by_role("link", name="make a fight collapse").click()
    expect_tab(page, "Watch")
    expect_query(page, watch="small", preset="collapse")
    expect(page.locator(".watch-preset")).to_contain_text("With much momentum")
    page.wait_for_function("+document.querySelector('[data-state=running]')?.dataset.steps >= 1")
    page.get_by_role("button", name="Pause").click()
    page.go_back()
    expect_tab(page, "Learn")
    assert page.evaluate("window.same")

    # the chart is a table that keys sort
    head = page.get_by_role("columnheader", name="Fréchet distance")
    assert first_rows(page) == ["modern as it is", "modern without class conditioning", "real digits"]
    head.get_by_role("button").focus()
    for order, rows in (
        ("ascending", ["modern with Adam's usual ε in G", "modern without shifts"]),
        ("descending", ["modern with the tutorials' Adam (0.9, 0.999)", "batchnorm with gradient penalty 10"]),
        ("none", ["modern as it is", "modern without class conditioning"]),
    ):
        page.keyboard.press("Enter")
        expect(head).to_have_attribute("aria-sort", order)
        assert first_rows(page) == [*rows, "real digits"]
    page.get_by_role("columnheader", name="read as asked").get_by_role("button").click()
    assert first_rows(page)[0] == "modern with the tutorials' Adam (0.9, 0.999)"
    page.get_by_role("button", name="batchnorm", exact=True).click()
    assert first_rows(page)[0] == "batchnorm with class conditioning"  # the others have no such figure
    widths = page.locator(".chart-table .bars .mean").evaluate_all("bars => bars.map((b) => b.offsetWidth)")
    assert min(width for width in widths if width) > 5


def test_chinese_readers_get_it_in_chinese_on_a_phone(open_page, site: str) -> None:
    page = open_page(f"{site}?learn=mode-collapse", ready=SHOWN, locale="zh-CN", **PHONE)
    expect(page.get_by_role("heading", name="模式坍缩")).to_be_in_viewport()
    expect(page.get_by_role("columnheader", name="Fréchet 距离")).to_have_attribute("aria-sort", "none")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("link", name="判别器", exact=True).first.click()  # of the sentence under the title
    expect(page.get_by_role("heading", name="判别器")).to_be_in_viewport()
    expect_query(page, learn="the-discriminator")


def test_a_link_leads_into_a_tab_that_a_narrow_page_has_in_a_menu(open_page, url: str) -> None:
    page = open_page(f"{url}?learn=mode-collapse", ready=SHOWN, **PHONE)
    page.get_by_role("link", name="make a fight collapse").click()
    expect_tab(page, "Watch")
    expect_query(page, watch="small", preset="collapse")
    page.go_back()
    expect(page.get_by_role("link", name="make a fight collapse")).to_be_in_viewport()


def test_a_section_that_is_not_there_and_a_lesson_that_does_not_come_are_told(open_page, site: str) -> None:
    page = open_page(f"{site}?seed=5&count=4", ready=PAINTED)
    page.route("**/lesson/en-*.html", lambda route: route.abort(), times=1)
    page.get_by_role("tab", name="Learn", exact=True).click()
    expect(page.locator("#learn-told")).to_have_text("The lesson did not arrive.")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(SHOWN)
    page.goto(f"{site}?learn=nowhere")
    expect(page.locator("#learn-told")).to_contain_text("no section “nowhere”")
    expect(page.get_by_role("heading", name="The game", exact=True)).to_be_visible()
