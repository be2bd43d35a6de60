"""One command makes a public page of a checkout: a Space with what the page runs on, and the model it serves."""

import pytest
from huggingface_hub import RepoCard

from gan.console import python
from gan.errors import UserError
from gan.hub import repository
from gan.hub.errors import RefusedError
from gan.hub.space import deploy
from tests.hub.model_files import CHECKOUT_README, files_of, save_model


@pytest.fixture
def page(hub, maker, checkout):
    """maker/page, deployed from the checkout."""
    deploy("maker/page")
    return hub.repositories["spaces", "maker/page"]


def test_a_space_holds_what_the_page_runs_on_and_nothing_else(page, checkout):
    code = {name for name in files_of(checkout) if name.startswith("gan/") and "__pycache__" not in name}
    assert set(page.head) - {".gitattributes"} == code | {
        ".gan-manifest.json",
        "README.md",
        "LICENSE",
        "app.py",
        "requirements.txt",
        "docs/learn.md",  # the lesson
        "docs/learn.zh.md",
        "checkpoints/classifier/classifier.safetensors",  # what a digit is read as
        "checkpoints/classifier/config.json",
        "checkpoints/modern/config.json",
        "checkpoints/modern/discriminator.safetensors",  # the game's and the judge's
        "checkpoints/modern/model.safetensors",
        "checkpoints/modern/quantized.safetensors",
    }
    assert {"gan/__init__.py", "gan/hub/card.md", "gan/networks.py"} <= code
    assert len(page.commits) == 2


def test_its_readme_is_the_projects_front_matter_and_introduction(page):
    readme = RepoCard(page.head["README.md"].decode())
    assert readme.data.to_dict() == RepoCard(CHECKOUT_README).data.to_dict()
    assert "What it is, in two sentences." in readme.text
    assert "This Space serves the model `modern`" in readme.text
    assert "docs/" not in readme.text
    assert "Train" not in readme.text


def test_a_space_is_made_for_gradio_and_public(page):
    assert page.creation["sdk"] == "gradio"
    assert not page.private


def test_it_serves_the_bundled_default_unless_told(page):
    assert page.variables == {}


@pytest.mark.parametrize("model", ["maker/digits", "maker/digits@v1", "modern"])
def test_the_model_to_serve_is_its_variable(hub, maker, checkout, digits, model):
    deploy("maker/page", model=model)
    assert hub.repositories["spaces", "maker/page"].variables == {"GAN_MODEL": model}


def test_a_runs_folder_is_sent_along(hub, maker, checkout, tmp_path):
    folder = save_model(tmp_path / "runs/mine", seed=3)
    deploy("maker/page", model=str(folder))
    space = hub.repositories["spaces", "maker/page"]
    assert space.variables == {"GAN_MODEL": "mine"}
    assert space.head["checkpoints/mine/model.safetensors"] == (folder / "model.safetensors").read_bytes()


def test_a_run_that_goes_on_saving_is_sent_as_it_was_at_one_save(hub, maker, checkout, tmp_path, monkeypatch):
    folder = save_model(tmp_path / "runs/mine", seed=3)
    before = files_of(folder)
    monkeypatch.setattr("gan.hub.space.check_login", lambda target: save_model(folder, seed=4))
    deploy("maker/page", model=str(folder))
    head = hub.repositories["spaces", "maker/page"].head
    assert {name: head[f"checkpoints/mine/{name}"] for name in before} == before


def test_a_folder_without_a_discriminator_is_sent_without(hub, maker, checkout, tmp_path):
    folder = save_model(tmp_path / "runs/mine", seed=3)
    (folder / "discriminator.safetensors").unlink()
    deploy("maker/page", model=str(folder))
    head = hub.repositories["spaces", "maker/page"].head
    assert {n for n in head if n.startswith("checkpoints/mine/")} == {f"checkpoints/mine/{n}" for n in files_of(folder)}


