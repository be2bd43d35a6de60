"""One file from many scripts: a script with everything that it imports.

A browser asks a server over HTTP/1.1 for six files at a time. The page's scripts are small and many; fetched one by one
they would cost several round trips before the first digit is asked for. So each is sent joined with what it imports.
Only the forms of `import` and `export` that the scripts use are understood, and any other is refused. The page's
scripts may import the engine's, from the folder beside theirs, and the engine's those of a folder of its own.
"""

import re
from functools import cache
from pathlib import Path

ENGINE_FOLDERS = ("engine", "training")
IMPORT = re.compile(
    r"^import (?:(?:\* as (\w+)|\{([^}]*)\}) from )?"
    r'"(\./(?:training/)?|\.\./(?:engine/(?:training/)?)?)([\w.-]+\.js)";$',
    re.MULTILINE,
)
EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


@cache
def read(path: Path) -> bytes:
    """A file as it was when it was first asked for: its address names its content, which is not to change under a
    server that goes on while the files are replaced."""
    return path.read_bytes()


@cache
def joined(path: Path) -> str:
    """The script at `path` as one module, with the same exports: before it, each in a function, what it imports.

    Raises:
        ValueError: a script imports itself, directly or not, or has an import or export that is not understood.
    """
    before = [_as_constant(script) for script in _imports(path, ())[:-1]]
    return "\n".join([*before, f"// {path.name}", _with_constants(path, read(path).decode())])


def compact(code: str) -> str:
    """A script without its comments and indentation; both stand on lines of their own.

    Raises:
        ValueError: a template string goes on over several lines, whose spaces would be lost.
    """
    if several := next((line for line in code.splitlines() if line.count("`") % 2), None):
        raise ValueError(f"a template string goes on over several lines: {several.strip()}")
    code = re.sub(r"^\s*/\*\*.*?\*/$", "", code, flags=re.MULTILINE | re.DOTALL)
    lines = (line.strip() for line in code.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def _imports(path: Path, importers: tuple[Path, ...]) -> list[Path]:
    """What a script imports, directly or not, and the script; each once, after everything that it imports."""
    if path in importers:
        raise ValueError(f"{path.name} imports itself: {' → '.join(p.name for p in (*importers, path))}")
    found: dict[Path, None] = {}
    for match in IMPORT.finditer(read(path).decode()):
        found |= dict.fromkeys(_imports(_imported(path, match), (*importers, path)))
    return [*found, path]


def _as_constant(path: Path) -> str:
    """A script as a constant that holds what it exports."""
    code = read(path).decode()
    names = ", ".join(match[2] for match in EXPORT.finditer(code))
    code = _with_constants(path, EXPORT.sub(r"\1 \2", code))
    if other := OTHER.search(code):
        raise ValueError(f"{path.name} has an export that is not understood: {other[0]}")
    return f"// {path.name}\nconst {_constant(path)} = (() => {{\n{code}\nreturn {{ {names} }};\n}})();"


def _with_constants(path: Path, code: str) -> str:
    """The code of the script at `path`, whose imports come from the constants of other scripts."""

    def as_constant(match: re.Match[str]) -> str:
        if match[1] is None and match[2] is None:
            return ""  # it was imported only to be there
        names = match[1] or "{" + match[2].replace(" as ", ": ") + "}"
        return f"const {names} = {_constant(_imported(path, match))};"

    code = IMPORT.sub(as_constant, code)
    if (other := OTHER.search(code)) and other[0].startswith("import"):
        raise ValueError(f"an import is not understood: {other[0]}")
    return code


def _imported(path: Path, match: re.Match[str]) -> Path:
    """The script that an import of the script at `path` names."""
    if match[3] == "../" and path.parent.name != "training":
        raise ValueError(f"an import is not understood: {match[0]}")
    return (path.parent / match[3] / match[4]).resolve()


def _constant(path: Path) -> str:
    """Its name; scripts of different folders may have one name."""
    folder = path.parent.name
    return "$" + re.sub(r"\W", "_", f"{folder}_{path.stem}" if folder in ENGINE_FOLDERS else path.stem)
