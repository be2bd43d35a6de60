"""Generators of known faults get the figures that name the fault, and the command says what is wrong."""

import io
import json
from collections.abc import Sequence

import pytest
import torch

from gan import model_folder
from gan.config import DiscriminatorConfig, GeneratorConfig
from gan.data import Dataset, load_dataset
from gan.errors import UserError
from gan.evaluation import __main__ as command
from gan.evaluation.__main__ import main
from gan.evaluation.evaluate import RealDigits, _rows_of, evaluate, quick_scores
from gan.evaluation.report import EXPLANATIONS, format_table
from gan.hub.card import render_model_card, write_model_card
from gan.networks import Discriminator, Generator
from tests.conftest import blobs
from tests.evaluation.test_classifier import pen_digits

SAMPLES = 300


class Drawing(Generator):
    """Draws given digits instead of its own, in turn; or for each class asked for, the digit of that index."""

    name, weights = "drawing", "01234567"

    def __init__(self, digits: torch.Tensor, conditional: bool = False):
        super().__init__(GeneratorConfig(widths=(8,), num_classes=10 if conditional else 0))
        self.digits = digits
        self.asked: list[Sequence[int] | None] = []

    def sample(
        self, seeds: Sequence[int], digits: Sequence[int] | None = None, temperature: float = 1.0
    ) -> torch.Tensor:
        self.temperature = temperature
        self.asked.append(digits)
        rows = torch.tensor(list(seeds) if digits is None else digits)
        return self.digits[rows % len(self.digits)]


def dataset(count: int, seed: int) -> Dataset:
    images, labels = blobs(count, seed)
    return Dataset("blobs", torch.from_numpy(images).view(-1, 784), torch.from_numpy(labels).long())


@pytest.fixture(scope="module")
def real():
    return RealDigits(dataset(900, seed=1), dataset(400, seed=2), SAMPLES)


def fresh_digits() -> torch.Tensor:
    return torch.from_numpy(blobs(SAMPLES, seed=3)[0])


# The quick look


def test_a_collapsed_generator_is_seen_at_once():
    scores = quick_scores(Drawing(pen_digits()[3:4]), 200)
    assert scores["classes"] == 1
    assert scores["largest_class"] == 1
    assert scores["diversity"] == pytest.approx(0, abs=1e-6)
    assert scores["frechet_train"] > 100 * scores["frechet_train_floor"]


def test_ten_collapsed_classes_are_balanced_and_right_but_not_diverse():
    scores = quick_scores(Drawing(pen_digits(), conditional=True), 200)
    assert scores["classes"] == 10
    assert scores["asked_digit_right"] == 1
    assert scores["diversity"] == pytest.approx(0, abs=1e-6)


def test_a_digit_that_is_not_the_one_asked_for_is_wrong():
    shifted = pen_digits().roll(1, dims=0)  # draws a 9 when asked for a 0, and so on
    assert quick_scores(Drawing(shifted, conditional=True), 200)["asked_digit_right"] == 0


def test_an_unconditional_generator_is_not_asked_for_digits():
    assert "asked_digit_right" not in quick_scores(Drawing(pen_digits()), 200)


def test_too_few_samples_for_the_covariance_are_refused():
    with pytest.raises(UserError, match="64 digits are too few for a covariance of 64 features: take at least 65"):
        quick_scores(Drawing(pen_digits()), 64)


# The full figures


def test_every_figure_has_a_floor_and_an_explanation(real):
    result = evaluate(Drawing(fresh_digits(), conditional=True), real)
    assert result["values"].keys() == result["floor"].keys() == EXPLANATIONS.keys()
    json.dumps(result, allow_nan=False)


def test_the_floor_is_lower_to_the_digits_that_it_is_drawn_from(real):
    assert real.floor["frechet_train"] < 0.9 * real.floor["frechet_test"]


def test_real_digits_for_the_floor_are_of_the_classes_asked_for():
    labels, asked = torch.tensor([0, 1, 0, 2, 1, 0]), torch.tensor([1, 0, 2, 0, 1, 2, 0])
    rows = _rows_of(asked, labels, torch.Generator().manual_seed(0))
    assert torch.equal(labels[rows], asked)
    assert len(set(rows.tolist())) == 6, "only the 2, of which there is one, comes twice"


def test_an_honest_generator_is_near_the_floor(real):
    result = evaluate(Drawing(fresh_digits()), real)
    values, floor = result["values"], result["floor"]
    assert values["frechet_test"] < 3 * floor["frechet_test"]
    assert values["frechet_train"] < 3 * floor["frechet_train"]
    for share in ("precision", "recall", "coverage"):
        assert values[share] == pytest.approx(floor[share], abs=0.1)
    assert values["nearest_training_digit"] == pytest.approx(floor["nearest_training_digit"], rel=0.15)
    assert values["near_copies"] < 0.05


