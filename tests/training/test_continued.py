"""Runs that go on: after a kill, with more epochs, from another model's weights, with the best epoch kept."""

import json
import os
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file

from gan.errors import UserError
from gan.hub import push
from gan.hub.card import render_model_card
from gan.hub.card_options import CardOptions
from gan.hub.repository import Target
from gan.hub.resolve import load_generator
from gan.images import png
from gan.networks import Generator
from gan.recipes import RECIPES
from gan.training import run as run_module
from gan.training.advice import REMEDIES, Collapse, remedies
from gan.web.model_store import ModelStore
from tests.conftest import blobs
from tests.hub.double import Hub
from tests.training.jobs import SMALL, SMALL_FLAGS, options, start, train_here, train_py
from train import parse

CONSTANT = replace(SMALL, decay_start=1.0)
SAME = ("model.safetensors", "quantized.safetensors", "discriminator.safetensors", "history.jsonl")


def assert_same_weights(a: Path, b: Path) -> None:
    for name in SAME:
        assert (a / name).read_bytes() == (b / name).read_bytes(), name


def killed_in_its_second_epoch(mnist_dir: Path, folder: Path) -> Path:
    flags = [*SMALL_FLAGS, "--data-dir", str(mnist_dir), "--device", "cpu", "--output-dir", str(folder)]
    process = start(train_py, flags, folder.with_suffix(".txt"))
    while not any(folder.glob("state/step-000000032*")):
        time.sleep(0.005)
        assert process.is_alive()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    return folder


def test_a_killed_run_can_be_looked_at_pushed_and_continued(finished: Path, mnist_dir: Path, tmp_path: Path) -> None:
    folder = killed_in_its_second_epoch(mnist_dir, tmp_path / "killed")
    assert ModelStore(folder).served.weights == Generator.from_pretrained(folder).weights
    published = push.contents(folder, Target("maker/digits"), CardOptions())
    assert {"config.json", "model.safetensors", "discriminator.safetensors"} <= published.files.keys()
    assert "Stopped early" in published.card
    name, job = parse(["--resume", "--output-dir", str(folder)])
    assert (name, job.recipe) == ("modern", SMALL)
    assert (job.run.data_dir, job.run.device) == (mnist_dir, "cpu")
    output = tmp_path / "resumed.txt"
    resumed = start(train_py, ["--resume", "--output-dir", str(folder)], output)
    resumed.join(60)
    assert resumed.exitcode == 0, output.read_text()
    assert_same_weights(folder, finished)
    command = json.loads((folder / "config.json").read_text())["training"]["command"]
    assert parse(command.split()[2:])[1].recipe == SMALL, "the command of the whole run, not --resume"


