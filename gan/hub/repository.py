"""A repository of the Hub as it is, and the one commit that brings what is ours in it up to date.

What is not ours is neither replaced nor deleted. Ours is an empty repository, one with our manifest, and one that an
older push left without a manifest; in these, the files that the manifest lists, while they are as it says.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import httpx2
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
    constants,
    get_session,
    hf_hub_url,
    set_client_factory,
)
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

from gan.console import command_line
from gan.errors import listed
from gan.hub import edited_card
from gan.hub.errors import RETRY, HubError, RefusedError, explained
from gan.hub.fetch import may_name_revision, split_name
from gan.hub.manifest import MANIFEST, Hashes, Manifest, hashes_of, read_manifest
from gan.model_folder import CONFIG, CONFIG_KEYS, GENERATOR

ANSWER_SECONDS = 30.0  # the longest silence of the Hub that is waited for; the client itself would wait for ever
CHECK_SECONDS = 60.0  # for all that is looked up before anything is written
PUSH_SECONDS = 1800.0  # for a whole upload: 100 MB at 0.5 Mbit/s
TRIES = 3  # of a commit, when somebody else's comes between
MAX_TEXT_BYTES = 1 << 20  # of a card, a config or a manifest that is read
CARD = "README.md"
NEVER_OURS = {".gitattributes", ".gitignore"}
INITIAL_SITE = {"index.html", "style.css"}  # of a static Space, and what the page that the Hub makes says
INITIAL_PAGE = "Welcome to your static Space!"
INITIAL_TEXT = r"(Check out the configuration reference at https://huggingface\.co/docs/hub/spaces\S*)?"  # of a Space
CHOSEN_AT_CREATION = {"license:", "short_description:"}  # of that card, what a person chose
OLDER_PUSH = (
    CONFIG,
    "*.safetensors",
    "metrics.json",
    "history.jsonl",
    "samples/epoch-*",
    "timelapse.*",
    "curves-*.png",
)
OLDER_DEPLOY = ("app.py", "requirements.txt", "gan/__init__.py")

Kind = Literal["model", "space"]


@dataclass(frozen=True)
class Target:
    """Where to publish, and how."""

    repo_id: str
    kind: Kind = "model"
    private: bool = False
    """Make a new repository private."""
    tag: str | None = None
    """Name the commit."""
    overwrite: bool = False
    """Write into a repository that isn't ours, and replace what others wrote under our files' names."""
    command: tuple[str, ...] = ()
    """What publishes so, as one would type it, without --overwrite."""

    def check_names(self) -> None:
        """Refuse a repository or tag that can't be called so."""
        if split_name(self.repo_id)[1] is not None:
            raise RefusedError(
                f"{self.repo_id!r} is no repository name", "Write it as user/repo; a version is named by a tag."
            )
        if self.tag is not None and not may_name_revision(self.tag):
            raise RefusedError(
                f"{self.tag!r} can't be a tag's name", "Take letters, digits and . _ - / between them, say v1."
            )

    @property
    def address(self) -> str:
        return f"{constants.ENDPOINT}/{'spaces/' if self.kind == 'space' else ''}{self.repo_id}"

    @property
    def retry(self) -> str:
        """The command, as it was given."""
        return command_line([*self.command, *(["--overwrite"] if self.overwrite else [])])

    @property
    def command_that_overwrites(self) -> str:
        return command_line([*self.command, "--overwrite"])


@dataclass(frozen=True)
class Contents:
    """What we would have in a repository."""

    files: Mapping[str, Path | bytes]
    """Files or their content by path, without card and manifest."""
    card: str
    owned: Collection[str] = ()
    """Parts of the card that are ours whatever was changed there."""
    options: dict[str, str] = field(default_factory=dict)
    model: str | None = None


@dataclass(frozen=True)
class Published:
    """Where something was published, and what a person should know about it."""

    address: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.address, *(f"note: {note}" for note in self.notes)])


# What is there


