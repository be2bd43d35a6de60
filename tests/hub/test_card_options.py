"""What a maker adds to the card of a published model."""

import json
import subprocess
import sys

import pytest
from huggingface_hub import ModelCard

import train
from gan.errors import UserError
from gan.hub import push
from gan.hub.__main__ import main
from gan.hub.card import write_model_card
from gan.hub.card_options import CardOptions, code_url_of, web_address
from tests.hub.model_files import save_model

GIVEN = ["--author", "Ada", "--dataset-id", "maker/scans", "--license", "cc-by-4.0", "--code-url", "https://e.org/gan"]


def card_of(hub) -> ModelCard:
    return ModelCard(hub.repositories["models", "maker/digits"].head["README.md"].decode())


def test_author_code_data_and_licence_are_on_the_card(hub, maker, run_folder, capsys):
    assert main(["push", str(run_folder), "maker/digits", *GIVEN]) == 0
    card = card_of(hub)
    assert card.data.license == "cc-by-4.0"
    assert card.data.datasets == ["maker/scans"]
    for fact in (
        "| Author | Ada |",
        "| Code | https://e.org/gan |",
        "In a checkout of [the project](https://e.org/gan)",
    ):
        assert fact in card.text
    assert "(https://huggingface.co/datasets/maker/scans)" in card.text


def test_the_next_push_remembers_them_and_takes_new_ones(hub, maker, run_folder):
    push.push(run_folder, "maker/digits", options=CardOptions(author="Ada", license="cc0-1.0"))
    push.push(run_folder, "maker/digits", options=CardOptions(license="apache-2.0"))
    assert card_of(hub).data.license == "apache-2.0"
    assert "| Author | Ada |" in card_of(hub).text
    push.push(run_folder, "maker/digits", options=CardOptions(author=""))
    assert "Author" not in card_of(hub).text


def test_an_option_of_a_newer_version_is_kept_for_it(hub, maker, run_folder):
    push.push(run_folder, "maker/digits", options=CardOptions(author="Ada"))
    there = hub.repositories["models", "maker/digits"]
    manifest = json.loads(there.head[".gan-manifest.json"])
    manifest["options"]["funded_by"] = "a grant"
    there.commit(there.head | {".gan-manifest.json": json.dumps(manifest).encode()})
    push.push(run_folder, "maker/digits", options=CardOptions(license="cc0-1.0"))
    assert "| Author | Ada |" in card_of(hub).text
    assert json.loads(there.head[".gan-manifest.json"])["options"]["funded_by"] == "a grant"


def test_a_licence_that_the_hub_does_not_know_is_refused_before_training_and_pushing(
    hub, maker, run_folder, tmp_path, monkeypatch, capsys
):
    assert main(["push", str(run_folder), "maker/digits", "--license", "nolicence"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("gan.hub: 'nolicence' is no licence that the Hub knows. Take an identifier of https://")
    command = ["train.py", "relu-2", "--push-to-hub", "maker/digits", "--license", "nolicence"]
    monkeypatch.setattr(sys, "argv", [*command, "--output-dir", str(tmp_path / "r")])
    assert train.main() == 1
    assert "'nolicence' is no licence that the Hub knows" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()
    assert ("models", "maker/digits") not in hub.repositories


def test_a_licence_that_is_given_replaces_one_that_was_set_by_hand(hub, maker, run_folder):
    push.push(run_folder, "maker/digits")
    there = hub.repositories["models", "maker/digits"]
    card = there.head["README.md"].replace(b"license: mit", b"license: gpl-3.0")
    there.commit(there.head | {"README.md": card})
    push.push(run_folder, "maker/digits")
    assert card_of(hub).data.license == "gpl-3.0"
    push.push(run_folder, "maker/digits", options=CardOptions(license="cc0-1.0"))
    assert card_of(hub).data.license == "cc0-1.0"


def test_a_licence_that_is_given_replaces_one_that_was_set_by_hand_in_the_folder(hub, maker, run_folder):
    path = write_model_card(run_folder)
    path.write_text(path.read_text().replace("license: mit", "license: gpl-3.0"))
    push.push(run_folder, "maker/digits")
    assert card_of(hub).data.license == "gpl-3.0"
    push.push(run_folder, "maker/digits", options=CardOptions(license="cc0-1.0"))
    assert card_of(hub).data.license == "cc0-1.0"


def test_pictures_of_ones_own_get_no_licence_that_nobody_gave(hub, maker, tmp_path):
    push.push(save_model(tmp_path / "run", dataset="folder"), "maker/digits")
    assert card_of(hub).data.license is None
    assert "trained on pictures of the maker's own" in card_of(hub).text


def test_the_retry_repeats_them(hub, maker, impatient, run_folder, capsys):
    with hub.fault("POST .*/commit/", "403"):
        assert main(["push", str(run_folder), "maker/digits", "--author", "Ada L."]) == 1
    assert capsys.readouterr().err.rstrip().endswith("maker/digits --author 'Ada L.'")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("code_url", "git@github.com:a/b"),
        ("code_url", "https://me:secret@e.org/x"),
        ("author", "a\nb"),
        ("author", "<script>"),
        ("dataset_id", "a/b/c"),
        ("license", "CC BY"),
    ],
)
def test_a_value_of_another_form_is_refused(option, value, capsys):
    with pytest.raises(UserError, match=f"{option} must be"):
        CardOptions(**{option: value})
    flag = f"--{option.replace('_', '-')}"
    assert main(["push", "run", "maker/digits", flag, value]) == 2
    assert capsys.readouterr().err.startswith(f"gan.hub: {flag} must be ")


