"""The Python that the documents show runs, and does what its comments say."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def blocks(path: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


CASES = [
    pytest.param(code, id=f"{path}-{i}")
    for path in ("README.md", "docs/python.md")
    for i, code in enumerate(blocks(path))
]


@pytest.mark.parametrize("code", CASES)
def test_a_block_of_python_runs_and_its_arrays_are_as_its_comments_say(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checkpoints").symlink_to(ROOT / "checkpoints")
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(code, names)
    promised = re.findall(r"^(\w+) = .*# (uint8|float32) (\[[\d, ]+\])", code, re.MULTILINE)
    for name, dtype, shape in promised:
        assert str(names[name].dtype).removeprefix("torch.") == dtype, name
        assert str(list(names[name].shape)) == shape, name


def test_every_part_of_the_python_page_shows_code_of_ten_lines_or_so() -> None:
    parts = (ROOT / "docs" / "python.md").read_text(encoding="utf-8").split("\n## ")[1:]
    assert len(parts) == len(blocks("docs/python.md")) >= 8
    for code in blocks("docs/python.md"):
        assert len([line for line in code.splitlines() if line]) <= 11
