"""A link is a request written as a query: read strictly, written canonically, its format frozen."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan.web import links
from gan.web.links import DigitsRequest, PlaneRequest, TextRequest, WalkRequest
from gan.web.words import CHINESE, ENGLISH

SEED = st.integers(0, 2**32 - 1)
TEMPERATURE = st.integers(1_000, 15_000).map(lambda n: n / 10_000)
PINS = st.fixed_dictionaries(
    {}, optional={"model": st.sampled_from(["modern", "user/repo@0a1b2c3"]), "weights": st.just("0a1b2c3d")}
)  # fmt: skip


def parse(kind: type[Any], query: str, **options: Any) -> tuple[Any, dict[str, str]]:
    """The request, and the code of each problem by its parameter."""
    request, problems = links.parse(kind, query, conditional=options.pop("conditional", True), **options)
    return request, {p.parameter: p.code for p in problems}


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
    assert links.parse_page(link, conditional=True) == (request_, [])
    assert links.query(request_, page=True) == link


def test_a_link_by_hand_may_leave_everything_out() -> None:
    assert links.parse_page("", conditional=True) == (DigitsRequest(), [])
    assert parse(WalkRequest, "seeds=7,42,99&digits=3")[0].digits == (3, 3, 3)
    assert parse(WalkRequest, "seeds=7&digits=3,8")[0].seeds == (7, 7)


def test_unknown_parameters_are_ignored_on_page_and_route() -> None:
    assert parse(DigitsRequest, "seed=3&utm_source=x&__theme=dark&frames=no")[1] == {}


@pytest.mark.parametrize(
    ("kind", "query", "parameter", "code"),
    [
        *((DigitsRequest, f"seed={v}", "seed", "whole") for v in ("-1", "4294967296", "abc", "", "7.0", "1e3", "٣")),
        *((DigitsRequest, f"count={v}", "count", "whole") for v in ("0", "401", "1000000000", "NaN")),
        *((DigitsRequest, f"digit={v}", "digit", "whole") for v in ("10", "11", "-1", "3.5")),
        *((DigitsRequest, f"temperature={v}", "temperature", "number") for v in ("nan", "inf", "0.09", "1.51", "1e-1")),
        (DigitsRequest, "ten=yes", "ten", "switch"),
        (DigitsRequest, "seed=1&seed=2", "seed", "repeated"),
        (DigitsRequest, "ten=1&count=41", "count", "ten"),
        (DigitsRequest, "scale=41", "scale", "whole"),
        (DigitsRequest, "scale=40&count=400", "scale", "pixels"),
        (DigitsRequest, "model=../etc", "model", "model"),
        (DigitsRequest, "weights=xyz", "weights", "weights"),
        (DigitsRequest, "v=2", "v", "version"),
        (DigitsRequest, "seed=" + "9" * 5000, "query", "long"),
        (WalkRequest, "seeds=7", "seeds", "two"),
        (WalkRequest, "seeds=7,", "seeds", "seeds"),
        (WalkRequest, "seeds=7,4294967296", "seeds", "seeds"),
        (WalkRequest, "seeds=" + ",".join("1" * 17), "seeds", "seeds"),
        (WalkRequest, "seeds=1,2,3&digits=1,2", "digits", "keys"),
        (WalkRequest, "digits=1,x", "digits", "digits"),
        (WalkRequest, "mode=cubic", "mode", "choice"),
        (WalkRequest, "frames=1", "frames", "whole"),
        (WalkRequest, "frames=240&count=64", "frames", "total"),
        (PlaneRequest, "seeds=1,2,3", "seeds", "four"),
        (PlaneRequest, "seeds=1,2,3,4&digits=1,2", "digits", "keys"),
        (PlaneRequest, "seeds=1,2,3,4&size=33", "size", "whole"),
        (TextRequest, "text=12a", "text", "characters"),
        (TextRequest, "text=" + "1" * 65, "text", "characters"),
        (TextRequest, "text=%FF", "text", "characters"),
        (TextRequest, "text=1&hand=left", "hand", "choice"),
        (TextRequest, "", "text", "required"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_a_problem_and_leaves_the_default(
    kind: type, query: str, parameter: str, code: str
) -> None:
    request, problems = parse(kind, query)
    assert problems == {parameter: code}
    if code not in ("ten", "pixels", "total", "long", "two", "four"):
        assert not hasattr(request, parameter) or getattr(request, parameter) == getattr(kind(), parameter)


def test_a_problem_says_why_with_the_value() -> None:
    _, [problem] = links.parse(DigitsRequest, "digit=11", conditional=True)
    assert (problem.value, problem.reason) == ("11", "must be a whole number from 0 to 9")


def test_the_page_checks_its_own_parameters_only() -> None:
    assert parse(DigitsRequest, "open=99", page=True)[1] == {"open": "outside"}
    assert parse(DigitsRequest, "open=99&scale=4")[1] == {}
    assert parse(DigitsRequest, "scale=99", page=True)[1] == {}
    assert parse(WalkRequest, "plane=1", page=True)[1] == {"seeds": "four"}
    assert parse(DigitsRequest, "seed=4294967295&count=2&open=0", page=True)[1] == {}


@pytest.mark.parametrize(
    ("kind", "query", "parameter"),
    [(DigitsRequest, "digit=3", "digit"), (DigitsRequest, "ten=1", "ten"), (WalkRequest, "digits=3,8", "digits"),
     (TextRequest, "text=12", "text")],
)  # fmt: skip
def test_an_unconditional_model_cannot_be_asked_for_a_digit(kind: type, query: str, parameter: str) -> None:
    request, problems = parse(kind, query, conditional=False, model="relu-2", page=True)
    assert problems == {parameter: "unconditional"}
    assert getattr(request, parameter) == getattr(kind(), parameter)


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
        st.text("0123456789 -./:+,", max_size=64), SEED, PINS,
    )
)  # fmt: skip
def test_every_request_comes_back_from_its_link(request_: Any) -> None:
    link = links.query(request_, page=True)
    assert re.fullmatch(r"[A-Za-z0-9_.,:/@%+=&-]*", link)
    assert links.parse_page(link, conditional=True) == (request_, [])


@given(
    st.text(max_size=60), st.sampled_from(["seed", "count", "digit", "temperature", "seeds", "digits", "text", "model"])
)
def test_no_query_breaks_the_parser(value: str, name: str) -> None:
    query = f"{name}={quote(value, errors='replace')}"
    request, problems = links.parse_page(query, conditional=True)
    assert links.parse_page(links.query(request, page=True), conditional=True) == (request, [])
    assert all(p.reason for p in problems)


def test_every_word_is_there_in_both_languages_with_the_same_placeholders() -> None:
    assert ENGLISH.keys() == CHINESE.keys()
    for key, english in ENGLISH.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", CHINESE[key])), key