# The code's address


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/ada/gan.git", "https://github.com/ada/gan"),
        ("https://ada:secret@github.com/ada/gan.git/", "https://github.com/ada/gan"),
        ("git@github.com:ada/gan.git", "https://github.com/ada/gan"),
        ("ssh://git@codeberg.org:22/ada/gan", "https://codeberg.org/ada/gan"),
        ("https://git.example.org:8443/gan", "https://git.example.org:8443/gan"),
        ("/home/ada/gan", None),
        ("../gan.git", None),
        ("file:///srv/gan.git", None),
        ("C:\\work\\gan", None),
        ("http://127.0.0.1:3000/ada/gan", None),
        ("ada@server:gan.git", None),
        ("", None),
    ],
)
def test_a_remote_is_an_address_that_others_can_open_or_none(remote, address):
    assert web_address(remote) == address


def test_the_code_is_where_the_checkouts_own_remote_says(hub, maker, run_folder, tmp_path, monkeypatch):
    checkout = tmp_path / "checkout"
    (checkout / "inner").mkdir(parents=True)
    assert code_url_of(checkout) is None
    for arguments in (["init", "-q"], ["remote", "add", "origin", "https://x:token@github.com/ada/gan.git"]):
        subprocess.run(["git", *arguments], cwd=checkout, check=True)
    assert code_url_of(checkout) == "https://github.com/ada/gan"
    assert code_url_of(checkout / "inner") is None  # a folder in somebody's checkout is not that checkout
    monkeypatch.setattr(push, "ROOT", checkout)
    push.push(run_folder, "maker/digits")
    assert "| Code | https://github.com/ada/gan |" in card_of(hub).text
    push.push(run_folder, "maker/digits", options=CardOptions(code_url=""))
    assert "| Code |" not in card_of(hub).text


@pytest.mark.parametrize("remote", ["https://e.org/my gan.git", "https://e.org/gan (2).git", "git@e.org:a/<b>.git"])
def test_a_remote_that_no_card_can_hold_is_none_and_blocks_no_push(
    hub, maker, run_folder, tmp_path, monkeypatch, remote
):
    for arguments in (["init", "-q"], ["remote", "add", "origin", remote]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    assert code_url_of(tmp_path) is None
    monkeypatch.setattr(push, "ROOT", tmp_path)
    push.push(run_folder, "maker/digits")
    assert "| Code |" not in card_of(hub).text


# train.py


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--private"], "--private says how a run is published: add --push-to-hub USER/REPO, or leave --private out"),
        (["--hub-tag", "v1"], "--hub-tag v1 says how a run is published: add --push-to-hub USER/REPO"),
        (["--author", "Ada"], "--author says something about a published model: add --push-to-hub USER/REPO"),
    ],
)
def test_what_belongs_to_a_push_needs_one(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        train.parse(["relu-2", *arguments])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_training_does_not_start_for_a_tag_that_is_taken(hub, maker, run_folder, tmp_path, monkeypatch, capsys):
    push.push(run_folder, "maker/digits", tag="v1")
    monkeypatch.chdir(tmp_path)
    arguments = ["relu-2", "--push-to-hub", "maker/digits", "--hub-tag", "v1", "--output-dir", "new"]
    monkeypatch.setattr("sys.argv", ["train.py", *arguments])
    assert train.main() == 1
    assert "tag 'v1' of maker/digits names" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