@dataclass(frozen=True)
class Repository:
    """A repository at one commit."""

    target: Target
    commit: str
    private: bool
    files: dict[str, tuple[str, str]]
    """The kind of hash that the Hub lists ("git" or "sha256"), and the hash, by path."""
    branches: frozenset[str]
    tags: dict[str, str]
    """Commits by tag."""
    sdk: str | None = None
    """Of a Space: gradio, static, …"""
    manifest: Manifest | None = None
    card: str | None = None
    config: str | None = None
    """The text of config.json."""
    page: str | None = None
    """Of a static Space without our manifest: the text of index.html."""

    @property
    def is_empty(self) -> bool:
        """Nothing is there but what creating a repository puts there."""
        files = set(self.files) - NEVER_OURS - {CARD}
        if files and not (files <= INITIAL_SITE and INITIAL_PAGE in (self.page or "")):
            return False
        text = edited_card.split(self.card)[1] if self.card is not None else ""
        return re.fullmatch(INITIAL_TEXT, text.strip()) is not None

    @property
    def is_of_older_push(self) -> bool:
        """We wrote it when we left no manifest yet."""
        if MANIFEST in self.files:
            return False
        if self.target.kind == "model":
            return self.config is not None and is_our_config(self.config) and GENERATOR in self.files
        return set(OLDER_DEPLOY) <= set(self.files) and any(
            _matches(f, ["checkpoints/*/config.json"]) for f in self.files
        )

    def holds(self, name: str, hashes: Hashes | None) -> bool:
        """Whether a file is there with this content."""
        if name not in self.files or hashes is None:
            return False
        kind, digest = self.files[name]
        return hashes.get(kind) == digest

    def is_ours(self, name: str) -> bool:
        """Whether a file is as we wrote it."""
        if self.manifest is not None:
            return self.holds(name, self.manifest.files.get(name))
        return self.is_of_older_push and (self.target.kind == "space" or _matches(name, OLDER_PUSH))

    def found(self) -> str:
        """What it holds, in a few words."""
        names = sorted(set(self.files) - NEVER_OURS, key=lambda name: (name.count("/"), name))
        return listed(names)


def look(target: Target) -> Repository | None:
    """The repository as it is now; None if there is none (or a private one of others)."""
    api, repo_id, kind = HfApi(), target.repo_id, target.kind
    try:
        info: Any = api.repo_info(repo_id, repo_type=kind, files_metadata=True, timeout=ANSWER_SECONDS)
    except GatedRepoError:
        raise
    except RepositoryNotFoundError:
        return None
    refs = api.list_repo_refs(repo_id, repo_type=kind)
    files, sizes = {}, {}
    for file in info.siblings or []:
        files[file.rfilename] = ("sha256", file.lfs.sha256) if file.lfs else ("git", file.blob_id)
        sizes[file.rfilename] = file.size or 0

    def text(name: str) -> str | None:
        if sizes.get(name, MAX_TEXT_BYTES + 1) > MAX_TEXT_BYTES:
            return None
        return read_text(repo_id, name, info.sha, kind=kind)

    return Repository(
        target,
        info.sha,
        bool(info.private),
        files,
        frozenset(ref.name for ref in refs.branches),
        {ref.name: ref.target_commit for ref in refs.tags},
        sdk=getattr(info, "sdk", None),
        manifest=read_manifest(text(MANIFEST) or ""),
        card=text(CARD),
        config=text(CONFIG) if kind == "model" and MANIFEST not in files else None,
        page=text("index.html") if kind == "space" and MANIFEST not in files else None,
    )


def read_text(repo_id: str, name: str, revision: str, *, kind: Kind = "model") -> str:
    """A small file of a repository; asked for once, where `hf_hub_download` would try for minutes."""
    answer = get_session().get(
        hf_hub_url(repo_id, name, repo_type=kind, revision=revision), headers=build_hf_headers(), follow_redirects=True
    )
    hf_raise_for_status(answer)
    return answer.content.decode("utf-8", "replace")


def is_our_config(text: str) -> bool:
    """Whether a config.json is one of our models', of whatever format version."""
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(config, dict) and set(config) >= CONFIG_KEYS


# What we may do there


