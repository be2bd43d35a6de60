"""Build what the engine is made of and Python knows, *.wasm and separators.js: python -m gan.web.engine.build.

engine.wasm and train.wasm are C compiled by Zig (PyPI's ziglang, in requirements-dev.txt): the same bytes on every
machine.
separators.js holds the glyphs that gan/writing.py draws, and what it reads as them. All are committed; a test builds
them again and compares.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from gan import writing
from gan.console import print_everywhere

ENGINE = Path(__file__).resolve().parent
FLAGS = (
    "-target wasm32-freestanding -mcpu=mvp+simd128"  # fixed-width SIMD, and nothing else that a browser may lack
    " -O3 -ffp-contract=off"  # a multiplication and an addition are rounded separately
    " -nostdlib -Wl,--no-entry -Wl,--import-memory -Wl,-z,stack-size=0 -Wl,--strip-all"
)


WASM = ("engine.wasm", "train.wasm")


def wasm(name: str) -> bytes:
    """The C file of the same name as WebAssembly."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        source = Path(name).with_suffix(".c")
        command = [sys.executable, "-m", "ziglang", "cc", *FLAGS.split(), "-o", str(path), str(source)]
        subprocess.run(command, cwd=ENGINE, check=True)
        return path.read_bytes()


def separators_js() -> str:
    """The separators of a written line as a script: how far the pen moves, and the inked part in hex."""
    lines = [
        "// Made by gan/web/engine/build.py from gan/writing.py: the separators of a written line.",
        "// `ink` is the inked part of a glyph from (left, top) on, `width` pixels in a row, two hex digits each.",
        "",
        f"export const DIGIT_ADVANCE = {writing.DIGIT_ADVANCE};",
        "",
        "export const SEPARATORS = {",
    ]
    for character, advance in writing.SEPARATORS.items():
        glyph = writing.separator(character)  # [28, 28]
        (top, bottom), (left, right) = (_inked(glyph.max(axis=axis)) for axis in (1, 0))
        values: dict[str, object] = {"advance": advance, "left": left, "top": top, "width": right - left}
        values["ink"] = f'"{glyph[top:bottom, left:right].tobytes().hex()}"'
        lines += [f'  "{character}": {{', *(f"    {name}: {value}," for name, value in values.items()), "  },"]
    lines += ["};", ""]
    for name, table, about in (
        ("READ_AS", writing.READ_AS, "Characters that mean one of ours, or several."),
        (
            "MARKS",
            writing.MARKS,
            "Before the next number of a date or a time they mean a separator, at the end nothing.",
        ),
    ):
        entries = (f"  {_key(character)}: {json.dumps(meaning)}," for character, meaning in table.items())
        lines += [f"/** {about} */", f"export const {name} = {{", *entries, "};", ""]
    return "\n".join(lines)


def _key(character: str) -> str:
    """A property's name as Biome writes it: quoted where it must be."""
    return character if character.isidentifier() else json.dumps(character, ensure_ascii=False)


def _inked(lines: np.ndarray) -> tuple[int, int]:
    """The first inked line and the one after the last, of `uint8 [28]`; 0 and 0 if there is none."""
    where = np.flatnonzero(lines)
    return (int(where[0]), int(where[-1]) + 1) if len(where) else (0, 0)


def main() -> None:
    for name in WASM:
        (ENGINE / name).write_bytes(wasm(name))
    (ENGINE / "separators.js").write_text(separators_js(), encoding="utf-8")


if __name__ == "__main__":
    print_everywhere()
    main()
