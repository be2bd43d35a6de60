"""Scripts joined into one."""

from pathlib import Path

import pytest

from gan.web.assets import STATIC
from gan.web.joining import joined


def scripts(folder: Path, **codes: str) -> Path:
    """Scripts by name; returns the path of the one that is called main."""
    for name, code in codes.items():
        (folder / f"{name}.js").write_text(code)
    return folder / "main.js"


def test_a_script_comes_after_what_it_imports_each_once_and_keeps_its_exports(tmp_path) -> None:
    main = scripts(
        tmp_path,
        main='import { a, b as c } from "./one.js";\nimport * as two from "./two.js";\nexport const all = [a, c];\n',
        one='import {\n  two,\n} from "./two.js";\nexport function a() {}\nexport class b {}\n',
        two="export const two = 2;\nexport async function three() {}\n",
    )
    assert joined(main) == (
        "// two.js\nconst $two = (() => {\nconst two = 2;\nasync function three() {}\n\nreturn { two, three };\n})();\n"
        "// one.js\nconst $one = (() => {\nconst {\n  two,\n} = $two;\nfunction a() {}\nclass b {}\n\n"
        "return { a, b };\n})();\n"
        "// main.js\nconst { a, b: c } = $one;\nconst two = $two;\nexport const all = [a, c];\n"
    )


def test_a_script_of_the_page_may_import_one_of_the_engine_and_one_only_to_be_there(tmp_path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "engine").mkdir()
    main = scripts(
        tmp_path / "page",
        main='import "./one.js";\nimport { a } from "../engine/one.js";\n',
        one="export const a = 1;\n",
    )
    scripts(tmp_path / "engine", one="export const a = 2;\n")
    assert joined(main) == (
        "// one.js\nconst $one = (() => {\nconst a = 1;\n\nreturn { a };\n})();\n"
        "// one.js\nconst $engine_one = (() => {\nconst a = 2;\n\nreturn { a };\n})();\n"
        "// main.js\n\nconst { a } = $engine_one;\n"
    )


def test_a_circle_of_imports_is_refused(tmp_path) -> None:
    main = scripts(tmp_path, main='import { a } from "./one.js";\n', one='import { b } from "./main.js";\n')
    with pytest.raises(ValueError, match=r"main\.js imports itself: main\.js → one\.js → main\.js"):
        joined(main)


@pytest.mark.parametrize(
    "code", ['import a from "./one.js";', 'import { a } from "../one.js";', 'import { a } from "elsewhere";']
)
def test_an_import_that_is_not_understood_is_refused(tmp_path, code: str) -> None:
    with pytest.raises(ValueError, match="is not understood"):
        joined(scripts(tmp_path, main=f"{code}\n", one="export const a = 1;\n"))


@pytest.mark.parametrize("code", ["export default 1;", "export { a };", "export let a = 1;", "export const { a } = b;"])
def test_an_export_that_is_not_understood_is_refused(tmp_path, code: str) -> None:
    with pytest.raises(ValueError, match=r"one\.js has an export that is not understood"):
        joined(scripts(tmp_path, main='import { a } from "./one.js";\n', one=f"{code}\n"))


def test_some_page_loads_every_script_that_is_there() -> None:
    starts = [
        "main.js",
        "site.js",
        "boot.js",
        "sw.js",
        "uqr.js",
        "lesson.js",
        "parts.js",
    ]  # of both pages; the last three are fetched when they are needed
    lines = {line for start in starts for line in joined(STATIC / start).splitlines()}
    assert [path.name for path in STATIC.glob("*.js") if f"// {path.name}" not in lines] == []
