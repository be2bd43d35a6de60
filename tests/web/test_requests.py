"""A request checks itself: its parameters must fit each other and the generator, and the nearest that does is used."""

from typing import Any

import pytest

from gan.web import links
from gan.web.requests import DigitsRequest, Facts, PlaneRequest, Request, TextRequest, WalkRequest


def checked(kind: type[Request], query: str, *, conditional: bool = True, page: bool = False) -> tuple[Any, dict]:
    """The request of a query, and the code of each problem by its parameter."""
    request, problems = links.read(kind, query, page=page)
    request, problems = request.check(Facts(model="relu-2", conditional=conditional, page=page), problems)
    assert len({p.parameter for p in problems}) == len(problems), "two problems of one parameter"
    return request, {p.parameter: p.code for p in problems}


@pytest.mark.parametrize(
    ("kind", "query", "parameter", "code", "nearest"),
    [
        (DigitsRequest, "ten=1&count=41", "count", "ten", 40),
        (DigitsRequest, "scale=40&count=400", "scale", "pixels", 7),
        (WalkRequest, "seeds=7", "seeds", "two", (7, 7)),
        (WalkRequest, "seeds=1,2,3&digits=1,2", "digits", "keys", ()),
        (WalkRequest, "frames=240&count=64", "frames", "total", 60),
        (WalkRequest, "frames=100&swing=1&scale=40", "scale", "pixels", 10),
        (PlaneRequest, "seeds=1,2,3", "seeds", "four", (1, 2, 3, 1)),
        (PlaneRequest, "seeds=1,2,3,4&digits=1,2", "digits", "keys", ()),
        (PlaneRequest, "seeds=1,2,3,4&size=32&scale=40", "scale", "pixels", 4),
        (TextRequest, "", "text", "required", ""),
    ],
)
def test_a_contradiction_is_a_problem_and_gives_way_to_the_nearest_valid_value(
    kind: type[Request], query: str, parameter: str, code: str, nearest: object
) -> None:
    request, problems = checked(kind, query)
    assert problems == {parameter: code}
    assert getattr(request, parameter) == nearest


@pytest.mark.parametrize(
    ("kind", "query", "seeds", "digits"),
    [
        (WalkRequest, "seeds=7,42,99&digits=3", (7, 42, 99), (3, 3, 3)),
        (WalkRequest, "seeds=7&digits=3,8", (7, 7), (3, 8)),
        (WalkRequest, "seeds=7,42&digits=-,8", (7, 42), (None, 8)),
        (PlaneRequest, "seeds=1,2,3,4&digits=3", (1, 2, 3, 4), (3, 3, 3, 3)),
        (PlaneRequest, "seeds=7&digits=3,8,-,5", (7, 7, 7, 7), (3, 8, None, 5)),
    ],
)
def test_a_single_number_or_class_holds_for_every_key_frame(
    kind: type[Request], query: str, seeds: tuple, digits: tuple
) -> None:
    request, problems = checked(kind, query)
    assert (request.seeds, request.digits, problems) == (seeds, digits, {})


def test_the_page_checks_its_own_parameters_only() -> None:
    assert checked(DigitsRequest, "open=99", page=True)[1] == {"open": "outside"}
    assert checked(DigitsRequest, "open=99&scale=4")[1] == {}
    assert checked(DigitsRequest, "scale=99", page=True)[1] == {}
    assert checked(WalkRequest, "plane=1", page=True)[1] == {"seeds": "four"}
    assert checked(TextRequest, "", page=True)[1] == {}
    assert checked(DigitsRequest, "seed=4294967295&count=2&open=0", page=True)[1] == {}
    assert checked(DigitsRequest, "ten=1&open=7", page=True)[1] == {}
    assert checked(DigitsRequest, "ten=1&open=7,9", page=True)[1] == {}
    assert checked(DigitsRequest, "ten=1&open=7,3", conditional=False, page=True)[1] == {
        "ten": "unconditional", "open": "outside",
    }  # fmt: skip
    for opened in ("ten=1&open=7,10", "ten=1&open=7,3,3", "open=7,3"):
        request, problems = checked(DigitsRequest, opened, page=True)
        assert (request.open, problems) == (None, {"open": "outside"})


@pytest.mark.parametrize("page", [True, False])
@pytest.mark.parametrize(
    ("kind", "query", "parameter"),
    [(DigitsRequest, "digit=3", "digit"), (DigitsRequest, "ten=1", "ten"), (WalkRequest, "digits=3,8", "digits"),
     (PlaneRequest, "seeds=1,2,3,4&digits=3", "digits"), (TextRequest, "text=12", "text")],
)  # fmt: skip
def test_an_unconditional_model_cannot_be_asked_for_a_digit(
    kind: type[Request], query: str, parameter: str, page: bool
) -> None:
    request, problems = checked(kind, query, conditional=False, page=page)
    assert problems == {parameter: "unconditional"}
    assert getattr(request, parameter) == getattr(kind(), parameter)


def test_an_unconditional_model_walks_between_any_digits_and_writes_separators() -> None:
    assert checked(WalkRequest, "seeds=7,42&digits=-,-", conditional=False)[1] == {}
    assert checked(TextRequest, "text=-/-", conditional=False)[1] == {}


def test_a_contradiction_names_the_model() -> None:
    _, [problem] = DigitsRequest(digit=3).check(Facts(model="relu-2", conditional=False))
    assert problem.reason == "must be left out: the model relu-2 cannot be asked for a digit"


def test_no_more_is_said_about_what_could_not_be_read() -> None:
    assert checked(DigitsRequest, "count=401&ten=1")[1] == {"count": "whole"}
    assert checked(TextRequest, "text=abc")[1] == {"text": "characters"}
    assert checked(PlaneRequest, "x=" + "y" * 5000)[1] == {"query": "long"}


@pytest.mark.parametrize(("sign", "nearest"), [("", 4294967295), ("-", 0)])
def test_a_number_beyond_floating_point_gives_way_to_the_nearest(sign: str, nearest: int) -> None:
    request, problems = checked(DigitsRequest, f"seed={sign}{'9' * 400}")
    assert (request.seed, problems) == (nearest, {"seed": "whole"})
