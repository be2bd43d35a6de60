"""Publish a model on the Hugging Face Hub: a run's folder as a model repository."""

import os
from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import HfApi, ModelCard
from huggingface_hub.errors import RepositoryNotFoundError

from gan import bundled
from gan.console import python
from gan.errors import ModelError, UserError
from gan.hub import card
from gan.hub.card_options import FORMS, CardOptions, code_url_of
from gan.hub.errors import HubError, RefusedError, explained
from gan.hub.fetch import within
from gan.hub.repository import (
    CHECK_SECONDS,
    PUSH_SECONDS,
    Contents,
    Published,
    Repository,
    Target,
    bound_silence,
    check,
    check_tag,
    check_unchanged,
    commit,
    look,
)
from gan.model_folder import (
    CONFIG,
    DISCRIMINATOR,
    GENERATOR,
    QUANTIZED,
    model_files,
    read_discriminator,
    read_generator,
    read_saved,
)

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ("samples/*.png", "*.png", "timelapse.*", "history.jsonl", card.METRICS)  # where a run has them
OF_EVERY_RUN = (  # what is published of each under the same names
    *(CONFIG, GENERATOR, QUANTIZED, DISCRIMINATOR, card.METRICS),
    *("history.jsonl", "timelapse.gif", "timelapse.webp", "curves-light.png", "curves-dark.png"),
)


def check_can_push(
    repo_id: str,
    *,
    private: bool = False,
    tag: str | None = None,
    overwrite: bool = False,
    options: CardOptions | None = None,
    command: Sequence[str] | None = None,
) -> None:
    """Find out whether a model can be published as a repository, before hours are spent; nothing is created.

    A token of fine-grained rights is known to suffice only where the repository exists already.

    Args:
        private, tag, overwrite: as for `push`. Any tag that is there already is refused: the commit is yet to be.
        options: what is to stand on the card; the Hub is asked whether it knows the licence.
        command: what was typed, without --overwrite, for advice; `python -m gan.hub push` if not given.

    Raises:
        HubError: the name is malformed, nobody is logged in, the token is refused or may not write there, or the Hub
            can't be reached. The token itself is never shown.
        RefusedError: the repository isn't recognisably ours, was changed by hand where we would write, is public
            though a private one was asked for, the tag is taken, or the licence is none that the Hub knows.
    """
    options = options or CardOptions()
    typed = command or push_command("MODEL", repo_id, private=private, tag=tag, options=options)
    target = Target(repo_id, private=private, tag=tag, overwrite=overwrite, command=tuple(typed))
    target.check_names()
    within(CHECK_SECONDS, lambda: _check_can_push(target, options))


def _check_can_push(target: Target, options: CardOptions) -> None:
    check_login(target)
    with explained(target.repo_id):
        there = look(target)
        check(there, target)
        if there is not None:
            check_tag(there, target, None)
            # A sample grid is called by its epoch: whether one there would be written again isn't known yet.
            again = {n for n in (there.manifest.files if there.manifest else {}) if not n.startswith("samples/")}
            written = (again | set(OF_EVERY_RUN)) & set(there.files) - {card.CARD}
            check_unchanged(there, [name for name in written if not there.is_ours(name)], target)
        if options.license:
            _check_licence(options.license)


def _check_licence(name: str) -> None:
    """Refuse a licence that the Hub would refuse with the whole card."""
    try:
        ModelCard(f"---\nlicense: {name}\n---\n").validate()
    except ValueError:
        raise RefusedError(
            f"{name!r} is no licence that the Hub knows",
            "Take an identifier of https://huggingface.co/docs/hub/repositories-licenses, say mit, cc-by-4.0 or other.",
        ) from None


def check_login(target: Target) -> None:
    """Find out whether this machine's login may write to a repository, or create it; errors as `check_can_push`."""
    bound_silence()
    repo_id = target.repo_id
    with explained(repo_id):
        me = HfApi().whoami()
        role = me.get("auth", {}).get("accessToken", {}).get("role")
        if role == "read":
            raise HubError(
                f"the token of {me['name']} may only read",
                "Make one that may write at https://huggingface.co/settings/tokens, then `hf auth login`.",
            )
        try:
            HfApi().auth_check(repo_id, repo_type=target.kind, write=True)
        except RepositoryNotFoundError:  # it will be created, if the namespace is ours
            namespace = repo_id.split("/")[0]
            groups = {group["name"]: group.get("roleInOrg") for group in me.get("orgs", [])}
            if namespace != me["name"] and groups.get(namespace, "read") == "read":
                raise HubError(
                    f"{me['name']} may not create {repo_id}",
                    f"Name a repository of your own: {me['name']}/{repo_id.split('/')[1]}.",
                ) from None


