"""How the models learned: what the page is told of it, and the files that it fetches."""

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from gan import bundled
from gan.recipes import RECIPES
from gan.recording import read_recording
from gan.web.histories import history_folders, history_of, page_histories, store_folders
from gan.web.model_store import ModelStore
from gan.web.opening import open_link
from gan.web.serve import history_file
from gan.web.site import site_files
from gan.web.site_models import SiteModel
from tests.recordings import record
from tests.web.models import untrained

MOST_BYTES = 400_000  # that a recipe carries for it


def client(models: ModelStore) -> TestClient:
    return TestClient(Starlette(routes=[Route("/history/{name}", history_file(models))]))


def told(models: ModelStore) -> dict[str, dict[str, str]]:
    """What the page is told of each model."""
    return {of["model"]: of for of in page_histories(store_folders(models), lambda _, file: f"/history/{file.name}")}


@pytest.fixture(scope="module")
def models() -> ModelStore:
    return ModelStore("modern", remote=False)


def test_every_bundled_recipe_has_a_training_to_show_of_at_most_400_kb(models) -> None:
    histories = told(models)
    assert list(histories) == [name for name in RECIPES if name in bundled.bundled_models()]
    with client(models) as http:
        for name, of in histories.items():
            film, record_file = http.get(of["film"]), http.get(of["record"])
            assert film.headers["content-type"] == "image/webp"
            assert film.content == (bundled.BUNDLED / name / "timelapse.webp").read_bytes()
            assert "immutable" in film.headers["cache-control"]
            assert "immutable" in record_file.headers["cache-control"]
            assert len(film.content) + len(record_file.content) <= MOST_BYTES
        assert http.get("/history/0123456789abcdef.webp").status_code == 404


def test_the_record_says_of_each_epoch_what_the_history_does(models) -> None:
    with client(models) as http:
        sent = http.get(told(models)["batchnorm"]["record"]).json()
    recording = read_recording(bundled.BUNDLED / "batchnorm")
    assert sent["epochs"] == recording.epochs
    for i, epoch in enumerate(recording.epochs[1:], 1):
        line = recording.record(epoch)
        assert sent["at"]["d_real"][i] == line["d_real"]
        assert sent["at"]["d_fake"][i] == line["d_fake"]
        assert sent["at"]["distance"][i] == round(line["scores"]["frechet_train"], 2)
    assert [sent["at"][name][0] for name in ("d_real", "d_fake", "distance")] == [None] * 3  # before the first step
    assert len(sent["distances"]) == 200
    assert len(sent["curves"]) <= 400
    assert sent["curves"][-1][0] == 200
    mean = sum(r["d_real"] for r in recording.history) / len(recording.history)
    assert sum(point[1] for point in sent["curves"]) / len(sent["curves"]) == pytest.approx(mean, abs=0.002)
    metrics = json.loads((bundled.BUNDLED / "batchnorm" / "metrics.json").read_text())["evaluation"]["values"]
    assert sent["figures"]["recall"] == metrics["recall"]
    assert list(sent["moments"]) == ["3", "8", "200"]


def test_a_run_of_ones_own_is_shown_beside_the_bundled_one_of_its_name(tmp_path: Path) -> None:
    untrained(tmp_path / "quick", "quick")
    record(tmp_path / "quick")
    mine = ModelStore(tmp_path / "quick", remote=False)
    histories = told(mine)
    assert next(iter(histories)) == "quick"
    assert "bundled/quick" in histories
    with client(mine) as http:
        sent = http.get(histories["quick"]["record"]).json()
        assert sent["epochs"] == [0, 1, 2, 3]
        assert sent["moments"] == {}  # those are of the bundled recording
        assert sent["why"] is None
        assert sent["figures"] == {}
        assert http.get(histories["bundled/quick"]["record"]).json()["moments"]
        (tmp_path / "quick" / "timelapse.json").write_text('{"epochs": [0, 1, 2, 4]}')
        assert http.get(told(mine)["quick"]["record"]).json()["epochs"] == [0, 1, 2, 4]  # the run went on


def test_a_training_without_a_distance_is_shown_without(tmp_path: Path) -> None:
    untrained(tmp_path / "mine", "relu-2")
    record(tmp_path / "mine", scored=False)
    sent = json.loads(history_of(tmp_path / "mine").files["record"].content)
    assert sent["distances"] == []
    assert sent["floor"] is None
    assert sent["at"]["distance"] == [None] * 4
    assert sent["at"]["d_real"] == [None, 0.6, 0.6, 0.6]


def test_what_a_folder_lacks_is_named(tmp_path: Path) -> None:
    untrained(tmp_path / "mine", "relu-2")
    assert history_of(tmp_path / "mine").trouble == {"missing": "timelapse.webp"}
    record(tmp_path / "mine")
    (tmp_path / "mine" / "history.jsonl").write_text("{")
    assert history_of(tmp_path / "mine").trouble == {"damaged": "history.jsonl"}
    (tmp_path / "mine" / "history.jsonl").write_text(f'{{"epoch": 1, "d_real": 1{"0" * 400}, "d_fake": 0.5}}')
    assert history_of(tmp_path / "mine").trouble == {"damaged": "history.jsonl"}
    (tmp_path / "mine" / "history.jsonl").unlink()
    assert history_of(tmp_path / "mine").trouble == {"missing": "history.jsonl"}
    record(tmp_path / "mine")
    (tmp_path / "mine" / "metrics.json").write_text("no JSON")
    assert history_of(tmp_path / "mine").trouble == {"damaged": "metrics.json"}
    assert history_of(None).trouble == {"missing": "timelapse.webp"}


def test_a_link_to_a_model_that_is_not_here_says_so(models) -> None:
    _, request, [problem] = open_link(models, "history=nobody&epoch=3")
    assert (problem.parameter, problem.value, problem.code) == ("history", "nobody", "no_history")
    assert problem.reason.startswith("is no model whose training can be shown here; these are: relu-2, ")
    assert (request.history, request.epoch) == ("relu-2", 3)
    _, request, [problem] = open_link(models, "history=modern&beside=nobody")
    assert (problem.parameter, request.history, request.beside) == ("beside", "modern", None)


def test_a_site_has_the_recordings_of_its_models_and_of_the_bundled_ones(tmp_path: Path) -> None:
    mine = untrained(tmp_path / "mine", "relu-2")
    record(tmp_path / "mine")
    files = site_files([SiteModel(mine, "", tmp_path / "mine")])
    recordings = {name: content for name, content in files.items() if name.startswith("histories/")}
    films = {name.rpartition("-")[0].removeprefix("histories/") for name in recordings if name.endswith(".webp")}
    assert films == {"mine", *bundled.bundled_models()}
    assert sum(map(len, recordings.values())) <= MOST_BYTES * len(films)
    assert set(history_folders([("mine", tmp_path / "mine")])) == films
