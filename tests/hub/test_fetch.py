"""A model on the Hub is fetched by commit and verified; what goes wrong is said in one sentence, in bounded time."""

import json
import os
from pathlib import Path

import pytest
import torch

from gan.errors import ModelError
from gan.hub import fetch
from gan.hub.errors import HubError
from gan.hub.resolve import load_discriminator
from gan.networks import Generator
from tests.hub.model_files import files_of, save_model

CONFIG, WEIGHTS = "GET /maker/digits/resolve/.*/config.json", "GET /cdn/"


def cache_files() -> list[Path]:
    """What the cache holds, locks and notes aside."""
    root = Path(os.environ["HF_HOME"]) / "hub"
    return [p for p in root.rglob("*") if p.is_file() and p.parent.name not in ("hub", "refs") and p.suffix != ".lock"]


# What comes back


def test_a_model_draws_the_same_pixels_from_the_hub_as_from_its_folder(repository, run_folder):
    fetched = Generator.from_pretrained("maker/digits")
    assert torch.equal(fetched.sample([7, 8]), Generator.from_pretrained(run_folder).sample([7, 8]))
    assert (fetched.name, fetched.revision) == ("maker/digits", repository.branches["main"])
    assert load_discriminator("maker/digits").config == load_discriminator(run_folder).config


@pytest.mark.parametrize("how", ["argument", "at"])
@pytest.mark.parametrize("revision", ["v1", "commit"])
def test_a_tag_and_a_commit_bring_back_the_model_of_that_day(repository, run_folder, tmp_path, revision, how):
    then = repository.branches["main"]
    repository.tags["v1"] = then
    repository.commit(files_of(save_model(tmp_path / "newer", seed=1)))
    revision = then if revision == "commit" else revision
    fetched = (
        Generator.from_pretrained("maker/digits", revision=revision)
        if how == "argument"
        else Generator.from_pretrained(f"maker/digits@{revision}")
    )
    assert fetched.revision == then
    assert torch.equal(fetched.sample([7]), Generator.from_pretrained(run_folder).sample([7]))


def test_files_come_from_one_commit_though_main_moves_between_them(hub, repository, run_folder, tmp_path, monkeypatch):
    newer = files_of(save_model(tmp_path / "newer", seed=1))
    download = fetch.hf_hub_download

    def download_then_move(*args, **kwargs):
        path = download(*args, **kwargs)
        repository.commit(newer)
        return path

    monkeypatch.setattr(fetch, "hf_hub_download", download_then_move)
    fetched = Generator.from_pretrained("maker/digits")
    assert torch.equal(fetched.sample([7]), Generator.from_pretrained(run_folder).sample([7]))


def test_a_cached_commit_needs_no_request(hub, repository):
    commit = repository.branches["main"]
    Generator.from_pretrained("maker/digits", revision=commit)
    hub.requests.clear()
    Generator.from_pretrained("maker/digits", revision=commit)
    assert hub.requests == []


def test_only_the_files_of_a_model_are_fetched(hub, repository, run_folder):
    repository.commit(files_of(run_folder) | {"pytorch_model.bin": b"\x80\x04pickle", "evil.py": b"import os"})
    Generator.from_pretrained("maker/digits")
    assert not any("bin" in line or "evil" in line for line in hub.requests)
    assert {p.name for p in cache_files() if p.is_symlink()} == {
        "config.json",
        "model.safetensors",
        "discriminator.safetensors",
        "quantized.safetensors",
    }


def test_a_model_without_discriminator_still_draws(repository, run_folder):
    repository.commit({k: v for k, v in files_of(run_folder).items() if k != "discriminator.safetensors"})
    assert Generator.from_pretrained("maker/digits").sample([7]).shape == (1, 28, 28)
    with pytest.raises(ModelError, match=r"holds no discriminator\.safetensors"):
        load_discriminator("maker/digits")


def test_a_private_model_is_fetched_with_the_login_of_this_machine(repository, monkeypatch):
    repository.private = True
    monkeypatch.setenv("HF_TOKEN", "hf_reader")
    assert Generator.from_pretrained("maker/digits").name == "maker/digits"


def test_the_last_fetched_main_serves_when_the_hub_is_gone(hub, repository, tmp_path):
    Generator.from_pretrained("maker/digits")
    newer = repository.commit(files_of(save_model(tmp_path / "newer", seed=1)))
    Generator.from_pretrained("maker/digits")
    hub.down()
    with pytest.warns(UserWarning, match=f"hub unreachable: using maker/digits@{newer} from the cache"):
        assert Generator.from_pretrained("maker/digits").revision == newer


