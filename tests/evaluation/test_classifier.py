"""The judge reads digits, its files are verified, and its training command makes another."""

import json
import math
import shutil

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from gan.data import Dataset
from gan.errors import ModelError, UserError
from gan.evaluation import classifier_training, reference
from gan.evaluation.classifier import FOLDER, WEIGHTS, load_classifier, read_classifier_config
from gan.evaluation.classifier_training import Training, accuracy, check_folder, main, save, train
from gan.evaluation.reference import FLOOR_SAMPLES, classes_to_ask, load_reference, make_reference
from tests.conftest import blobs

STROKES = {  # digits as a pen would draw them, corner by corner (x, y)
    0: [(14, 4), (9, 8), (8, 14), (9, 20), (14, 24), (19, 20), (20, 14), (19, 8), (14, 4)],
    1: [(15, 4), (13, 24)],
    2: [(8, 8), (13, 4), (19, 7), (18, 12), (8, 23), (20, 23)],
    3: [(8, 5), (18, 5), (13, 12), (19, 16), (17, 22), (8, 23)],
    4: [(9, 4), (8, 14), (19, 14), (19, 4), (18, 24)],
    5: [(19, 4), (9, 4), (9, 12), (17, 13), (19, 18), (16, 23), (8, 23)],
    6: [(16, 4), (10, 11), (8, 18), (12, 24), (18, 21), (17, 16), (10, 17)],
    7: [(8, 5), (20, 5), (13, 24)],
    8: [(14, 13), (9, 8), (14, 4), (19, 8), (14, 13), (9, 19), (14, 24), (19, 19), (14, 13)],
    9: [(18, 8), (13, 4), (9, 8), (12, 13), (18, 9), (17, 24)],
}


def pen_digits() -> torch.Tensor:
    digits = []
    for corners in STROKES.values():
        image = Image.new("L", (280, 280))
        ImageDraw.Draw(image).line([(10 * x, 10 * y) for x, y in corners], fill=255, width=25, joint="curve")
        digits.append(np.asarray(image.resize((28, 28), Image.Resampling.BOX)))
    return torch.from_numpy(np.stack(digits))


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled classifier's folder, to damage."""
    return shutil.copytree(FOLDER, tmp_path / "classifier")


# Reading


def test_it_reads_drawn_digits_and_is_sure():
    digit, probability = load_classifier().read(pen_digits())
    assert digit.tolist() == list(range(10))
    assert probability.min() > 0.99


def test_it_was_right_on_995_of_1000_test_digits():
    assert read_classifier_config()["test_accuracy"] >= 0.995


def test_what_it_says_of_a_digit_does_not_depend_on_the_others():
    digits = pen_digits()
    together, alone = load_classifier().features_and_logits(digits), load_classifier().features_and_logits(digits[3:4])
    for one, many in zip(alone, together, strict=True):
        torch.testing.assert_close(one, many[3:4], rtol=1e-4, atol=1e-4)


def test_features_are_64_and_not_negative():
    features, logits = load_classifier().features_and_logits(torch.from_numpy(blobs(20)[0]))
    assert features.shape == (20, 64)
    assert logits.shape == (20, 10)
    assert features.min() >= 0


@pytest.mark.parametrize(
    "digits", [torch.zeros(2, 32, 32, dtype=torch.uint8), torch.zeros(2, 28, 28), torch.zeros(2, 784).byte()]
)
def test_other_shapes_and_types_are_refused(digits):
    with pytest.raises(UserError, match=r"images must be uint8 \[N, 28, 28\], not torch\."):
        load_classifier().features_and_logits(digits)


# The folder


def test_damaged_weights_are_refused(folder):
    data = bytearray((folder / WEIGHTS).read_bytes())
    data[-1] ^= 1
    (folder / WEIGHTS).write_bytes(data)
    with pytest.raises(ModelError, match="damaged or was replaced"):
        load_classifier(folder)


def test_a_damaged_reference_is_refused(folder):
    data = bytearray((folder / reference.FILE).read_bytes())
    data[-1] ^= 1
    (folder / reference.FILE).write_bytes(data)
    with pytest.raises(ModelError, match="damaged or was replaced"):
        load_reference(folder)


