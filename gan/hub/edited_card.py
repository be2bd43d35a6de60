"""A card that its maker has edited on the Hub: what they changed stays, the rest is brought up to date.

A card is its front matter, key by key, and its sections, heading by heading. A part that still is as we last wrote it
is ours; one that isn't was edited.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

import yaml

BEGINNING = "# "  # the text before the first section


class Part(NamedTuple):
    """A key of the front matter (named `key:`) or a section (named `## Heading`), with all its lines."""

    name: str
    text: str

    @property
    def in_front_matter(self) -> bool:
        return not self.name.startswith("#")

    @property
    def digest(self) -> str:
        """Equal for what a reader takes as equal: the layout of YAML and blanks at the ends of lines don't count."""
        content = "\n".join(line.rstrip() for line in self.text.strip().splitlines())
        if self.in_front_matter:
            with suppress(yaml.YAMLError):  # then compared as text
                content = json.dumps(yaml.safe_load(content), sort_keys=True, default=str)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def split(card: str) -> tuple[str, str]:
    """The front matter's lines and the text of a card."""
    card = card.removeprefix("\ufeff").replace("\r\n", "\n")
    written = re.match(r"\s*---[ \t]*\n(.*?)^---[ \t]*$\n?", card, re.DOTALL | re.MULTILINE)
    return (written[1], card[written.end() :]) if written else ("", card)


def parts(card: str) -> dict[str, Part]:
    """The parts of a card by name, in order; of equal headings, the later ones have a number."""
    found: dict[str, Part] = {}
    for part in _parts(card):
        name, number = part.name, 2
        while name in found:
            name, number = f"{part.name} ({number})", number + 1
        found[name] = Part(name, part.text)
    return found


def _parts(card: str) -> Iterator[Part]:
    front, text = split(card)
    key, lines = "", ""
    for line in front.splitlines(keepends=True):
        if written := re.match(r"([^\s#-][^:]*:)(\s|$)", line):
            if key:
                yield Part(key, lines)
                lines = ""
            key = written[1]
        lines += line
    if key:
        yield Part(key, lines)
    heading, lines, fenced = BEGINNING, "", False
    for line in text.splitlines(keepends=True):
        if re.match(r"\s*(```|~~~)", line):
            fenced = not fenced
        if line.startswith("## ") and not fenced:
            if lines.strip():
                yield Part(heading, lines)
            heading, lines = line.strip(), ""
        lines += line
    if lines.strip():
        yield Part(heading, lines)


def digests(card: str) -> dict[str, str]:
    """What `merge` takes as `before`, of a card as we wrote it."""
    return {name: part.digest for name, part in parts(card).items()}


def merge(
    ours: str,
    theirs: str,
    before: Mapping[str, str],
    *,
    owned: Collection[str] = (),
    only: Collection[str] | None = None,
) -> tuple[str, list[str]]:
    """Their card brought up to date with ours, and the names of the parts in which they differ from us and stay so.

    Args:
        ours: the card as we would write it now.
        theirs: the card as it is.
        before: the digests of the card as we last wrote it. A part that has its digest is replaced by ours, or goes
            if we no longer have it; one that they removed stays away.
        owned: parts that are ours whatever was changed there.
        only: bring nothing but these up to date.
    """
    order = list(parts(ours))
    new = {name: part for name, part in parts(ours).items() if only is None or name in only}
    merged: dict[str, Part] = {}
    kept = []
    for name, part in parts(theirs).items():
        if name in owned or (before.get(name) == part.digest and only is None):
            if name in new:
                merged[name] = new[name]
        else:
            merged[name] = part
            if only is None and (name not in new or new[name].digest != part.digest):
                kept.append(name)
    for name, part in new.items():
        if name in merged:
            continue
        if name in before and name not in owned:
            kept.append(name)
        else:
            merged = _insert(merged, part, order)
    for card in (ours, theirs):  # as it is written there, if that is what came of it
        if list(parts(card).items()) == list(merged.items()):
            return card, kept
    return _join(merged.values()), kept


def _insert(merged: dict[str, Part], part: Part, order: list[str]) -> dict[str, Part]:
    """With a part at the place that it has in `order`, behind the nearest one before it."""
    earlier = set(order[: order.index(part.name)])
    names = list(merged)
    at = max((i + 1 for i, name in enumerate(names) if name in earlier), default=0)
    names.insert(at, part.name)
    return {name: merged.get(name, part) for name in names}


def _join(found: Collection[Part]) -> str:
    front = "".join(_ended(part.text) for part in found if part.in_front_matter)
    text = "\n\n".join(part.text.strip("\n") for part in found if not part.in_front_matter)
    return f"---\n{front}---\n\n{text}\n" if front else f"{text}\n"


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