def test_a_failed_update_leaves_the_older_model_usable_offline(hub, repository, tmp_path):
    older = repository.branches["main"]
    Generator.from_pretrained("maker/digits")
    repository.commit(files_of(save_model(tmp_path / "newer", seed=1)))
    with hub.fault(WEIGHTS, "damaged"), pytest.raises(ModelError, match="arrived damaged"):
        Generator.from_pretrained("maker/digits")
    hub.down()
    with pytest.warns(UserWarning, match="from the cache"):
        assert Generator.from_pretrained("maker/digits").revision == older


def test_a_cached_file_that_rots_is_fetched_anew(repository):
    commit = repository.branches["main"]
    good = Generator.from_pretrained("maker/digits", revision=commit).sample([7])
    weights = next(p for p in cache_files() if p.name == "model.safetensors")
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(ModelError, match="removed from the cache: the next try fetches it anew"):
        Generator.from_pretrained("maker/digits", revision=commit)
    assert torch.equal(Generator.from_pretrained("maker/digits", revision=commit).sample([7]), good)


@pytest.mark.parametrize("copied", [False, True])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda files: files.pop("discriminator.safetensors"), "holds no discriminator.safetensors"),
        (
            lambda files: files.update({"config.json": files["config.json"].replace(b'"format": 1', b'"format": 2')}),
            "has format 2",
        ),
    ],
)
def test_what_was_published_so_stays_in_the_cache(hub, repository, change, message, copied, monkeypatch):
    monkeypatch.setattr("huggingface_hub.file_download.are_symlinks_supported", lambda folder: not copied)
    files = dict(repository.head)
    change(files)
    repository.commit(files)
    with pytest.raises(ModelError, match=message) as error:
        load_discriminator("maker/digits")
    assert "removed from the cache" not in str(error.value)
    assert {p.name for p in cache_files() if p.parent.name == repository.branches["main"]} >= {"model.safetensors"}


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_cached_copy_that_rots_is_fetched_anew(repository, name, monkeypatch):
    monkeypatch.setattr("huggingface_hub.file_download.are_symlinks_supported", lambda folder: False)
    commit = repository.branches["main"]
    Generator.from_pretrained("maker/digits", revision=commit)
    path = next(p for p in cache_files() if p.name == name)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ModelError, match="removed from the cache: the next try fetches it anew"):
        Generator.from_pretrained("maker/digits", revision=commit)
    Generator.from_pretrained("maker/digits", revision=commit)


# What is refused before it is downloaded


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("config.json", 64 * 1024 + 1, "config.json of maker/digits is larger than 64 KB"),
        ("model.safetensors", 64 * 2**20 + 1, "model.safetensors of maker/digits is larger than 65536 KB"),
        ("discriminator.safetensors", 64 * 2**20 + 1, "discriminator.safetensors of maker/digits is larger"),
    ],
)
def test_files_over_the_limits_are_not_downloaded(hub, repository, run_folder, name, size, message):
    repository.commit(files_of(run_folder) | {name: bytes(size)})
    with pytest.raises(ModelError, match=message):
        Generator.from_pretrained("maker/digits")
    assert not any("resolve" in line for line in hub.requests)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_repository_without_our_files_is_not_downloaded(hub, repository, run_folder, name):
    repository.commit({k: v for k, v in files_of(run_folder).items() if k != name})
    with pytest.raises(ModelError, match=f"maker/digits holds no {name}. It is not one of our models"):
        Generator.from_pretrained("maker/digits")
    assert not any("resolve" in line for line in hub.requests)


def test_a_foreign_config_is_refused(repository, run_folder):
    foreign = json.dumps({"model_type": "bert"}).encode()
    repository.commit(files_of(run_folder) | {"config.json": foreign})
    with pytest.raises(ModelError, match="has format None; this version reads format 1"):
        Generator.from_pretrained("maker/digits")


@pytest.mark.parametrize(
    "name",
    [
        "maker/digits@",
        "maker/digits@../../etc",
        "maker/digits@a..b",
        "maker/digits@-x",
        "maker/digits@a b",
        "maker/digits@main\n",
        "maker/digits@" + "a" * 300,
        "maker/digits/more",
        "http://example.com/x",
        "maker/--",
        "../digits",
        "/etc/passwd",
        "maker/digits.git",
        "мaker/digits",
    ],
)
def test_a_malformed_name_is_refused_without_a_request(hub, name):
    with pytest.raises(ModelError):
        Generator.from_pretrained(name)
    assert hub.requests == []


def test_a_misspelt_folder_is_not_asked_of_the_hub(hub, run_folder, monkeypatch):
    monkeypatch.chdir(run_folder.parent.parent)
    with pytest.raises(ModelError, match="there is no folder 'runs/modren', and no bundled model"):
        Generator.from_pretrained("runs/modren")
    assert hub.requests == []


