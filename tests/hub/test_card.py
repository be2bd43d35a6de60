"""The model card says what the folder records, and nothing that it doesn't."""

import json
import re
from pathlib import Path

import pytest
import torch
from huggingface_hub import ModelCard
from PIL import Image

from gan import bundled
from gan.errors import ModelError, UserError
from gan.hub.card import render_model_card, with_edits, write_model_card
from gan.hub.edited_card import digests
from gan.hub.manifest import MANIFEST, Manifest
from gan.hub.resolve import load_discriminator
from gan.model_folder import read_config, save_model, weights_of
from gan.networks import Discriminator, Generator
from gan.recipes import RECIPES

TRAINING = {
    "recipe": RECIPES["modern"].as_dict(),
    "dataset": "mnist",
    "seed": 3,
    "epochs": 60,
    "command": "python train.py modern --seed 3",
    "versions": {"torch": "2.15.0"},
    "device": "cuda (NVIDIA H200)",
    "seconds": 3725.2,
}


def save(folder: Path, recipe: str = "modern", training: dict | None = None) -> Path:
    torch.manual_seed(0)
    generator = Generator(RECIPES[recipe].generator_config())
    discriminator = Discriminator(RECIPES[recipe].discriminator_config())
    save_model(folder, generator, discriminator, recipe=recipe, training=TRAINING if training is None else training)
    return folder


@pytest.fixture
def folder(tmp_path):
    """A run's folder with everything that a finished run leaves."""
    save(tmp_path / "run")
    weights = weights_of(read_config(tmp_path / "run"))
    evaluation = {
        "values": {"frechet_train": 3.25},
        "floor": {"frechet_train": 1.5},
        "protocol": {"samples": 10000, "weights": weights},
    }
    inception = {**evaluation, "values": {"frechet_test": 4.125}, "floor": {"frechet_test": 0.25}}
    metrics = {"training": {"step": 1}, "evaluation": evaluation, "inception": inception}
    (tmp_path / "run/metrics.json").write_text(json.dumps(metrics))
    (tmp_path / "run/samples").mkdir()
    for name in ("samples/epoch_001.png", "samples/epoch_060.png", "losses.png", "curves-light.png", "curves-dark.png"):
        Image.new("L", (28, 28)).save(tmp_path / "run" / name)
    Image.new("L", (28, 28)).save(tmp_path / "run/timelapse.webp")
    return tmp_path / "run"


def test_the_front_matter_is_what_the_hub_reads(folder):
    data = ModelCard(render_model_card(folder)).data
    assert data.library_name == "pytorch"
    assert data.pipeline_tag == "unconditional-image-generation"
    assert data.datasets == ["ylecun/mnist"]
    assert {"class-conditional", "mnist"} <= set(data.tags)
    (result,) = data.eval_results
    assert (result.metric_type, result.metric_value, result.dataset_name) == ("frechet_train", 3.25, "MNIST")
    assert result.metric_args == {"samples": 10000}  # how it was measured goes with it


@pytest.mark.parametrize(
    "fact",
    [
        "python train.py modern --seed 3",
        "cuda (NVIDIA H200)",
        "1 h 2 min",
        "torch 2.15.0",
        "| `frechet_train` | 3.25 | 1.50 | Fréchet distance to the training digits",
        "Protocol: samples: 10000",
        "| `frechet_test` | 4.12 | 0.25 | Fréchet distance to the test digits",
        "(samples/epoch_060.png)",
        "(timelapse.webp)",
        "(losses.png)",
        "| `r1` | `0.1` |",
        "US Census Bureau",
    ],
)
def test_the_card_tells_what_the_folder_records(folder, fact):
    assert fact in render_model_card(folder)


def test_every_picture_in_the_card_is_in_the_folder(folder):
    card = render_model_card(folder)
    pictures = [a or b for a, b in re.findall(r'!\[[^]]*]\(([^)]*)\)|src(?:set)?="([^"]*)"', card)]
    assert len(pictures) == len(set(pictures)) == 5
    assert all((folder / picture).is_file() for picture in pictures)


def test_what_is_not_recorded_is_left_out(tmp_path):
    card = render_model_card(save(tmp_path / "bare", "relu-2", {}))
    data = ModelCard(card).data
    assert data.datasets is None
    assert data.eval_results is None
    assert "have not been evaluated" in card
    assert not any(word in card for word in ("None", "MNIST", "Wall time", "Device", "![", "Protocol"))


def test_figures_of_other_weights_are_not_shown(folder):
    save(folder, training={**TRAINING, "seed": 4})
    assert "have not been evaluated" not in render_model_card(folder)  # the same weights: the figures hold
    torch.nn.init.zeros_((generator := Generator.from_pretrained(folder)).layers[0].weight)
    save_model(folder, generator, load_discriminator(folder), recipe="modern", training=TRAINING)
    card = render_model_card(folder)
    assert "These weights have not been evaluated" in card
    assert "3.25" not in card


