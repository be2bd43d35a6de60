"""Links of the page as strangers write them: the parameters of one kind of request, each as its schema has it, at its
limits, or otherwise."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from gan.web import links

HOSTILE = ("", "0", "7", "7,3", "7,55", "7,42", "-1", "1e400", "１", "\ud800", "<script>")


def queries(models: Sequence[str]) -> st.SearchStrategy[str]:
    """Queries of every kind of request, with one of these models or none."""
    return st.one_of([_queries(kind, models) for kind in links.KINDS.values()])


def _queries(kind: type, models: Sequence[str]) -> st.SearchStrategy[str]:
    given: dict[str, Any] = {
        name: _values(entry.metadata["schema"])
        for name, entry in links.parameters(kind, page=True).items()
        if name not in links.PINS
    }
    given["model"] = st.sampled_from(models)
    pairs = st.fixed_dictionaries({}, optional=given)
    return pairs.map(lambda pairs: "&".join(f"{k}={quote(v, errors='surrogatepass')}" for k, v in pairs.items()))


def _values(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    if "enum" in schema:
        fits = st.sampled_from(schema["enum"]).map(str)
    elif "minimum" in schema:
        limits = [schema["minimum"], schema["maximum"]]
        between = st.integers(*limits) if schema["type"] == "integer" else st.floats(*limits)
        fits = (between | st.sampled_from(limits)).map(str)
    else:
        fits = st.from_regex(schema["pattern"].replace(r"\d", "[0-9]"))
    return st.one_of(fits, fits, fits, st.sampled_from(HOSTILE) | st.text(max_size=20))
