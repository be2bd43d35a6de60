"""A page starts at once, says what it serves and why, and lets visitors name models without harm."""

import errno
import tempfile
import threading
import time

import pytest

from gan import bundled as bundled_module
from gan.errors import ModelError
from gan.hub.errors import HubError, explained
from gan.hub.resolve import load_generator, resolve
from gan.networks import Generator
from gan.web import model_store
from gan.web.model_store import ModelStore, name_of
from tests.hub.model_files import files_of, save_model
from tests.waiting import wait_until


@pytest.fixture
def bundled(tmp_path, monkeypatch):
    """`checkpoints/` with the default model and another."""
    save_model(tmp_path / "checkpoints" / "modern", seed=100)
    save_model(tmp_path / "checkpoints" / "relu-2", seed=101)
    monkeypatch.setattr(bundled_module, "BUNDLED", tmp_path / "checkpoints")
    return tmp_path / "checkpoints"


@pytest.fixture
def start(hub, bundled):
    """Start the models of a page; the double is up and `checkpoints/` holds modern and relu-2."""
    started = []

    def start(*args, **kwargs) -> ModelStore:
        started.append(ModelStore(*args, **kwargs))
        return started[-1]

    yield start
    for page in started:
        page.close()


def retried(get, name: str) -> Generator:
    """As a visitor would: ask again while it is being fetched."""
    for _ in range(10):
        try:
            return get(name)
        except model_store.NotReadyError:
            time.sleep(0.1)
    raise AssertionError(f"{name} never came")


# The model that the page serves


def test_the_bundled_model_is_served_by_default(start):
    page = start()
    assert (name_of(page.served), page.status) == ("modern", "serving modern")


def test_a_generator_is_served_as_it_is(start, run_folder):
    generator = Generator.from_pretrained(run_folder)
    assert start(generator).served is generator


def test_a_folder_is_served_by_its_name(start, run_folder):
    assert start(run_folder).served.name == run_folder.name


@pytest.mark.parametrize("model", ["nothing", "checkpoints-of-old"])
def test_a_missing_local_model_stops_the_start(start, model):
    with pytest.raises(ModelError, match=f"no folder '{model}', and no bundled model"):
        start(model)


def test_a_hub_model_is_swapped_in_when_it_is_fetched(start, repository):
    page = start("maker/digits")
    name = f"maker/digits@{repository.branches['main']}"
    wait_until(lambda: page.status == f"serving {name}")
    assert name_of(page.served) == name


def test_until_then_the_bundled_weights_serve_and_the_page_says_so(hub, start, repository):
    with hub.fault("GET /api/models", "black hole"):
        page = start("maker/digits")
        assert name_of(page.served) == "modern"
        assert page.status == "serving the bundled weights while maker/digits is fetched"


def test_a_cached_commit_is_served_at_once_without_a_request(hub, start, repository):
    commit = repository.branches["main"]
    load_generator("maker/digits", revision=commit)
    hub.requests.clear()
    page = start(f"maker/digits@{commit}")
    assert page.status == f"serving maker/digits@{commit} from the cache"
    time.sleep(0.1)
    assert hub.requests == []


def test_a_cached_branch_is_served_at_once_and_brought_up_to_date(start, repository, tmp_path):
    older = repository.branches["main"]
    load_generator("maker/digits")
    newer = repository.commit(files_of(save_model(tmp_path / "newer", seed=1)))
    page = start("maker/digits")
    wait_until(lambda: page.status == f"serving maker/digits@{newer}")
    assert older != newer


def test_a_cached_branch_is_served_when_the_hub_is_gone(hub, start, repository):
    load_generator("maker/digits")
    hub.down()
    page = start("maker/digits")
    name = f"maker/digits@{repository.branches['main']}"
    wait_until(lambda: page.status == f"serving {name} from the cache: hub unreachable")
    assert name_of(page.served) == name


def test_a_rotten_cached_copy_is_replaced(start, repository):
    commit = repository.branches["main"]
    folder = resolve("maker/digits", commit).folder
    (folder / "model.safetensors").write_bytes(b"rotten")
    page = start(f"maker/digits@{commit}")
    assert name_of(page.served) == "modern"
    wait_until(lambda: page.status == f"serving maker/digits@{commit}")


def test_the_hub_is_asked_again_when_it_was_away(hub, start, repository, monkeypatch):
    monkeypatch.setattr(model_store, "RETRY_SECONDS", 0.2)
    hub.down()
    page = start("maker/digits")
    wait_until(lambda: page.status == "serving the bundled weights: hub unreachable")
    hub.up()
    wait_until(lambda: name_of(page.served).startswith("maker/digits@"))


