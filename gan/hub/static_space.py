"""Publish a page without a server on the Hugging Face Hub: a static Space, which is free for everybody."""

import re
from collections.abc import Mapping, Sequence

from huggingface_hub import HfApi, RepoCard, constants

from gan.errors import UserError
from gan.hub.errors import HubError, RefusedError, explained
from gan.hub.fetch import within
from gan.hub.push import ROOT, check_login
from gan.hub.repository import (
    ANSWER_SECONDS,
    CARD,
    CHECK_SECONDS,
    PUSH_SECONDS,
    Contents,
    Published,
    Target,
    commit,
    look,
)
from gan.hub.space import introduction, read_front_matter

# Of the README: without the first two nothing is shown; the last two belong to a Gradio Space, which it may have been.
OWNED = ("sdk:", "app_file:", "models:", "sdk_version:", "python_version:")
PAGE = "index.html"
THUMBNAIL = "thumbnail.png"


def deploy_static(
    space_id: str,
    files: Mapping[str, bytes],
    *,
    models: Sequence[str] = (),
    private: bool = False,
    overwrite: bool = False,
    command: Sequence[str],
) -> Published:
    """Create or update a static Space that holds a site, in one commit. Of what others wrote there nothing is replaced
    or deleted; a README that was edited there keeps what was edited.

    Args:
        files: the site by path (`gan.web.site.site_files`).
        models: what the site draws with, as names that its README tells; repositories on the Hub are linked.
        private: make a new Space private; a public one is refused.
        overwrite: write into a Space that isn't ours, and replace what others wrote under our files' names.
        command: what was typed, without --overwrite, for advice.

    Raises:
        RefusedError: the Space isn't recognisably ours, is public though a private one was asked for, or would show
            everybody a model that is private or gated; nothing was written.
        UserError: the project's README is missing, or the Hub can't be used; the message gives what retries it.
    """
    target = Target(space_id, "space", private=private, overwrite=overwrite, command=tuple(command))
    target.check_names()
    readme = static_readme(read_front_matter(ROOT / CARD), target, models)
    licence = {"LICENSE": ROOT / "LICENSE"} if (ROOT / "LICENSE").is_file() else {}
    wanted = Contents({**files, **licence}, readme, OWNED)
    try:
        within(CHECK_SECONDS, lambda: check_login(target))
        within(CHECK_SECONDS, lambda: check_open(models, target))
        published = within(
            PUSH_SECONDS, lambda: commit(target, lambda there: wanted, "Publish the page", lambda: _create(target))
        )
    except RefusedError as error:
        raise RefusedError(f"cannot deploy {space_id}: {error.reason}", error.remedy) from error
    except HubError as error:
        raise UserError(
            f"cannot deploy {space_id}: {error} Nothing here has changed; deploy it with: {target.retry}"
        ) from error
    return Published(target.address, published.notes)


def check_open(models: Sequence[str], target: Target) -> None:
    """Refuse a model that isn't everybody's, by its name `user/repo[@revision]`, in a Space that is: a static Space
    hands its weights to each visitor."""
    repositories = dict.fromkeys(name.partition("@")[0] for name in models if "/" in name)
    if not repositories or target.private:
        return
    with explained(target.repo_id):
        if (there := look(target)) and there.private:
            return
        for repo_id in repositories:
            info = HfApi().model_info(repo_id, timeout=ANSWER_SECONDS)
            closed = "private" if info.private else "gated" if info.gated else None
            if closed:
                raise RefusedError(
                    f"{repo_id} is {closed}, and a static Space hands its weights to every visitor",
                    f"Nothing was written. Add --private, or open {repo_id} to everybody first.",
                )


def _create(target: Target) -> None:
    HfApi().create_repo(
        target.repo_id, repo_type="space", space_sdk="static", private=target.private or None, exist_ok=True
    )


def site_address(space_id: str) -> str:
    """Where the Hub serves a static Space's own page."""
    return f"https://{re.sub('[^a-z0-9]+', '-', space_id.lower())}.static.hf.space"


def static_readme(project: RepoCard, target: Target, models: Sequence[str]) -> str:
    """The project's README as a static Space's: front matter and introduction, and which models it draws with."""
    kept = {k: v for k, v in project.data.to_dict().items() if k not in ("sdk_version", "python_version", "models")}
    repositories = [name.partition("@")[0] for name in models if "/" in name]
    front = kept | {"sdk": "static", "app_file": PAGE, "thumbnail": f"{target.address}/resolve/main/{THUMBNAIL}"}
    front |= {"models": list(dict.fromkeys(repositories))} if repositories else {}
    named = ", ".join(
        f"[{name}]({constants.ENDPOINT}/{name.partition('@')[0]})" if "/" in name else f"`{name}`" for name in models
    )
    space = RepoCard("---\n{}\n---\n")
    space.data = type(project.data)(**front)
    space.text = (
        f"\n{introduction(project)}\n\nThis Space needs no server: visitors' browsers draw, with {named}. Made by "
        f"`python -m gan.hub deploy {target.repo_id} --static`.\n"
    )
    return str(space)