def check(there: Repository | None, target: Target) -> None:
    """Refuse what would destroy or publish something against its maker's will; nothing is written.

    Raises:
        RefusedError: the repository isn't recognisably ours, or is public though a private one was asked for.
    """
    if there is None:
        return
    if target.private and not there.private:
        raise RefusedError(
            f"{target.repo_id} is public, and --private only makes a new repository private",
            f"Make it private at {target.address}/settings first, or leave --private out.",
        )
    if not (target.overwrite or there.is_empty or there.manifest or there.is_of_older_push):
        what = f"a {there.sdk} Space with" if there.sdk else "it holds"
        reason = f"a {MANIFEST} that can't be read" if MANIFEST in there.files else f"no {MANIFEST} of an earlier push"
        raise RefusedError(
            f"{target.repo_id} is not recognisably ours: {what} {there.found()}, and {reason}",
            f"Nothing was written. Name another repository; or `{target.command_that_overwrites}` replaces the files "
            f"there that have our files' names, and leaves the others.",
        )


def check_tag(there: Repository, target: Target, commit: str | None) -> None:
    """Refuse a tag that names another commit than the one to be published (None: one that isn't there yet)."""
    if target.tag is None:
        return
    if target.tag in there.branches:
        raise RefusedError(f"{target.tag!r} is a branch of {target.repo_id}", "Choose another tag.")
    taken = there.tags.get(target.tag)
    if taken is not None and taken != commit:
        raise RefusedError(
            f"tag {target.tag!r} of {target.repo_id} names {taken[:8]} already",
            "Choose another tag, since links rely on that one.",
        )


def check_unchanged(there: Repository, names: Collection[str], target: Target) -> None:
    """Refuse to replace files that others wrote, or changed since we did."""
    if names and not target.overwrite:
        raise RefusedError(
            f"{', '.join(sorted(names)[:5])} in {there.target.repo_id} {'were' if len(names) > 1 else 'was'} not "
            f"written by an earlier push, or changed since",
            f"Nothing was written. Move or rename what is there, or `{target.command_that_overwrites}` replaces it.",
        )


# The commit


@dataclass(frozen=True)
class Change:
    """One commit to be."""

    files: dict[str, Path | bytes]
    gone: list[str]
    notes: list[str]
    done: bool
    """The repository is so already."""


def plan(there: Repository | None, target: Target, contents: Contents) -> Change:
    """What a commit would change, or why there mustn't be one.

    Raises:
        RefusedError: as `check`, or the maker has changed a file that we would replace.
    """
    check(there, target)
    card, digests, notes = _card(there, target, contents)
    hashes = {name: hashes_of(c.read_bytes() if isinstance(c, Path) else c) for name, c in contents.files.items()}
    gone: list[str] = []
    if there is not None:
        mine = there.is_ours if not there.is_empty else lambda name: True
        strangers = [n for n in hashes if n in there.files and not (there.holds(n, hashes[n]) or mine(n))]
        check_unchanged(there, strangers, target)
        stale = [n for n in (there.manifest.files if there.manifest else {}) if n in there.files and n not in hashes]
        gone = [name for name in stale if there.is_ours(name) and name != CARD]
        if there.is_empty:
            gone += [name for name in there.files if name in INITIAL_SITE - set(hashes)]
        if changed := [name for name in stale if name not in gone and name != CARD]:
            notes.append(f"{', '.join(changed)} in {target.repo_id}: changed since the last push, and left there")
        if strangers:
            notes.append(f"replaced in {target.repo_id}: {', '.join(sorted(strangers))}")
    own_card = {} if digests is None else {CARD: hashes_of(card.encode())}
    manifest = Manifest(hashes | own_card, digests, contents.options, contents.model).content()
    files = {**contents.files, CARD: card.encode(), MANIFEST: manifest}
    wanted = hashes | {CARD: hashes_of(card.encode()), MANIFEST: hashes_of(manifest)}
    done = there is not None and not gone and all(there.holds(name, wanted[name]) for name in files)
    if there is not None:
        check_tag(there, target, there.commit if done else None)
    return Change(files, gone, notes, done)


