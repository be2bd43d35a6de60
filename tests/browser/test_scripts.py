"""The scripts beneath the panels, by themselves: the store, and that the latest wish wins."""

import re

import httpx
import pytest
from playwright.sync_api import Page

READY = "#wall[data-painted]"


@pytest.fixture
def page(open_page, url) -> Page:
    return open_page(url, ready=READY)


def run(page: Page, name: str, code: str) -> object:
    """What a function of a script's exports returns; `code` is its body, and `m` the exports."""
    folder = re.findall(r'src="\./(page/\w+)/main\.js"', httpx.get(page.url).text)[0]
    return page.evaluate(f"import('./{folder}/{name}.js').then(async (m) => {{ {code} }})")


STORE = """
  const store = new m.Store({ kind: "digits", state: { digits: { seed: 0, open: null }, walk: { seeds: [7, 42] } } });
  const told = [];
  for (const event of ["changed", "painted", "shown"])
    store.subscribe(event, (kind, details) => told.push([event, kind, details ?? null]));
"""


def test_a_change_is_wished_for_and_shown_when_it_is_painted(page) -> None:
    assert run(page, "state", STORE + """
      store.change("digits", { seed: 5 }, { since: 12 });
      const before = [store.values("digits").seed, store.shown("digits").seed];
      store.painted("digits", store.values("digits"), { since: 12, server: 3 });
      return [before, store.shown("digits").seed, told];
    """) == [
        [5, 0],
        5,
        [
            ["changed", "digits", {"since": 12, "byControl": False, "step": True}],
            ["shown", "digits", None],
            ["painted", "digits", {"since": 12, "server": 3}],
        ],
    ]  # fmt: skip


def test_a_refused_change_goes_back_to_what_is_shown(page) -> None:
    assert run(page, "state", STORE + """
      store.change("digits", { seed: -1 });
      store.note("digits", { open: [3] });
      store.goBack("digits");
      return [store.values("digits"), store.shown("walk"), told.map(([event]) => event), told.at(-1)];
    """) == [
        {"seed": 0, "open": [3]},
        {"seeds": [7, 42]},
        ["changed", "shown", "changed"],
        ["changed", "digits", {"since": None, "byControl": False, "step": False}],
    ]  # fmt: skip


def test_values_that_someone_holds_never_change(page) -> None:
    assert run(page, "state", STORE + """
      const held = store.values("digits");
      store.change("digits", { seed: 5 });
      store.note("digits", { open: [5] });
      return held;
    """) == {"seed": 0, "open": None}  # fmt: skip


def test_the_latest_wish_wins_and_those_between_are_dropped(page) -> None:
    assert run(page, "latest", """
      const done = [], failures = [];
      const latest = new m.Latest(async (wish) => {
        await new Promise((go) => setTimeout(go, 5));
        if (wish === 5) throw new Error("five");
        done.push(wish);
      }, (error) => failures.push(error.message));
      for (const wish of [1, 2, 3]) latest.want(wish);
      while (latest.busy) await new Promise((go) => setTimeout(go, 1));
      for (const wish of [4, 5]) latest.want(wish);
      while (latest.busy) await new Promise((go) => setTimeout(go, 1));
      return [done, failures];
    """) == [[1, 3, 4], ["five"]]  # fmt: skip


def test_the_limits_come_with_the_page(page) -> None:
    assert page.evaluate("digitsPage.limits") == {
        "count": 400, "ten": 40, "keys": 16, "frames": 240, "walk": 64, "total": 3840, "text": 64, "pixels": 2**24,
        "scale": 40, "strip": 8192, "plane": 24, "seeds": 2**32, "classes": 10, "size": 28, "query": 4096, "fps": 50,
        "rounds": 20,
        "temperature": [0.1, 1.5],
    }  # fmt: skip
