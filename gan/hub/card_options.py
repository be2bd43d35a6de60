"""What a maker adds to a model's card; free of torch and of the Hub's client, so that `--help` answers at once."""

import re
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from gan.errors import UserError

FORMS = {
    "code_url": (r"https?://[^\s/@<>()]+(/[^\s<>()]*)?", "an address without a password, https://…"),
    "author": (r"[^\n|<>]{1,200}", "one line of at most 200 characters, without | < >"),
    "dataset_id": (r"[\w.-]+(/[\w.-]+)?", "a data set of the Hub, as user/dataset"),
    "license": (r"[a-z0-9][a-z0-9.+-]*", "a licence as the Hub names it, say mit or cc-by-4.0"),
}  # of the options: the pattern, and how it is called


@dataclass(frozen=True, kw_only=True)
class CardOptions:
    """What only the maker of a model knows about it. What isn't given is as in the last push; "" removes it.

    Raises:
        UserError: a value of another form; names it.
    """

    code_url: str | None = None
    """Where the code is, for the card; the checkout's own git remote by default."""
    author: str | None = None
    """Who made the model, for the card."""
    dataset_id: str | None = None
    """The data set on the Hub that the model was trained on, USER/DATASET, for the card."""
    license: str | None = None
    """The licence of the weights as the Hub names it, say cc-by-4.0, for the card; mit by default, none for pictures of
    one's own."""

    def __post_init__(self) -> None:
        for name, value in self.given().items():
            form, words = FORMS[name]
            if value and not re.fullmatch(form, value):
                raise UserError(f"{name} must be {words}, not {value!r}")

    def given(self) -> dict[str, str]:
        """The options that were given, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def code_url_of(checkout: Path) -> str | None:
    """The web address of a checkout's git remote (origin, or the only one); None if it has none that a reader of a
    card could open, or one that no card can hold (see FORMS). A user's name and password in it are left out."""
    if Path(_git(checkout, "rev-parse", "--show-toplevel")) != checkout.resolve():
        return None  # no checkout, or a folder of somebody else's
    remotes = _git(checkout, "remote").split()
    name = "origin" if "origin" in remotes else remotes[0] if len(remotes) == 1 else None
    address = web_address(_git(checkout, "remote", "get-url", name)) if name else None
    return address if address and re.fullmatch(FORMS["code_url"][0], address) else None


HOST = r"[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,}"  # with a name that others can look up


def web_address(remote: str) -> str | None:
    """Where a browser finds a git remote, `git@host:user/repo.git` or a URL; None for a path or another scheme."""
    for form in (
        rf"https?://(?:[^/@]*@)?({HOST}(?::\d+)?)/(.+)",
        rf"(?:ssh|git)://(?:[^/@]*@)?({HOST})(?::\d+)?/(.+)",
        rf"(?:[\w.-]+@)?({HOST}):(?!/)(.+)",
    ):
        if written := re.fullmatch(form, remote):
            return f"https://{written[1]}/{written[2].removesuffix('/').removesuffix('.git')}"
    return None


def _git(folder: Path, *arguments: str) -> str:
    """What git answers, "" if it fails or isn't there."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
