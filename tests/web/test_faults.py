"""A server that is killed, whose files are changed, whose disk is full, whose clock is set, or that has no descriptors
left: those who are there are served, and the next start works."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gan import bundled as bundled_module
from gan.web.model_store import ModelStore
from gan.web.routes import routes
from gan.web.temporary import LOCK
from tests.hub.double import Hub, Repository
from tests.hub.model_files import save_model
from tests.waiting import wait_until
from tests.web.apps import App, Apps


def message(app: App) -> str:
    return httpx.get(f"{app.address}/healthz", timeout=10).json()["message"]


STARTING = {  # a function before which a start is killed, in the order in which they are called
    "before the model is read": "gan.web.model_store:ModelStore._start",
    "before the page is built": "gan.web.serve:application",
    "before it listens": "gan.web.serve:server",
    "as the model is listed": "gan.hub.fetch:_fetch",
    "with its first file": "gan.hub.fetch:_verify",
    "with all of its files": "gan.hub.fetch:_remember",
    "before the model is swapped in": "gan.hub.resolve:read_generator",
}


def test_a_start_that_is_killed_anywhere_is_followed_by_one_that_works(
    apps: Apps, hub: Hub, repository: Repository
) -> None:
    for stage, function in STARTING.items():
        # The bundled model that serves until the other one is there is read first, too.
        app = apps.start("maker/digits", kill_at=function, after=int(function.endswith("read_generator")))
        assert app.wait() == -signal.SIGKILL, f"{stage}: {app.said()}"
    with apps.running("maker/digits") as app:
        wait_until(lambda: message(app) == f"serving maker/digits@{repository.branches['main']}")
    hub.down()
    with apps.running("maker/digits") as app:  # what was fetched is whole
        wait_until(lambda: message(app).endswith("from the cache: hub unreachable"))


def test_what_a_killed_server_had_begun_to_fetch_goes_with_the_next_start(
    apps: Apps, hub: Hub, repository: Repository, tmp_path: Path
) -> None:
    save_model(tmp_path / "served")

    def fetches(app: App) -> list[Path]:
        return list(app.temporary.glob("gan-visitors-*/*/*"))

    temporary = {"temporary": tmp_path / "temporary"}
    with hub.fault("GET /cdn", "drip"), apps.running(tmp_path / "served", **temporary) as alive:
        for app in (alive, killed := apps.start(tmp_path / "served", **temporary)):
            app.until_it_answers()
            httpx.get(f"{app.address}/digits.png?model=maker/digits", timeout=20)
        wait_until(lambda: len(fetches(alive)) >= 2)
        folders = set(alive.temporary.glob("gan-visitors-*"))
        for name, content in (("foreign", "a file"), ("empty", None)):
            (alive.temporary / f"gan-visitors-{name}").mkdir()
            if content:
                (alive.temporary / f"gan-visitors-{name}" / "file").write_text(content)
        apps.stop(killed)
        with apps.running(tmp_path / "served", **temporary):
            left = set(alive.temporary.glob("gan-visitors-*"))
            assert len(left & folders) == 1
            assert (left & folders).pop().joinpath(LOCK).exists()
            assert alive.temporary / "gan-visitors-foreign" in left, "nobody knows whose it is"
            assert alive.temporary / "gan-visitors-empty" not in left


def test_a_clock_that_is_set_ahead_and_back_changes_nothing(apps: Apps, tmp_path: Path) -> None:
    save_model(tmp_path / "served")
    for path in (tmp_path / "served").iterdir():
        os.utime(path, (4e9, 4e9))  # written in the future
    with apps.running(tmp_path / "served") as app, httpx.Client(base_url=app.address, timeout=20) as visitor:
        before = visitor.get("/digits.png?seed=7")
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            called = visitor.post("/gradio_api/call/write", json={"data": ["1", 0, "one", 1, 4]}).json()["event_id"]
            app.send(number)
            assert "event: complete" in visitor.get(f"/gradio_api/call/write/{called}").text
            assert visitor.get("/digits.png?seed=7").content == before.content
            again = visitor.get("/digits.png?seed=7", headers={"If-None-Match": before.headers["ETag"]})
            assert again.status_code == 304
            fresh = visitor.get(f"/digits.png?seed={number}")
            assert fresh.status_code == 200
            assert float(fresh.headers["Server-Timing"].partition("dur=")[2]) < 10_000
            assert visitor.get("/").status_code == 200
        app.send(signal.SIGTERM)
        assert app.wait(10) == 0
        assert "Traceback" not in app.said()


def test_without_descriptors_newcomers_are_refused_and_those_there_are_served(apps: Apps, tmp_path: Path) -> None:
    save_model(tmp_path / "served")
    with apps.running(tmp_path / "served", descriptors=200) as app, httpx.Client(base_url=app.address) as visitor:
        assert visitor.get("/digits.png").status_code == 200
        port = int(app.address.rpartition(":")[2])
        crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(250)]
        time.sleep(2)  # until those that are refused and silent are gone
        script = visitor.get("/").text.partition('src="./page/')[2].partition('"')[0]
        for i in range(20):
            assert visitor.get(f"/digits.png?seed={i}", timeout=20).status_code == 200
            assert visitor.get(f"/page/{script}", timeout=20).status_code == 200, "files can still be opened"
        refused = httpx.get(f"{app.address}/digits.png", timeout=20)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
        assert "no connection left" in refused.json()["detail"]
        for connection in crowd:
            connection.close()
        wait_until(lambda: httpx.get(f"{app.address}/digits.png", timeout=20).status_code == 200)
        assert "Traceback" not in app.said()


# Files that are changed under a server


@pytest.fixture
def changing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[TestClient, Path]]:
    """A page that serves runs/served, beside the bundled loaded (drawn once) and other (not yet read); their folder."""
    for seed, name in enumerate(("served", "loaded", "other")):
        save_model(tmp_path / name, seed)
    monkeypatch.setattr(bundled_module, "BUNDLED", tmp_path)
    models = ModelStore(tmp_path / "served", remote=False)
    with TestClient(Starlette(routes=routes(models))) as client:
        assert client.get("/digits.png?model=loaded").status_code == 200
        yield client, tmp_path


def replaced(folder: Path) -> None:
    save_model(folder, seed=9)


def edited(folder: Path) -> None:
    (folder / "quantized.safetensors").write_bytes(b"edited")


def deleted(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


@pytest.mark.parametrize("change", [replaced, edited, deleted])
@pytest.mark.parametrize("name", ["served", "loaded", "other"])
def test_a_link_shows_the_digits_that_it_pins_or_is_told_why_not(
    changing: tuple[TestClient, Path], name: str, change: Callable[[Path], None]
) -> None:
    client, folder = changing
    sha256 = json.loads((folder / name / "config.json").read_text())["sha256"]["quantized.safetensors"]
    pinned = f"/digits.png?model={name}&weights={sha256[:8]}"
    before = None if name == "other" else client.get(f"{pinned}&count=9").content
    change(folder / name)
    answer = client.get(f"{pinned}&count=9")
    if before:
        assert answer.content == before
        assert client.get(pinned).status_code == client.get(f"/quantized/{sha256}.safetensors").status_code == 200
    else:
        expected = {replaced: (409, "other_weights"), edited: (404, "broken_model"), deleted: (404, "no_model")}
        assert (answer.status_code, answer.json()["detail"][0]["code"]) == expected[change]
        assert str(folder) not in answer.text
    assert client.get("/digits.png").status_code == 200
    assert client.get("/healthz").json()["status"] == "ok"
