"""A card that was edited by hand keeps what was edited; everything else follows ours."""

import random

import pytest

from gan.hub.edited_card import digests, merge, parts

OLD = """---
license: mit
tags:
- gan
---

# Digits

Introduction.

## Use it

```sh
## a comment, no heading
```

## Figures

Old figures.

## Files

A list.
"""
NEW = (
    OLD.replace("Old figures.", "New figures.")
    .replace("- gan", "- gan\n- mnist")
    .replace("## Files", "## Limits\n\nMany.\n\n## Files")
)
BEFORE = digests(OLD)


def test_a_card_that_nobody_edited_becomes_ours_to_the_letter():
    assert merge(NEW, OLD, BEFORE) == (NEW, [])
    assert merge(OLD, OLD, BEFORE) == (OLD, [])


def test_a_heading_is_not_one_in_a_block_of_code():
    assert list(parts(OLD)) == ["license:", "tags:", "# ", "## Use it", "## Figures", "## Files"]


@pytest.mark.parametrize(
    ("old", "theirs", "kept"),
    [
        ("license: mit", "license: cc0-1.0", ["license:"]),
        ("tags:", "language: en\ntags:", ["language:"]),
        ("Introduction.", "My introduction.", ["# "]),
        ("## Files\n\nA list.\n", "## Files\n\nA list.\n\n## Files\n\nMore.\n", ["## Files (2)"]),
        ("## Use it", "## How to use it", ["## How to use it", "## Use it"]),
        ("---\nlicense: mit\ntags:\n- gan\n---\n", "", ["license:", "tags:"]),
        ("license: mit", "license: [mit", ["license:"]),
    ],
)
def test_what_was_edited_is_kept_and_named(old, theirs, kept):
    edited = OLD.replace(old, theirs)
    card, names = merge(NEW, edited, BEFORE)
    assert names == kept
    assert "New figures." in card
    assert "## Limits\n\nMany.\n\n## Files" in card
    assert all(text in card for text in theirs.split("\n---\n"))
    assert merge(NEW, card, digests(NEW))[0] == card  # the next push changes nothing


def test_parts_that_are_ours_whatever_was_edited():
    card, names = merge(
        NEW, OLD.replace("- gan", "- art").replace("license: mit\n", ""), BEFORE, owned=["tags:", "license:"]
    )
    assert (card, names) == (NEW, [])


def test_only_some_parts_are_brought_up_to_date():
    theirs = "---\nlicense: cc0-1.0\n---\n\nAll mine.\n"
    assert merge(NEW, theirs, {}, only=()) == (theirs, [])
    card, _ = merge(NEW, theirs, {}, owned=["tags:"], only=["tags:"])
    assert card == theirs.replace("\n---\n\n", "\ntags:\n- gan\n- mnist\n---\n\n")


def test_no_part_of_theirs_is_ever_lost():
    for seed in range(200):
        dice = random.Random(seed)
        lines = OLD.splitlines(keepends=True)
        for number in range(dice.randint(1, 4)):
            lines.insert(
                dice.randrange(5, len(lines) + 1), dice.choice([f"mine {number}\n", f"## Mine {number}\n", "\n"])
            )
        theirs = "".join(lines)
        card, _ = merge(NEW, theirs, BEFORE)
        missing = [line for line in theirs.splitlines() if "mine" in line.lower() and line not in card]
        assert missing == []
