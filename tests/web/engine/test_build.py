"""What is committed is what `make engine` makes."""

import numpy as np
import pytest

from gan import writing
from gan.web.engine import build
from tests.web.engine.engines import Node


@pytest.mark.parametrize("name", build.WASM)
def test_wasm_is_the_c_file_of_its_name_compiled(name: str) -> None:
    assert build.wasm(name) == (build.ENGINE / name).read_bytes()


def test_separators_js_is_what_writing_draws() -> None:
    assert build.separators_js() == (build.ENGINE / "separators.js").read_text(encoding="utf-8")


def test_separators_are_read_back(node: Node) -> None:
    characters = list(writing.SEPARATORS)
    script = """
        const { separator } = await load("writing.js");
        return new Blob(data.map(separator));
    """
    found = np.frombuffer(node.run(script, characters), dtype=np.uint8).reshape(-1, 28, 28)
    assert np.array_equal(found, [writing.separator(character) for character in characters])
