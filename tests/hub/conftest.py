"""Who publishes, and what."""

import json
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from PIL import Image

from gan import bundled
from gan.hub import push, space, static_space
from tests.hub.double import Repository
from tests.hub.model_files import CHECKOUT_README, files_of, save_model


@pytest.fixture
def maker(hub, monkeypatch):
    """Logged in as maker."""
    monkeypatch.setenv("HF_TOKEN", "hf_maker")


@pytest.fixture
def impatient(monkeypatch):
    """The client's waits between its six tries, shortened: what is retried stays the same."""
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds, sleep=time.sleep: sleep(seconds / 50))


@pytest.fixture
def finished_run(run_folder) -> Path:
    """With everything that a finished run leaves, its training state too."""
    for name in (
        "samples/epoch-0001.png",
        "samples/epoch-0002.png",
        "timelapse.webp",
        "state/step-000000001.safetensors",
    ):
        (run_folder / name).parent.mkdir(exist_ok=True)
        if name.startswith("state"):
            (run_folder / name).write_bytes(b"the trainer's own")
        else:
            Image.new("L", (28, 28), len(name)).save(run_folder / name)
    (run_folder / "history.jsonl").write_text('{"step": 1}\n')
    (run_folder / "metrics.json").write_text(json.dumps({"training": {"step": 1}}))
    return run_folder


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A checkout of the project: its own code, a README, a bundled model, and what no Space needs."""
    root = tmp_path / "checkout"
    shutil.copytree(push.ROOT / "gan", root / "gan")
    for name in (
        "app.py",
        "requirements.txt",
        "LICENSE",
        "train.py",
        "Makefile",
        "tests/test_it.py",
        "docs/digits.png",
        "docs/learn.md",
        "docs/learn.zh.md",
    ):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(f"# {name}\n")
    (root / "README.md").write_text(CHECKOUT_README)
    save_model(root / "checkpoints/modern")
    (root / "checkpoints/modern/history.jsonl").write_text("{}\n")
    shutil.copytree(push.ROOT / "checkpoints/classifier", root / "checkpoints/classifier")
    monkeypatch.setattr(space, "ROOT", root)
    monkeypatch.setattr(static_space, "ROOT", root)
    monkeypatch.setattr(push, "ROOT", root)
    monkeypatch.setattr(bundled, "BUNDLED", root / "checkpoints")
    return root


@pytest.fixture
def digits(hub) -> Repository:
    """maker/digits, a model on the Hub, tagged v1."""
    with tempfile.TemporaryDirectory() as folder:
        digits = hub.repository("maker/digits")
        digits.tags["v1"] = digits.commit(files_of(save_model(Path(folder))))
    return digits
