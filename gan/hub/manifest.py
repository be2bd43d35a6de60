"""The manifest of a repository: which files we wrote there, as we wrote them.

It is what tells ours from theirs: a file that isn't in it, or no longer is what it says, belongs to somebody else.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from gan.files import to_json

MANIFEST = ".gan-manifest.json"
FORMAT = 1
ABOUT = "The files that python -m gan.hub wrote here. It replaces and deletes these only, and only while unchanged."

Hashes = dict[str, str]  # the same content's "sha256" and "git" hash: the Hub lists one or the other


def hashes_of(content: bytes) -> Hashes:
    """The hashes by which the Hub may list a file: git's own, and for a large file (LFS) its sha256."""
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "git": hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest(),
    }


@dataclass(frozen=True)
class Manifest:
    """What the last push left in a repository."""

    files: dict[str, Hashes]
    """Hashes by path."""
    card: dict[str, str] | None = None
    """Digests of the card's parts as we would have them (see `gan.hub.edited_card`); None: the card is not ours."""
    options: dict[str, str] = field(default_factory=dict)
    """The card options that the maker gave."""
    model: str | None = None
    """Of a Space: its variable GAN_MODEL, if we set it."""

    def content(self) -> bytes:
        """The file's content; the same for the same manifest."""
        return to_json(
            {
                "about": ABOUT,
                "format": FORMAT,
                "files": dict(sorted(self.files.items())),
                "card": self.card,
                "options": self.options,
                "model": self.model,
            }
        ).encode()


def read_manifest(text: str) -> Manifest | None:
    """The manifest that a file holds; None if it is none of ours."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return None
    files, card, options, model = (content.get(key) for key in ("files", "card", "options", "model"))
    if not isinstance(files, dict) or not all(_are_strings(hashes) for hashes in files.values()):
        return None
    if not (card is None or _are_strings(card)) or not isinstance(model, str | None):
        return None
    return Manifest(files, card, options, model) if options is not None and _are_strings(options) else None


def _are_strings(content: Any) -> bool:
    return isinstance(content, dict) and all(isinstance(value, str) for value in content.values())
