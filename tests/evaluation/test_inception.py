"""The literature's features, with weights at random: Inception's own are not on a test machine."""

import json
import pickle
import sys
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from gan.data import Dataset
from gan.errors import UserError
from gan.evaluation import inception
from gan.evaluation.__main__ import main
from tests.conftest import blobs
from tests.evaluation.test_evaluate import folder, refused  # noqa: F401  (a fixture)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Inception that has learned nothing."""
    path = tmp_path_factory.mktemp("inception") / "weights.pth"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "load", lambda *_, **__: {})
        patch.setattr(torch.nn.Module, "load_state_dict", lambda *_: None)
        network = FeatureExtractorInceptionV3("inception-v3-compat", ["2048"], "none")
    torch.save(network.state_dict(), path)
    return path


def digits(count: int, seed: int) -> torch.Tensor:
    return torch.from_numpy(blobs(count, seed)[0])


def test_features_are_inceptions_of_grey_as_rgb(weights: Path) -> None:
    theirs = FeatureExtractorInceptionV3("inception-v3-compat", ["2048"], str(weights))
    images = digits(3, seed=1)
    features = inception.load_extractor(weights)(images)
    assert features.shape == (3, 2048)
    assert features.dtype == torch.float32
    (expected,) = theirs(images[:, None].repeat(1, 3, 1, 1))
    torch.testing.assert_close(features, expected, atol=1e-5, rtol=1e-4)


def test_equal_sets_are_at_no_distance_and_other_ones_are() -> None:
    """With cheap features in Inception's place: 16 averages of the picture."""

    def average(images: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.avg_pool2d(images[:, None].float(), 7).flatten(1)

    stand_ins, test = digits(200, seed=1), Dataset("blobs", digits(200, seed=2).view(-1, 784), None)
    same = inception.inception_evaluation(digits(200, seed=2), stand_ins, test, average)
    assert same["values"]["frechet_test"] == pytest.approx(0, abs=1e-6)
    assert same["values"]["precision"] == same["values"]["recall"] == 1
    white = inception.inception_evaluation(digits(200, seed=2) // 2, stand_ins, test, average)
    assert white["values"]["frechet_test"] > 10 * white["floor"]["frechet_test"]
    assert same["floor"] == white["floor"]


def test_a_pickle_of_anything_but_tensors_is_never_run(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple:
            return (Path.touch, (tmp_path / "ran",))

    (tmp_path / "weights.pth").write_bytes(pickle.dumps(Bomb(), protocol=2))
    with pytest.raises(UserError, match="are not Inception's weights"):
        inception.load_extractor(tmp_path / "weights.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [{"layer": torch.zeros(3)}, [torch.zeros(3)], None])
def test_other_weights_are_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "weights.pth")
    if content is None:  # a download that broke off
        (tmp_path / "weights.pth").write_bytes(b"")
    with pytest.raises(UserError, match="are not Inception's weights"):
        inception.load_extractor(tmp_path / "weights.pth")


def test_weights_that_cannot_be_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", no_network)
    with pytest.raises(UserError, match="no route to host.*--inception-weights"):
        inception.load_extractor()


def test_without_torch_fidelity(folder, mnist_dir, capsys, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setitem(sys.modules, "torch_fidelity.feature_extractor_inceptionv3", None)
    assert "-m pip install torch-fidelity" in refused(capsys, folder, mnist_dir, "--inception", "--samples", "2049")


def test_the_command_keeps_both_tables_apart(folder, mnist_dir, capsys, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr(inception, "NUM_FEATURES", 16)
    monkeypatch.setattr(
        inception,
        "load_extractor",
        lambda *_: lambda images: torch.nn.functional.avg_pool2d(images[:, None].float(), 7).flatten(1),
    )
    arguments = [str(folder), "--data-dir", str(mnist_dir), "--samples", "100", "--device", "cpu"]
    assert main([*arguments, "--inception"]) == 0
    assert capsys.readouterr().out.count("frechet_test") == 2
    kept = json.loads((folder / "metrics.json").read_text())
    assert kept["inception"]["values"].keys() == {"frechet_test", "precision", "recall", "density", "coverage"}
    assert kept["inception"]["protocol"]["samples"] == 100
    assert main(arguments) == 0
    assert json.loads((folder / "metrics.json").read_text())["inception"] == kept["inception"]


def test_too_few_samples_for_its_covariance(folder, mnist_dir) -> None:  # noqa: F811
    with pytest.raises(SystemExit) as exit_:
        main([str(folder), "--data-dir", str(mnist_dir), "--samples", "2048", "--inception"])
    assert exit_.value.code == 2
