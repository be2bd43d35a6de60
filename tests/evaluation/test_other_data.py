"""Data sets other than MNIST: a classifier of their own, or a plain statement which figures can't be had."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from gan import model_folder
from gan.config import DiscriminatorConfig, GeneratorConfig
from gan.data import Dataset, load_dataset
from gan.errors import ModelError
from gan.evaluation import classifier_training, standard
from gan.evaluation.__main__ import main
from gan.evaluation.evaluate import quick_scores
from gan.evaluation.report import WITHOUT_CLASSIFIER, has_collapsed
from gan.evaluation.standard import standard_of
from gan.hub.card import write_model_card
from gan.networks import Discriminator, Generator
from tests.conftest import blobs, write_mnist
from tests.evaluation.test_evaluate import Drawing, dataset
from tests.training.jobs import SMALL, options, train_here

LARGE = 2100


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    """A maker's own pictures, in folders 0 … 9: enough for a classifier."""
    folder = tmp_path_factory.mktemp("pictures")
    images, labels = blobs(LARGE, seed=4)
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        (folder / str(label)).mkdir(exist_ok=True)
        Image.fromarray(image).save(folder / str(label) / f"{i}.png", compress_level=1)
    return folder


@pytest.fixture
def few(tmp_path) -> Path:
    """Some pictures without labels."""
    folder = tmp_path / "few"
    folder.mkdir()
    for i, image in enumerate(blobs(90, seed=6)[0]):
        Image.fromarray(image).save(folder / f"{i:02}.png")
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty folder to work in: classifiers are kept there."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def train_classifier(monkeypatch, *arguments: object, epochs: int = 1) -> int:
    """The command, for some steps only."""
    monkeypatch.setattr(classifier_training, "LEAST_STEPS", 1)
    small = ["--batch-size", "32", "--average-decay", "0.8", "--epochs", str(epochs)]
    return classifier_training.main([*map(str, arguments), *small])


def save(folder: Path, data: Dataset | None = None, **training: str) -> Path:
    torch.manual_seed(0)
    networks = Generator(GeneratorConfig(widths=(8,))), Discriminator(DiscriminatorConfig(widths=(8,)))
    record = training if data is None else {"dataset": data.name, "dataset_fingerprint": data.fingerprint()}
    model_folder.save_model(folder, *networks, recipe="relu-2", training=record)
    return folder


def evaluate(model: Path, data_dir: Path, *more: str) -> int:
    return main([str(model), "--data-dir", str(data_dir), "--device", "cpu", "--draws", "2", *more])


# A classifier of one's own pictures


def test_own_pictures_get_a_classifier_then_scores_distances_and_a_card(pictures, here, monkeypatch, capsys):
    data = load_dataset("folder", pictures)
    assert train_classifier(monkeypatch, "--dataset", "folder", "--data-dir", pictures, epochs=3) == 0
    said = capsys.readouterr().out
    folder = Path("classifiers") / f"folder-{data.fingerprint()[:8]}"
    assert f"saved in {folder}" in said
    assert "folder: 2,100 images, 10 classes of 210" in said
    config = json.loads((folder / "config.json").read_text())
    assert config["test_accuracy"] > 0.9

    known = standard_of(data, pictures)
    assert known.missing == ""
    good, bad = (
        quick_scores(Drawing(d), 300, known)
        for d in (torch.from_numpy(blobs(300, 9)[0]), data.images[:1].view(1, 28, 28))
    )
    assert good["classes"] == 10
    assert good["frechet_train"] < 5 * good["frechet_train_floor"]
    assert bad["classes"] == 1
    assert bad["frechet_train"] > 100

    train_here(SMALL, options(pictures, here / "run", dataset="folder", keep="best"))
    said = capsys.readouterr().out
    assert "as many real ones:" in said
    scores = json.loads((here / "run" / "history.jsonl").read_text().splitlines()[-1])["scores"]
    assert {"frechet_train", "classes", "diversity", "asked_digit_right"} <= set(scores)

    assert evaluate(here / "run", pictures) == 0
    kept = json.loads((here / "run" / "metrics.json").read_text())["evaluation"]
    assert kept["protocol"]["data"] == "folder: 1750 training and 350 test digits"
    assert kept["protocol"]["samples"] == 875
    assert kept["floor"]["asked_digit_right"] > 0.9
    card = (here / "run" / "README.md").read_text()
    assert "MNIST" not in card
    assert "pictures of the maker's own" in card


def test_a_data_set_of_torchvision_gets_its_classifier_by_name(here, monkeypatch, tmp_path, capsys):
    data_dir = write_mnist(tmp_path / "data", LARGE, 300)
    (data_dir / "MNIST").rename(data_dir / "FashionMNIST")
    model = save(tmp_path / "model", load_dataset("fashion-mnist", data_dir))
    assert evaluate(model, data_dir) == 0
    command = f"python -m gan.evaluation.classifier_training --dataset fashion-mnist --data-dir {data_dir} trains one"
    assert command in capsys.readouterr().out
    assert train_classifier(monkeypatch, "--dataset", "fashion-mnist", "--data-dir", data_dir) == 0
    assert evaluate(model, data_dir) == 0
    kept = json.loads((model / "metrics.json").read_text())["evaluation"]
    assert "frechet_train" in kept["values"]
    write_model_card(model)
    assert "zalando-datasets/fashion_mnist" in (model / "README.md").read_text()


