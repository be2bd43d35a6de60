"""What a state records of its run, and what a resumed run takes from it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gan.errors import UserError
from gan.training.checkpoints import save_state
from gan.training.options import RunOptions
from gan.training.run import check_folder
from gan.training.settings import no_checkpoint, options_as_json, read_settings
from tests.training.jobs import SMALL


def saved_run(folder: Path, options: dict[str, Any]) -> Path:
    """A folder with a state of the options, and nothing else."""
    identity = {"dataset": "mnist", "seed": 0, "mixed_precision": "no"}
    save_state(folder, {}, {"name": "modern", "recipe": SMALL.as_dict(), **identity, "options": options, "steps": 1})
    return folder


def test_a_resumed_run_overwrites_only_when_asked_again(tmp_path: Path) -> None:
    options = RunOptions(push_to_hub="maker/digits", overwrite=True)
    recorded = options_as_json(options)
    assert "overwrite" not in recorded
    for kept in (recorded, {**recorded, "overwrite": True}):  # as older versions recorded it
        begun = read_settings(saved_run(tmp_path, kept))
        assert begun is not None
        expected = replace(options, overwrite=False, output_dir=tmp_path, resume=True, data_dir=begun.options.data_dir)
        assert begun.options == expected


@pytest.mark.parametrize("unknown", [{"card": {"colour": "blue"}}, {"colour": "blue"}])
def test_a_run_of_another_version_is_refused_in_a_sentence(unknown: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds a run of another version of this project \(.*'colour'\)"):
        read_settings(saved_run(tmp_path, unknown))


def test_of_a_model_without_checkpoints_both_ways_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    says = f"{tmp_path} holds a model without checkpoints: begin with its weights, --init-from {tmp_path} --output-dir"
    assert says in no_checkpoint(tmp_path)
    for resume in (False, True):
        with pytest.raises(UserError, match=says):
            check_folder("modern", tmp_path, resume)


def test_a_damaged_state_is_to_be_deleted_only_where_there_is_an_older_one(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "step-000000002.safetensors").write_bytes(b"damaged")
    with pytest.raises(UserError, match=r"there is none before it\. Begin a new run with another --output-dir"):
        read_settings(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UserError, match=r"there is none before it\. .* begin with its weights, --init-from"):
        read_settings(tmp_path)
    (tmp_path / "state" / "step-000000001.safetensors").write_bytes(b"older")
    with pytest.raises(UserError, match="delete it to resume from the checkpoint before it"):
        read_settings(tmp_path)
