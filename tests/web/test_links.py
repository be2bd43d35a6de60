"""A link is a request written as a query: read strictly, written canonically, its format frozen."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan.web import links
from gan.web.parameters import Problem
from gan.web.requests import DigitsRequest, Facts, PlaneRequest, Request, TextRequest, WalkRequest

SEED = st.integers(0, 2**32 - 1)
TEMPERATURE = st.integers(1_000, 15_000).map(lambda n: n / 10_000)
PINS = st.fixed_dictionaries(
    {}, optional={"model": st.sampled_from(["modern", "user/repo@0a1b2c3"]), "weights": st.just("0a1b2c3d")}
)  # fmt: skip


def open_on_the_page(link: str) -> tuple[Request, list[Problem]]:
    """The request of a page's address for a class-conditional model, and its problems."""
    request, problems = links.read(links.page_kind(link), link, page=True)
    return request.check(Facts(model="modern", conditional=True, page=True), problems)


# Golden links of version 1: written down on 2026-11-21 from the format's description, never to be changed.
GOLDEN = [
    (
        "seed=7&count=16&temperature=1&model=modern&weights=0a1b2c3d&v=1",
        DigitsRequest(seed=7, count=16, model="modern", weights="0a1b2c3d"),
    ),
    (
        "seed=4294967295&count=400&digit=3&temperature=0.7&v=1",
        DigitsRequest(seed=2**32 - 1, count=400, digit=3, temperature=0.7),
    ),
    ("seed=0&count=5&temperature=1&ten=1&open=2,8&v=1", DigitsRequest(seed=0, count=5, ten=True, open=(2, 8))),
    (
        "seeds=7,42,99&digits=3,-,8&count=16&temperature=0.85&frames=90&mode=lerp&loop=1&swing=1&fps=30&at=12"
        "&model=user/repo@0a1b2c3&v=1",
        WalkRequest(
            seeds=(7, 42, 99), digits=(3, None, 8), count=16, temperature=0.85, frames=90, mode="lerp", loop=True,
            swing=True, fps=30, at=(12,), model="user/repo@0a1b2c3",
        ),
    ),
    (
        "seeds=1,2,3,4&count=1&temperature=1&frames=60&mode=slerp&plane=1&at=3,20&v=1",
        WalkRequest(seeds=(1, 2, 3, 4), plane=True, at=(3, 20)),
    ),
    (
        "text=2026-11-21+%2B86+1/2:3,4.5&seed=5&hand=own&temperature=1&v=1",
        TextRequest(text="2026-11-21 +86 1/2:3,4.5", seed=5, hand="own"),
    ),
    ("text=&seed=0&temperature=1&v=1", TextRequest()),
]  # fmt: skip


@pytest.mark.parametrize(("link", "request_"), GOLDEN)
def test_golden_link_is_read_and_written_for_ever(link: str, request_: Any) -> None:
    assert open_on_the_page(link) == (request_, [])
    assert links.write(request_, page=True) == link


def test_a_link_by_hand_may_leave_everything_out() -> None:
    assert open_on_the_page("") == (DigitsRequest(), [])


def test_unknown_parameters_are_ignored() -> None:
    query = "seed=3&utm_source=x&__theme=dark&frames=no"
    for page in (False, True):
        assert links.read(DigitsRequest, query, page=page) == (DigitsRequest(seed=3), [])


