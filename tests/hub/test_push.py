"""A run is published as one commit or not at all; whatever goes wrong is said in one sentence, and nothing is lost."""

import os
import subprocess
import sys
import time

import pytest
import torch
from huggingface_hub import ModelCard
from PIL import Image

from gan.bundled import BUNDLED
from gan.console import python
from gan.errors import ModelError, UserError
from gan.hub import push
from gan.hub import repository as hub_repository
from gan.hub.__main__ import main
from gan.hub.card import write_model_card
from gan.hub.errors import HubError, RefusedError
from gan.networks import Generator
from tests.hub.model_files import files_of, save_model

PUBLISHED = {
    ".gan-manifest.json",
    "README.md",
    "config.json",
    "discriminator.safetensors",
    "history.jsonl",
    "metrics.json",
    "model.safetensors",
    "quantized.safetensors",
    "samples/epoch-0002.png",
    "timelapse.webp",
}


@pytest.fixture
def run_folder(finished_run):
    return finished_run


@pytest.fixture
def published(hub, maker, run_folder):
    """maker/digits, published from the run's folder."""
    push.push(run_folder, "maker/digits")
    return hub.repositories["models", "maker/digits"]


# What is published


def test_a_run_is_published_as_one_commit_of_its_files(published):
    assert set(published.head) == PUBLISHED | {".gitattributes"}
    assert len(published.commits) == 2  # the Hub's own first one, and ours


def test_the_makers_own_pictures_are_not_published(hub, maker, run_folder):
    """data.png shows what the run was trained on: it stays at home, and no card shows it."""
    (run_folder / "data.png").write_bytes(b"my face")
    push.push(run_folder, "maker/digits")
    head = hub.repositories["models", "maker/digits"].head
    assert "data.png" not in head
    assert b"data.png" not in head["README.md"]


def test_what_is_published_draws_the_same_pixels(published, run_folder):
    fetched = Generator.from_pretrained("maker/digits")
    assert torch.equal(fetched.sample([7, 8]), Generator.from_pretrained(run_folder).sample([7, 8]))


def test_a_card_that_was_edited_in_the_folder_is_published_so(hub, maker, run_folder):
    path = write_model_card(run_folder)
    path.write_text(path.read_text() + "\n## Thanks\n\nTo my teacher.\n")
    push.push(run_folder, "maker/digits")
    card = hub.repositories["models", "maker/digits"].head["README.md"].decode()
    assert "To my teacher." in card
    assert 'from_pretrained("maker/digits")' in card


def test_a_card_without_digests_in_the_folder_is_published_as_it_is(hub, maker, run_folder):
    (run_folder / "README.md").write_text("# My notes\n\nLearning rate too high?\n")
    push.push(run_folder, "maker/digits")
    there = hub.repositories["models", "maker/digits"]
    assert there.head["README.md"] == b"# My notes\n\nLearning rate too high?\n"
    (run_folder / "README.md").write_bytes(b"# R\xe9sum\xe9\n")
    hub.requests.clear()
    with pytest.raises(UserError, match=r"README\.md cannot be read .*: save it as UTF-8, or move it away"):
        push.push(run_folder, "maker/digits")
    assert hub.requests == []


def test_of_a_clone_the_card_that_was_edited_there_is_published(hub, published, tmp_path):
    clone = tmp_path / "clone"
    for name, content in published.head.items():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_bytes(content)
    with (clone / "README.md").open("a") as file:
        file.write("\n## Thanks\n\nTo my teacher.\n")
    push.push(clone, "maker/other")
    card = hub.repositories["models", "maker/other"].head["README.md"].decode()
    assert "To my teacher." in card
    assert 'from_pretrained("maker/other")' in card
    assert "maker/digits" not in card


def test_publishing_leaves_the_folder_as_it_is(hub, maker, run_folder):
    before = files_of(run_folder)
    push.push(run_folder, "maker/digits")
    assert files_of(run_folder) == before


def test_the_published_card_is_the_hubs_and_its_snippet_runs(published):
    card = published.head["README.md"].decode()
    assert ModelCard(card).data.pipeline_tag == "unconditional-image-generation"
    code = card.split("```python\n")[1].split("```")[0]
    assert '"maker/digits"' in code
    names: dict = {}
    exec(code, names)
    assert names["digits"].shape == (16, 28, 28)


