"""What is committed is what `make engine` makes."""

import json

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


def test_scripts_read_any_text_as_python_does(node: Node) -> None:
    texts = ["（０３０）12–34", "2026年11月21日14时30分", "二〇二六", "٣½²𝟗", "π!", "5 €, a5a", "1\u200b2\n3", "", "🂡é"]
    texts += [f"1{chr(code)}2" for code in (*range(0x20), 0x85, 0xA0, 0x1680, 0x180E, 0x2028, 0x2029, 0x3000, 0xFEFF)]
    script = """
        const { readable } = await load("writing.js");
        return data.map(readable);
    """
    found = [(answer["held"], answer["refused"]) for answer in json.loads(node.run(script, texts))]
    assert found == [writing.readable(text) for text in texts]