@pytest.mark.parametrize(
    ("kind", "query", "parameter", "code"),
    [
        *((DigitsRequest, f"seed={v}", "seed", "whole") for v in ("-1", "4294967296", "abc", "", "7.0", "1e3", "٣")),
        *((DigitsRequest, f"count={v}", "count", "whole") for v in ("0", "401", "1000000000", "NaN")),
        *((DigitsRequest, f"digit={v}", "digit", "whole") for v in ("10", "11", "-1", "3.5")),
        *((DigitsRequest, f"temperature={v}", "temperature", "number") for v in ("nan", "inf", "0.09", "1.51", "1e-1")),
        (DigitsRequest, "ten=yes", "ten", "switch"),
        (DigitsRequest, "seed=1&seed=2", "seed", "repeated"),
        (DigitsRequest, "scale=41", "scale", "whole"),
        (DigitsRequest, "model=../etc", "model", "model"),
        (DigitsRequest, "weights=xyz", "weights", "weights"),
        (DigitsRequest, "v=2", "v", "version"),
        (DigitsRequest, "seed=" + "9" * 5000, "query", "long"),
        (WalkRequest, "seeds=7,", "seeds", "seeds"),
        (WalkRequest, "seeds=7,4294967296", "seeds", "seeds"),
        (WalkRequest, "seeds=" + ",".join("1" * 17), "seeds", "seeds"),
        (WalkRequest, "digits=1,x", "digits", "digits"),
        (WalkRequest, "mode=cubic", "mode", "choice"),
        (WalkRequest, "frames=1", "frames", "whole"),
        (PlaneRequest, "seeds=1,2,3,4&size=33", "size", "whole"),
        (TextRequest, "text=12a", "text", "characters"),
        (TextRequest, "text=" + "1" * 65, "text", "too_long"),
        (TextRequest, "text=%FF", "text", "characters"),
        (TextRequest, "text=1&hand=left", "hand", "choice"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_a_problem(kind: type[Request], query: str, parameter: str, code: str) -> None:
    _, problems = links.read(kind, query)
    assert [(p.parameter, p.code) for p in problems] == [(parameter, code)]


@pytest.mark.parametrize(
    ("kind", "query", "name", "nearest"),
    [
        (DigitsRequest, "seed=-1", "seed", 0),
        (DigitsRequest, "seed=4294967296", "seed", 2**32 - 1),
        (DigitsRequest, "seed=7.6", "seed", 8),
        (DigitsRequest, "seed=1e3", "seed", 1000),
        (DigitsRequest, "seed=abc", "seed", 0),
        (DigitsRequest, "seed=5&seed=2", "seed", 0),
        (DigitsRequest, "count=1000000000", "count", 400),
        (DigitsRequest, "count=NaN", "count", 16),
        (DigitsRequest, "digit=11", "digit", 9),
        (DigitsRequest, "digit=x", "digit", None),
        (DigitsRequest, "temperature=0", "temperature", 0.1),
        (DigitsRequest, "temperature=0.55556", "temperature", 0.5556),
        (DigitsRequest, "temperature=0.15625", "temperature", 0.1563),  # a tie, which scripts round up
        (DigitsRequest, "temperature=" + "9" * 400, "temperature", 1.5),
        (DigitsRequest, "temperature=nan", "temperature", 1.0),
        (WalkRequest, "seeds=7,4294967296", "seeds", (7, 2**32 - 1)),
        (WalkRequest, "seeds=7,", "seeds", (7, 42)),
        (WalkRequest, "seeds=" + ",".join("1" * 17), "seeds", (1,) * 16),
        (WalkRequest, "digits=-,12", "digits", (None, 9)),
        (WalkRequest, "digits=1,x", "digits", ()),
        (WalkRequest, "frames=1", "frames", 2),
        (TextRequest, "text=12a", "text", "12"),
        (TextRequest, "text=" + "1" * 65, "text", "1" * 64),
    ],
)  # fmt: skip
def test_what_is_malformed_gives_way_to_the_nearest_valid_value_or_the_default(
    kind: type[Request], query: str, name: str, nearest: object
) -> None:
    assert getattr(links.read(kind, query, page=True)[0], name) == nearest


def test_what_only_another_hand_wrote_otherwise_is_no_problem_of_the_page() -> None:
    query = f"text={quote('（030）12–34')}"
    assert links.read(TextRequest, query, page=True) == (TextRequest(text="(030)12-34"), [])
    assert [p.code for p in links.read(TextRequest, query)[1]] == ["characters"]


@pytest.mark.parametrize("ampersand", ["&amp;", "&amp%3B", "&amp;amp;"])
def test_a_link_that_a_mail_program_escaped_is_read_as_it_was_meant(ampersand: str) -> None:
    link, request = GOLDEN[0]
    forwarded = link.replace("&", ampersand)
    assert open_on_the_page(forwarded) == (request, [])
    assert links.page_kind("v=1&amp;text=1") is TextRequest


def test_a_query_that_is_too_long_is_not_read_at_all() -> None:
    assert links.read(DigitsRequest, "seed=7&x=" + "y" * 5000)[0] == DigitsRequest()


def test_a_problem_says_why_with_the_value() -> None:
    _, [problem] = links.read(DigitsRequest, "digit=11")
    assert (problem.value, problem.reason) == ("11", "must be a whole number from 0 to 9")


def test_the_page_and_the_routes_read_their_own_parameters_only() -> None:
    assert links.read(DigitsRequest, "open=x&at=3")[1] == []
    assert links.read(DigitsRequest, "scale=99&columns=0", page=True)[1] == []
    both = DigitsRequest(open=(7,), scale=4, columns=2)
    assert links.write(both, page=True) == "seed=0&count=16&temperature=1&open=7&v=1"
    assert links.write(both) == "seed=0&count=16&temperature=1&columns=2&scale=4&v=1"


@given(
    st.builds(
        lambda seed, count, digit, temperature, pins: DigitsRequest(
            seed=seed, count=count, digit=digit, temperature=temperature, **pins
        ),
        SEED, st.integers(1, 400), st.none() | st.integers(0, 9), TEMPERATURE, PINS,
    )
    | st.builds(
        lambda seeds, frames, mode, loop, pins: WalkRequest(
            seeds=tuple(seeds), digits=tuple(s % 10 if s % 3 else None for s in seeds), frames=frames, mode=mode,
            loop=loop, **pins,
        ),
        st.lists(SEED, min_size=2, max_size=16), st.integers(2, 240), st.sampled_from(["slerp", "lerp"]), st.booleans(),
        PINS,
    )
    | st.builds(
        lambda text, seed, pins: TextRequest(text=text, seed=seed, **pins),
        st.text("0123456789 -./:+,()", max_size=64), SEED, PINS,
    )
)  # fmt: skip
def test_every_request_comes_back_from_its_link(request_: Any) -> None:
    link = links.write(request_, page=True)
    assert re.fullmatch(r"[A-Za-z0-9_.,:/@%+=&-]*", link)
    assert open_on_the_page(link) == (request_, [])


@given(
    st.text(max_size=60), st.sampled_from(["seed", "count", "digit", "temperature", "seeds", "digits", "text", "model"])
)
def test_no_query_breaks_the_parser(value: str, name: str) -> None:
    query = f"{name}={quote(value, errors='replace')}"
    request, problems = open_on_the_page(query)
    assert open_on_the_page(links.write(request, page=True)) == (request, [])
    assert all(p.reason for p in problems)