def test_an_update_removes_what_is_gone_and_the_variable(hub, maker, checkout, digits):
    deploy("maker/page", model="maker/digits")
    (checkout / "gan/old.py").write_text("")
    deploy("maker/page", model="maker/digits")
    (checkout / "gan/old.py").unlink()
    hub.requests.clear()
    deploy("maker/page")
    space = hub.repositories["spaces", "maker/page"]
    assert "gan/old.py" not in space.head
    assert ".gitattributes" in space.head
    assert space.variables == {}
    assert not any(line.startswith("PUT") for line in hub.requests)


def test_a_checkout_without_readme_is_refused(hub, maker, checkout):
    (checkout / "README.md").unlink()
    with pytest.raises(UserError, match="is no checkout of the project"):
        deploy("maker/page")
    assert hub.requests == []


def test_a_readme_without_a_spaces_front_matter_is_refused(hub, maker, checkout):
    (checkout / "README.md").write_text("# Digits\n")
    with pytest.raises(UserError, match="no front matter of a Gradio Space"):
        deploy("maker/page")
    assert hub.requests == []


@pytest.mark.parametrize(
    ("pattern", "kind", "message"),
    [
        ("whoami", "401", "the Hub refuses the token"),
        ("POST /api/repos/create", "402", "(HTTP 402): since July 2026 a new Gradio Space on a CPU needs a paid plan"),
        ("POST /api/spaces/.*/variables", "500", "the Hub has trouble of its own (HTTP 500)"),
        ("POST /api/spaces/.*/commit", "black hole", "hub unreachable (no answer in time)"),
    ],
)
def test_a_fault_is_one_sentence_with_the_command_that_retries(
    hub, maker, impatient, monkeypatch, checkout, digits, pattern, kind, message
):
    monkeypatch.setattr(repository, "ANSWER_SECONDS", 0.5 if kind == "black hole" else 20.0)
    with hub.fault(pattern, kind), pytest.raises(UserError) as error:
        deploy("maker/page", model="maker/digits")
    monkeypatch.setattr(repository, "ANSWER_SECONDS", 20.0)
    assert message in str(error.value)
    assert str(error.value).endswith(f"deploy it with: {python()} -m gan.hub deploy maker/page --model maker/digits")
    deploy("maker/page", model="maker/digits")
    assert hub.repositories["spaces", "maker/page"].variables == {"GAN_MODEL": "maker/digits"}


# Said before anything is written


@pytest.mark.parametrize(
    ("change", "model", "message"),
    [
        (lambda r: None, "maker/nothing", "there is no repository maker/nothing, or it is private. Check the name"),
        (lambda r: None, "maker/digits@v9", "there is no revision maker/digits@v9"),
        (lambda r: setattr(r, "private", True), "maker/digits", "maker/digits is private, and maker/page has no token"),
        (lambda r: setattr(r, "gated", True), "maker/digits", "maker/digits is gated, and maker/page has no token"),
        (lambda r: r.head.pop("model.safetensors"), "maker/digits", "maker/digits is not one of our models"),
        (lambda r: r.commit({**r.head, "config.json": b"{}"}), "maker/digits", "maker/digits is not one of our models"),
    ],
    ids=["missing", "unknown revision", "private", "gated", "no weights", "of something else"],
)
def test_a_model_that_the_space_could_not_read_is_refused(hub, maker, checkout, digits, change, model, message):
    change(digits)
    with pytest.raises(RefusedError, match=message):
        deploy("maker/page", model=model)
    assert ("spaces", "maker/page") not in hub.repositories


def test_a_private_model_is_served_by_a_space_that_has_a_token(hub, page, digits):
    digits.private = True
    with pytest.raises(RefusedError, match="add a secret HF_TOKEN that may read it at .*/spaces/maker/page/settings"):
        deploy("maker/page", model="maker/digits")
    assert page.variables == {}
    page.secrets.add("HF_TOKEN")
    deploy("maker/page", model="maker/digits")
    assert page.variables == {"GAN_MODEL": "maker/digits"}


