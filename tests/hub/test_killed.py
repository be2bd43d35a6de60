"""Killed while it pushes or fetches, at each request: the other side holds all or nothing, and the next try works. And
a Hub that changes between two requests."""

import os
import shutil
import signal
import time
from collections.abc import Callable

import pytest

from gan.errors import ModelError
from gan.hub import fetch, push
from gan.hub.errors import HubError
from gan.hub.resolve import load_generator
from tests.hub.model_files import files_of, save_model
from tests.training.jobs import start

NAME = "maker/digits"


def killed(hub, pattern: str, kind: str, function: Callable[..., None], *arguments: object) -> None:
    """Let a process of its own call `function`, and SIGKILL it while the Hub is busy with a request."""
    hub.requests.clear()
    with hub.fault(pattern, kind):
        process = start(function, *arguments)
        end = time.monotonic() + 60
        while not any(f.times < 10**9 for f in hub.faults):
            assert process.is_alive(), "it ended before"
            assert time.monotonic() < end
            time.sleep(0.01)
        time.sleep(0.3)  # some bytes of an answer that drips
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(30)
    assert process.exitcode == -signal.SIGKILL


def push_it(folder: object) -> None:
    os.environ["HF_TOKEN"] = "hf_maker"
    push.push(str(folder), NAME, tag="v1")


def fetch_it() -> None:
    load_generator(NAME)


def test_a_push_that_is_killed_at_any_request_publishes_all_or_nothing(hub, maker, run_folder):
    for pattern in (
        "POST /api/repos/create", "POST .*/preupload", "POST .*/objects/batch", "PUT /lfs", "POST .*/commit/main",
        "POST .*/tag",
    ):  # fmt: skip
        hub.repositories.clear()
        hub.blobs.clear()
        killed(hub, pattern, "black hole", push_it, run_folder)
        time.sleep(0.2)  # the Hub goes on with what it was asked
        there = hub.repositories.get(("models", NAME))
        names = set(there.head) - {".gitattributes"} if there else set()
        assert names in (set(), {".gan-manifest.json", "README.md", *files_of(run_folder)}), pattern
        push.push(run_folder, NAME, tag="v1")
        repository = hub.repositories["models", NAME]
        assert files_of(run_folder).items() <= repository.head.items()
        assert repository.tags["v1"] == repository.branches["main"]


def test_a_fetch_that_is_killed_anywhere_is_not_taken_for_a_whole_one(hub, repository):
    weights = load_generator(NAME).weights
    for pattern, kind in (
        ("GET /api/models", "black hole"), ("GET .*/config.json", "drip"), ("GET /cdn", "drip"),
        ("HEAD .*/model.safetensors", "black hole"),
    ):  # fmt: skip
        shutil.rmtree(os.path.join(os.environ["HF_HOME"], "hub"))
        killed(hub, pattern, kind, fetch_it)
        assert fetch.find_cached(NAME) is None
        hub.down()
        with pytest.raises(ModelError, match="hub unreachable"):
            load_generator(NAME)
        hub.up()
        assert load_generator(NAME).weights == weights


# A Hub that changes


def after_listing(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Let something happen between a fetch's listing of the files and its first download."""
    download = fetch.hf_hub_download

    def changed_then_downloaded(*args: object, **kwargs: object) -> str:
        change()
        return download(*args, **kwargs)

    monkeypatch.setattr(fetch, "hf_hub_download", changed_then_downloaded)


def made_private(hub, repository) -> None:
    repository.private = True


def deleted(hub, repository) -> None:
    hub.repositories.pop(("models", NAME), None)


def history_rewritten(hub, repository) -> None:
    files = repository.head
    repository.commits.clear()
    repository.name = "squashed"
    repository.commit(files)


def file_deleted(hub, repository) -> None:
    for tree in repository.commits.values():
        tree.pop("model.safetensors", None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (made_private, "there is no repository maker/digits, or it is private"),
        (deleted, "there is no repository maker/digits, or it is private"),
        (history_rewritten, "there is no revision maker/digits"),
        (file_deleted, "maker/digits lacks a file"),
    ],
)
def test_a_hub_that_changes_after_it_was_listed_is_said_and_leaves_nothing(
    hub, repository, monkeypatch, change, message
):
    after_listing(monkeypatch, lambda: change(hub, repository))
    with pytest.raises(HubError, match=message) as error:
        fetch.fetch(NAME)
    assert "\n" not in str(error.value)
    assert fetch.find_cached(NAME) is None


def test_another_commit_after_the_listing_does_not_mix(hub, repository, monkeypatch, tmp_path):
    listed = repository.branches["main"]
    newer = files_of(save_model(tmp_path / "newer", seed=1))
    after_listing(monkeypatch, lambda: repository.commit(newer))
    snapshot = fetch.fetch(NAME)
    assert snapshot.commit == listed
    assert files_of(snapshot.folder).items() <= repository.commits[listed].items()


def test_a_renamed_repository_is_found_under_its_old_name(hub, repository):
    then = load_generator(NAME)
    hub.rename(NAME, "maker/digits-2")
    repository.commit(repository.head | {"note.txt": b"moved"})
    again = load_generator(NAME)
    assert (again.weights, again.name) == (then.weights, NAME)
    assert again.revision == repository.branches["main"]


def test_what_was_published_and_then_renamed_is_pushed_to_its_new_place(hub, maker, run_folder):
    push.push(run_folder, NAME)
    repository = hub.repositories["models", NAME]
    hub.rename(NAME, "maker/digits-2")
    save_model(run_folder, seed=1)
    push.push(run_folder, NAME)
    assert files_of(run_folder).items() <= repository.head.items()
    assert list(hub.repositories) == [("models", "maker/digits-2")]