def push(
    model: str | Path,
    repo_id: str,
    *,
    private: bool = False,
    tag: str | None = None,
    overwrite: bool = False,
    options: CardOptions | None = None,
) -> Published:
    """Publish a model as one commit of a model repository, made if missing.

    The folder is read, verified and left as it is. What the repository has already is not sent again. Of what others
    wrote there nothing is replaced or deleted, a card that was edited there keeps what was edited.

    Args:
        model: a run's folder, or the name of a bundled model.
        private: make a new repository private; a public one is refused.
        tag: name the commit, for `user/repo@tag`; refused if it names another one.
        overwrite: write into a repository that isn't ours, and replace what others wrote under our files' names.
        options: what the maker adds to the card; options that aren't given are as in the last push.

    Raises:
        RefusedError: the repository, its visibility or the tag is not as said above; nothing was written.
        UserError: the folder is no whole model, or the Hub can't be used; the message gives the command that retries.
    """
    options = options or CardOptions()
    command = push_command(model, repo_id, private=private, tag=tag, options=options)
    target = Target(repo_id, private=private, tag=tag, overwrite=overwrite, command=tuple(command))
    target.check_names()
    folder = local_folder(model)
    read_saved(lambda f: (read_generator(f), read_discriminator(f)), folder)  # nothing damaged is published
    contents(folder, target, options)
    try:
        return within(
            PUSH_SECONDS,
            lambda: commit(
                target,
                lambda there: contents(folder, target, options, there),
                f"Publish {folder.resolve().name}",
                lambda: HfApi().create_repo(repo_id, private=private or None, exist_ok=True),
            ),
        )
    except RefusedError as error:
        raise RefusedError(f"cannot publish {model} as {repo_id}: {error.reason}", error.remedy) from error
    except HubError as error:
        raise UserError(
            f"cannot publish {model} as {repo_id}: {error} The folder is whole; publish it with: {target.retry}"
        ) from error


def push_command(
    model: str | Path,
    repo_id: str,
    *,
    private: bool = False,
    tag: str | None = None,
    options: CardOptions | None = None,
) -> list[str]:
    """What one would type to push so."""
    words = [python(), "-m", "gan.hub", "push", str(model), repo_id]
    words += [*(["--private"] if private else []), *(["--tag", tag] if tag else [])]
    for name, value in (options.given() if options else {}).items():
        words += [f"--{name.replace('_', '-')}", value]
    return words


def local_folder(model: str | Path) -> Path:
    """A model's folder on this machine, named by its path or, of a bundled one, by its name.

    Raises:
        ModelError: there is none.
    """
    if os.path.isdir(model):
        return Path(model)
    names = bundled.bundled_models()
    if str(model) in names:
        return bundled.BUNDLED / str(model)
    raise ModelError(
        f"there is no folder {str(model)!r}, and no bundled model of that name (bundled: {', '.join(names) or 'none'})"
    )


def contents(folder: Path, target: Target, options: CardOptions, there: Repository | None = None) -> Contents:
    """What a model repository holds of a model folder; the card as the maker last wanted it, with what was edited by
    hand in the folder's, or is all its maker's there (see `card.with_edits`)."""
    given = options.given()
    remembered = there.manifest.options if there and there.manifest else {}
    wanted = {name: value for name, value in (remembered | given).items() if value}
    url = wanted.get("code_url") or (None if given.get("code_url") == "" else code_url_of(ROOT))
    known = {name: value for name, value in wanted.items() if name in FORMS}  # a newer version may have more
    text = card.render_model_card(folder, repo_id=target.repo_id, options=CardOptions(**(known | {"code_url": url})))
    owned = ["license:"] if "license" in given else []
    text = card.with_edits(folder, text, owned=owned)
    # As they are now: a run may write newer ones while they are sent.
    files = read_saved(model_files, folder) | {name: (folder / name).read_bytes() for name in _published(folder)}
    return Contents(files, text, owned=owned, options=wanted)


def _published(folder: Path) -> list[str]:
    """The files beside config, weights and card that are published: of the sample grids only the last."""
    names = {
        path.relative_to(folder).as_posix() for pattern in PUBLISHED for path in folder.glob(pattern) if path.is_file()
    }
    names.discard(card.DATA_PICTURE)
    newest = card.sample_grid(folder)
    return sorted(n for n in names if not n.startswith("samples/") or n == (newest.as_posix() if newest else None))