def test_nothing_unchanged_is_sent_again(hub, published, run_folder):
    hub.requests.clear()
    push.push(run_folder, "maker/digits")
    assert not any(line.startswith("PUT") or "/commit/" in line for line in hub.requests)
    (run_folder / "history.jsonl").write_text('{"step": 2}\n')
    push.push(run_folder, "maker/digits")
    assert sum("/commit/" in line for line in hub.requests) == 1
    assert not any(line.startswith("PUT") for line in hub.requests)


def test_an_older_sample_grid_is_removed_in_the_same_commit(published, run_folder, maker):
    Image.new("L", (28, 28), 9).save(run_folder / "samples/epoch-0003.png")
    push.push(run_folder, "maker/digits")
    assert {name for name in published.head if "samples" in name} == {"samples/epoch-0003.png"}
    assert len(published.commits) == 3


def test_files_of_others_in_the_repository_stay(hub, published, run_folder):
    published.commit(published.head | {"LICENSE": b"theirs"})
    push.push(run_folder, "maker/digits")
    assert published.head["LICENSE"] == b"theirs"


@pytest.mark.parametrize("private", [True, False])
def test_a_new_repository_is_private_only_if_asked(hub, maker, run_folder, private):
    push.push(run_folder, "club/digits", private=private)
    assert hub.repositories["models", "club/digits"].private is private


def test_a_tag_names_the_commit(hub, maker, run_folder):
    push.push(run_folder, "maker/digits", tag="v1")
    then = Generator.from_pretrained("maker/digits").sample([7])
    save_model(run_folder, seed=1)
    push.push(run_folder, "maker/digits", tag="v2")
    assert torch.equal(Generator.from_pretrained("maker/digits@v1").sample([7]), then)
    assert not torch.equal(Generator.from_pretrained("maker/digits@v2").sample([7]), then)


def test_a_tag_that_is_taken_is_not_moved(hub, maker, run_folder):
    push.push(run_folder, "maker/digits", tag="v1")
    first = hub.repositories["models", "maker/digits"].tags["v1"]
    push.push(run_folder, "maker/digits", tag="v1")  # the same commit: nothing to do
    save_model(run_folder, seed=1)
    with pytest.raises(RefusedError, match=f"tag 'v1' of maker/digits names {first[:8]} already. Choose another tag"):
        push.push(run_folder, "maker/digits", tag="v1")
    there = hub.repositories["models", "maker/digits"]
    assert (there.tags["v1"], there.branches["main"], len(there.commits)) == (first, first, 2)  # no commit either


@pytest.mark.parametrize("tag", ["v1", "main"])
def test_a_tag_that_is_taken_is_found_before_training(hub, maker, run_folder, tag):
    push.push(run_folder, "maker/digits", tag="v1")
    hub.requests.clear()
    with pytest.raises(RefusedError, match="Choose another tag"):
        push.check_can_push("maker/digits", tag=tag)
    push.check_can_push("maker/digits", tag="v2")
    assert all(line.startswith("GET") for line in hub.requests)


def test_a_public_repository_is_not_taken_for_a_private_one(hub, published, run_folder):
    save_model(run_folder, seed=1)
    for refuse in (
        lambda: push.push(run_folder, "maker/digits", private=True),
        lambda: push.check_can_push("maker/digits", private=True),
    ):
        with pytest.raises(RefusedError, match="maker/digits is public, and --private only makes a new repository pri"):
            refuse()
    assert len(published.commits) == 2
    published.private = True
    push.push(run_folder, "maker/digits", private=True)


def test_a_bundled_model_is_published_by_its_name(hub, maker):
    push.push("relu-2", "maker/digits")
    head = hub.repositories["models", "maker/digits"].head
    assert head["model.safetensors"] == (BUNDLED / "relu-2/model.safetensors").read_bytes()
    assert b'from_pretrained("maker/digits")' in head["README.md"]


@pytest.mark.parametrize("damage", ["missing", "damaged"])
@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "discriminator.safetensors"])
def test_a_folder_that_is_no_whole_model_is_not_published(hub, maker, run_folder, name, damage):
    if damage == "missing":
        (run_folder / name).unlink()
    else:
        (run_folder / name).write_bytes(b"{}")
    with pytest.raises(ModelError, match=name):
        push.push(run_folder, "maker/digits")
    assert hub.requests == []


