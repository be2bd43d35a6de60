"""The page whose server goes away: behind nginx another one answers, and where there is none, the page says so and goes
on by itself when there is one again."""

import shutil
import threading
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.web.apps import App, Apps, nginx
from tests.web.models import untrained

PAINTED = "[data-painted]"


def asked(address: str, app: App) -> bool:
    """Whether nginx asks this process for us: a picture that it has drawn before comes from its cache."""
    picture = "digits.png?seed=77&count=2"
    httpx.get(f"{app.address}/{picture}")
    return httpx.get(f"{address}/{picture}").headers["Server-Timing"] == "draw;dur=0.0"


def draw(page: Page, seed: int) -> None:
    page.get_by_label("Number (seed)").fill(str(seed))


def painted(page: Page, seed: int) -> None:
    expect(page.locator(f'[data-painted="{seed}/4"]').first).to_be_visible(timeout=30_000)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="there is no nginx here (apt-get install nginx)")
def test_a_process_that_is_killed_under_load_costs_a_visitor_one_call_at_most(
    open_page, apps: Apps, tmp_path: Path
) -> None:
    untrained(tmp_path / "tested", "modern")
    started = [apps.start(tmp_path / "tested") for _ in range(2)]
    for app in started:
        app.until_it_answers()
    with nginx(tmp_path, *started) as address:
        ours, other = started if asked(address, started[0]) else reversed(started)
        page = open_page(f"{address}/?seed=1&count=4", ready=PAINTED)
        failed: list[str] = []
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.on("response", lambda r: failed.append(r.url) if r.status >= 500 else None)
        page.get_by_label("Where the digits are drawn").select_option("server")
        draw(page, 2)
        painted(page, 2)

        ended = threading.Event()
        failures = [0] * 4

        def visit(me: int) -> None:
            with httpx.Client(base_url=address, timeout=20) as visitor:
                seed = 1000 * me
                while not ended.is_set():
                    seed += 1
                    try:
                        failures[me] += visitor.get(f"/digits.png?seed={seed}").status_code not in (200, 503)
                    except httpx.TransportError:
                        failures[me] += 1

        visitors = [threading.Thread(target=visit, args=(me,)) for me in range(4)]
        for visitor in visitors:
            visitor.start()
        page.wait_for_timeout(500)
        apps.stop(ours)
        for seed in range(10, 14):
            draw(page, seed)
            painted(page, seed)
        ended.set()
        for visitor in visitors:
            visitor.join()
        assert max(failures) <= 1
        assert len(failed) <= 1, failed
        expect(page.locator(".notice")).to_have_count(0)

        apps.stop(other)  # now nobody is left
        draw(page, 20)
        expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
        with apps.running(tmp_path / "tested", port=int(ours.address.rpartition(":")[2])):
            painted(page, 20)
            expect(page.locator(".notice")).to_have_count(0)
