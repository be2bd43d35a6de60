"""The errors that a person can mend."""

from collections.abc import Sequence


class UserError(Exception):
    """Something that the person at the keyboard can mend; its message names the value and the remedy, and the command
    lines print it without a traceback."""


class ModelError(UserError):
    """A model that cannot be found, read or trusted."""


MOST_TOLD = 300  # characters of a library's error, or one that may quote a stranger's file


def one_line(error: BaseException) -> str:
    """An error's text in one line, shortened if it is long, or its kind if it has none. Of the system's errors the
    reason alone: whoever quotes it names the file."""
    reason = (isinstance(error, OSError) and error.strerror) or str(error)
    return shortened(" ".join(str(reason).split())) or type(error).__name__


def shortened(text: str) -> str:
    """A text of at most MOST_TOLD characters, and that there were more."""
    return text if len(text) <= MOST_TOLD else f"{text[:MOST_TOLD]}…"


def listed(names: Sequence[str], most: int = 5) -> str:
    """The first names of many, and how many more there are."""
    rest = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