# The right to write, before training


@pytest.mark.parametrize("repo_id", ["maker/new", "club/new", "maker/digits"])
def test_what_one_may_write_passes_and_nothing_is_created(hub, repository, maker, repo_id):
    push.check_can_push(repo_id)
    assert set(hub.repositories) == {("models", "maker/digits")}


@pytest.mark.parametrize(
    ("token", "repo_id", "message"),
    [
        (None, "maker/digits", "not logged in to the Hub. Run `hf auth login`, or set HF_TOKEN"),
        (
            "hf_expired",
            "maker/digits",
            "the Hub refuses the token. Log in again with `hf auth login`, or renew HF_TOKEN",
        ),
        ("hf_reader", "maker/digits", "the token of maker may only read. Make one that may write"),
        ("hf_other", "maker/digits", r"the Hub forbids this with maker/digits \(HTTP 403\)"),
        ("hf_other", "maker/new", "other may not create maker/new. Name a repository of your own: other/new"),
        ("hf_maker", "library/new", "maker may not create library/new"),
        ("hf_maker", "digits", "'digits' is no repository name. Write it as user/repo"),
        ("hf_maker", "maker/digits@v1", "'maker/digits@v1' is no repository name"),
        ("hf_maker", "maker/dig its", "is no repository name"),
    ],
)
def test_what_one_may_not_write_is_said_before_training(repository, monkeypatch, token, repo_id, message):
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(HubError, match=message) as error:
        push.check_can_push(repo_id)
    assert "hf_" not in str(error.value).replace("hf_home", "")
    assert "\n" not in str(error.value)


# Faults: what the person sees, how long it takes, and that nothing is lost

