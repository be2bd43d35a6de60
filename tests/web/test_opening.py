"""A link is opened with the generator that it names: a bundled one, the served one, or one on the Hub."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gan import bundled
from gan.hub.resolve import load_generator
from gan.web import links, model_store
from gan.web.model_store import ModelStore, pin
from gan.web.opening import open_link
from gan.web.requests import DigitsRequest, TextRequest, WalkRequest
from gan.web.routes import routes
from tests.hub.model_files import save_model
from tests.waiting import wait_until


def opened(store, query, kind=None):
    """The name of the generator that draws, the request, and each problem as (parameter, code)."""
    generator, request, problems = open_link(store, query, kind)
    return generator.name, request, [(p.parameter, p.code) for p in problems]


# The page opens every link


@pytest.mark.parametrize(
    ("query", "kind"),
    [("", DigitsRequest), ("seed=7", DigitsRequest), ("digits=3,8", WalkRequest), ("seeds=7", WalkRequest),
     ("text=", TextRequest), ("text=1&seeds=7", TextRequest)],
)  # fmt: skip
def test_the_pages_address_says_what_it_shows(store, query, kind):
    assert type(opened(store, query)[1]) is kind


def test_the_page_checks_a_link_against_the_generator_that_it_names(store):
    assert opened(store, "seed=7&digit=3") == ("served", DigitsRequest(seed=7, digit=3), [])
    assert opened(store, "seed=7&digit=3&model=plain") == (
        "plain", DigitsRequest(seed=7, model="plain"), [("digit", "unconditional")]
    )  # fmt: skip


@pytest.mark.parametrize("name", ["a#b c", "模型", "_x", ".hidden", "x" * 200, "50% & more?", "ours"])
def test_a_model_folder_of_any_name_has_links_that_open_it(name, tmp_path):
    save_model(tmp_path / name, seed=5)
    store = ModelStore(tmp_path / name, remote=False)
    here = pin(store.served)
    link = links.write(DigitsRequest(seed=7, digit=3), page=True, model=here.model, weights=here.weights)
    generator, request, problems = open_link(store, link)
    assert generator is store.served
    assert (request.seed, request.digit, problems) == (7, 3, [])


@pytest.mark.parametrize(
    ("query", "drawn_by", "told"),
    [
        ("model=nowhere&count=0", "served", [("model", "no_model"), ("count", "whole")]),
        ("model=broken", "served", [("model", "broken_model")]),
        ("model=user/repo", "served", [("model", "broken_model")]),  # this page draws with its own models only
        ("model=plain&weights=00000000&digit=3", "served", [("weights", "other_weights")]),
        ("model=a b&digit=3", "served", [("model", "model")]),
        ("model=plain&weights=zz&ten=1", "plain", [("weights", "weights"), ("ten", "unconditional")]),
        ("model=plain&x=" + "y" * 5000, "served", [("query", "long")]),
    ],
)
def test_the_page_says_that_a_model_is_not_here_and_draws_with_the_served_one(store, query, drawn_by, told):
    name, _, problems = opened(store, query)
    assert (name, problems) == (drawn_by, told)


# A route refuses what it cannot draw as it was asked


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("model=plain&digit=3&count=0", 422, ["count", "digit"]),
        ("model=a%20b&digit=11&ten=1&count=41", 422, ["digit", "model", "count"]),
        ("weights=zz&model=nowhere", 422, ["weights"]),  # who cannot be read is not looked for
        ("model=nowhere&count=0", 404, ["model"]),
        ("weights=00000000&count=0", 409, ["weights"]),
    ],
)
def test_a_route_says_what_is_wrong_with_a_link_or_that_its_model_is_not_here(store, query, status, told):
    answer = TestClient(Starlette(routes=routes(store))).get(f"/digits.png?{query}")
    assert (answer.status_code, [p["parameter"] for p in answer.json()["detail"]]) == (status, told)


def test_a_route_asks_the_hub_for_nothing_when_a_link_cannot_be_read(client, hub):
    assert client().get("/digits.png?model=maker/digits&weights=zz").status_code == 422
    assert hub.requests == []


# Models on the Hub


@pytest.fixture
def client(hub, tmp_path, monkeypatch):
    """Make clients of a page; the double is up and the bundled default is there."""
    save_model(tmp_path / "checkpoints" / "modern", seed=100)
    monkeypatch.setattr(bundled, "BUNDLED", tmp_path / "checkpoints")
    monkeypatch.setattr(model_store, "PATIENCE_SECONDS", 0.5)

    def client(model: str = "modern", **options) -> TestClient:
        return TestClient(Starlette(routes=routes(ModelStore(model, **options))))

    return client


def test_healthz_says_what_is_served_and_why(client, hub, repository):
    hub.down()
    page = client("maker/digits")
    wait_until(lambda: "unreachable" in page.get("/healthz").json()["message"])
    answer = page.get("/healthz").json()
    assert answer["model"] == "modern"
    assert answer["message"] == "serving the bundled weights: hub unreachable"


def test_a_fetched_model_takes_over_and_its_pictures_are_pinned_to_the_commit(client, repository):
    page = client("maker/digits")
    commit = repository.branches["main"]
    wait_until(lambda: page.get("/healthz").json()["model"] == f"maker/digits@{commit}")
    assert page.get("/healthz").json()["revision"] == commit
    assert (
        page.get("/digits.png?seed=7").headers["etag"]
        == page.get(f"/digits.png?seed=7&model=maker/digits@{commit}").headers["etag"]
    )


def test_a_link_may_name_a_model_on_the_hub(client, repository, run_folder):
    page = client()
    mine = TestClient(Starlette(routes=routes(ModelStore(load_generator(run_folder)))))
    answer = page.get(f"/digits.png?seed=7&model=maker/digits@{repository.branches['main']}")
    assert answer.status_code == 200
    assert answer.content == mine.get("/digits.png?seed=7").content
    assert answer.content != page.get("/digits.png?seed=7").content


@pytest.mark.parametrize(
    ("name", "options", "status", "reason"),
    [
        ("maker/nothing", {}, 404, "there is no repository maker/nothing, or it is private"),
        ("maker/digits@v9", {}, 404, "there is no revision maker/digits@v9"),
        ("maker/digits", {"remote": False}, 404, "this page draws with its own models only"),
        ("nothing", {}, 404, "is not served here; these are: modern"),
    ],
)
def test_a_model_that_cannot_be_had_is_a_reason_in_json(client, repository, name, options, status, reason):
    answer = client(**options).get(f"/digits.png?model={name}")
    assert answer.status_code == status
    assert reason in answer.text


def test_a_hub_that_does_not_answer_is_502_each_time(client, hub):
    hub.down()
    page = client()
    for _ in range(2):  # the second answer is the remembered one
        answer = page.get("/digits.png?model=maker/digits")
        assert answer.status_code == 502
        assert "cannot be fetched" in answer.text
        assert "hub unreachable" in answer.text


def test_a_model_on_its_way_is_503_and_comes(client, hub, repository):
    page = client()
    with hub.fault("GET /cdn", "black hole"):
        answer = page.get("/digits.png?model=maker/digits")
        assert answer.status_code == 503
        assert "is being fetched" in answer.text
        assert page.get("/digits.png").status_code == 200
    wait_until(lambda: page.get("/digits.png?model=maker/digits").status_code == 200)