@pytest.mark.parametrize("name", [WEIGHTS, "config.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match="the weights are missing|holds no classifier"):
        load_classifier(folder)


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_config_that_describes_no_classifier_is_refused(folder, content):
    (folder / "config.json").write_text(content)
    with pytest.raises(ModelError, match=r"gan\.evaluation\.classifier_training"):
        load_classifier(folder)


# The reference


def test_the_floor_meets_its_measurements_and_falls_with_the_count():
    found = load_reference()
    measured = [found.floor(n) for n in FLOOR_SAMPLES]
    assert measured == pytest.approx(found.floors.tolist())
    floors = [found.floor(n) for n in (300, 500, 700, 1000, 3000, 5000, 7000, 10000, 20000)]
    assert floors == sorted(floors, reverse=True)
    assert found.floor(math.sqrt(1000 * 2000)) == pytest.approx(math.sqrt(measured[1] * measured[2]))


def test_the_reference_counts_mnists_classes():
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]  # of the training labels, as published
    assert load_reference().class_counts.tolist() == counts
    assert load_reference().count == 60000


def test_classes_are_asked_for_as_often_as_the_data_has_them_and_always_the_same():
    asked = classes_to_ask(torch.tensor([1, 0, 3, 0, 0, 0, 0, 0, 0, 0]), 4000)
    assert set(asked) == {0, 2}
    assert asked.count(2) == pytest.approx(3000, abs=100)
    assert asked == classes_to_ask(torch.tensor([2, 0, 6, 0, 0, 0, 0, 0, 0, 0]), 4000)


# Training


@pytest.fixture(scope="module")
def trained(toy_data):
    half = Dataset("half", toy_data.images[:512], toy_data.labels[:512])
    return train(half, Training(epochs=4, batch_size=32, average_decay=0.8))


def test_training_learns_to_read(trained):
    images, labels = blobs(500, seed=5)
    assert accuracy(trained, Dataset("fresh", torch.from_numpy(images).view(-1, 784), torch.from_numpy(labels))) > 0.95


def test_the_features_of_the_training_digits_have_a_variance_of_1000(trained, toy_data):
    features, _ = trained.features_and_logits(toy_data.images[:512].view(-1, 28, 28))
    assert features.double().var(dim=0).sum() == pytest.approx(1000, rel=1e-4)


def test_training_is_reproducible(toy_data):
    few = Dataset("few", toy_data.images[:128], toy_data.labels[:128])
    first, second = (train(few, Training(epochs=1, batch_size=32)).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_what_is_saved_is_loaded_back(trained, toy_data, tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "FLOOR_SAMPLES", (100, 200))
    made = make_reference(trained, toy_data)
    save(trained, made, tmp_path, training=Training(), test_accuracy=0.5)
    judge, known = load_classifier(tmp_path), load_reference(tmp_path)
    digits = pen_digits()
    assert torch.equal(judge.features_and_logits(digits)[0], trained.features_and_logits(digits)[0])
    assert known.floor(150) == made.floor(150)
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["sha256"][WEIGHTS].startswith(judge.weights)
    assert config["test_accuracy"] == 0.5


def test_too_little_data_is_refused_before_training(mnist_dir, tmp_path, capsys):
    assert main(["--data-dir", str(mnist_dir), "--output-dir", str(tmp_path / "new")]) == 1
    assert "needs 10000 training digits, and mnist has 512" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.fixture
def untrained(monkeypatch):
    """The command takes a small MNIST, and must not come to the training."""

    def train(*_: object) -> None:
        raise AssertionError("it has begun to train")

    monkeypatch.setattr(classifier_training, "FLOOR_SAMPLES", (100,))
    monkeypatch.setattr(classifier_training, "obstacle_to_a_classifier", lambda data: None)
    monkeypatch.setattr(classifier_training, "train", train)


@pytest.mark.usefixtures("untrained")
@pytest.mark.parametrize("config", ['{"recipe": "small", "sha256": {}}', "{", "[]"])
def test_a_folder_of_something_else_is_refused_before_training(mnist_dir, tmp_path, capsys, config):
    (tmp_path / "config.json").write_text(config)
    (tmp_path / "model.safetensors").write_text("weights")
    assert main(["--data-dir", str(mnist_dir), "--output-dir", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert f"{tmp_path} is no classifier's folder: it holds config.json, model.safetensors, which could" in said
    assert (tmp_path / "config.json").read_text() == config


@pytest.mark.usefixtures("untrained")
def test_a_folder_that_cannot_be_written_is_refused_before_training(mnist_dir, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["--data-dir", str(mnist_dir), "--output-dir", str(tmp_path / "file")]) == 1
    assert f"cannot write {tmp_path / 'file'}: {tmp_path / 'file'} is a file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flag", "value", "allowed"),
    [
        ("--epochs", "0", "from 1 to 100000"),
        ("--batch-size", "0", "at least 2"),
        ("--learning-rate", "nan", "above 0 and at most 1"),
        ("--weight-decay", "-1.0", "from 0 to 1"),
        ("--average-decay", "2.0", "from 0 to below 1"),
        ("--rotation", "inf", "from 0 to 180"),
        ("--zoom", "1.0", "from 0 to below 1"),
        ("--shift", "29.0", "from 0 to 28"),
        ("--seed", "-1", "from 0 to 4294967295 (2³²−1)"),
    ],
)
def test_a_value_out_of_its_range_is_wrong_usage(capsys, flag, value, allowed):
    assert main([flag, value]) == 2
    said = f"gan.evaluation.classifier_training: {flag} must be {allowed}, not {value}\n"
    assert capsys.readouterr().err == said


def test_a_batch_of_more_digits_than_there_are_is_refused(toy_data):
    with pytest.raises(UserError, match="--batch-size must be at most 1024, the training digits that toy has"):
        train(toy_data, Training(batch_size=100_000))


@pytest.mark.usefixtures("untrained")
def test_an_interruption_is_one_line(mnist_dir, tmp_path, monkeypatch, capsys):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(classifier_training, "train", interrupt)
    assert main(["--data-dir", str(mnist_dir), "--output-dir", str(tmp_path / "new")]) == 130
    assert capsys.readouterr().err == "gan.evaluation.classifier_training: interrupted\n"
    assert not (tmp_path / "new").exists()


def test_a_classifier_may_replace_another_or_one_that_was_not_saved_whole(folder, tmp_path):
    check_folder(folder)
    (folder / "config.json").unlink()
    check_folder(folder)
    check_folder(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_unlabelled_digits_cannot_train_it(toy_data):
    with pytest.raises(UserError, match="has no labels"):
        train(Dataset("unlabelled", toy_data.images, None), Training())