COMMIT, PREUPLOAD, BATCH = "POST .*/commit/", "POST .*/preupload/", "POST .*objects/batch"
FAULTS = {
    "refused": (None, None, "hub unreachable. Check the connection"),
    "black hole": ("GET /api/models/maker/digits$", "black hole", r"hub unreachable \(no answer in time\)"),
    "401": (COMMIT, "401", "the Hub refuses the token"),
    "403": (COMMIT, "403", r"the Hub forbids this with maker/digits \(HTTP 403\)"),
    "404": (COMMIT, "404", "the Hub answered HTTP 404 about maker/digits"),
    "409": (COMMIT, "409", r"maker/digits is being changed by someone else, or exists already \(HTTP 409\)"),
    "412": (COMMIT, "412", r"maker/digits has moved on since we looked \(HTTP 412\). Try again"),
    "429": (COMMIT, "429", r"the Hub limits our rate \(HTTP 429\)"),
    "500": (COMMIT, "500", r"the Hub has trouble of its own \(HTTP 500\)"),
    "black hole at the commit": (COMMIT, "black hole", r"hub unreachable \(no answer in time\)"),
    "cut body": (COMMIT, "cut", "the connection broke off"),
    "truncated body": (COMMIT, "truncated", "the answer is not the Hub's"),
    "captive portal": (
        "GET /api/models/maker/digits$",
        "garbage",
        "the answer is not the Hub's. A network's login page",
    ),
    "slow drip": (COMMIT, "drip", r"the Hub is too slow \(not done within 2 s\)"),
    "500 at the upload": ("PUT /lfs", "500", r"the Hub has trouble of its own \(HTTP 500\)"),
    "429 at the listing": (PREUPLOAD, "429", r"the Hub limits our rate \(HTTP 429\)"),
    "403 at the upload": (BATCH, "403", r"the Hub forbids this with maker/digits \(HTTP 403\)"),
    "404 at the check": ("POST /lfs/verify", "404", "the Hub answered HTTP 404 about maker/digits"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_one_sentence_with_the_command_that_retries(
    hub, maker, impatient, run_folder, case, monkeypatch, record_property
):
    pattern, kind, message = FAULTS[case]
    repository = hub.repository("maker/digits", private=True)
    repository.commit({"README.md": b"---\nlicense: mit\n---\n"})  # as the Hub's page makes one
    older, before = repository.head, files_of(run_folder)
    monkeypatch.setattr(push, "PUSH_SECONDS", 2.0 if kind == "drip" else 60.0)
    monkeypatch.setattr(hub_repository, "ANSWER_SECONDS", 0.5 if kind == "black hole" else 20.0)
    start = time.monotonic()
    with hub.fault(pattern or "nothing", kind or "500"):
        if pattern is None:
            hub.down()
        if message is None:
            push.push(run_folder, "maker/digits")
        else:
            with pytest.raises(UserError, match=message) as error:
                push.push(run_folder, "maker/digits", private=True, tag="v1")
            record_property("what the person sees", str(error.value))
            assert str(error.value).endswith(
                f"publish it with: {python()} -m gan.hub push {run_folder} maker/digits --private --tag v1"
            )
            assert "\n" not in str(error.value)
            assert "hf_maker" not in str(error.value)
    record_property("seconds", round(time.monotonic() - start, 1))
    retry = f"publish it with: {python()} -m gan.hub push {run_folder} maker/digits --private --tag v1"
    assert str(error.value).endswith(retry)
    assert "\n" not in str(error.value)
    assert "hf_maker" not in str(error.value)
    assert files_of(run_folder) == before
    hub.up()
    if case not in ("cut body", "truncated body", "slow drip"):  # there only the answer was lost, the commit was not
        assert repository.head == older  # as it was, not half of it
    push.push(run_folder, "maker/digits", tag="v1")
    assert set(repository.head) >= PUBLISHED


def test_a_server_error_that_passes_is_not_noticed(hub, maker, impatient, run_folder):
    with hub.fault("PUT /lfs", "500", times=2), hub.fault(PREUPLOAD, "429", times=2):
        push.push(run_folder, "maker/digits")
    assert set(hub.repositories["models", "maker/digits"].head) >= PUBLISHED


def test_weights_damaged_on_the_way_up_are_noticed(hub, maker, run_folder, monkeypatch):
    monkeypatch.setattr(hub, "damage_uploads", True)
    with pytest.raises(UserError, match="the Hub answered HTTP 400 about maker/digits"):
        push.push(run_folder, "maker/digits")


def test_a_moved_main_keeps_the_others_commit(hub, published, run_folder):
    def commit_theirs():
        hub.before_commit = None
        published.commit(published.head | {"theirs.txt": b"theirs"})

    hub.before_commit = commit_theirs
    save_model(run_folder, seed=1)
    push.push(run_folder, "maker/digits")
    assert published.head["theirs.txt"] == b"theirs"
    assert published.head["model.safetensors"] == (run_folder / "model.safetensors").read_bytes()


# The command line, in a process of its own


def command(*arguments: str, token: str = "hf_maker") -> subprocess.CompletedProcess:
    environment = {
        **os.environ,
        "PYTHONPATH": str(push.ROOT),
        "HF_TOKEN": token,
        "HF_HUB_DISABLE_PROGRESS_BARS": "0",
    }
    return subprocess.run(
        [sys.executable, "-m", "gan.hub", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_command_publishes_with_a_progress_bar_and_without_the_token(hub, run_folder):
    done = command("push", str(run_folder), "maker/digits", "--tag", "v1")
    assert done.returncode == 0
    assert f"published at {hub.endpoint}/maker/digits/commit/" in done.stdout
    assert "100%" in done.stderr
    assert "hf_maker" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "token", "message"),
    [
        (["push", "runs/modern", "maker/digits"], None, "gan.hub: not logged in to the Hub."),
        (["push", "nothing", "maker/digits"], "hf_maker", "gan.hub: there is no folder 'nothing', and no bundled"),
        (["push", "runs/modern", "digits"], "hf_maker", "gan.hub: 'digits' is no repository name"),
        (["push", "runs/modern", "maker/d", "--tag", "a b"], "hf_maker", "gan.hub: 'a b' can't be a tag's name"),
        (["deploy", "digits"], "hf_maker", "gan.hub: 'digits' is no repository name"),
        (["deploy", "maker/page", "--model", "runs/nothing"], "hf_maker", "gan.hub: there is no folder 'runs/nothing'"),
    ],
)
def test_a_wrong_command_says_so_in_one_line(hub, run_folder, monkeypatch, capsys, arguments, token, message):
    monkeypatch.chdir(run_folder.parent.parent)
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(message)
    assert hub.repositories == {}


def test_a_missing_argument_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["push", "runs/modern"])
    assert stop.value.code == 2
    assert "USER/REPO" in capsys.readouterr().err
