"""The errors that a person can mend."""


class UserError(Exception):
    """Something that the person at the keyboard can mend; its message names the value and the remedy, and the command
    lines print it without a traceback."""


class ModelError(UserError):
    """A model that cannot be found, read or trusted."""


def one_line(error: BaseException) -> str:
    """The first line of an error's text, or its kind if it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