def _card(there: Repository | None, target: Target, contents: Contents) -> tuple[str, dict[str, str] | None, list[str]]:
    """The card to be written, the digests for the manifest (None: it stays theirs), and what to say about it."""
    ours, digests = contents.card, edited_card.digests(contents.card)
    where, before = f"{CARD} of {target.repo_id}", there.manifest.card if there and there.manifest else None
    if there is None or CARD not in there.files:
        return ours, digests, []
    if target.overwrite:
        edited = not there.is_empty and (there.card is None or edited_card.merge(ours, there.card, before or {})[1])
        return ours, digests, [f"replaced whole: {where}"] if edited else []
    if there.card is None:
        raise RefusedError(f"{where} is too large to be ours", f"Remove it, or `{target.command_that_overwrites}`.")
    if there.is_empty and there.manifest is None:
        made_by_hub = {*digests, *edited_card.digests(there.card)} - CHOSEN_AT_CREATION
        owned = made_by_hub if target.kind == "space" else ()
        return *edited_card.merge(ours, there.card, {}, owned=owned)[:1], digests, []
    if before is None:
        card, _ = edited_card.merge(ours, there.card, {}, owned=contents.owned, only=contents.owned)
        note = f"{where} may have been edited there, and stays as it is; --overwrite replaces it"
        return card, None, [note] if card != ours else []
    card, kept = edited_card.merge(ours, there.card, before, owned=contents.owned)
    names = ", ".join(f"“{name.strip('# :')}”" if name.strip("# :") else "the beginning" for name in kept)
    note = f"{where} was edited there: {names} stay as they are there, the rest is new; --overwrite replaces it whole"
    return card, digests, [note] if kept else []


def commit(
    target: Target, contents: Callable[[Repository | None], Contents], message: str, create: Callable[[], object]
) -> Published:
    """Bring the repository up to date with what `contents` makes of it, in one commit, or in none if it is so already;
    then tag it. `create` makes a missing one.

    Raises:
        RefusedError: see `plan`; then nothing was created or written.
        HubError: the Hub can't be used.
    """
    bound_silence()
    with explained(target.repo_id):
        there = look(target)
        change = plan(there, target, contents(there))
        if there is None:
            create()
            there = look(target)
        for tries_left in reversed(range(TRIES)):
            if there is None:
                raise HubError(f"{target.repo_id} was made, but isn't there yet", RETRY)
            change = plan(there, target, contents(there))
            try:
                address, oid = _send(there, change, message)
            except HfHubHTTPError as error:
                if error.response.status_code != 412 or tries_left == 0:  # 412: somebody else's commit came between
                    raise
                there = look(target)
                continue
            if target.tag is not None and target.tag not in there.tags:
                HfApi().create_tag(target.repo_id, tag=target.tag, revision=oid, repo_type=target.kind)
            break
    return Published(address, tuple(change.notes))


def _send(there: Repository, change: Change, message: str) -> tuple[str, str]:
    """The commit's address and id."""
    target = there.target
    if change.done:
        return f"{target.address}/commit/{there.commit}", there.commit
    operations: list[CommitOperationAdd | CommitOperationCopy | CommitOperationDelete] = [
        *(CommitOperationAdd(n, str(c) if isinstance(c, Path) else c) for n, c in change.files.items()),
        *(CommitOperationDelete(name, is_folder=False) for name in change.gone),
    ]
    done = HfApi().create_commit(
        target.repo_id, operations, commit_message=message, repo_type=target.kind, parent_commit=there.commit
    )
    return str(done.commit_url), str(done.oid)


def bound_silence() -> None:
    """Have huggingface_hub give up on a Hub that falls silent; its own client waits without end."""
    hooks = get_session().event_hooks
    set_client_factory(lambda: httpx2.Client(event_hooks=hooks, follow_redirects=True, timeout=ANSWER_SECONDS))


def _matches(name: str, patterns: Collection[str]) -> bool:
    return any(PurePosixPath(f"/{name}").match(f"/{pattern}") for pattern in patterns)