def test_a_private_page_is_not_asked_of_a_public_space(page):
    before = page.branches["main"]
    with pytest.raises(RefusedError, match="maker/page is public, and --private only makes a new repository private"):
        deploy("maker/page", private=True)
    assert page.branches["main"] == before


def test_a_free_account_is_told_what_it_can_do(hub, maker, checkout):
    with hub.fault("POST /api/repos/create", "402"), pytest.raises(UserError) as error:
        deploy("maker/page")
    for way_out in (
        f"{python()} -m gan.hub deploy maker/page --static",
        f"{python()} -m gan.hub deploy maker/page --zero-gpu",
        "a Gradio Space that you have already",
        "https://huggingface.co/pro",
    ):
        assert way_out in str(error.value)
    assert hub.repositories == {}


def test_what_it_is_told_has_the_options_that_were_given(hub, maker, checkout, digits):
    for zero_gpu in (False, True):
        with hub.fault("POST /api/repos/create", "402"), pytest.raises(UserError) as error:
            deploy("maker/page", model="maker/digits", private=True, zero_gpu=zero_gpu)
        command = f"{python()} -m gan.hub deploy maker/page --model maker/digits --private"
        assert f"is free: {command} --static." in str(error.value)
        assert zero_gpu or f"are free, too: {command} --zero-gpu." in str(error.value)


def test_a_space_that_is_there_is_updated_without_asking_to_create_it(hub, page, checkout):
    (checkout / "app.py").write_text("# newer\n")
    with hub.fault("POST /api/repos/create", "402"):  # what a free account would be told
        deploy("maker/page")
    assert page.head["app.py"] == b"# newer\n"


# Which model


def test_its_readme_names_the_model_on_the_hub(hub, maker, checkout, digits):
    deploy("maker/page", model="maker/digits@v1")
    readme = RepoCard(hub.repositories["spaces", "maker/page"].head["README.md"].decode())
    assert readme.data.models == ["maker/digits"]
    assert f"This Space serves the model [maker/digits]({hub.endpoint}/maker/digits) at `v1`." in readme.text


@pytest.mark.parametrize(
    ("folder", "name"),
    [("runs/modern", "modern-run"), ("runs/classifier", "classifier-run"), ("my run (2)", "my-run-2")],
)
def test_a_runs_folder_does_not_take_a_bundled_models_place(hub, maker, checkout, tmp_path, folder, name):
    run = save_model(tmp_path / folder, seed=3)
    deploy("maker/page", model=str(run))
    page = hub.repositories["spaces", "maker/page"]
    assert page.variables == {"GAN_MODEL": name}
    assert page.head[f"checkpoints/{name}/model.safetensors"] == (run / "model.safetensors").read_bytes()
    bundled = (checkout / "checkpoints/modern/model.safetensors").read_bytes()
    assert page.head["checkpoints/modern/model.safetensors"] == bundled
    assert f"This Space serves the model `{name}`" in page.head["README.md"].decode()


def test_a_misspelt_model_is_told_from_those_that_there_are(hub, maker, checkout):
    with pytest.raises(UserError, match=r"no folder 'modrn', and no bundled model of that name \(bundled: modern\)"):
        deploy("maker/page", model="modrn")
    assert hub.requests == []


def test_a_bundled_models_folder_is_that_bundled_model(hub, maker, checkout):
    deploy("maker/page", model=str(checkout / "checkpoints/modern"))
    assert hub.repositories["spaces", "maker/page"].variables == {"GAN_MODEL": "modern"}


def test_hidden_files_of_the_checkout_stay_at_home(hub, maker, checkout):
    (checkout / "gan/.env").write_text("SECRET=1")
    (checkout / "gan/hub/.DS_Store").write_text("")
    deploy("maker/page")
    page = hub.repositories["spaces", "maker/page"]
    assert not [name for name in page.head if name.startswith("gan/.") or "/." in name]
