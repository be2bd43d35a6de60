"""What a model folder records of its training."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gan import bundled
from gan.evaluation.classifier import load_classifier
from gan.recording import RecordingError, chosen_frames, read_recording
from gan.training.curves import TIME_LAPSE_BYTES, save_time_lapse
from tests.recordings import decoded, hundred_digits, record


@pytest.mark.parametrize("name", bundled.bundled_models())
def test_the_bundled_time_lapses_show_the_epochs_that_they_say(name: str) -> None:
    """How many digits are read as the commonest class is measured in the pictures, and recorded for a thousand digits:
    a picture of another epoch would differ."""
    folder = bundled.BUNDLED / name
    recording = read_recording(folder)
    pictures = decoded(recording.time_lapse)
    assert len(pictures) == len(recording.epochs)
    assert recording.pictures == list(range(len(pictures)))
    assert recording.epochs[0] == 0
    assert recording.epochs[-1] == json.loads((folder / "config.json").read_text())["training"]["epochs"]
    last = Image.open(folder / "samples" / f"epoch-{recording.epochs[-1]:04d}.png").convert("L").reduce(2)
    assert np.abs(pictures[-1, ..., 0].astype(float) - np.asarray(last)).mean() < 5  # the WebP is lossy
    if name == "leaky-3":
        return  # its pictures are drawn at another temperature than its scores
    classifier = load_classifier()
    differences = []
    for epoch, picture in zip(recording.epochs[1:], pictures[1:], strict=True):
        read = classifier.features_and_logits(torch.from_numpy(hundred_digits(picture)))[1].argmax(dim=1)
        scores = recording.record(epoch)["scores"]
        differences.append(torch.bincount(read).max().item() / 100 - scores["largest_class"])
    assert np.abs(differences).mean() < 0.06  # of a hundred digits, one way or the other


@pytest.mark.parametrize("name", bundled.bundled_models())
def test_a_bundled_time_lapse_is_small(name: str) -> None:
    assert (bundled.BUNDLED / name / "timelapse.webp").stat().st_size <= TIME_LAPSE_BYTES


def test_an_older_run_shows_the_epochs_that_runs_look_at(tmp_path: Path) -> None:
    record(tmp_path, epochs=3)
    recording = read_recording(tmp_path)
    assert recording.epochs == [0, 1, 2, 3]
    assert recording.record(2)["d_real"] == 0.6
    assert recording.record(0) == {}


def test_two_epochs_that_look_alike_may_be_one_picture(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    for epoch, grey in ((0, 90), (1, 200), (2, 200), (3, 40)):
        picture = Image.new("L", (560, 560), grey)
        picture.save(tmp_path / "samples" / f"epoch-{epoch:04d}.png")
    save_time_lapse(tmp_path)
    record_of_history(tmp_path)
    recording = read_recording(tmp_path)
    assert recording.epochs == [0, 1, 2, 3]
    assert recording.pictures == [0, 1, 1, 2]


def test_a_time_lapse_has_fewer_frames_where_it_would_be_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "samples").mkdir()
    random = np.random.default_rng(0)
    for epoch in range(30):
        Image.fromarray(random.integers(0, 256, (560, 560), dtype=np.uint8)).save(
            tmp_path / "samples" / f"epoch-{epoch:04d}.png"
        )
    monkeypatch.setattr("gan.training.curves.TIME_LAPSE_BYTES", 1)
    monkeypatch.setattr("gan.training.curves.FEWER_FRAMES", (20, 16))
    save_time_lapse(tmp_path)
    record_of_history(tmp_path)
    recording = read_recording(tmp_path)
    assert recording.epochs == chosen_frames(30, 16)
    assert recording.epochs[-1] == 29


def record_of_history(folder: Path) -> None:
    (folder / "history.jsonl").write_text('{"epoch": 1.0, "d_real": 0.5, "d_fake": 0.5}\n')


@pytest.mark.parametrize("name", ["timelapse.webp", "history.jsonl", "timelapse.json"])
def test_what_is_missing_or_damaged_is_named(tmp_path: Path, name: str) -> None:
    record(tmp_path, epochs=3)
    (tmp_path / "timelapse.json").write_text('{"epochs": [0, 1, 2, 3]}')
    whole = (tmp_path / name).read_bytes()
    for damaged in (b"", b"\xff\xfe", b"[[[[", b"null", whole[: len(whole) // 2], b'{"epoch": NaN}'):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(RecordingError, match=f"{name} is damaged") as error:
            read_recording(tmp_path)
        assert not error.value.missing
    (tmp_path / name).unlink()
    if name == "timelapse.json":
        (tmp_path / "history.jsonl").write_text(
            '{"epoch": 1.0, "d_real": 0.5, "d_fake": 0.5}\n'
        )  # nor does it say them
    with pytest.raises(RecordingError, match=f"{name} is missing") as error:
        read_recording(tmp_path)
    assert error.value.missing


def test_a_time_lapse_of_other_epochs_is_refused(tmp_path: Path) -> None:
    record(tmp_path, epochs=3)
    for epochs in ([0, 1, 2], [0, 2, 1, 3], [0, 1, 1, 2], [0, 1, 2, 3.0], [-1, 0, 1, 2], None):
        (tmp_path / "timelapse.json").write_text(json.dumps({"epochs": epochs}))
        with pytest.raises(RecordingError, match="timelapse.json is damaged"):
            read_recording(tmp_path)
