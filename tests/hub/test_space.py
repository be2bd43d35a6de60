"""One command makes a public page of a checkout: a Space with what the page runs on, and the model it serves."""

import pytest
from huggingface_hub import RepoCard

from gan.errors import UserError
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
        "checkpoints/classifier/classifier.safetensors",  # what a digit is read as
        "checkpoints/classifier/config.json",
        "checkpoints/modern/config.json",
        "checkpoints/modern/model.safetensors",
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
    hub, maker, impatient, checkout, digits, pattern, kind, message
):
    with hub.fault(pattern, kind), pytest.raises(UserError) as error:
        deploy("maker/page", model="maker/digits")
    assert message in str(error.value)
    assert str(error.value).endswith("deploy it with: python -m gan.hub deploy maker/page --model maker/digits")
    deploy("maker/page", model="maker/digits")
    assert hub.repositories["spaces", "maker/page"].variables == {"GAN_MODEL": "maker/digits"}