def test_a_memorising_generator_is_caught(real):
    copies = dataset(900, seed=1).images[:SAMPLES].view(-1, 28, 28)
    values = evaluate(Drawing(copies), real)["values"]
    assert values["nearest_training_digit"] == 0
    assert values["near_copies"] == 1
    assert values["precision"] > 0.8  # what other figures would have praised


def test_a_generator_that_copies_one_digit_in_ten_is_caught_too(real):
    copies = fresh_digits()
    copies[::10] = dataset(900, seed=1).images[: SAMPLES // 10].view(-1, 28, 28)
    result = evaluate(Drawing(copies), real)
    assert result["values"]["near_copies"] >= 0.1 > 5 * result["floor"]["near_copies"]


def test_a_collapsed_generator_has_no_recall(real):
    values = evaluate(Drawing(fresh_digits()[:1]), real)["values"]
    assert values["recall"] < 0.02
    assert values["coverage"] < 0.05
    assert values["frechet_train"] > 100 * real.floor["frechet_train"]


def test_the_protocol_says_what_was_measured(real):
    generator = Drawing(fresh_digits())
    protocol = evaluate(generator, real, 0.7)["protocol"]
    assert generator.temperature == 0.7
    assert (protocol["samples"], protocol["temperature"], protocol["weights"]) == (SAMPLES, 0.7, "01234567")
    assert protocol["data"] == "blobs: 900 training and 400 test digits"
    assert protocol["classes"] == "the generator's own"
    assert (protocol["draws"], protocol["seeds"]) == (10, f"0 … {10 * SAMPLES - 1}")


def test_figures_are_means_over_draws_of_other_seeds_and_classes():
    real = RealDigits(dataset(900, seed=1), dataset(400, seed=2), SAMPLES, draws=2)
    drawn = torch.from_numpy(blobs(2 * SAMPLES, seed=3)[0])
    generator = Drawing(drawn)
    first, second = (real.figures(d, None) for d in drawn.split(SAMPLES))
    both = evaluate(generator, real)["values"]
    assert first["frechet_train"] != second["frechet_train"]
    assert both == pytest.approx({figure: (first[figure] + second[figure]) / 2 for figure in first}, abs=1e-6)

    generator = Drawing(fresh_digits(), conditional=True)
    evaluate(generator, real)
    assert [len(a) for a in generator.asked] == [SAMPLES, SAMPLES]
    assert generator.asked[0] != generator.asked[1]
    one = RealDigits(dataset(900, seed=1), dataset(400, seed=2), SAMPLES, draws=1)
    assert one.floor["frechet_train"] != real.floor["frechet_train"], "a floor has as many draws as the figures"


def test_the_table_shows_every_figure_beside_its_floor(real):
    result = evaluate(Drawing(fresh_digits()), real)
    lines = format_table(result, "drawing").splitlines()
    assert lines[0].split()[:3] == ["drawing", "real", "digits"]
    precision = next(line for line in lines if line.startswith("precision"))
    expected = [f"{result[column]['precision']:.3f}" for column in ("values", "floor")]
    assert precision.split()[1:3] == expected


def test_a_device_without_memory_is_one_message(real, monkeypatch):
    def exhausted(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate …")

    generator = Drawing(fresh_digits())
    monkeypatch.setattr(generator, "sample", exhausted)
    with pytest.raises(UserError, match="cpu has too little memory left for drawing: free it, or add --device cpu"):
        evaluate(generator, real)


@pytest.mark.parametrize(
    ("training", "samples", "message"),
    [
        (dataset(100, seed=1), 101, "as many training digits, and blobs has 100: lower --samples"),
        (dataset(100, seed=1), 64, "64 digits are too few for a covariance"),
        (Dataset("pictures", dataset(100, seed=1).images, None), 100, "pictures has no labels"),
    ],
)
def test_data_that_does_not_suffice_is_refused(training, samples, message):
    with pytest.raises(UserError, match=message):
        RealDigits(training, dataset(100, seed=2), samples)


# The command


@pytest.fixture
def folder(tmp_path):
    save(tmp_path / "model", dataset="mnist")
    return tmp_path / "model"


def save(folder, dataset: str) -> None:
    torch.manual_seed(0)
    generator, discriminator = Generator(GeneratorConfig(widths=(8,))), Discriminator(DiscriminatorConfig(widths=(8,)))
    model_folder.save_model(folder, generator, discriminator, recipe="relu-2", training={"dataset": dataset})


def run(model, mnist_dir, *more: str) -> int:
    return main([str(model), "--data-dir", str(mnist_dir), "--samples", "100", "--device", "cpu", *more])


def test_it_prints_the_table_and_adds_to_metrics_json(folder, mnist_dir, capsys):
    (folder / "metrics.json").write_text('{"training": {"step": 7}, "evaluation": {"values": {"old": 1}}}')
    assert run(folder, mnist_dir) == 0
    assert "frechet_train" in capsys.readouterr().out
    kept = json.loads((folder / "metrics.json").read_text())
    assert kept["training"] == {"step": 7}
    real = RealDigits(*(load_dataset("mnist", mnist_dir, train=part) for part in (True, False)), 100)
    assert kept["evaluation"] == evaluate(Generator.from_pretrained(folder), real)


def test_the_card_in_the_folder_shows_the_figures_at_once(folder, mnist_dir):
    assert "have not been evaluated" in write_model_card(folder).read_text()
    assert run(folder, mnist_dir) == 0
    assert (folder / "README.md").read_text() == render_model_card(folder)
    assert "Fréchet distance to the training digits" in (folder / "README.md").read_text()


def test_figures_are_kept_where_they_cannot_be_printed(folder, mnist_dir, monkeypatch):
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    with pytest.raises(UnicodeEncodeError):
        run(folder, mnist_dir)
    assert "evaluation" in json.loads((folder / "metrics.json").read_text())


def test_figures_are_printed_where_they_cannot_be_kept(folder, mnist_dir, monkeypatch, capsys):
    def refuse(*_: object) -> None:
        raise UserError("cannot write metrics.json: No space left on device")

    monkeypatch.setattr(command, "write_atomically", refuse)
    assert run(folder, mnist_dir) == 1
    said = capsys.readouterr()
    assert "frechet_train" in said.out
    assert "kept in" not in said.out
    assert said.err == "gan.evaluation: cannot write metrics.json: No space left on device\n"


def test_it_keeps_the_figures_where_it_is_told(folder, mnist_dir, tmp_path):
    assert run(folder, mnist_dir, "--output", str(tmp_path / "elsewhere.json")) == 0
    assert "evaluation" in json.loads((tmp_path / "elsewhere.json").read_text())
    assert not (folder / "metrics.json").exists()


def refused(capsys, *arguments) -> str:
    """The one line that the command says when it fails."""
    assert run(*arguments) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("gan.evaluation: ")
    return lines[0]


def test_a_folder_without_weights(folder, mnist_dir, capsys):
    (folder / "model.safetensors").unlink()
    assert "holds no model.safetensors" in refused(capsys, folder, mnist_dir)


def test_a_folder_that_is_not_there(tmp_path, mnist_dir, capsys):
    assert "there is no folder" in refused(capsys, tmp_path / "nowhere" / "else", mnist_dir)


def test_more_samples_than_data(folder, mnist_dir, capsys):
    assert "mnist has 512: lower --samples" in refused(capsys, folder, mnist_dir, "--samples", "513")


def test_a_device_that_is_missing(folder, mnist_dir, capsys):
    assert "device 'cuda:99' is not on this machine" in refused(capsys, folder, mnist_dir, "--device", "cuda:99")


def test_data_of_another_shape(folder, tmp_path, capsys):
    raw = tmp_path / "data" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        (raw / f"{part}-images-idx3-ubyte").write_bytes(
            bytes([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 9, 9, 9, 9])
        )
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 1, 5]))
    assert "damaged or of the wrong size" in refused(capsys, folder, tmp_path / "data")


@pytest.mark.parametrize("content", ["{", "[1]"])
def test_a_metrics_file_that_cannot_be_added_to_is_left_alone(folder, mnist_dir, capsys, content):
    (folder / "metrics.json").write_text(content)
    assert "--output" in refused(capsys, folder, mnist_dir)
    assert (folder / "metrics.json").read_text() == content


def test_an_output_that_cannot_be_written_is_refused_before_it_measures(folder, mnist_dir, monkeypatch, capsys):
    monkeypatch.setattr(command, "evaluate", lambda *_: pytest.fail("it has measured"))
    output = folder / "config.json" / "metrics.json"
    assert f"{folder / 'config.json'} is a file" in refused(capsys, folder, mnist_dir, "--output", str(output))


@pytest.mark.parametrize(
    "wrong", [["--samples", "64"], ["--draws", "0"], ["--temperature", "9"], ["--samples", "many"]]
)
def test_wrong_usage_leaves_with_2(folder, mnist_dir, wrong):
    with pytest.raises(SystemExit) as exit_:
        run(folder, mnist_dir, *wrong)
    assert exit_.value.code == 2