def test_a_classifier_of_other_files_is_not_used(here, monkeypatch, tmp_path):
    data_dir = write_mnist(tmp_path / "data", LARGE, 300)
    (data_dir / "MNIST").rename(data_dir / "KMNIST")
    assert train_classifier(monkeypatch, "--dataset", "kmnist", "--data-dir", data_dir) == 0
    other = Dataset("kmnist", *(dataset(LARGE, seed=8).images, dataset(LARGE, seed=8).labels))
    with pytest.raises(ModelError, match="kmnist was trained on other images than these of elsewhere: move it away"):
        standard_of(other, Path("elsewhere"))


# No classifier


def test_pictures_without_labels_have_the_figures_that_need_pixels_alone(few, here, tmp_path, capsys):
    model = save(tmp_path / "model", load_dataset("folder", few))
    assert evaluate(model, few) == 0
    said = capsys.readouterr().out
    assert (
        "folder: no distance, no classes and no readings are measured, only how alike the images are: the images of "
        "folder have no labels"
    ) in said
    kept = json.loads((model / "metrics.json").read_text())["evaluation"]
    assert set(kept["values"]) == set(kept["floor"]) == set(WITHOUT_CLASSIFIER)
    assert kept["protocol"]["data"] == "folder: 75 training and 15 test digits"
    assert all(figure in said for figure in WITHOUT_CLASSIFIER)
    write_model_card(model)
    assert "| `pixel_diversity` |" in (model / "README.md").read_text()


def test_a_collapse_onto_some_images_is_seen_without_a_classifier():
    data = Dataset("folder", dataset(1000, seed=1).images, None)
    known = standard_of(data, Path("pictures"))
    honest = quick_scores(Drawing(torch.from_numpy(blobs(500, seed=3)[0])), 500, known)
    three = quick_scores(Drawing(data.images[:3].view(-1, 28, 28)), 500, known)
    assert honest["pixel_diversity"] > 0.9
    assert three["pixel_diversity"] < 1e-6  # float32 sums, in any order
    assert has_collapsed(three)
    assert not has_collapsed(honest)


def test_the_collapse_warning_comes_for_pictures_without_labels(few, here, monkeypatch, capsys):
    from gan.training import run as run_module

    ratios = iter([0.1, 0.9, 0.9])
    monkeypatch.setattr(run_module, "quick_scores", lambda *_: {"pixel_diversity": next(ratios), "specks": 0.0})
    recipe = replace(SMALL, conditional=False, class_std=False)
    train_here(recipe, options(few, here / "run", dataset="folder"))
    said = capsys.readouterr()
    assert "only how alike the images are: the images of folder have no labels" in said.out
    assert "epoch 1: the images look alike (diversity 0.10 of the data's 1.00). The generator has collapsed" in said.err
    assert "epoch 2: recovered, the images differ" in said.err


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (Dataset("folder", dataset(500, 1).images, None), "the images of folder have no labels"),
        (dataset(500, 1), "blobs has 500 images, and a classifier with its reference needs 2,000"),
        (
            Dataset("letters", dataset(2500, 1).images, torch.arange(2500) % 9),
            "each of the ten classes needs 20 images or more, and class 9 has 0",
        ),
    ],
)
def test_what_stands_in_the_way_of_a_classifier_is_said(data, reason):
    assert standard.obstacle_to_a_classifier(data) == reason


def test_the_training_command_says_the_same(few, here, capsys):
    assert classifier_training.main(["--dataset", "folder", "--data-dir", str(few)]) == 1
    assert "the images of folder have no labels, so none can be trained" in capsys.readouterr().err


def refused(capsys, model: Path, data_dir: Path, *more: str) -> str:
    """The one line that the command says when it fails."""
    capsys.readouterr()
    assert evaluate(model, data_dir, *more) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    return lines[0]


def test_what_cannot_be_measured_is_refused(few, here, tmp_path, capsys):
    model = save(tmp_path / "model", load_dataset("folder", few))
    assert "--inception compares with MNIST" in refused(capsys, model, few, "--inception")
    (few / "00.png").unlink()
    assert "doesn't hold the images of folder that model was trained on" in refused(capsys, model, few)
    save(tmp_path / "odd", dataset="cifar")
    assert "was trained on 'cifar', which this version doesn't know" in refused(capsys, tmp_path / "odd", few)
    tiny = tmp_path / "tiny"
    tiny.mkdir()
    for i, image in enumerate(blobs(9)[0]):
        Image.fromarray(image).save(tiny / f"{i}.png")
    save(tmp_path / "small", load_dataset("folder", tiny))
    assert "folder has 8 training and 1 test images: figures need 10" in refused(capsys, tmp_path / "small", tiny)
    assert "--keep best needs a distance" in str(keep_best_error(few, here))


def keep_best_error(few: Path, here: Path) -> Exception:
    with pytest.raises(Exception, match="keep best") as error:
        train_here(SMALL, options(few, here / "run", dataset="folder", keep="best"))
    return error.value
