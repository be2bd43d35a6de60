"""Over HTTP: a link may name a model on the Hub, and the page says what it serves."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gan import bundled
from gan.hub.resolve import load_generator
from gan.web import model_store as serving
from gan.web import routes
from gan.web.models import Models
from tests.hub.model_files import save_model
from tests.web.test_model_store import wait_for


@pytest.fixture
def client(hub, tmp_path, monkeypatch):
    """Make clients of a page; the double is up and the bundled default is there."""
    save_model(tmp_path / "checkpoints" / "modern", seed=100)
    monkeypatch.setattr(bundled, "BUNDLED", tmp_path / "checkpoints")
    monkeypatch.setattr(serving, "PATIENCE_SECONDS", 0.5)

    def client(model: str = "modern", **options) -> TestClient:
        return TestClient(Starlette(routes=routes.routes(Models(serving.Shelf(model, **options)))))

    return client


def test_healthz_says_what_is_served_and_why(client, hub, repository):
    hub.down()
    page = client("maker/digits")
    wait_for(lambda: "unreachable" in page.get("/healthz").json()["message"])
    answer = page.get("/healthz").json()
    assert answer["model"] == "modern"
    assert answer["message"] == "serving the bundled weights: hub unreachable"


def test_a_fetched_model_takes_over_and_its_pictures_are_pinned_to_the_commit(client, repository):
    page = client("maker/digits")
    commit = repository.branches["main"]
    wait_for(lambda: page.get("/healthz").json()["model"] == f"maker/digits@{commit}")
    assert page.get("/healthz").json()["revision"] == commit
    assert (
        page.get("/digits.png?seed=7").headers["etag"]
        == page.get(f"/digits.png?seed=7&model=maker/digits@{commit}").headers["etag"]
    )


def test_a_link_may_name_a_model_on_the_hub(client, repository, run_folder):
    page = client()
    mine = TestClient(Starlette(routes=routes.routes(Models(load_generator(run_folder)))))
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
    wait_for(lambda: page.get("/digits.png?model=maker/digits").status_code == 200)
