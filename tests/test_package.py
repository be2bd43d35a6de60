"""What an installed package holds, and what it shows to a type checker, to `dir` and to a person."""

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import gan
from gan import bundled
from gan.__main__ import overview

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what `pip install .` brings, without its dependencies."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(arguments: list[str], site: Path) -> subprocess.CompletedProcess[str]:
    """Run Python where only the installed package is found, not this checkout."""
    environment = {**os.environ, "PYTHONPATH": str(site), "MYPYPATH": str(site)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=site.parent, env=environment, capture_output=True, text=True
    )


# What is in it


def test_a_wheel_brings_gan_alone_and_all_of_it(installed: Path) -> None:
    files = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    source = {path.relative_to(ROOT).as_posix() for path in (ROOT / "gan").rglob("*") if path.is_file()}
    lesson = {"gan/web/learn.md", "gan/web/learn.zh.md"}  # of docs/
    ours = {name for name in files if not name.startswith("mlp_gan-")}
    assert ours == {name for name in source if "__pycache__" not in name} | lesson
    assert {"gan/py.typed", "gan/hub/card.md", "gan/web/static/main.js"} <= files


def test_the_ranges_of_the_package_hold_the_versions_that_are_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ranges = {r.name: r for r in map(Requirement, project["dependencies"])}
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = {r.name: r for r in (Requirement(line.partition(" #")[0]) for line in lines if not line.startswith("#"))}
    assert ranges.keys() == pins.keys()
    for name, pin in pins.items():
        (version,) = (s.version for s in pin.specifier if s.operator in ("==", ">="))
        assert ranges[name].specifier.contains(version), name
        assert ranges[name].extras == pin.extras


# What it shows


def test_every_public_name_is_in_dir_and_can_be_imported() -> None:
    assert set(gan.__all__) <= set(dir(gan))
    for name in gan.__all__:
        assert getattr(gan, name) is getattr(importlib.import_module(home_of(name)), name)


def home_of(name: str) -> str:
    """The module that a type checker takes a public name from."""
    tree = ast.parse(Path(gan.__file__).read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return next(str(i.module) for i in imports if name in [alias.name for alias in i.names])


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'gan' has no attribute 'Generatr'"):
        gan.Generatr  # type: ignore[attr-defined]  # noqa: B018


def test_a_type_checker_knows_the_public_names(installed: Path) -> None:
    code = """
from gan import Generator, Recipe, png
reveal_type(Generator.from_pretrained("modern"))
reveal_type(Recipe.as_dict)
reveal_type(png)
from gan import Generatr
"""
    (installed.parent / "uses_gan.py").write_text(code)
    # without site-packages torch and numpy are Any, and nothing of theirs is analysed: seconds instead of a minute
    options = ["--no-site-packages", "--ignore-missing-imports", "--config-file", os.devnull, "--cache-dir", "cache"]
    output = run(["-m", "mypy", *options, "uses_gan.py"], installed).stdout
    assert re.findall(r'Revealed type is "(.*)"', output) == [
        "gan.networks.Generator",
        "def (self: gan.recipes.Recipe) -> dict[Any, Any]",
        "def (image: Any) -> bytes",
    ]
    assert 'Module "gan" has no attribute "Generatr"' in output


def test_importing_the_package_does_not_wait_for_torch() -> None:
    code = "import sys, gan, gan.__main__; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


# What it says


def test_python_m_gan_names_what_there_is() -> None:
    said = overview()
    for name in [*gan.__all__, *gan.RECIPES, *bundled.bundled_models(), "python app.py", "python train.py RECIPE"]:
        assert name in said
    documents = re.findall(r"^  (\S+\.md)", said, re.MULTILINE)
    assert len(documents) == 4
    assert all((ROOT / document).is_file() for document in documents)


def test_an_installed_package_says_that_it_has_no_models_of_its_own(installed: Path) -> None:
    said = run(["-m", "gan"], installed).stdout
    assert "none bundled in an installed package" in said
    assert "app.py" not in said


# How its parts hang together (import-linter holds the rest: make check)


@pytest.mark.parametrize(("script", "never"), [("app.py", {"gan.training"}), ("train.py", {"gan.web", "gradio"})])
def test_the_page_does_not_import_training_nor_training_the_page(script: str, never: set[str]) -> None:
    tree = ast.parse((ROOT / script).read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            imported |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    assert not {name for name in imported for forbidden in never if f"{name}.".startswith(f"{forbidden}.")}
