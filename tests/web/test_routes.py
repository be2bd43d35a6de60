"""The plain routes: the digits that a link names, strictly validated, cacheable for ever when the link pins weights."""

import io
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gan.networks import Generator
from gan.web import pictures
from gan.web.judge import read_digits
from gan.web.model_store import ModelStore
from gan.web.requests import DigitsRequest
from gan.web.routes import routes
from tests.web.models import untrained


@pytest.fixture(scope="module")
def client(store: ModelStore) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(store))) as opened:
        yield opened


def pixels(content: bytes) -> np.ndarray:
    return 255 - np.asarray(Image.open(io.BytesIO(content)))


def test_digits_png_is_the_grid_of_the_generators_own_pixels(client: TestClient, served: Generator) -> None:
    answer = client.get("/digits.png?seed=7&count=6&digit=3&temperature=0.5")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    digits = served.sample(range(7, 13), [3] * 6, 0.5).numpy()
    assert np.array_equal(pixels(answer.content), digits.reshape(2, 3, 28, 28).swapaxes(1, 2).reshape(56, 84))


def test_a_digit_looks_the_same_in_every_grid(client: TestClient) -> None:
    alone = pixels(client.get("/digits.png?seed=22&count=1").content)
    in_sixteen = pixels(client.get("/digits.png?seed=7&count=16").content)[84:112, 84:112]
    in_many = pixels(client.get("/digits.png?seed=0&count=400").content)[28:56, 56:84]
    assert np.array_equal(alone, in_sixteen)
    assert np.array_equal(alone, in_many)


def test_columns_and_scale_lay_the_grid_out(client: TestClient) -> None:
    plain = pixels(client.get("/digits.png?count=4&columns=4").content)
    assert plain.shape == (28, 112)
    enlarged = pixels(client.get("/digits.png?count=4&columns=4&scale=3").content)
    assert np.array_equal(enlarged, plain.repeat(3, 0).repeat(3, 1))
    assert pixels(client.get("/digits.png?count=3&ten=1").content).shape == (84, 280)


@pytest.mark.parametrize(
    ("path", "kind", "size", "frames"),
    [
        ("/walk.png?seeds=7,42&frames=9", "PNG", (9 * 28, 28), 1),
        ("/walk.png?seeds=7,42&frames=60&count=64", "PNG", (36 * 224, 2 * 224), 1),
        ("/walk.gif?seeds=7,42&frames=9&scale=2", "GIF", (56, 56), 9),
        ("/walk.gif?seeds=7,42&frames=9&swing=1&count=4", "GIF", (56, 56), 16),
        ("/walk.webp?seeds=7,42&frames=2&count=4", "WEBP", (56, 56), 2),
        ("/plane.png?seeds=1,2,3,4&size=5", "PNG", (140, 140), 1),
        ("/text.png?text=1-2&seed=3&scale=2", "PNG", (126, 56), 1),
    ],
)
def test_every_picture_has_its_kind_and_size(
    client: TestClient, path: str, kind: str, size: tuple, frames: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.format, picture.size, getattr(picture, "n_frames", 1)) == (kind, size, frames)


def test_etag_is_strong_known_before_drawing_and_answers_304(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/digits.png?seed=7")
    etag = first.headers["etag"]
    assert etag.startswith('"')
    monkeypatch.setattr(pictures, "draw", lambda *_: pytest.fail("drawn although the cache holds it"))
    for held in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = client.get("/digits.png?seed=7", headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


def test_etag_changes_with_every_parameter_and_not_with_how_it_is_written(client: TestClient) -> None:
    def etag(query: str) -> str:
        return client.head(f"/digits.png?{query}").headers["etag"]

    same = {etag(q) for q in ("seed=7", "seed=007&count=16", "temperature=1.0&seed=7&x=y", "seed=7&model=served")}
    changes = ("", "&count=4", "&digit=7", "&scale=2", "&temperature=0.9", "&model=plain")
    different = {etag(f"seed=7{change}") for change in changes} | {etag("seed=8")}
    assert (len(same), len(different)) == (1, 7)


def test_only_a_link_that_pins_weights_is_immutable(client: TestClient, served: Generator) -> None:
    pinned = client.get(f"/digits.png?seed=7&weights={served.weights}")
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/digits.png?seed=7").headers["cache-control"] == "no-cache"


def test_head_answers_as_get_without_the_picture(client: TestClient) -> None:
    get, head = client.get("/digits.png?seed=7"), client.head("/digits.png?seed=7")
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-type", "content-length", "cache-control"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("seed=-1", "seed"), ("seed=4294967296", "seed"), ("seed=abc", "seed"), ("count=0", "count"),
     ("count=1000000000", "count"), ("temperature=NaN", "temperature"), ("digit=11", "digit"),
     ("seed=1&seed=2", "seed"), ("scale=40&count=400", "scale"), ("weights=zz", "weights"),
     ("model=a%20b", "model"), ("x=" + "y" * 5000, "query")],
)  # fmt: skip
def test_a_malformed_parameter_is_answered_422_with_its_reason(client: TestClient, query: str, parameter: str) -> None:
    answer = client.get(f"/digits.png?{query}")
    assert (answer.status_code, answer.headers["cache-control"]) == (422, "no-store")
    [problem] = answer.json()["detail"]
    assert problem["parameter"] == parameter
    assert problem["reason"].startswith("must be")


