"""Publish on the Hugging Face Hub: a run's folder as a model repository, the page as a Space."""

import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
    RepoCard,
    constants,
    get_session,
    set_client_factory,
)
from huggingface_hub.errors import RepositoryNotFoundError

from gan.bundled import bundled_models
from gan.errors import UserError
from gan.hub import card
from gan.hub.errors import HubError, explained
from gan.hub.fetch import check_revision, split_name, within
from gan.hub.resolve import names_repository
from gan.model_folder import CONFIG, DISCRIMINATOR, GENERATOR, QUANTIZED, read_discriminator, read_generator

ANSWER_SECONDS = 30.0  # the longest silence of the Hub that is waited for; the client itself would wait for ever
CHECK_SECONDS = 60.0  # for all of check_can_push
PUSH_SECONDS = 1800.0  # for a whole upload: 100 MB at 0.5 Mbit/s
ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ("samples/*.png", "*.png", "timelapse.*", "history.jsonl", card.METRICS)  # where a run has them
PAGE_FILES = ("app.py", "requirements.txt", "LICENSE", "gan/**/*")  # what the page runs on
PAGE_MODELS = tuple(f"checkpoints/*/{name}" for name in (CONFIG, GENERATOR, QUANTIZED, "classifier.safetensors"))


def check_can_push(repo_id: str, *, kind: str = "model") -> None:
    """Find out whether this machine's login may write to a repository, before hours are spent; nothing is created.

    A token of fine-grained rights is known to suffice only where the repository exists already.

    Raises:
        HubError: the name is malformed, nobody is logged in, the token is refused or may not write there, or the Hub
            can't be reached. The token itself is never shown.
    """
    check_repo_id(repo_id)
    within(CHECK_SECONDS, lambda: _check_can_push(repo_id, kind))


def _check_can_push(repo_id: str, kind: str) -> None:
    _bound_silence()
    with explained(repo_id):
        me = HfApi().whoami()
        role = me.get("auth", {}).get("accessToken", {}).get("role")
        if role == "read":
            raise HubError(
                f"the token of {me['name']} may only read",
                "Make one that may write at https://huggingface.co/settings/tokens, then `hf auth login`.",
            )
        try:
            HfApi().auth_check(repo_id, repo_type=kind, write=True)
        except RepositoryNotFoundError:  # it will be created, if the namespace is ours
            namespace = repo_id.split("/")[0]
            groups = {group["name"]: group.get("roleInOrg") for group in me.get("orgs", [])}
            if namespace != me["name"] and groups.get(namespace, "read") == "read":
                raise HubError(
                    f"{me['name']} may not create {repo_id}",
                    f"Name a repository of your own: {me['name']}/{repo_id.split('/')[1]}.",
                ) from None


def check_repo_id(repo_id: str) -> None:
    """Refuse a name that is not user/repo."""
    if split_name(repo_id)[1] is not None:
        raise HubError(f"{repo_id!r} is no repository name", "Write it as user/repo; a version is named by a tag.")


def push(folder: Path, repo_id: str, *, private: bool = False, tag: str | None = None) -> str:
    """Publish a run's folder as one commit of a model repository, made if missing; returns the commit's address.

    The folder is read, verified and left as it is. What the repository has already is not sent again.

    Args:
        private: make a new repository private; an existing one stays as it is.
        tag: name the commit, for `user/repo@tag`.

    Raises:
        UserError: the folder is no whole model, or the Hub can't be used; the message gives the command that retries.
    """
    check_repo_id(repo_id)
    if tag is not None:
        check_revision(tag)
    read_generator(folder), read_discriminator(folder)  # nothing damaged is published
    files: dict[str, Path | bytes] = {name: folder / name for name in (CONFIG, GENERATOR, DISCRIMINATOR)}
    if (folder / QUANTIZED).is_file():
        files[QUANTIZED] = folder / QUANTIZED
    files[card.CARD] = card.render_model_card(folder, repo_id=repo_id).encode()
    for name in _published(folder):
        files[name] = folder / name
    retry = ["python", "-m", "gan.hub", "push", str(folder), repo_id, *(["--private"] if private else [])]
    try:
        return within(PUSH_SECONDS, lambda: _push(folder.resolve().name, files, repo_id, private, tag))
    except HubError as error:
        retry += ["--tag", tag] if tag else []
        raise UserError(
            f"cannot publish {folder} as {repo_id}: {error} The folder is whole; publish it with: {shlex.join(retry)}"
        ) from error


def _push(name: str, files: dict[str, Path | bytes], repo_id: str, private: bool, tag: str | None) -> str:
    _bound_silence()
    with explained(repo_id):
        api = HfApi()
        api.create_repo(repo_id, private=private or None, exist_ok=True)
        commit = _commit(api, repo_id, "model", files, f"Publish {name}", stale=PUBLISHED)
        if tag is not None:
            _tag(api, repo_id, tag, commit.oid)
    return str(commit.commit_url)


def _published(folder: Path) -> list[str]:
    """The files beside config, weights and card that are published: of the sample grids only the last."""
    names = {path.relative_to(folder).as_posix() for pattern in PUBLISHED for path in folder.glob(pattern)}
    newest = card.sample_grid(folder)
    return sorted(n for n in names if not n.startswith("samples/") or n == (newest.as_posix() if newest else None))


