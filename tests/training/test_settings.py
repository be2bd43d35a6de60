"""What a state records of its run, and what a resumed run takes from it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gan.errors import UserError
from gan.training.checkpoints import save_state
from gan.training.options import RunOptions
from gan.training.settings import options_as_json, read_settings
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
