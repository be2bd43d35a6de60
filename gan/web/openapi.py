"""What the routes accept and answer, as an OpenAPI document and as a page for people; both from the links' table."""

import html
import json
from collections.abc import Sequence
from typing import Any, Protocol

from gan.web import links


class Described(Protocol):
    """A picture's route, as far as it is described here."""

    @property
    def path(self) -> str: ...
    @property
    def request(self) -> type[Any]: ...
    @property
    def media_type(self) -> str: ...
    @property
    def about(self) -> str: ...


STATUS = {
    "/judge.json": "What each digit was drawn as, and what a classifier reads it as",
    "/healthz": "Whether the server draws, with which model on which device",
    "/model.json": "The served model, or the one that a link names; and what a link may name",
}
EXAMPLES = {
    "/digits.png": "seed=7&count=16&scale=3",
    "/walk.png": "seeds=7,42&frames=8&scale=3",
    "/walk.gif": "seeds=7,42,99&digits=3,8,5&loop=1&scale=4",
    "/walk.webp": "seeds=7&digits=3,8&swing=1&scale=4",
    "/plane.png": "seeds=7,42,99,5&size=12&scale=2",
    "/text.png": "text=2026-11-21&seed=7&scale=3",
}


def openapi_document(pictures: Sequence[Described]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the routes beside the page."""
    refusal = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    paths: dict[str, Any] = {}
    for picture in pictures:
        picture_schema = {picture.media_type: {"schema": {"type": "string", "format": "binary"}}}
        own = links.parameters(picture.request, page=False).items()
        paths[picture.path] = {
            "get": {
                "summary": picture.about,
                "operationId": picture.path.strip("/").replace(".", "_"),
                "parameters": [_parameter(name, entry) for name, entry in own],
                "responses": {
                    "200": {
                        "description": "The picture, with a strong ETag; immutable if the link carries `weights`",
                        "content": picture_schema,
                    },
                    "304": {"description": "The picture that If-None-Match names still holds"},
                    "404": {"description": "The model is not served here", "content": refusal},
                    "409": {"description": "The model has other weights here than the link's", "content": refusal},
                    "422": {"description": "A parameter is malformed or out of range", "content": refusal},
                    "502": {"description": "The Hub, which has the model, does not answer", "content": refusal},
                    "503": {"description": "The model is being fetched: ask again", "content": refusal},
                },
            }
        }
    asked = {"/judge.json": links.DigitsRequest, "/model.json": links.Request}
    for path, about in STATUS.items():
        own = links.parameters(asked[path], page=False).items() if path in asked else {}.items()
        paths[path] = {
            "get": {
                "summary": about,
                "operationId": path.strip("/").replace(".", "_"),
                "parameters": [_parameter(name, entry) for name, entry in own],
                "responses": {"200": {"description": "JSON", "content": {"application/json": {}}}},
            }
        }
    problem = {
        "type": "object",
        "required": ["parameter", "value", "code", "args", "reason"],
        "properties": {
            "parameter": {"type": "string"},
            "value": {"type": "string"},
            "code": {"type": "string", "enum": sorted(links.MESSAGES)},
            "args": {"type": "object"},
            "reason": {"type": "string"},
        },
    }
    detail = {"type": "object", "properties": {"detail": {"type": "array", "items": problem}}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Digits by number",
            "version": str(links.VERSION),
            "description": "A digit's number goes in, a 28×28 picture comes out. "
            "The page's address takes the same parameters as these routes; unknown parameters are ignored.",
        },
        "paths": paths,
        "components": {"schemas": {"Refusal": detail}},
    }


def _parameter(name: str, entry: Any) -> dict[str, Any]:
    default = entry.default
    schema = dict(entry.metadata["schema"])
    if default not in (None, ""):
        schema["default"] = int(default) if isinstance(default, bool) else default
    if isinstance(default, tuple):
        schema["default"] = entry.metadata["write"](default)
    return {"name": name, "in": "query", "required": False, "description": entry.metadata["about"], "schema": schema}


def docs_page(document: dict[str, Any]) -> str:
    """The document as one self-contained HTML page, with a live example of each picture."""
    sections = []
    for path, methods in document["paths"].items():
        get = methods["get"]
        rows = "".join(
            f"<tr><td><code>{p['name']}</code></td><td>{html.escape(p['description'])}</td>"
            f"<td>{html.escape(_range(p['schema']))}</td>"
            f"<td>{html.escape(json.dumps(p['schema'].get('default', '')).strip(chr(34)))}</td></tr>"
            for p in get["parameters"]
        )
        table = f"<table><tr><th>parameter<th>meaning<th>allowed<th>default</tr>{rows}</table>" if rows else ""
        address = f".{path}" + (f"?{EXAMPLES[path]}" if path in EXAMPLES else "")
        link = html.escape(address)
        picture = f'<p><img src="{link}" alt="{html.escape(get["summary"])}"></p>' if path in EXAMPLES else ""
        sections.append(
            f"<section><h2>GET {path}</h2><p>{html.escape(get['summary'])}.</p>{table}"
            f'<p><a href="{link}"><code>{link[1:]}</code></a></p>{picture}</section>'
        )
    return DOCS.replace("{sections}", "".join(sections))


def _range(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(str(v) for v in schema["enum"])
    if "minimum" in schema:
        return f"{schema['minimum']} … {schema['maximum']}"
    return schema.get("pattern", "text")


DOCS = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Digits by number: HTTP</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid #8884; margin-top: 2rem; }
table { border-collapse: collapse; font-size: .9rem; display: block; overflow-x: auto; }
td, th { text-align: left; vertical-align: top; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #8883; }
td:nth-child(3) { overflow-wrap: anywhere; }
img { max-width: 100%; }
code { overflow-wrap: anywhere; }
</style>
<main><h1>Digits by number: HTTP</h1>
<p>A digit's number goes in, a 28×28 picture comes out. The <a href="./">page</a>'s address takes the same parameters as
these routes; unknown ones are ignored. A malformed one is answered with 422 and the reason as JSON, a model that is not
here with 404, weights that differ from the link's with 409, a model that is being fetched with 503. A link that carries
<code>weights</code> is immutable: it may be cached for ever. For programs: <a href="./openapi.json">OpenAPI</a>.</p>
{sections}</main></html>
"""
