"""Publish the page on the Hugging Face Hub: a Space with what the page runs on, and the model that it serves."""

import re
import shlex
from pathlib import Path

from huggingface_hub import HfApi, RepoCard, constants
from huggingface_hub.errors import (
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from gan import bundled
from gan.errors import UserError
from gan.hub.errors import HubError, RefusedError, explain, explained
from gan.hub.fetch import split_name, within
from gan.hub.push import ROOT, check_login
from gan.hub.repository import (
    ANSWER_SECONDS,
    CARD,
    CHECK_SECONDS,
    PUSH_SECONDS,
    Contents,
    Published,
    Repository,
    Target,
    check,
    commit,
    is_our_config,
    look,
    read_text,
)
from gan.hub.resolve import names_repository
from gan.model_folder import CONFIG, GENERATOR, MAX_CONFIG_BYTES, QUANTIZED, read_generator

PAGE_FILES = ("app.py", "requirements.txt", "LICENSE", "gan/**/*")  # what the page runs on
PAGE_MODELS = tuple(f"checkpoints/*/{name}" for name in (CONFIG, GENERATOR, QUANTIZED, "classifier.safetensors"))
VARIABLE = "GAN_MODEL"
DEFAULT_MODEL = "modern"  # of app.py
OWNED = ("sdk:", "sdk_version:", "app_file:", "python_version:", "models:")  # of the README: without them nothing runs
TOKENS = {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}  # the secrets that the Hub's client reads


def deploy(space_id: str, *, model: str | None = None, private: bool = False, overwrite: bool = False) -> Published:
    """Create or update a Space that serves the page.

    It gets what the page runs on and nothing else, in one commit, and the variable GAN_MODEL. Of what others wrote
    there nothing is replaced or deleted; a README that was edited there keeps what was edited.

    Args:
        model: what the Space serves: a Hub repository user/repo[@revision], a bundled model's name, or a run's folder,
            which is then sent along. None: the bundled default.
        private: make a new Space private; a public one is refused.
        overwrite: write into a Space that isn't ours, and replace what others wrote under our files' names.

    Raises:
        RefusedError: the Space isn't recognisably ours, is public though a private one was asked for, or couldn't read
            the model; nothing was written.
        UserError: the model or the page's files are missing, or the Hub can't be used; the message gives the command
            that retries.
    """
    target = Target(space_id, "space", private=private, overwrite=overwrite)
    target.check_names()
    files, served = space_files(model)
    space_readme((ROOT / CARD).read_text(encoding="utf-8"), DEFAULT_MODEL)  # refused before anything is asked
    try:
        within(CHECK_SECONDS, lambda: check_login(target))
        return within(PUSH_SECONDS, lambda: _deploy(target, files, served))
    except RefusedError as error:
        raise RefusedError(f"cannot deploy {space_id}: {error.reason}", error.remedy) from error
    except HubError as error:
        retry = ["python", "-m", "gan.hub", "deploy", space_id, *(["--model", model] if model else [])]
        retry += [*(["--private"] if private else []), *(["--overwrite"] if overwrite else [])]
        raise UserError(
            f"cannot deploy {space_id}: {error} Nothing here has changed; deploy it with: {shlex.join(retry)}"
        ) from error


def _deploy(target: Target, files: dict[str, Path | bytes], model: str | None) -> Published:
    api, space_id = HfApi(), target.repo_id
    with explained(space_id):
        there = look(target)
        check(there, target)
        if model is not None and "/" in model:
            check_readable(model, target, there)
        before = api.get_space_variables(space_id).get(VARIABLE) if there else None
        value = before.value if before else None
        by_hand = (
            model is None and value is not None and not (there and there.manifest and there.manifest.model == value)
        )
        readme = space_readme((ROOT / CARD).read_text(encoding="utf-8"), (value if by_hand else model) or DEFAULT_MODEL)
        wanted = Contents(files, readme, OWNED, model=model)
        published = commit(target, lambda there: wanted, "Deploy the page", lambda: _create(target))
        if model is not None and model != value:
            api.add_space_variable(space_id, VARIABLE, model)
        elif model is None and value is not None and not by_hand:
            api.delete_space_variable(space_id, VARIABLE)
    note = f"{space_id} goes on serving {value}, which its variable {VARIABLE} was set to by hand; --model changes it"
    return Published(target.address, (*published.notes, *([note] if by_hand else [])))


def _create(target: Target) -> None:
    try:
        HfApi().create_repo(
            target.repo_id, repo_type="space", space_sdk="gradio", private=target.private or None, exist_ok=True
        )
    except HfHubHTTPError as error:
        if error.response.status_code != 402:
            raise
        raise HubError(
            f"the Hub asks for payment for {target.repo_id} (HTTP 402): since July 2026 a new Gradio Space on a CPU "
            f"needs a paid plan",
            "Name a Gradio Space that you have already; or subscribe at https://huggingface.co/pro (an organisation: "
            "at https://huggingface.co/pricing); or publish the model alone, which is free: python -m gan.hub push "
            "MODEL USER/REPO, and whoever has this project serves it with python app.py --model USER/REPO.",
        ) from error


def check_readable(model: str, target: Target, there: Repository | None) -> None:
    """Refuse a model on the Hub, `user/repo[@revision]`, that isn't there, isn't one of ours, or that a Space couldn't
    read: a private or gated one, if the Space has no token."""
    repo_id, revision = split_name(model)
    api, space_id = HfApi(), target.repo_id
    try:
        info = api.model_info(repo_id, revision=revision, files_metadata=True, timeout=ANSWER_SECONDS)
        sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
        readable = GENERATOR in sizes and 0 < sizes.get(CONFIG, 0) <= MAX_CONFIG_BYTES
        if not readable or not is_our_config(read_text(repo_id, CONFIG, str(info.sha))):
            raise RefusedError(
                f"{model} is not one of our models: no {GENERATOR}, or no {CONFIG} of this project",
                "Name a repository that `python -m gan.hub push` made.",
            )
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:  # a gated one is among the former
        told = explain(error, model)
        raise RefusedError(told.reason, told.remedy) from error
    closed = "private" if info.private else "gated" if info.gated else None
    if closed and not (there and TOKENS & set(api.get_space_secrets(space_id))):
        raise RefusedError(
            f"{repo_id} is {closed}, and {space_id} has no token to read it",
            f"Make it public; or name a run's folder as --model, which is sent along; or, in a Space that is there "
            f"already, add a secret HF_TOKEN that may read it at {target.address}/settings, then deploy again.",
        )


def space_files(model: str | None = None) -> tuple[dict[str, Path | bytes], str | None]:
    """What a Space holds besides its README (path → file or content), and its GAN_MODEL; see `deploy`.

    Raises:
        UserError: the model or the project's own files are missing.
    """
    run, variable = None, model
    if model is not None and model not in bundled.bundled_models():
        if names_repository(model):
            split_name(model)
        else:
            run = Path(model)
            read_generator(run)
            variable = name_in_space(run)
    found = [path for pattern in (*PAGE_FILES, *PAGE_MODELS) for path in ROOT.glob(pattern) if path.is_file()]
    names = sorted(path.relative_to(ROOT).as_posix() for path in found)
    files: dict[str, Path | bytes] = {
        name: ROOT / name for name in names if not re.search(r"(^|/)(\.|__pycache__/)", name)
    }
    if "app.py" not in files or not (ROOT / CARD).is_file():
        raise UserError(f"{ROOT} is no checkout of the project (no app.py or README.md): deploy from one")
    if run is not None:
        drawn_with = [name for name in (CONFIG, GENERATOR, QUANTIZED) if (run / name).is_file()]
        files |= {f"checkpoints/{variable}/{name}": run / name for name in drawn_with}
    return files, variable


def name_in_space(run: Path) -> str:
    """What a run's folder is called in `checkpoints/` of a Space: a name that can be asked for, no bundled model's."""
    folder = run.resolve()
    if folder.parent == bundled.BUNDLED.resolve():
        return folder.name
    name = re.sub(r"[^\w.-]+", "-", folder.name, flags=re.ASCII).strip("-.") or "model"
    return f"{name}-run" if (bundled.BUNDLED / name).exists() else name


def space_readme(readme: str, model: str) -> str:
    """The project's README as a Space's: front matter and introduction, without the pictures that the Space lacks, and
    which model it serves."""
    space = RepoCard(readme, ignore_metadata_errors=False)
    if space.data.get("sdk") != "gradio":
        raise UserError("README.md has no front matter of a Gradio Space (sdk: gradio)")
    text = re.sub(r"^.*!\[.*$|^.*<img.*$", "", space.text, flags=re.MULTILINE)
    introduction = re.sub(r"\n{3,}", "\n\n", text.split("\n## ")[0].strip())
    repo_id, _, revision = model.partition("@")
    served = f"the model `{model}`, which is in `checkpoints/`"
    if "/" in repo_id:
        space.data["models"] = [repo_id]
        at = f" at `{revision}`" if revision else ""
        served = f"the model [{repo_id}]({constants.ENDPOINT}/{repo_id}){at}"
    space.text = f"\n{introduction}\n\nThis Space serves {served}.\n"
    return str(space)
