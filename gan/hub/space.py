"""Publish the page on the Hugging Face Hub: a Space with what the page runs on, and the model that it serves."""

import re
from pathlib import Path

from huggingface_hub import HfApi, RepoCard, SpaceHardware, constants
from huggingface_hub.errors import (
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from gan import bundled
from gan.console import command_line, python
from gan.errors import UserError
from gan.hub.errors import HubError, RefusedError, explain, explained
from gan.hub.fetch import split_name, within
from gan.hub.push import ROOT, check_login, local_folder
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
from gan.hub.resolve import name_in_links, names_repository
from gan.model_folder import (
    CONFIG,
    DISCRIMINATOR,
    GENERATOR,
    MAX_CONFIG_BYTES,
    QUANTIZED,
    model_files,
    read_generator,
    read_saved,
)

PAGE_FILES = ("app.py", "requirements.txt", "LICENSE", "gan/**/*")  # what the page runs on
PAGE_LESSON = ("docs/learn*.md", *(f"checkpoints/{name}/curves-*.png" for name in ("modern", "leaky-3")))
MODEL_FILES = (CONFIG, GENERATOR, QUANTIZED, DISCRIMINATOR)
PAGE_MODELS = tuple(f"checkpoints/*/{name}" for name in (*MODEL_FILES, "classifier.safetensors"))
VARIABLE = "GAN_MODEL"
DEFAULT_MODEL = "modern"  # of app.py
OWNED = ("sdk:", "sdk_version:", "app_file:", "python_version:", "models:")  # of the README: without them nothing runs
REQUIREMENTS = "requirements.txt"
ZERO_GPU_PYTHON = "3.12.12"  # of the list in the Hub's documentation of August 2026,
ZERO_GPU_TORCH = {"torch": "2.11.0", "torchvision": "0.26.0"}  # as these
TOKENS = {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}  # the secrets that the Hub's client reads


def deploy(
    space_id: str,
    *,
    model: str | None = None,
    private: bool = False,
    overwrite: bool = False,
    zero_gpu: bool = False,
) -> Published:
    """Create or update a Space that serves the page.

    It gets what the page runs on and nothing else, in one commit, and the variable GAN_MODEL. Of what others wrote
    there nothing is replaced or deleted; a README that was edited there keeps what was edited.

    Args:
        model: what the Space serves: a Hub repository user/repo[@revision], a bundled model's name, or a run's folder,
            which is then sent along. None: the bundled default.
        private: make a new Space private; a public one is refused.
        overwrite: write into a Space that isn't ours, and replace what others wrote under our files' names.
        zero_gpu: ask for the hardware ZeroGPU, with what it wants of a Space; two are free for an account.

    Raises:
        RefusedError: the Space isn't recognisably ours, is public though a private one was asked for, or couldn't read
            the model; nothing was written.
        UserError: the model or the page's files are missing, or the Hub can't be used; the message gives the command
            that retries.
    """
    command = [python(), "-m", "gan.hub", "deploy", space_id, *(["--model", model] if model else [])]
    command += [*(["--zero-gpu"] if zero_gpu else []), *(["--private"] if private else [])]
    target = Target(space_id, "space", private=private, overwrite=overwrite, command=tuple(command))
    target.check_names()
    files, served = space_files(model)
    if zero_gpu:
        files |= {REQUIREMENTS: zero_gpu_requirements((ROOT / REQUIREMENTS).read_text(encoding="utf-8"))}
    read_front_matter(ROOT / CARD)  # refused before anything is asked
    try:
        within(CHECK_SECONDS, lambda: check_login(target))
        return within(PUSH_SECONDS, lambda: _deploy(target, files, served, zero_gpu))
    except RefusedError as error:
        raise RefusedError(f"cannot deploy {space_id}: {error.reason}", error.remedy) from error
    except HubError as error:
        raise UserError(
            f"cannot deploy {space_id}: {error} Nothing here has changed; deploy it with: {target.retry}"
        ) from error


def _deploy(target: Target, files: dict[str, Path | bytes], model: str | None, zero_gpu: bool) -> Published:
    api, space_id = HfApi(), target.repo_id
    with explained(space_id):
        there = look(target)
        check(there, target)
        if there and there.sdk == "static" and not (zero_gpu or target.overwrite):
            raise RefusedError(
                f"{space_id} is a static Space, which needs no server",
                f"Nothing was written. Add --static to bring it up to date; or `{target.command_that_overwrites}` "
                f"makes it a Gradio Space, which needs one.",
            )
        if model is not None and "/" in model:
            check_readable(model, target, there)
        before = api.get_space_variables(space_id).get(VARIABLE) if there else None
        value = before.value if before else None
        by_hand = (
            model is None and value is not None and not (there and there.manifest and there.manifest.model == value)
        )
        served = (value if by_hand else model) or DEFAULT_MODEL
        wanted = Contents(
            files, space_readme(read_front_matter(ROOT / CARD), served, zero_gpu=zero_gpu), OWNED, model=model
        )
        published = commit(target, lambda there: wanted, "Deploy the page", lambda: _create(target, zero_gpu))
        if there and zero_gpu:
            api.request_space_hardware(space_id, SpaceHardware.ZERO_A10G)
        if model is not None and model != value:
            api.add_space_variable(space_id, VARIABLE, model)
        elif model is None and value is not None and not by_hand:
            api.delete_space_variable(space_id, VARIABLE)
    note = f"{space_id} goes on serving {value}, which its variable {VARIABLE} was set to by hand; --model changes it"
    return Published(target.address, (*published.notes, *([note] if by_hand else [])))


def _create(target: Target, zero_gpu: bool) -> None:
    try:
        HfApi().create_repo(
            target.repo_id,
            repo_type="space",
            space_sdk="gradio",
            space_hardware=SpaceHardware.ZERO_A10G if zero_gpu else None,
            private=target.private or None,
            exist_ok=True,
        )
    except HfHubHTTPError as error:
        if error.response.status_code != 402:
            raise
        deploy_it = command_line([word for word in target.command if word != "--zero-gpu"])
        free = f"The page without a server is free: {deploy_it} --static."
        if zero_gpu:
            raise HubError(
                f"the Hub asks for payment for {target.repo_id} (HTTP 402): ZeroGPU Spaces are free only for verified "
                f"accounts older than 30 days, two of them",
                f"{free} Or subscribe at https://huggingface.co/pro.",
            ) from error
        raise HubError(
            f"the Hub asks for payment for {target.repo_id} (HTTP 402): since July 2026 a new Gradio Space on a CPU "
            f"needs a paid plan",
            f"{free} Two Gradio Spaces on ZeroGPU are free, too: {deploy_it} --zero-gpu. Or name a Gradio Space that "
            f"you have already, or subscribe at https://huggingface.co/pro (an organisation: at "
            f"https://huggingface.co/pricing).",
        ) from error


def zero_gpu_requirements(requirements: str) -> bytes:
    """requirements.txt with a torch that ZeroGPU takes, and the package that declares functions there."""
    for name, version in ZERO_GPU_TORCH.items():
        requirements = re.sub(rf"^{name}[<>=].*$", f"{name}=={version}", requirements, flags=re.MULTILINE)
    return f"{requirements.rstrip()}\nspaces\n".encode()


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
            run = local_folder(model)
            read_saved(read_generator, run)
            variable = name_in_space(run)
    found = [
        path for pattern in (*PAGE_FILES, *PAGE_LESSON, *PAGE_MODELS) for path in ROOT.glob(pattern) if path.is_file()
    ]
    names = sorted(path.relative_to(ROOT).as_posix() for path in found)
    files: dict[str, Path | bytes] = {
        name: ROOT / name for name in names if not re.search(r"(^|/)(\.|__pycache__/)", name)
    }
    if "app.py" not in files:
        raise UserError(f"{ROOT} is no checkout of the project (no app.py): deploy from one")
    if run is not None:
        files |= {f"checkpoints/{variable}/{name}": content for name, content in files_of_run(run).items()}
    return files, variable


def files_of_run(run: Path) -> dict[str, bytes]:
    """What a Space draws with of a run's folder, read now: of one save, whatever the run writes while it is sent."""
    if (run / DISCRIMINATOR).is_file():
        return read_saved(model_files, run)
    return {name: (run / name).read_bytes() for name in MODEL_FILES if (run / name).is_file()}  # no run writes there


def name_in_space(run: Path) -> str:
    """What a run's folder is called in `checkpoints/` of a Space: a name that can be asked for, no bundled model's."""
    folder = run.resolve()
    if folder.parent == bundled.BUNDLED.resolve():
        return folder.name
    name = name_in_links(folder)
    return f"{name}-run" if (bundled.BUNDLED / name).exists() else name


def read_front_matter(path: Path) -> RepoCard:
    """The project's README, which is a Gradio Space's.

    Raises:
        UserError: it is missing, or has no front matter of a Space.
    """
    if not path.is_file():
        raise UserError(f"{path.parent} is no checkout of the project (no {path.name}): deploy from one")
    card = RepoCard(path.read_text(encoding="utf-8"), ignore_metadata_errors=False)
    if card.data.get("sdk") != "gradio":
        raise UserError("README.md has no front matter of a Gradio Space (sdk: gradio)")
    return card


def introduction(card: RepoCard) -> str:
    """What the project's README says before its first section, without the pictures that a Space lacks."""
    text = re.sub(r"^.*!\[.*$|^.*<img.*$", "", card.text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text.split("\n## ")[0].strip())


def space_readme(space: RepoCard, model: str, *, zero_gpu: bool = False) -> str:
    """The project's README as a Space's: front matter and introduction, and which model it serves."""
    if zero_gpu:
        space.data["python_version"] = ZERO_GPU_PYTHON
    before = introduction(space)
    repo_id, _, revision = model.partition("@")
    served = f"the model `{model}`, which is in `checkpoints/`"
    if "/" in repo_id:
        space.data["models"] = [repo_id]
        at = f" at `{revision}`" if revision else ""
        served = f"the model [{repo_id}]({constants.ENDPOINT}/{repo_id}){at}"
    space.text = f"\n{before}\n\nThis Space serves {served}.\n"
    return str(space)
