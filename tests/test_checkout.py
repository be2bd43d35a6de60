"""What a maker does with the checkout itself: make, git, a container."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CLEAN = """sh -c 'echo "version https://git-lfs.github.com/spec/v1"; sha256sum | sed "s/ .*//; s/^/oid sha256:/"'"""


def sh(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def git(folder: Path, *arguments: str) -> str:
    return sh("git", "-c", "user.name=maker", "-c", "user.email=maker@example.org", *arguments, cwd=folder)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    folder = tmp_path_factory.mktemp("clone") / "digits"
    git(ROOT, "clone", "-q", "--no-tags", "--single-branch", str(ROOT), str(folder))
    return folder


@pytest.mark.parametrize("lfs", [False, True], ids=["without git-lfs", "with git-lfs"])
def test_a_clone_holds_the_files_themselves_unchanged(clone: Path, tmp_path: Path, lfs: bool) -> None:
    folder = tmp_path / "clone"
    shutil.copytree(clone, folder)
    if lfs:
        install_lfs(folder)
    assert (folder / "checkpoints/modern/model.safetensors").stat().st_size > 1_000_000
    git(folder, "add", "--renormalize", ".")
    assert git(folder, "status", "--porcelain") == ""


def install_lfs(folder: Path) -> None:
    """A stand-in for `git lfs install`, for this repository alone."""
    git(folder, "config", "filter.lfs.clean", CLEAN)
    git(folder, "config", "filter.lfs.smudge", "cat")


def test_the_commit_for_a_space_has_binary_files_as_pointers_only(clone: Path, tmp_path: Path) -> None:
    """As the README says it, with a stand-in for git-lfs's filter."""
    space = tmp_path / "space"
    shutil.copytree(clone, space)
    install_lfs(space)
    git(space, "checkout", "-q", "--orphan", "space")
    tracked = re.search(r'git lfs track ((?:"\S+" ?)+)', (ROOT / "README.md").read_text(encoding="utf-8"))
    assert tracked
    with (space / ".gitattributes").open("a", encoding="utf-8") as attributes:  # as `git lfs track` does
        attributes.writelines(f"{name} filter=lfs diff=lfs merge=lfs -text\n" for name in shlex.split(tracked[1]))
    git(space, "add", ".gitattributes")
    git(space, "add", "--renormalize", ".")
    git(space, "commit", "-q", "-m", "The page")
    assert git(space, "rev-list", "--count", "HEAD").strip() == "1"
    names = git(space, "ls-tree", "-r", "--name-only", "HEAD").splitlines()
    binary, pointers = [], 0
    for name in names:
        blob = subprocess.run(["git", "cat-file", "blob", f"HEAD:{name}"], cwd=space, capture_output=True).stdout
        pointers += blob.startswith(b"version https://git-lfs")
        if b"\0" in blob or len(blob) > 10_000_000:
            binary.append(name)
    assert binary == []
    assert pointers == sum(Path(name).suffix in {".safetensors", ".png", ".webp", ".wasm"} for name in names) > 40


def test_make_train_uses_the_environment_that_make_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAKEFLAGS", raising=False)  # of the make that runs these tests
    monkeypatch.delenv("MAKELEVEL", raising=False)
    said = sh("make", "-n", "train", "RECIPE=quick", "ARGS=--epochs 3")
    assert said.splitlines()[-1] == ".venv/bin/python train.py quick --epochs 3"
    done = subprocess.run(["make", "-o", ".venv/app.stamp", "train"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert "Which recipe? make train RECIPE=quick" in done.stdout


def test_the_container_serves_what_a_checkout_has_on_every_address() -> None:
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 25  # a screen
    assert "COPY requirements.txt ." in lines
    assert "ENV GRADIO_SERVER_NAME=0.0.0.0" in lines
    assert re.search(r"FROM python:3\.1[1-9]", "\n".join(lines))
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "data", "runs"} <= set(ignored)