def _commit(
    api: HfApi, repo_id: str, kind: str, files: dict[str, Path | bytes], message: str, *, stale: Iterable[str]
) -> Any:
    """One commit that adds `files` (path in the repository → file or content) and removes what isn't among them but
    matches `stale`, such as another run's sample grid."""
    there = api.list_repo_files(repo_id, repo_type=kind)
    gone = [name for name in there if name not in files and any(Path(name).match(pattern) for pattern in stale)]
    operations: list[CommitOperationAdd | CommitOperationCopy | CommitOperationDelete] = [
        *(
            CommitOperationAdd(name, str(content) if isinstance(content, Path) else content)
            for name, content in files.items()
        ),
        *(CommitOperationDelete(name, is_folder=False) for name in gone),
    ]
    return api.create_commit(repo_id, operations, commit_message=message, repo_type=kind)


def _tag(api: HfApi, repo_id: str, tag: str, commit: str) -> None:
    there = {ref.name: ref.target_commit for ref in api.list_repo_refs(repo_id).tags}
    if there.get(tag, commit) != commit:
        raise HubError(
            f"{repo_id} is published at commit {commit[:8]}, but tag {tag!r} names {there[tag][:8]} already",
            "Choose another tag, since links rely on that one.",
        )
    if tag not in there:
        api.create_tag(repo_id, tag=tag, revision=commit)


def deploy(space_id: str, *, model: str | None = None, private: bool = False) -> str:
    """Create or update a Space that serves the page; returns its address.

    It gets what the page runs on and nothing else, in one commit, and the variable GAN_MODEL.

    Args:
        model: what the Space serves: a Hub repository user/repo[@revision], a bundled model's name, or a run's folder,
            which is then sent along. None: the bundled default.
        private: make a new Space private.

    Raises:
        UserError: the model or the page's files are missing, or the Hub can't be used; the message gives the command
            that retries.
    """
    check_repo_id(space_id)
    files, variable = space_files(model)
    try:
        check_can_push(space_id, kind="space")
        within(PUSH_SECONDS, lambda: _deploy(space_id, files, variable, private))
    except HubError as error:
        retry = ["python", "-m", "gan.hub", "deploy", space_id, *(["--model", model] if model else [])]
        raise UserError(
            f"cannot deploy {space_id}: {error} Nothing here has changed; deploy it with: {shlex.join(retry)}"
        ) from error
    return f"{constants.ENDPOINT}/spaces/{space_id}"


def _deploy(space_id: str, files: dict[str, Path | bytes], model: str | None, private: bool) -> None:
    with explained(space_id):
        api = HfApi()
        api.create_repo(space_id, repo_type="space", space_sdk="gradio", private=private or None, exist_ok=True)
        if model is not None:
            api.add_space_variable(space_id, "GAN_MODEL", model)
        elif "GAN_MODEL" in api.get_space_variables(space_id):
            api.delete_space_variable(space_id, "GAN_MODEL")
        _commit(api, space_id, "space", files, "Deploy the page", stale=["[!.]*"])


def space_files(model: str | None = None) -> tuple[dict[str, Path | bytes], str | None]:
    """What a Space holds (path → file or content), and its GAN_MODEL; see `deploy`.

    Raises:
        UserError: the model or the project's own files are missing.
    """
    run, variable = None, model
    if model is not None and model not in bundled_models():
        if names_repository(model):
            split_name(model)
        else:
            run = Path(model)
            read_generator(run)
            variable = run.resolve().name
    found = [path for pattern in (*PAGE_FILES, *PAGE_MODELS) for path in ROOT.glob(pattern)]
    names = sorted(p.relative_to(ROOT).as_posix() for p in found if p.is_file() and p.parent.name != "__pycache__")
    files: dict[str, Path | bytes] = {name: ROOT / name for name in names}
    if "app.py" not in files or not (ROOT / card.CARD).is_file():
        raise UserError(f"{ROOT} is no checkout of the project (no app.py or README.md): deploy from one")
    files[card.CARD] = space_readme((ROOT / card.CARD).read_text(encoding="utf-8")).encode()
    if run is not None:
        drawn_with = [name for name in (CONFIG, GENERATOR, QUANTIZED) if (run / name).is_file()]
        files |= {f"checkpoints/{variable}/{name}": run / name for name in drawn_with}
    return files, variable


def space_readme(readme: str) -> str:
    """The project's README as a Space's: front matter and introduction, without the pictures that the Space lacks."""
    space = RepoCard(readme, ignore_metadata_errors=False)
    if space.data.get("sdk") != "gradio":
        raise UserError("README.md has no front matter of a Gradio Space (sdk: gradio)")
    text = re.sub(r"^.*!\[.*$|^.*<img.*$", "", space.text, flags=re.MULTILINE)
    introduction = re.sub(r"\n{3,}", "\n\n", text.split("\n## ")[0].strip())
    space.text = f"\n{introduction}\n"
    return str(space)


def _bound_silence() -> None:
    """Have huggingface_hub give up on a Hub that falls silent; its own client waits without end."""
    hooks = get_session().event_hooks
    set_client_factory(lambda: httpx2.Client(event_hooks=hooks, follow_redirects=True, timeout=ANSWER_SECONDS))
