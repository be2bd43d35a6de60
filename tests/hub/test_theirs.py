"""What others wrote on the Hub, or its maker by hand, outlives every push and deploy."""

import json
import sys

import pytest
from huggingface_hub import ModelCard

import train
from gan.console import python
from gan.hub.errors import RefusedError
from gan.hub.manifest import MANIFEST, hashes_of
from gan.hub.push import check_can_push, push
from gan.hub.space import deploy
from tests.hub.model_files import save_model

BERT = {
    ".gitattributes": b"",
    "README.md": b"---\nlicense: apache-2.0\n---\n\n# BERT\n\nReads.\n",
    "config.json": b'{"model_type": "bert", "architectures": ["BertModel"]}',
    "model.safetensors": b"bert's weights",
    "vocab.txt": b"[PAD]\n",
}
BLOG = {
    ".gitattributes": b"",
    "README.md": b"---\ntitle: My blog\nsdk: static\n---\n\nWords.\n",
    "index.html": b"<h1>My blog</h1>",
    "style.css": b"h1 { color: teal }",
}


def writes(hub) -> list[str]:
    """What changed something on the Hub, or could have; not the question whether a card's YAML is valid."""
    return [line for line in hub.requests if not line.startswith(("GET", "HEAD")) and "validate-yaml" not in line]


@pytest.fixture
def bert(hub, maker):
    bert = hub.repository("maker/bert")
    bert.commit(BERT)
    return bert


@pytest.fixture
def blog(hub, maker, checkout):
    blog = hub.repository("maker/blog", "spaces", sdk="static")
    blog.commit(BLOG)
    return blog


@pytest.fixture
def published(hub, maker, finished_run):
    push(finished_run, "maker/digits")
    return hub.repositories["models", "maker/digits"]


@pytest.fixture
def page(hub, maker, checkout):
    deploy("maker/page")
    return hub.repositories["spaces", "maker/page"]


# A repository of something else


def test_another_model_is_not_replaced(hub, bert, run_folder):
    with pytest.raises(RefusedError) as error:
        push(run_folder, "maker/bert")
    assert bert.head == BERT
    assert writes(hub) == []
    for told in (
        "maker/bert is not recognisably ours",
        "README.md, config.json, model.safetensors, vocab.txt",
        f"`{python()} -m gan.hub push {run_folder} maker/bert --overwrite`",
    ):
        assert told in str(error.value)


def test_another_model_is_noticed_before_training(hub, bert):
    with pytest.raises(RefusedError, match="maker/bert is not recognisably ours"):
        check_can_push("maker/bert")
    assert writes(hub) == []


def test_the_maker_may_insist_and_only_our_files_names_are_replaced(hub, bert, run_folder):
    check_can_push("maker/bert", overwrite=True)
    published = push(run_folder, "maker/bert", overwrite=True)
    assert bert.head["model.safetensors"] == (run_folder / "model.safetensors").read_bytes()
    assert bert.head["vocab.txt"] == BERT["vocab.txt"]
    assert "note: replaced whole: README.md of maker/bert" in str(published)
    assert "note: replaced in maker/bert: config.json, model.safetensors" in str(published)
    push(run_folder, "maker/bert")  # now it is ours


def test_train_py_refuses_before_training_and_lets_the_maker_insist(
    hub, bert, mnist_dir, tmp_path, monkeypatch, capsys
):
    command = ["train.py", "relu-2", "--epochs", "1", "--data-dir", str(mnist_dir), "--output-dir", str(tmp_path / "r")]
    command += ["--device", "cpu", "--push-to-hub", "maker/bert"]
    monkeypatch.setattr(sys, "argv", command)
    assert train.main() == 1
    assert "maker/bert is not recognisably ours" in capsys.readouterr().err
    assert bert.head == BERT
    assert not (tmp_path / "r").exists()
    monkeypatch.setattr(sys, "argv", [*command, "--overwrite"])
    assert train.main() == 0
    assert bert.head["model.safetensors"] == (tmp_path / "r" / "model.safetensors").read_bytes()
    assert bert.head["vocab.txt"] == BERT["vocab.txt"]


def test_a_blog_is_not_replaced_by_the_page(hub, blog, digits):
    with pytest.raises(RefusedError, match="a static Space with README.md, index.html, style.css, and no .gan-manif"):
        deploy("maker/blog", model="maker/digits")
    assert blog.head == BLOG
    assert blog.variables == {}
    assert writes(hub) == []


def test_who_turns_a_blog_into_the_page_keeps_its_files(blog):
    deploy("maker/blog", overwrite=True)
    assert {"app.py", "index.html", "style.css"} <= set(blog.head)
    assert b"sdk: gradio" in blog.head["README.md"]
    deploy("maker/blog")
    assert {"index.html", "style.css"} <= set(blog.head)


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": b"---\nlicense: mit\n---\n\nComing soon: my novel.\n"},
        {"notes.txt": b"mine"},
        {MANIFEST: b"{}", "notes.txt": b"mine"},
        {MANIFEST: b'{"format": 1, "files": []}'},
        {"config.json": b"[]", "model.safetensors": b"", "README.md": b""},
        {"config.json": b"{", "model.safetensors": b""},
    ],
)
def test_what_is_not_recognisably_ours_is_left_alone(hub, maker, run_folder, files):
    repository = hub.repository("maker/thing")
    repository.commit(files)
    with pytest.raises(RefusedError, match="maker/thing is not recognisably ours"):
        push(run_folder, "maker/thing")
    assert repository.head == files
    assert writes(hub) == []


