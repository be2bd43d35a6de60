"""What the routes accept and answer, as an OpenAPI document and as a page for people; both from the links' table."""

import html
import json
from dataclasses import Field
from functools import cache
from typing import Any

from gan.web import links
from gan.web.parameters import MESSAGES, VERSION
from gan.web.pictures import ENCODINGS
from gan.web.requests import DigitsRequest, Request

CARD = "The page's link as a card of 1200 × 630 pixels, for those who unfurl it; takes what the page's address takes"
JSON_ROUTES: dict[str, tuple[type[Request] | None, str]] = {  # what each reads, and what it answers
    "/judge.json": (DigitsRequest, "What each digit was drawn as, and what a classifier reads it as"),
    "/directions.json": (Request, "Directions of the latent that change a digit's slant, thickness and width"),
    "/healthz": (None, "Whether the server draws, with which model on which device"),
    "/model.json": (Request, "The served model, or the one that a link names; and what a link may name"),
}


def openapi_document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the routes beside the page."""
    refusal = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    paths: dict[str, Any] = {}
    pictures = {path: (kind, encoding.about, encoding.media_type) for path, (kind, encoding) in ENCODINGS.items()}
    for path, (kind, about, media_type) in {**pictures, "/card.png": (None, CARD, "image/png")}.items():
        paths[path] = _get(path, kind, about) | {
            "responses": {
                "200": {
                    "description": "The picture, with a strong ETag; immutable if the link carries `weights`",
                    "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
                },
                "304": {"description": "The picture that If-None-Match names still holds"},
                "404": {"description": "The model is not served here", "content": refusal},
                "409": {"description": "The model has other weights here than the link's", "content": refusal},
                "422": {"description": "A parameter is malformed or out of range", "content": refusal},
                "502": {"description": "The Hub, which has the model, does not answer", "content": refusal},
                "503": {
                    "description": "The model is being fetched, or others draw: see Retry-After",
                    "content": refusal,
                },
            }
        }
    for path, (read, about) in JSON_ROUTES.items():
        answer = {"200": {"description": "JSON", "content": {"application/json": {}}}}
        paths[path] = _get(path, read, about) | {"responses": answer}
    problem = {
        "type": "object",
        "required": ["parameter", "value", "code", "args", "reason"],
        "properties": {
            "parameter": {"type": "string"},
            "value": {"type": "string"},
            "code": {"type": "string", "enum": sorted(MESSAGES)},
            "args": {"type": "object"},
            "reason": {"type": "string"},
        },
    }
    detail = {"type": "object", "properties": {"detail": {"type": "array", "items": problem}}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Digits by number",
            "version": str(VERSION),
            "description": "A digit's number goes in, a 28×28 picture comes out. "
            "The page's address takes the same parameters as these routes; unknown parameters are ignored.",
        },
        "paths": {path: {"get": get} for path, get in paths.items()},
        "components": {"schemas": {"Refusal": detail}},
    }


def _get(path: str, read: type[Request] | None, about: str) -> dict[str, Any]:
    """The operation of a path, without its answers; `read` is the request that its query stands for."""
    parameters = links.parameters(read, page=False).items() if read else ()
    return {
        "summary": about,
        "operationId": path.strip("/").replace(".", "_"),
        "parameters": [_parameter(name, entry) for name, entry in parameters],
    }


def _parameter(name: str, entry: Field) -> dict[str, Any]:
    default = entry.default
    schema = dict(entry.metadata["schema"])
    if default not in (None, ""):
        schema["default"] = int(default) if isinstance(default, bool) else default
    if isinstance(default, tuple):
        schema["default"] = entry.metadata["write"](default)
    return {"name": name, "in": "query", "required": False, "description": entry.metadata["about"], "schema": schema}


@cache
def openapi_json() -> bytes:
    """The document as it is sent."""
    return json.dumps(openapi_document(), ensure_ascii=False).encode()


@cache
def docs_page() -> str:
    """The document as one self-contained HTML page, with a live example of each picture."""
    sections = []
    for path, methods in openapi_document()["paths"].items():
        get = methods["get"]
        rows = "".join(
            f"<tr><td><code>{p['name']}</code></td><td>{html.escape(p['description'])}</td>"
            f'<td data-of="allowed">{html.escape(_range(p["schema"]))}</td>'
            f'<td data-of="default">{html.escape(json.dumps(p["schema"].get("default", "")).strip(chr(34)))}</td></tr>'
            for p in get["parameters"]
        )
        table = f"<table><tr><th>parameter<th>meaning<th>allowed<th>default</tr>{rows}</table>" if rows else ""
        example = f"?{ENCODINGS[path][1].example}" if path in ENCODINGS else ""
        link = html.escape(f".{path}{example}")
        picture = f'<p><img src="{link}" alt="{html.escape(get["summary"])}"></p>' if example else ""
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
    return f"such as {schema['example']}"


DOCS = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Digits by number: HTTP</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid #8884; margin-top: 2rem; }
table { border-collapse: collapse; font-size: .9rem; }
td, th { text-align: left; vertical-align: top; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #8883; }
td:nth-child(3) { overflow-wrap: anywhere; }
img { max-width: 100%; }
@media (max-width: 640px) {
  tr { display: grid; border-bottom: 1px solid #8883; padding: .4rem 0; }
  th { display: none; }
  td { border: none; padding: 0; }
  td:nth-child(n + 3):not(:empty)::before { content: attr(data-of) ": "; color: #767676; }
}
code { overflow-wrap: anywhere; }
</style>
<main><h1>Digits by number: HTTP</h1>
<p>A digit's number goes in, a 28×28 picture comes out. The <a href="./">page</a>'s address takes the same parameters as
these routes; unknown ones are ignored. A malformed one is answered with 422 and the reason as JSON, a model that is not
here with 404, weights that differ from the link's with 409, a model that is being fetched with 503. A link that carries
<code>weights</code> is immutable: it may be cached for ever. For programs: <a href="./openapi.json">OpenAPI</a>.</p>
{sections}</main></html>
"""