FAULTS = {
    "refused": (None, "hub unreachable"),
    "black hole": (("GET /api/models", "black hole"), "hub unreachable (no answer in time)"),
    "401": (("GET /api/models", "401"), "the Hub refuses the token"),
    "403": (("GET /api/models", "403"), "the Hub forbids this with maker/digits (HTTP 403)"),
    "404": (("GET /api/models", "404"), "the Hub answered HTTP 404 about maker/digits"),
    "409": (("GET /api/models", "409"), "HTTP 409"),
    "412": (("GET /api/models", "412"), "HTTP 412"),
    "429": (("GET /api/models", "429"), "the Hub limits our rate (HTTP 429)"),
    "500": (("GET /api/models", "500"), "the Hub has trouble of its own (HTTP 500)"),
    "cut body": (("GET /cdn", "cut"), "the Hub is too slow (not done within 4 s)"),
    "slow drip": (("GET /cdn", "drip"), "the Hub is too slow (not done within 4 s)"),
    "truncated body": (("GET /cdn", "truncated"), "the download broke off before its end"),
    "wrong bytes, same length": (("GET /cdn", "damaged"), "safetensors of maker/digits arrived damaged"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_with_any_fault_the_page_serves_at_once_and_soon_says_why(hub, start, repository, case, monkeypatch):
    monkeypatch.setattr(model_store, "SERVED_SECONDS", 4.0)
    fault, reason = FAULTS[case]
    if fault is None:
        hub.down()
    with hub.fault(*(fault or ("nothing", "500"))):
        page = start("maker/digits")
        assert page.served.sample([7]).shape == (1, 28, 28)
        wait_until(lambda: page.status.startswith("serving the bundled weights: "))
    assert reason in page.status
    assert "\n" not in page.status
    assert name_of(page.served) == "modern"


@pytest.mark.parametrize(
    ("prepare", "model", "reason"),
    [
        (lambda r: None, "maker/nothing", "there is no repository maker/nothing, or it is private"),
        (
            lambda r: setattr(r, "private", True),
            "maker/digits",
            "there is no repository maker/digits, or it is private",
        ),
        (lambda r: setattr(r, "gated", True), "maker/digits", "maker/digits is gated"),
        (lambda r: None, "maker/digits@v9", "there is no revision maker/digits@v9"),
    ],
    ids=["missing", "private", "gated", "unknown revision"],
)
def test_a_model_that_cannot_be_had_is_named(start, repository, prepare, model, reason, capsys):
    prepare(repository)
    page = start(model)
    wait_until(lambda: page.status == f"serving the bundled weights: {reason}")
    told = capsys.readouterr().err.splitlines()  # in the terminal as well
    assert told == [f"serving the bundled weights while {model} is fetched", page.status]


def test_a_foreign_model_is_named_in_the_status_without_our_paths(start, repository, run_folder):
    commit = repository.commit(files_of(run_folder) | {"config.json": b"{}"})
    page = start("maker/digits")
    wait_until(lambda: "format" in page.status)
    assert page.status.startswith(f"serving the bundled weights: maker/digits@{commit}/config.json has format None")


def full(*_, **__):
    """A disk without room, as the Hub's client meets it."""
    with explained("maker/digits"):
        raise OSError(errno.ENOSPC, "No space left on device", "/home/me/.cache/hub/blobs/0a1b")


def test_a_disk_that_is_full_is_named_in_the_terminal_but_not_to_visitors(start, repository, monkeypatch, capsys):
    monkeypatch.setattr(model_store.fetch, "fetch", full)
    page = start("maker/digits")
    wait_until(lambda: "No space left" in page.status)
    assert page.status == "serving the bundled weights: cannot write …: No space left on device"
    assert "cannot write /home/me/.cache/hub/blobs/0a1b: No space" in capsys.readouterr().err
    with pytest.raises(HubError, match="^cannot write …: No space left on device. Free the disk"):
        page.get("maker/digits")


# The models that links name


def test_no_name_and_the_served_name_are_the_served_model(start):
    page = start()
    assert page.get() is page.get("") is page.get("modern") is page.served


def test_another_bundled_model_is_loaded_once(start):
    page = start()
    assert page.get("relu-2").name == "relu-2"
    assert page.get("relu-2") is page.get("relu-2")


def test_a_visitors_model_is_fetched_once_and_named_by_its_commit(hub, start, repository):
    page = start()
    model = page.get("maker/digits")
    assert name_of(model) == f"maker/digits@{repository.branches['main']}"
    requests = len(hub.requests)
    assert page.get("maker/digits") is page.get(name_of(model)) is model
    assert len(hub.requests) == requests


def test_a_link_shows_its_commit_though_main_has_moved(start, repository, tmp_path):
    page = start()
    then = name_of(page.get("maker/digits"))
    repository.commit(files_of(save_model(tmp_path / "newer", seed=1)))
    assert name_of(page.get(then)) == then
    assert start().get(then).weights == page.get(then).weights


def test_visitors_at_the_same_time_share_one_fetch(hub, start, repository):
    page, found = start(), []
    threads = [threading.Thread(target=lambda: found.append(page.get("maker/digits"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(model) for model in found}) == 1
    assert sum("GET /api/models" in line for line in hub.requests) == 1


def test_the_least_recently_used_model_goes_first(hub, start, tmp_path):
    for name in ("one", "two", "three"):
        hub.repository(f"maker/{name}").commit(files_of(save_model(tmp_path / name, seed=len(name))))
    page = start(capacity=2)
    one, two = page.get("maker/one"), page.get("maker/two")
    page.get(name_of(one))
    page.get("maker/three")
    hub.requests.clear()
    assert page.get(name_of(one)) is one
    assert hub.requests == []
    assert page.get(name_of(two)) is not two


def test_no_token_of_this_machine_is_sent_for_a_visitor(hub, start, repository, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_maker")
    start().get("maker/digits")
    assert set(hub.tokens_seen) == {None}


def test_a_private_model_in_this_machines_cache_is_not_given_to_a_visitor(start, repository, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_maker")
    repository.private = True
    name = f"maker/digits@{load_generator('maker/digits').revision}"
    with pytest.raises(ModelError, match="no repository .*, or it is private"):
        start().get(name)


def test_remote_models_can_be_switched_off(hub, start, repository):
    with pytest.raises(ModelError, match="draws with its own models only"):
        start(remote=False).get("maker/digits")
    assert hub.requests == []


@pytest.mark.parametrize(
    "name", ["../checkpoints", "/etc", "tests/hub", "a/b/c", "maker/digits@../x", "nothing", ".", "\0"]
)
def test_a_visitors_name_never_reaches_the_file_system(hub, start, name):
    with pytest.raises(ModelError):
        start().get(name)


def test_a_foreign_or_hostile_repository_is_refused_without_our_paths(hub, start, repository, run_folder):
    repository.commit(files_of(run_folder) | {"config.json": b"{}"})
    with pytest.raises(ModelError) as error:
        start().get("maker/digits")
    assert str(error.value).startswith(f"maker/digits@{repository.branches['main']}/config.json has format None")


def test_files_over_the_limits_are_not_downloaded_for_a_visitor(hub, start, repository, run_folder):
    repository.commit(files_of(run_folder) | {"model.safetensors": bytes(64 * 2**20 + 1)})
    with pytest.raises(ModelError, match="is larger than 65536 KB"):
        start().get("maker/digits")
    assert not any("resolve" in line for line in hub.requests)


def test_a_failure_is_remembered_for_a_while(hub, start, monkeypatch):
    page = start()
    for _ in range(3):
        with pytest.raises(ModelError, match="no repository maker/nothing"):
            page.get("maker/nothing")
    assert len(hub.requests) == 1
    monkeypatch.setattr(model_store, "ANSWER_SECONDS", 0.0)
    with pytest.raises(ModelError):
        page.get("maker/other")
    with pytest.raises(ModelError):
        page.get("maker/other")
    assert len(hub.requests) == 3


@pytest.mark.parametrize("function", ["mkdtemp", "TemporaryDirectory"])
def test_without_room_for_temporary_files_a_visitor_is_told_so(start, repository, monkeypatch, function):
    def none(*_, **__):
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp', '/home/me']")

    monkeypatch.setattr(tempfile, function, none)
    with pytest.raises(
        ModelError, match="^maker/digits cannot be fetched: No usable temporary directory found in"
    ) as e:
        start().get("maker/digits")
    assert "me" not in str(e.value).partition("found in")[2]


@pytest.mark.parametrize("kind", ["black hole", "drip"])
def test_a_slow_hub_holds_no_visitor_for_long(hub, start, repository, kind, monkeypatch):
    monkeypatch.setattr(model_store, "PATIENCE_SECONDS", 0.5)
    page = start()
    with hub.fault("GET /cdn", kind):
        with pytest.raises(model_store.NotReadyError, match="maker/digits is being fetched: try again"):
            page.get("maker/digits")  # it returns while the fetch goes on
        assert page.get().name == "modern"
    assert name_of(retried(page.get, "maker/digits")).startswith("maker/digits@")


def test_only_so_many_fetches_run_at_a_time(hub, start, repository, monkeypatch):
    monkeypatch.setattr(model_store, "PATIENCE_SECONDS", 0.2)
    page = start()
    with hub.fault("GET /api/models", "black hole"):
        for i in range(model_store.MAX_FETCHES):
            with pytest.raises(model_store.NotReadyError, match="is being fetched"):
                page.get(f"maker/slow{i}")
        with pytest.raises(model_store.NotReadyError, match="other models are being fetched before maker/digits"):
            page.get("maker/digits")
    assert name_of(retried(page.get, "maker/digits")).startswith("maker/digits@")