def test_resume_takes_no_other_recipe_and_needs_a_run(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, says in (
        (["relu-2", "--resume", "--output-dir", str(finished)], "holds a run of modern, not of relu-2"),
        (["--resume"], "runs holds no run to resume: name its folder with --output-dir"),
    ):
        with pytest.raises(SystemExit) as stop:
            parse(arguments)
        assert stop.value.code == 2
        assert says in capsys.readouterr().err


def test_the_newest_run_is_resumed_where_none_is_named(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(finished, tmp_path / "runs" / "mine")
    monkeypatch.chdir(tmp_path)
    name, job = parse(["--resume", "--epochs", "5"])
    assert (name, job.run.output_dir, job.run.resume) == ("modern", Path("runs/mine"), True)
    assert job.recipe == replace(SMALL, epochs=5)


def test_a_finished_run_that_gets_more_epochs_is_a_longer_run(mnist_dir: Path, tmp_path: Path) -> None:
    long, folder = tmp_path / "long", tmp_path / "short"
    train_here(CONSTANT, options(mnist_dir, long))
    train_here(replace(CONSTANT, epochs=2), options(mnist_dir, folder))
    train_here(CONSTANT, options(mnist_dir, folder, resume=True))
    assert_same_weights(folder, long)
    training = json.loads((folder / "config.json").read_text())["training"]
    first, second = training["command"].split(" && ")
    assert parse(first.split()[2:])[1].recipe == replace(CONSTANT, epochs=2)
    assert second == "python train.py modern --resume --epochs 3"
    with pytest.raises(UserError, match="one of 3 epochs, you asked for 2: leave --epochs out, or name more than 3"):
        train_here(replace(CONSTANT, epochs=2), options(mnist_dir, folder, resume=True))


def test_a_run_gets_more_epochs_only_when_it_is_finished(mnist_dir: Path, tmp_path: Path) -> None:
    folder = killed_in_its_second_epoch(mnist_dir, tmp_path / "killed")
    with pytest.raises(UserError, match="has not come to its end, you asked for 5: finish it with --resume alone"):
        train_here(replace(SMALL, epochs=5), options(mnist_dir, folder, resume=True))


# Fine-tuning


def test_a_run_begins_with_another_models_weights(finished: Path, mnist_dir: Path, tmp_path: Path) -> None:
    recipe = replace(SMALL, epochs=1, learning_rate=1e-4, moving_average=0.0, r1=0.0)
    folder = tmp_path / "tuned"
    train_here(recipe, options(mnist_dir, folder, init_from=str(finished)))
    drawn = Generator.from_pretrained(finished).sample(range(100)).numpy()
    grid = drawn.reshape(10, 10, 28, 28).swapaxes(1, 2).reshape(280, 280).repeat(2, 0).repeat(2, 1)
    assert (folder / "samples" / "epoch-0000.png").read_bytes() == png(grid)
    before, after = (load_file(f / "discriminator.safetensors") for f in (finished, folder))
    assert all(0 < np.abs(after[k] - before[k]).max() < 0.1 for k in before if k.endswith("weight"))
    training = json.loads((folder / "config.json").read_text())["training"]
    assert training["init_from"] == {"model": "…/whole", "weights": Generator.from_pretrained(finished).weights}
    assert "Began with | …/whole" in render_model_card(folder)
    assert str(finished) not in (folder / "config.json").read_text()


def test_the_command_names_the_model_as_it_was_typed_and_no_bundled_one(
    finished: Path, mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders that are called as bundled models are, and one that a shell must see quoted."""
    monkeypatch.chdir(tmp_path)
    for folder, typed in (("runs/modern", "runs/modern"), ("quick", "./quick"), ("my run", "'./my run'")):
        shutil.copytree(finished, tmp_path / folder)
        tuned = tmp_path / "tuned" / folder
        train_here(replace(SMALL, epochs=1), options(mnist_dir, tuned, init_from=folder))
        training = json.loads((tuned / "config.json").read_text())["training"]
        assert training["command"].endswith(f" --init-from {typed}")
        assert load_generator(training["init_from"]["model"]).weights == training["init_from"]["weights"]


def test_a_model_with_classes_begins_no_run_on_images_without_labels(
    finished: Path, tmp_path: Path, pictures: Path
) -> None:
    for path in sorted(pictures.rglob("*.png")):
        path.rename(pictures / f"{path.parent.name}-{path.name}")
    plain = replace(SMALL, conditional=False, epochs=1)
    with pytest.raises(UserError, match="draws by class, and the images have no labels"):
        train_here(plain, options(pictures, tmp_path / "run", init_from=str(finished), dataset="folder"))
    assert not (tmp_path / "run").exists()


def test_a_run_that_began_with_a_model_is_resumed_exactly_without_it(
    finished: Path, mnist_dir: Path, tmp_path: Path
) -> None:
    model = shutil.copytree(finished, tmp_path / "model")
    whole, folder = tmp_path / "tuned", tmp_path / "resumed"
    train_here(SMALL, options(mnist_dir, whole, init_from=str(model)))
    train_here(SMALL, options(mnist_dir, folder, init_from=str(model)))
    for newer in sorted(folder.glob("state/step-*"))[1:]:
        newer.unlink()
    shutil.rmtree(model)
    _, job = parse(["modern", "--resume", "--output-dir", str(folder)])
    train_here(job.recipe, job.run)
    assert_same_weights(folder, whole)
    with pytest.raises(UserError, match="you asked for modern: leave --init-from out"):
        train_here(SMALL, options(mnist_dir, folder, init_from="modern", resume=True))


def test_a_run_begins_with_a_model_on_the_hub(
    hub: Hub, finished: Path, mnist_dir: Path, tmp_path: Path, pictures: Path
) -> None:
    """And goes on with pictures of the maker's own."""
    names = ("config.json", "model.safetensors", "quantized.safetensors", "discriminator.safetensors")
    commit = hub.repository("maker/digits").commit({name: (finished / name).read_bytes() for name in names})
    folder = tmp_path / "tuned"
    train_here(replace(SMALL, epochs=1), options(pictures, folder, init_from="maker/digits", dataset="folder"))
    training = json.loads((folder / "config.json").read_text())["training"]
    assert training["init_from"]["model"] == f"maker/digits@{commit}"
    assert training["command"].endswith(f"--dataset folder --data-dir PICTURES --init-from maker/digits@{commit}")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Forty pictures of a maker's own, four of each class."""
    images, labels = blobs(40)
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        path = tmp_path / "pictures" / str(label) / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - image).save(path)
    return tmp_path / "pictures"


def test_a_model_without_a_discriminator_is_refused(finished: Path, mnist_dir: Path, tmp_path: Path) -> None:
    model = shutil.copytree(finished, tmp_path / "half")
    (model / "discriminator.safetensors").unlink()
    with pytest.raises(UserError, match="half holds no discriminator.safetensors, and a run needs both players"):
        train_here(SMALL, options(mnist_dir, tmp_path / "run", init_from=str(model)))


def test_other_networks_are_refused_with_the_flags_that_fit(finished: Path, mnist_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refusal:
        train_here(replace(RECIPES["relu-2"], epochs=1), options(mnist_dir, tmp_path / "run", init_from=str(finished)))
    message = str(refusal.value)
    assert "its generator has widths (32, 32), the recipe asks for (256,)" in message
    flags = message.partition(" or add ")[2].split()
    name, job = parse(["relu-2", "--epochs", "1", *flags])
    train_here(job.recipe, options(mnist_dir, tmp_path / "fits", init_from=str(finished)))


# The best epoch


@pytest.fixture
def scores_of_three_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second epoch is the nearest to the data."""
    distances = iter([30.0, 10.0, 20.0])
    scores = {"frechet_train_floor": 4.66, "classes": 10.0, "diversity": 1.0}
    monkeypatch.setattr(run_module, "quick_scores", lambda *_: {"frechet_train": next(distances), **scores})


def test_the_best_epoch_stands_beside_the_last(
    scores_of_three_epochs: None, finished: Path, mnist_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    train_here(SMALL, options(mnist_dir, folder))
    assert (folder / "model.safetensors").read_bytes() == (finished / "model.safetensors").read_bytes()
    assert json.loads((folder / "best" / "config.json").read_text())["training"]["epochs"] == 2
    Generator.from_pretrained(folder / "best")
    assert not [n for n in push.contents(folder, Target("a/b"), CardOptions()).files if "best" in n]


def test_the_best_epoch_is_kept_on_request(scores_of_three_epochs: None, mnist_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    train_here(SMALL, options(mnist_dir, folder, keep="best"))
    assert (folder / "model.safetensors").read_bytes() == (folder / "best" / "model.safetensors").read_bytes()
    assert (folder / "samples.png").read_bytes() == (folder / "samples" / "epoch-0002.png").read_bytes()
    assert json.loads((folder / "metrics.json").read_text())["training"]["epoch"] == 2
    card = render_model_card(folder)
    assert "| Epochs | 2, the best by distance of 3 |" in card
    assert "![Digits drawn by this model](samples.png)" in card
    assert "Stopped early" not in card
    assert "--keep best" in card
    train_here(SMALL, options(mnist_dir, folder, resume=True, keep="last"))  # and the last one is not lost
    assert json.loads((folder / "config.json").read_text())["training"]["epochs"] == 3
    assert not (folder / "samples.png").exists()


def test_the_best_needs_a_distance(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for i, image in enumerate(blobs(40)[0]):
        Image.fromarray(image).save(tmp_path / "mine" / f"{i}.png")
    with pytest.raises(UserError, match="--keep best needs a distance after each epoch.*folder.*have no labels"):
        train_here(SMALL, options(tmp_path / "mine", tmp_path / "run", keep="best", dataset="folder"))


# What to do about a collapse


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("labelled", [True, False])
def test_what_is_advised_after_a_collapse_is_understood_and_not_on_already(name: str, labelled: bool) -> None:
    recipe = RECIPES[name]
    advised = remedies(recipe, labelled=labelled)
    assert advised
    for flags in advised:
        assert parse([name, *flags.split()])[1].recipe != recipe
    with_all = parse([name, *" ".join(advised).split()])[1].recipe
    assert not set(remedies(with_all, labelled=labelled)) & set(advised) & {r.flags for r in REMEDIES}
    assert labelled or "--conditional" not in " ".join(advised)
    said = Collapse(recipe, labelled=labelled).advice
    assert ("the recipe quick" in said) == (labelled and name not in ("quick", "modern"))


# Few pictures


def test_of_very_many_epochs_some_are_looked_at(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty pictures make two steps of sixteen: a picture, a state and a line for each such epoch would take longer."""
    assert run_module.LOOKS == 200
    monkeypatch.setattr(run_module, "LOOKS", 4)
    folder = tmp_path / "run"
    train_here(replace(SMALL, epochs=6), options(pictures, folder, dataset="folder"))
    names = sorted(path.name for path in folder.glob("samples/*.png"))
    assert names == ["epoch-0000.png", "epoch-0002.png", "epoch-0004.png", "epoch-0006.png"]


def test_a_run_of_very_few_steps_says_how_many_epochs_would_do(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train_here(SMALL, options(pictures, tmp_path / "run", dataset="folder"))
    assert "that is little: 2 steps an epoch; --epochs 1000 or more would do" in capsys.readouterr().out