@pytest.mark.parametrize("files", [{}, {".gitattributes": b""}, {"README.md": b"---\nlicense: cc0-1.0\n---\n"}])
def test_a_repository_made_on_the_hubs_page_is_taken_with_its_licence(hub, maker, run_folder, files):
    repository = hub.repository("maker/new")
    repository.commit(files)
    push(run_folder, "maker/new")
    assert "model.safetensors" in repository.head
    card = ModelCard(repository.head["README.md"].decode())
    assert card.data.license == ("cc0-1.0" if "README.md" in files else "mit")
    assert "## Use it" in card.text


# Single files


def test_a_makers_own_files_and_pictures_stay(published, finished_run):
    theirs = {"photo.png": b"a picture", "samples/mine.png": b"another", "timelapse.mp4": b"a film", "LICENSE": b"CC0"}
    published.commit(published.head | theirs)
    save_model(finished_run, seed=1)
    push(finished_run, "maker/digits")
    assert theirs.items() <= published.head.items()


def test_an_old_file_of_ours_that_its_maker_has_changed_stays(published, finished_run):
    published.commit(published.head | {"samples/epoch-0002.png": b"retouched"})
    (finished_run / "samples/epoch-0002.png").rename(finished_run / "samples/epoch-0003.png")
    told = push(finished_run, "maker/digits")
    assert published.head["samples/epoch-0002.png"] == b"retouched"
    assert "samples/epoch-0002.png in maker/digits: changed since the last push, and left there" in str(told)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_file_of_ours_that_its_maker_has_changed_is_not_replaced(hub, published, finished_run, name):
    published.commit(published.head | {name: b"theirs"})
    then = published.head
    save_model(finished_run, seed=1)
    hub.requests.clear()
    for refuse in (lambda: push(finished_run, "maker/digits"), lambda: check_can_push("maker/digits")):
        with pytest.raises(RefusedError, match=f"{name} in maker/digits was not written by an earlier push, or chan"):
            refuse()
    assert published.head == then
    assert writes(hub) == []
    push(finished_run, "maker/digits", overwrite=True)
    assert published.head[name] == (finished_run / name).read_bytes()


@pytest.mark.parametrize("name", ["metrics.json", "timelapse.webp", "curves-light.png", "plot.png"])
def test_what_a_run_writes_and_was_changed_there_is_found_before_training(hub, maker, finished_run, name):
    (finished_run / "plot.png").write_bytes(b"ours")  # of a run that had one more
    push(finished_run, "maker/digits")
    check_can_push("maker/digits")
    published = hub.repositories["models", "maker/digits"]
    published.commit(published.head | {name: b"theirs"})
    with pytest.raises(RefusedError, match=f"{name} in maker/digits was not written by an earlier push, or changed"):
        check_can_push("maker/digits")
    check_can_push("maker/digits", overwrite=True)


def test_an_edited_card_and_what_no_run_writes_again_hinder_no_training(hub, published):
    theirs = {"README.md": b"# Mine\n", "logo.png": b"theirs", "samples/epoch-0002.png": b"theirs"}
    published.commit(published.head | theirs)
    check_can_push("maker/digits")


def test_a_picture_of_theirs_under_a_new_files_name_is_not_replaced(published, finished_run):
    published.commit(published.head | {"curves.png": b"theirs"})
    (finished_run / "curves.png").write_bytes(b"ours")
    with pytest.raises(RefusedError, match="curves.png in maker/digits was not written by an earlier push"):
        push(finished_run, "maker/digits")
    assert published.head["curves.png"] == b"theirs"


def test_the_manifest_lists_what_a_push_wrote(published):
    listed = json.loads(published.head[MANIFEST])["files"]
    assert set(listed) == set(published.head) - {MANIFEST, ".gitattributes"}
    assert all(listed[name] == hashes_of(published.head[name]) for name in listed)


def test_a_push_from_before_the_manifest_is_taken_up_and_nothing_of_it_deleted(published, finished_run):
    older = {name: data for name, data in published.head.items() if name != MANIFEST}
    older |= {"samples/epoch-0001.png": b"old", "photo.png": b"a picture", "README.md": b"# My card\n"}
    published.commit(older)
    save_model(finished_run, seed=1)
    told = push(finished_run, "maker/digits")
    assert published.head["model.safetensors"] == (finished_run / "model.safetensors").read_bytes()
    for name in ("samples/epoch-0001.png", "photo.png", "README.md"):
        assert published.head[name] == older[name]
    assert "README.md of maker/digits may have been edited there, and stays as it is; --overwrite" in str(told)
    push(finished_run, "maker/digits")
    assert published.head["README.md"] == older["README.md"]
    assert push(finished_run, "maker/digits", overwrite=True).notes == ("replaced whole: README.md of maker/digits",)
    assert b"## Use it" in published.head["README.md"]


