"""What is printed reaches every console: what its encoding lacks is written with what it has."""

import codecs
import io
import re
import sys
import unicodedata

NAME = "plain"  # of this way to handle errors, beside Python's own "replace" and others
SUBSTITUTES = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "…": "...", "→": "->", "←": "<-", "×": "x", "·": "-", "“": '"', "”": '"', "’": "'"}
    | dict.fromkeys("│┃║", "|")
    | dict.fromkeys("─━═", "-")
    | dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼", "+")
)
RAISED = re.compile("[⁰¹²³⁴-⁹]+")


def print_everywhere() -> None:
    """Let stdout and stderr of this process write any text: on a console or into a file of cp1252, cp437 or ASCII, a
    minus is written as a hyphen, an é as an e, and what has no likeness as a question mark."""
    codecs.register_error(NAME, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not what a test or a notebook puts in its place
            stream.reconfigure(errors=NAME)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = RAISED.sub(r"^\g<0>", error.object[error.start : error.end].translate(SUBSTITUTES))
    marked = unicodedata.normalize("NFKD", text)  # é → e and an accent, ² → 2
    letters = "".join(c for c in marked if not unicodedata.combining(c))
    return letters.encode("ascii", "replace").decode(), error.end