@pytest.mark.parametrize(
    "path",
    ["/walk.gif?mode=x", "/walk.webp?frames=1", "/walk.png?seeds=7", "/plane.png", "/text.png?text=x", "/text.png"],
)
def test_every_picture_refuses_what_it_cannot_read(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 422


def test_a_link_made_with_other_weights_is_refused_and_told_so(client: TestClient, served: Generator) -> None:
    answer = client.get("/digits.png?seed=7&weights=00000000")
    assert answer.status_code == 409
    assert served.weights in answer.json()["detail"][0]["reason"]


def test_a_link_may_name_a_bundled_model(client: TestClient, served: Generator) -> None:
    plain = client.get("/digits.png?seed=7&model=plain")
    assert plain.status_code == 200
    assert plain.headers["x-model"].startswith("plain ")
    assert plain.content != client.get("/digits.png?seed=7").content
    assert client.get("/digits.png?seed=7&model=plain&digit=3").status_code == 422  # it has no classes
    for unknown in ("nowhere", "broken"):
        assert client.get(f"/digits.png?model={unknown}").status_code == 404


def test_weights_tell_a_run_from_the_bundled_model_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundled = untrained(tmp_path / "bundled" / "relu-2", "relu-2", seed=1)
    monkeypatch.setattr("gan.bundled.BUNDLED", tmp_path / "bundled")
    mine = untrained(tmp_path / "runs" / "relu-2", "relu-2", seed=2)
    client = TestClient(Starlette(routes=routes(ModelStore(mine))))
    assert client.get("/digits.png?model=relu-2").headers["x-model"] == f"relu-2 {mine.weights}"
    for generator in (mine, bundled):
        answer = client.get(f"/digits.png?seed=7&count=1&model=relu-2&weights={generator.weights}")
        assert np.array_equal(pixels(answer.content), generator.sample([7])[0].numpy())
    assert client.get("/digits.png?model=relu-2&weights=00000000").status_code == 409


def test_healthz_and_model_json_say_who_draws(client: TestClient, served: Generator) -> None:
    health = client.get("/healthz").json()
    assert health["status"] == "ok"
    assert (health["model"], health["weights"], health["device"]) == ("served", served.weights, "cpu")
    model = client.get("/model.json?model=plain").json()
    assert model["parameters"] == 100 * 256 + 256 + 256 * 784 + 784
    assert (model["model"], model["conditional"]) == ("plain", False)
    assert model["models"] == ["served", "broken", "plain"]
    assert client.get("/model.json?model=nowhere").status_code == 404


def test_judge_json_holds_the_judges_readings(client: TestClient, served: Generator) -> None:
    readings = client.get("/judge.json?seed=7&count=2&ten=1").json()["readings"]
    assert readings == [asdict(reading) for reading in read_digits(served, DigitsRequest(seed=7, count=2, ten=True))]
    assert client.get("/judge.json?model=plain&count=1").json()["readings"][0]["drawn_as"] is None
    assert client.get("/judge.json?count=0").status_code == 422


def test_directions_json_names_directions_by_what_they_change(
    client: TestClient, served: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = client.get("/directions.json?model=plain").json()
    assert list(found) == ["slant", "thickness", "width", "measured"]
    assert all(len(found[name]) == served.config.latent_dim for name in ("slant", "thickness", "width"))
    assert set(found["measured"]["slant"]) == {"slant", "thickness", "width"}
    assert client.get("/directions.json?model=nowhere").status_code == 404
    monkeypatch.setattr("gan.web.routes.directions_json", lambda _: pytest.fail("found although they are kept"))
    assert client.get("/directions.json?model=plain").json() == found


def test_a_picture_from_the_cache_is_answered_as_it_was_drawn(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/digits.png?seed=77&count=4")
    monkeypatch.setattr(pictures, "draw", lambda *_: pytest.fail("drawn although it is kept"))
    again = client.get("/digits.png?seed=77&count=4")
    assert again.content == first.content
    for name in ("etag", "cache-control", "x-model", "content-type"):
        assert again.headers[name] == first.headers[name]
    held = client.get("/digits.png?seed=77&count=4", headers={"If-None-Match": first.headers["etag"]})
    assert (held.status_code, held.content) == (304, b"")


def test_what_is_kept_is_that_of_the_model_that_is_served_now(tmp_path: Path) -> None:
    models = ModelStore(untrained(tmp_path / "one", "relu-2", seed=1), remote=False)
    client = TestClient(Starlette(routes=routes(models)))
    first = client.get("/digits.png?seed=7")
    models.served = untrained(tmp_path / "two", "relu-2", seed=2)
    second = client.get("/digits.png?seed=7")
    assert second.headers["x-model"] == f"two {models.served.weights}"
    assert second.content != first.content