# Faults: what a person sees, how long it takes, and that nothing damaged stays

FAULTS = {
    "401": ("GET /api/models", "401", "the Hub refuses the token. Log in again"),
    "403": ("GET /api/models", "403", r"the Hub forbids this with maker/digits \(HTTP 403\)"),
    "404": ("GET /api/models", "404", "the Hub answered HTTP 404 about maker/digits"),
    "409": ("GET /api/models", "409", "HTTP 409"),
    "412": ("GET /api/models", "412", "HTTP 412"),
    "429": ("GET /api/models", "429", r"the Hub limits our rate \(HTTP 429\). Wait some minutes"),
    "500": ("GET /api/models", "500", r"the Hub has trouble of its own \(HTTP 500\). Try again in a while"),
    "black hole": ("GET /api/models", "black hole", r"hub unreachable \(no answer in time\)"),
    "captive portal": ("GET /api/models", "garbage", "the answer is not the Hub's. A network's login page"),
    "cut listing": ("GET /api/models", "cut", "the connection broke off"),
    "truncated listing": ("GET /api/models", "truncated", "the answer is not the Hub's"),
    "500 at weights": (WEIGHTS, "500", r"the Hub has trouble of its own \(HTTP 500\)"),
    "404 at weights": ("HEAD .*model.safetensors", "404", "the Hub answered HTTP 404"),
    "black hole at weights": (WEIGHTS, "black hole", "the Hub is too slow"),
    "cut weights": (WEIGHTS, "cut", "the Hub is too slow|the connection broke off"),
    "dripping weights": (WEIGHTS, "drip", r"the Hub is too slow \(not done within 4 s\)"),
    "truncated weights": (WEIGHTS, "truncated", "the download broke off before its end"),
    "damaged weights": (WEIGHTS, "damaged", r"safetensors of maker/digits arrived damaged \(.{8}…, not .{8}…\)"),
    "damaged config": (CONFIG, "damaged", "config.json of maker/digits arrived damaged"),
    "truncated config": (CONFIG, "truncated", "the download broke off before its end"),
}


@pytest.mark.timeout(120)  # the client itself would wait 393 s for a black hole, and for ever for a drip
@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_one_sentence_within_bounds_and_leaves_nothing_damaged(hub, repository, case, record_property):
    pattern, kind, message = FAULTS[case]
    with hub.fault(pattern, kind), pytest.raises(HubError, match=message) as error:
        fetch.fetch("maker/digits", seconds=4)
    record_property("what the person sees", str(error.value))
    assert "\n" not in str(error.value)
    assert fetch.find_cached("maker/digits") is None
    snapshot = fetch.fetch("maker/digits")  # the fault is over: nothing stands in the way
    assert files_of(snapshot.folder).items() <= repository.head.items()


def test_a_cut_connection_is_taken_up_where_it_broke(hub, repository):
    with hub.fault(WEIGHTS, "cut", times=1):
        assert Generator.from_pretrained("maker/digits").revision == repository.branches["main"]


@pytest.mark.parametrize(
    ("prepare", "name", "message"),
    [
        (lambda r: None, "maker/nothing", "no repository maker/nothing, or it is private. Check the name"),
        (lambda r: setattr(r, "private", True), "maker/digits", "no repository maker/digits, or it is private"),
        (lambda r: setattr(r, "gated", True), "maker/digits", "maker/digits is gated. Accept its terms"),
        (lambda r: None, "maker/digits@v9", "there is no revision maker/digits@v9. Name a branch, a tag"),
        (lambda r: None, "maker/digits@" + "0" * 40, "there is no revision maker/digits@0000"),
    ],
    ids=["missing", "private", "gated", "unknown revision", "unknown commit"],
)
def test_what_cannot_be_had_is_named_with_the_remedy(repository, prepare, name, message):
    prepare(repository)
    with pytest.raises(ModelError) as error:
        Generator.from_pretrained(name)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_wrong_token_is_named_but_not_shown(repository, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_expired_secret")
    with pytest.raises(ModelError, match="the Hub refuses the token") as error:
        Generator.from_pretrained("maker/digits")
    assert "hf_expired_secret" not in str(error.value)


@pytest.mark.timeout(20)  # the client itself would try for 23 s
def test_a_refused_connection_is_said_at_once(hub):
    hub.down()
    with pytest.raises(ModelError, match="hub unreachable. Check the connection"):
        Generator.from_pretrained("maker/digits")


def test_a_cache_that_cannot_be_written_is_said(repository, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(HubError, match=r"cannot write .*: .* Free the disk, or set HF_HOME") as error:
        fetch.fetch("maker/digits", cache_dir=tmp_path / "cache")
    assert "\n" not in str(error.value)
