"""The command line of train.py: what it understands, what it refuses and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gan.recipes import RECIPES
from train import main, parse

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["relu-2", "--epochs", "0"], "--epochs must be from 1 to 100000, not 0"),
        (["relu-2", "--learning-rate", "-0.1"], "--learning-rate must be above 0 and at most 1"),
        (["relu-2", "--learning-rate", "nan"], "--learning-rate must be finite"),
        (["relu-2", "--batch-size", "1"], "--batch-size must be at least 2"),
        (["modern", "--minibatch-std", "5"], "--minibatch-std must be a divisor of batch_size 128, not 5"),
        (["relu-2", "--architecture", "dcgan"], "--generator-widths must be two channel counts with dcgan, not (256,)"),
        (
            ["relu-2", "--generator-widths", "1041"],
            "--generator-widths must be 1 to 16 widths of 1 … 1040, not (1041,)",
        ),
        (["dcgan", "--generator-widths", "261", "64"], "--generator-widths must be 1 to 16 widths of 1 … 260"),
        (["modern", "--latent-dim", "941"], "--latent-dim must be at most 940, beside an embedding of 100, not 941"),
        (["dcgan", "--generator-batch-norm", "none"], "--generator-batch-norm must be all with dcgan, not 'none'"),
        (["relu-2", "--dataset", "cifar"], "--dataset"),
        (["relu-2", "--seed", "-1"], "--seed must be from 0 to 4294967295"),
        (["relu-2", "--seed", "abc"], "--seed"),
        (["relu-2", "--overwrite"], "--overwrite says how a run is published: add --push-to-hub USER/REPO"),
        (["no-such-recipe"], "batchnorm"),
        ([], "modern"),
    ],
)
def test_wrong_usage_exits_with_2_and_the_allowed_range(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        parse(arguments)
    assert stop.value.code == 2
    said = capsys.readouterr()
    text = " ".join((said.out + said.err).replace("│", " ").split())
    assert says in text
    assert "dummy" not in text, "a name that only tyro knows"


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """What `python train.py ARGUMENTS` exits with."""
    monkeypatch.setattr(sys, "argv", ["train.py", *map(str, arguments)])
    return main()


def test_underscores_in_flags_and_recipes_are_hyphens(
    mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    arguments = ["relu_2", "--epochs", 1, "--data_dir", mnist_dir, "--output_dir", folder, "--device", "cpu"]
    assert run_main(monkeypatch, *arguments) == 0
    config = json.loads((folder / "config.json").read_text())
    assert config["recipe"] == "relu-2"
    assert config["training"]["command"] == "python train.py relu-2 --epochs 1"


def test_failures_exit_with_1_and_one_message(
    mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--output-dir", tmp_path / "run", "--data-dir", mnist_dir]
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments, says in (
        (["relu-2", *here, "--device", "tpu"], "device 'tpu' is not on this machine, which has: "),
        (["relu-2", *here, "--batch-size", 4096, "--device", "cpu"], "needs 4,096 images and the data has 512"),
        (["modern", *here[:2], "--dataset", "folder", "--data-dir", empty], "holds no images"),
    ):
        assert run_main(monkeypatch, *arguments) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("train.py: ")
        assert says in said.err
        assert len(said.err.splitlines()) == 1


def test_a_dry_run_prints_its_report_and_writes_nothing(
    mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["relu-2", "--dry-run", "--data-dir", mnist_dir, "--output-dir", tmp_path / "run", "--device", "cpu"]
    assert run_main(monkeypatch, *arguments) == 0
    assert "227,344 parameters" in capsys.readouterr().out
    assert not (tmp_path / "run").exists()


def train_py(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program itself, in a process of its own that lists what it imports."""
    command = [sys.executable, "-X", "importtime", "train.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_the_help_names_every_recipe_without_waiting_for_torch() -> None:
    result = train_py("--help")
    assert result.returncode == 0
    assert all(name in result.stdout for name in RECIPES)
    imported = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "gan.recipes" in imported
    assert "torch" not in imported


def test_a_recipes_help_shows_its_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parse(["batchnorm", "--help"])
    assert stop.value.code == 0
    text = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "(default: 128 256 512 1024)" in text
    assert "(default: 0.0002)" in text


def test_a_misspelt_flag_is_answered_with_the_nearest_one_of_this_recipe_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stop:
        parse(["quick", "--epoch", "3"])
    assert stop.value.code == 2
    text = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert f"--epochs INT Passes over the data. (default: {RECIPES['quick'].epochs})" in text
    assert text.count("(default:") == 1
    assert "train.py quick --help" in text


def test_a_misspelt_recipe_is_answered_with_the_nearest_one() -> None:
    result = train_py("rleu-2")
    assert result.returncode == 2
    assert "there is no recipe 'rleu-2'; did you mean relu-2?" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_interruption_says_what_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the run, in a run that has a checkpoint, and while it is published."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    folder = tmp_path / "run"
    arguments = ["relu-2", "--output-dir", folder, "--push-to-hub", "maker/digits"]
    monkeypatch.setattr("gan.hub.push.check_can_push", lambda *_, **__: None)
    monkeypatch.setattr("gan.training.run.run", interrupt)
    assert run_main(monkeypatch, *arguments) == 130
    assert "interrupted before the first step, nothing is lost" in capsys.readouterr().err
    (folder / "state").mkdir(parents=True)
    (folder / "state" / "step-000000001.safetensors").touch()
    assert run_main(monkeypatch, *arguments) == 130
    assert f"the last checkpoint in {folder} is whole, go on with --resume" in capsys.readouterr().err
    monkeypatch.setattr("gan.training.run.run", lambda *_: folder)
    monkeypatch.setattr("gan.hub.push.push", interrupt)
    assert run_main(monkeypatch, *arguments) == 130
    said = capsys.readouterr().err
    assert f"the run is saved in {folder}" in said
    assert f"-m gan.hub push {folder} maker/digits" in said