# The card


def edit(published, *changes: tuple[str, str]) -> None:
    """Change the card as one does on the web: a commit of its own."""
    card = published.head["README.md"].decode()
    for old, new in changes:
        assert old in card
        card = card.replace(old, new)
    published.commit(published.head | {"README.md": card.encode()})


def test_a_section_that_was_added_or_changed_by_hand_stays_and_the_rest_is_new(published, finished_run):
    edit(
        published,
        ("license: mit\n", "license: cc-by-4.0\n"),
        ("- Lower temperatures hide", "- My remark.\n- Lower temperatures hide"),
        ("## Citation", "## Thanks\n\nTo my teacher.\n\n## Citation"),
    )
    config = json.loads((finished_run / "config.json").read_text())
    config["training"]["epochs"] = 7
    (finished_run / "config.json").write_text(json.dumps(config))
    told = push(finished_run, "maker/digits")
    card = published.head["README.md"].decode()
    assert ModelCard(card).data.license == "cc-by-4.0"
    assert "## Thanks\n\nTo my teacher.\n\n## Citation" in card
    assert "- My remark." in card
    assert "| Epochs | 7 |" in card
    assert "“license”, “Limits and biases”, “Thanks” stay as they are there" in str(told)
    then = published.head
    push(finished_run, "maker/digits")
    assert published.head == then


def test_a_section_that_was_removed_by_hand_does_not_come_back(published, finished_run):
    card = published.head["README.md"].decode()
    citation = card[card.index("## Citation") :]
    edit(published, (citation, ""))
    (finished_run / "history.jsonl").write_text('{"step": 2}\n')
    push(finished_run, "maker/digits")
    assert "## Citation" not in published.head["README.md"].decode()


def test_the_hubs_own_layout_of_the_front_matter_is_no_edit(published, finished_run):
    front, text = published.head["README.md"].decode().split("\n---\n", 1)
    edit(published, (front, front.replace("\n- ", "\n  - ")), ("\n", "\r\n"))
    assert "\n  - gan\r\n" in published.head["README.md"].decode()
    (finished_run / "history.jsonl").write_text('{"step": 2}\n')
    assert push(finished_run, "maker/digits").notes == ()


def test_a_card_by_hand_gives_way_only_if_asked(published, finished_run):
    published.commit(published.head | {"README.md": b"# All mine\n"})
    (finished_run / "history.jsonl").write_text('{"step": 2}\n')
    assert "the beginning" in str(push(finished_run, "maker/digits"))
    assert published.head["README.md"] == b"# All mine\n"
    push(finished_run, "maker/digits", overwrite=True)
    assert b"## Use it" in published.head["README.md"]


# A Space


def test_a_space_keeps_its_makers_files_title_and_text(page, checkout):
    edit(page, ("title: Digits", "title: My digits"), ("What it is, in two sentences.", "What it is to me."))
    page.commit(page.head | {"notes.md": b"mine", "gan/mine.py": b"mine"})
    readme = (checkout / "README.md").read_text()
    (checkout / "README.md").write_text(readme.replace("6.31.0", "6.32.0"))
    told = deploy("maker/page")
    card = page.head["README.md"].decode()
    assert "title: My digits" in card
    assert "What it is to me." in card
    assert "sdk_version: 6.32.0" in card
    assert (page.head["notes.md"], page.head["gan/mine.py"]) == (b"mine", b"mine")
    assert "“title”, the beginning stay as they are there" in str(told)


def test_code_that_was_changed_in_a_space_is_not_replaced(page, checkout):
    page.commit(page.head | {"app.py": b"# my own page\n"})
    (checkout / "app.py").write_text("# newer\n")
    with pytest.raises(RefusedError, match="app.py in maker/page was not written by an earlier push, or changed since"):
        deploy("maker/page")
    assert page.head["app.py"] == b"# my own page\n"


def test_a_space_from_before_the_manifest_is_taken_up_and_nothing_of_it_deleted(page, checkout):
    older = {name: data for name, data in page.head.items() if name != MANIFEST}
    page.commit(older | {"gan/old.py": b"", "app.py": b"# older\n", "index.html": b"mine"})
    deploy("maker/page")
    assert page.head["app.py"] == b"# app.py\n"
    assert {"gan/old.py", "index.html", MANIFEST} <= set(page.head)


def test_a_model_that_was_set_by_hand_goes_on_being_served(page):
    page.variables["GAN_MODEL"] = "maker/mine"
    told = deploy("maker/page")
    assert page.variables == {"GAN_MODEL": "maker/mine"}
    assert "maker/page goes on serving maker/mine" in str(told)
    assert "[maker/mine](" in page.head["README.md"].decode()
    deploy("maker/page", model="modern")
    assert page.variables == {"GAN_MODEL": "modern"}
