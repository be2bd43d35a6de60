"""What a library says, in one line of ours."""

import errno
import os

from gan.errors import MOST_TOLD, one_line


def test_all_of_a_text_is_told_in_one_line() -> None:
    several = RuntimeError("Error downloading it:\n Tried https://x, got:\n\n <urlopen error timed out>\n")
    assert one_line(several) == "Error downloading it: Tried https://x, got: <urlopen error timed out>"


def test_a_long_text_is_shortened_and_none_has_the_errors_kind() -> None:
    assert len(one_line(ValueError("x" * 1000))) == MOST_TOLD + 1
    assert one_line(KeyError()) == "KeyError"


def test_of_the_systems_errors_the_reason_is_told() -> None:
    missing = OSError(errno.ENOENT, os.strerror(errno.ENOENT), "/a/path/of/this/machine")
    assert one_line(missing) == os.strerror(errno.ENOENT)