def test_a_recipe_that_was_changed_is_not_praised_as_the_stock_one(tmp_path):
    stock, changed = RECIPES["modern"], {**TRAINING["recipe"], "r1": 0.0, "temperature": 0.7}
    assert f"Recipe `modern`: {stock.summary}." in render_model_card(save(tmp_path / "stock"))
    card = render_model_card(save(tmp_path / "changed", training={**TRAINING, "recipe": changed}))
    assert "Recipe `modern`, with settings changed" in card
    assert stock.summary not in card


def test_samples_of_another_temperature_say_so(folder):
    assert "*Digits drawn by this model.*" in render_model_card(folder)
    save(folder, training={**TRAINING, "recipe": {**TRAINING["recipe"], "temperature": 0.6}})
    assert "*Digits drawn by this model at temperature 0.6.*" in render_model_card(folder)


def test_the_source_of_the_recipe_is_cited(tmp_path):
    assert RECIPES["relu-2"].source in render_model_card(save(tmp_path / "run", "relu-2", {}))


@pytest.mark.parametrize("recipe", ["relu-2", "modern"])
def test_the_snippet_in_the_card_runs(recipe, tmp_path, monkeypatch):
    folder = save(tmp_path / "runs" / recipe, recipe)
    monkeypatch.chdir(tmp_path)
    code = write_model_card(folder).read_text().split("```python\n")[1].split("```")[0]
    assert len(code.strip().splitlines()) == 3
    names: dict = {}
    exec(code, names)
    assert names["digits"].shape == (16, 28, 28)
    assert names["digits"].dtype == torch.uint8


def test_the_snippet_of_a_published_model_names_the_repository(folder):
    assert 'from_pretrained("maker/digits")' in render_model_card(folder, repo_id="maker/digits")


def test_no_path_of_this_machine_is_in_the_card(folder):
    assert str(folder.parent) not in render_model_card(folder)


@pytest.mark.parametrize(("content", "message"), [("{", "is not valid JSON"), ("[]", "must hold a JSON object")])
def test_damaged_metrics_are_refused(folder, content, message):
    (folder / "metrics.json").write_text(content)
    with pytest.raises(ModelError, match=message):
        render_model_card(folder)


def test_what_was_edited_by_hand_stays_when_the_card_is_written_anew(folder):
    path = write_model_card(folder)
    edited = path.read_text().replace("## Files", "## Thanks\n\nTo my teacher.\n\n## Files")
    path.write_text(edited.replace("Lower temperatures hide", "My own remark. Lower temperatures hide"))
    (folder / "metrics.json").unlink()
    card = write_model_card(folder).read_text()
    assert "These weights have not been evaluated" in card
    assert "## Thanks\n\nTo my teacher.\n\n## Files" in card
    assert "My own remark." in card
    path.write_text(render_model_card(folder))
    assert write_model_card(folder).read_text() == render_model_card(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("README.md", b"# My notes\n\nLearning rate too high?\n"),
        ("README.md", "# Résumé\n".encode("latin-1")),
        (".card.json", b"{"),
    ],
)
def test_a_readme_of_which_nothing_tells_what_we_wrote_is_left(folder, name, content):
    (folder / "README.md").write_text(render_model_card(folder).replace("## Files", "## Thanks\n\n## Files"))
    (folder / name).write_bytes(content)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.warns(UserWarning, match=r"README\.md is left as it is"):
        write_model_card(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_readme_that_was_saved_in_another_encoding_is_left(folder):
    path = write_model_card(folder)
    path.write_bytes(path.read_bytes() + "\nMerci à tous\n".encode("latin-1"))
    before = path.read_bytes()
    with pytest.warns(UserWarning, match="left as it is"):
        write_model_card(folder)
    assert path.read_bytes() == before
    with pytest.raises(UserError, match=r"README\.md cannot be read .*: save it as UTF-8"):
        with_edits(folder, render_model_card(folder))


def test_in_a_clone_of_a_repository_the_manifest_tells_what_we_wrote(folder):
    pushed = render_model_card(folder, repo_id="maker/digits")
    (folder / "README.md").write_text(pushed.replace("## Files", "## Thanks\n\nTo my teacher.\n\n## Files"))
    (folder / MANIFEST).write_bytes(Manifest({}, digests(pushed)).content())
    card = write_model_card(folder).read_text()
    assert "To my teacher." in card
    assert "maker/digits" not in card
    assert "To my teacher." in write_model_card(folder).read_text()


def test_a_bundled_models_card_is_brought_up_to_date_without_digests(folder, monkeypatch):
    monkeypatch.setattr(bundled, "BUNDLED", folder.parent)
    (folder / "README.md").write_text(render_model_card(folder))
    (folder / "metrics.json").unlink()
    assert "These weights have not been evaluated" in write_model_card(folder).read_text()
