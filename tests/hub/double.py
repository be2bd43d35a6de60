"""A double of the Hugging Face Hub: the HTTP that huggingface_hub 2.4.0 speaks over real sockets, with faults on order.

It keeps repositories in memory, gives each commit an immutable tree, takes large files through LFS, serves them from
another origin (localhost instead of 127.0.0.1) as the Hub does, and records every request. It was written from the
client's source and never compared with the real Hub.
"""

import asyncio
import base64
import hashlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
import yaml
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from tests.hub import xet

LARGE = (".safetensors", ".png", ".gif", ".webp")
TOKENS = {  # token → user, role, organisations (name → role)
    "hf_maker": ("maker", "write", {"club": "write", "library": "read"}),
    "hf_reader": ("maker", "read", {}),
    "hf_other": ("other", "write", {}),
}


SPACE_README = """---
title: Page
emoji: 🐢
colorFrom: red
colorTo: pink
sdk: gradio
pinned: false
---

Check out the configuration reference at https://huggingface.co/docs/hub/spaces-config-reference
"""  # what the Hub puts into a new Space


STATIC_PAGE = """<!doctype html>
<html>
	<body>
		<div class="card">
			<h1>Welcome to your static Space!</h1>
		</div>
	</body>
</html>
"""  # and into a static one


def git_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


LICENSES = {"mit", "apache-2.0", "cc-by-4.0", "cc0-1.0", "gpl-3.0", "other"}  # some of those that the Hub knows


@dataclass
class Repository:
    """A repository: its commits' trees (path → content), branches and tags."""

    kind: str
    name: str
    private: bool = False
    gated: bool = False
    sdk: str | None = None
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    hardware: str | None = None
    creation: dict[str, Any] = field(default_factory=dict)

    @property
    def sdk_shown(self) -> str | None:
        """A Space's, which its card can change."""
        written = re.search(rb"^sdk: (\w+)$", self.head.get("README.md", b""), re.MULTILINE)
        return written[1].decode() if written else self.sdk

    def commit(self, files: dict[str, bytes]) -> str:
        """A new commit on main with exactly these files; its id."""
        commit = hashlib.sha1(f"{self.name}{len(self.commits)}".encode()).hexdigest()
        self.commits[commit] = dict(files)
        self.branches["main"] = commit
        return commit

    @property
    def head(self) -> dict[str, bytes]:
        return self.commits[self.branches["main"]]

    def resolve(self, revision: str) -> str:
        found = self.branches.get(revision) or self.tags.get(revision) or revision
        if found not in self.commits:
            raise refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return found


def refused(status: int, code: str, message: str, **headers: str) -> HTTPException:
    return HTTPException(status, message, {"X-Error-Code": code, "X-Error-Message": message, **headers})


@dataclass
class Fault:
    """What to do to requests whose "METHOD path" matches, `times` times."""

    pattern: str
    kind: str
    times: int = 10**9
    over: bool = False  # then it lets go of the requests that it holds


class Hub:
    """The double; `up` serves it, `down` leaves its port refusing connections."""

    def __init__(self, port: int):
        self.port = port
        self.endpoint = f"http://127.0.0.1:{port}"
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.blobs: dict[str, bytes] = {}  # LFS and Xet contents by sha256
        self.faults: list[Fault] = []
        self.requests: list[str] = []  # "METHOD path" of each
        self.tokens_seen: list[str | None] = []
        self.before_commit: Callable[[], object] | None = None
        self.damage_uploads = False
        self.moved: dict[str, str] = {}  # older names of repositories → their names now
        self.xet = xet.Store(self.endpoint)
        self.app = make_app(self)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def repository(self, name: str, kind: str = "models", **options: Any) -> Repository:
        """A new, empty repository."""
        repository = Repository(kind, name, **options)
        repository.commit({".gitattributes": b"*.safetensors filter=lfs\n"})
        self.repositories[kind, name] = repository
        return repository

    def rename(self, name: str, new: str) -> None:
        """Rename a model's repository: the older name leads to the newer one from now on."""
        repository = self.repositories.pop(("models", name))
        self.repositories["models", new] = repository
        repository.name, self.moved[name] = new, new

    def reset(self) -> None:
        """Forget everything but the port."""
        for store in (self.repositories, self.blobs, self.faults, self.requests, self.tokens_seen, self.moved):
            store.clear()
        self.xet.clear()
        self.before_commit = None

    @contextmanager
    def fault(self, pattern: str, kind: str, times: int = 10**9) -> Iterator[None]:
        """Within this block, requests that match meet the fault; see `Faults`."""
        fault = Fault(pattern, kind, times)
        self.faults.append(fault)
        try:
            yield
        finally:
            fault.over = True
            self.faults.remove(fault)

    def up(self) -> None:
        if self._thread:
            return
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        config = uvicorn.Config(
            Faults(self.app, self), log_level="critical", lifespan="off", timeout_graceful_shutdown=0
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)

    def down(self) -> None:
        if self._thread and self._server:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join()
            self._thread = self._server = None


class Faults:
    """ASGI middleware that spoils answers.

    Kinds: an HTTP status ("500"); "black hole" (accepts, never answers); "cut" (half the body, then the connection
    breaks); "drip" (a byte each 0.2 s); "truncated" (half the body, declared as whole); "damaged" (one bit flipped,
    same length); "garbage" (a captive portal's page instead of the answer).
    """

    def __init__(self, app: FastAPI, hub: Hub):
        self.app, self.hub = app, hub

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        line = f"{scope['method']} {scope['path']}"
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        self.hub.requests.append(line)
        self.hub.tokens_seen.append(headers.get("authorization", "").removeprefix("Bearer ") or None)
        for older, newer in self.hub.moved.items():
            if re.search(rf"/{older}(/|\.git/|$)", scope["path"]):
                query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
                while scope["method"] == "POST" and (await receive()).get("more_body"):
                    pass
                await RedirectResponse(scope["path"].replace(older, newer, 1) + query, 307)(scope, receive, send)
                return
        fault = next((f for f in self.hub.faults if f.times > 0 and re.search(f.pattern, line)), None)
        if fault is None:
            await self.app(scope, receive, send)
            return
        fault.times -= 1
        if fault.kind.isdigit():
            while (await receive()).get("more_body"):
                pass
            codes = {"401": "Invalid credentials in Authorization header", "403": "Forbidden"}
            response = JSONResponse(
                {"error": f"fault {fault.kind}"},
                int(fault.kind),
                {"Retry-After": "0", "X-Error-Message": codes.get(fault.kind, f"fault {fault.kind}")},
            )
            await response(scope, receive, send)
        elif fault.kind == "black hole":
            while not fault.over:
                await asyncio.sleep(0.05)
            await self.app(scope, receive, send)
        elif fault.kind == "garbage":
            await Response("<html>Please log in to the café's network</html>", media_type="text/html")(
                scope, receive, send
            )
        else:
            await self._spoil(fault, scope, receive, send)

    async def _spoil(self, fault: Fault, scope: dict, receive: Callable, send: Callable) -> None:
        messages: list[dict] = []

        async def keep(message: dict) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        start = messages[0]
        body = b"".join(m.get("body", b"") for m in messages[1:])
        half = body[: len(body) // 2]
        kind = fault.kind
        if kind == "truncated":
            start["headers"] = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
            start["headers"].append((b"content-length", str(len(half)).encode()))
            body = half
        elif kind == "damaged" and body:
            body = body[:-1] + bytes([body[-1] ^ 1])
        await send(start)
        if kind == "cut":
            await send({"type": "http.response.body", "body": half, "more_body": True})
            raise ConnectionResetError("cut by the double")
        if kind == "drip":
            for i in range(len(body)):
                await send({"type": "http.response.body", "body": body[i : i + 1], "more_body": True})
                await asyncio.sleep(0 if fault.over else 0.2)
        else:
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def make_app(hub: Hub) -> FastAPI:
    app = FastAPI()

    def user(request: Request) -> tuple[str, str, dict[str, str]] | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in TOKENS:
            raise refused(401, "", "Invalid credentials in Authorization header")
        return TOKENS.get(token)

    def may_write(request: Request, namespace: str) -> bool:
        who = user(request)
        return bool(who) and who[1] == "write" and (who[0] == namespace or who[2].get(namespace) == "write")

    def find(request: Request, kind: str, name: str, write: bool = False) -> Repository:
        repository = hub.repositories.get((kind, name))
        namespace = name.split("/")[0]
        member = (who := user(request)) is not None and (who[0] == namespace or namespace in who[2])
        if repository is None or (repository.private and not member):
            raise refused(404 if user(request) else 401, "RepoNotFound", "Repository not found")
        if repository.gated and not member:
            raise refused(403 if user(request) else 401, "GatedRepo", "Access to this model is restricted")
        if write and not may_write(request, namespace):
            raise refused(403, "", "You don't have the rights to write to this repository")
        return repository

    # Users and repositories

    @app.get("/api/whoami-v2")
    def whoami(request: Request) -> dict:
        who = user(request)
        if who is None:
            raise refused(401, "", "Invalid username or password.")
        return {
            "type": "user",
            "name": who[0],
            "orgs": [{"name": name, "roleInOrg": role} for name, role in who[2].items()],
            "auth": {"type": "access_token", "accessToken": {"displayName": "t", "role": who[1]}},
        }

    @app.post("/api/repos/create")
    async def create(request: Request) -> Response:
        body = await request.json()
        who = user(request)
        namespace = body.get("organization") or (who[0] if who else "")
        name, kind = f"{namespace}/{body['name']}", f"{body.get('type', 'model')}s"
        url = f"{hub.endpoint}/{'' if kind == 'models' else kind + '/'}{name}"
        if not may_write(request, namespace):
            raise refused(403, "", f"You don't have the rights to create a {kind[:-1]} under the namespace {namespace}")
        if (kind, name) in hub.repositories:
            return JSONResponse({"error": "You already created this repo", "url": url}, 409)
        private = body.get("visibility") == "private"
        made = hub.repository(
            name, kind, private=private, sdk=body.get("sdk"), creation=body, hardware=body.get("hardware")
        )
        if kind == "spaces":
            first = made.commits[made.branches["main"]]
            first["README.md"] = SPACE_README.replace("sdk: gradio", f"sdk: {made.sdk}").encode()
            if made.sdk == "static":
                first |= {"index.html": STATIC_PAGE.encode(), "style.css": b"body { padding: 2rem; }\n"}
        return JSONResponse({"url": url})

    @app.get("/api/{kind}/{ns}/{name}/auth-check/write")
    def auth_check(request: Request, kind: str, ns: str, name: str) -> dict:
        find(request, kind, f"{ns}/{name}", write=True)
        return {}

    @app.post("/api/spaces/{ns}/{name}/variables")
    async def set_variable(request: Request, ns: str, name: str) -> dict:
        repository, body = find(request, "spaces", f"{ns}/{name}", write=True), await request.json()
        repository.variables[body["key"]] = body["value"]
        return {k: {"value": v} for k, v in repository.variables.items()}

    @app.delete("/api/spaces/{ns}/{name}/variables")
    async def delete_variable(request: Request, ns: str, name: str) -> dict:
        repository, body = find(request, "spaces", f"{ns}/{name}", write=True), await request.json()
        repository.variables.pop(body["key"], None)
        return {k: {"value": v} for k, v in repository.variables.items()}

    @app.get("/api/spaces/{ns}/{name}/variables")
    def variables(request: Request, ns: str, name: str) -> dict:
        repository = find(request, "spaces", f"{ns}/{name}", write=True)
        return {k: {"value": v} for k, v in repository.variables.items()}

    @app.get("/api/spaces/{ns}/{name}/secrets")
    def secrets(request: Request, ns: str, name: str) -> dict:
        return {key: {} for key in find(request, "spaces", f"{ns}/{name}", write=True).secrets}

    @app.post("/api/spaces/{ns}/{name}/hardware")
    async def set_hardware(request: Request, ns: str, name: str) -> dict:
        repository, body = find(request, "spaces", f"{ns}/{name}", write=True), await request.json()
        repository.hardware = body["flavor"]
        return {"stage": "BUILDING", "hardware": {"current": None, "requested": repository.hardware}}

    # What is in a repository

    @app.get("/api/{kind}/{ns}/{name}")
    @app.get("/api/{kind}/{ns}/{name}/revision/{revision:path}")
    def info(request: Request, kind: str, ns: str, name: str, revision: str = "main", blobs: bool = False) -> dict:
        repository = find(request, kind, f"{ns}/{name}")
        commit = repository.resolve(revision)
        siblings = [
            {"rfilename": path, **(describe(data, path) if blobs else {})}
            for path, data in repository.commits[commit].items()
        ]
        return {
            "id": repository.name,
            "sha": commit,
            "private": repository.private,
            "gated": "auto" if repository.gated else False,
            "siblings": siblings,
            **({"sdk": repository.sdk_shown} if kind == "spaces" else {}),
        }

    def describe(data: bytes, path: str) -> dict:
        if not path.endswith(LARGE):
            return {"size": len(data), "blobId": git_sha1(data)}
        sha256 = hashlib.sha256(data).hexdigest()
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {len(data)}\n".encode()
        lfs = {"sha256": sha256, "size": len(data), "pointerSize": len(pointer)}
        return {"size": len(data), "blobId": git_sha1(pointer), "lfs": lfs}

    @app.get("/api/{kind}/{ns}/{name}/tree/{revision}")
    def tree(request: Request, kind: str, ns: str, name: str, revision: str) -> list[dict]:
        repository = find(request, kind, f"{ns}/{name}")
        files = repository.commits[repository.resolve(revision)]
        return [
            {"type": "file", "path": path, "size": len(data), "oid": git_sha1(data)} for path, data in files.items()
        ]

    @app.get("/api/{kind}/{ns}/{name}/refs")
    def refs(request: Request, kind: str, ns: str, name: str) -> dict:
        repository = find(request, kind, f"{ns}/{name}")
        return {
            "branches": [
                {"name": k, "ref": f"refs/heads/{k}", "targetCommit": v} for k, v in repository.branches.items()
            ],
            "tags": [{"name": k, "ref": f"refs/tags/{k}", "targetCommit": v} for k, v in repository.tags.items()],
            "converts": [],
        }

    # Download

    @app.api_route("/{ns}/{name}/resolve/{revision}/{path:path}", methods=["GET", "HEAD"])
    @app.api_route("/{kind}/{ns}/{name}/resolve/{revision}/{path:path}", methods=["GET", "HEAD"])
    def download(request: Request, ns: str, name: str, revision: str, path: str, kind: str = "models") -> Response:
        repository = find(request, kind, f"{ns}/{name}")
        commit = repository.resolve(revision)
        data = repository.commits[commit].get(path)
        headers = {"X-Repo-Commit": commit}
        if data is None:
            raise refused(404, "EntryNotFound", f"{path} does not exist", **headers)
        if not path.endswith(LARGE):
            return Response(data, headers={**headers, "ETag": f'"{git_sha1(data)}"'})
        sha256 = hashlib.sha256(data).hexdigest()
        hub.blobs[sha256] = data
        headers |= {"X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(len(data))}
        if (xet_hash := hub.xet.by_sha256.get(sha256)) is not None:
            route = f"{hub.endpoint}/api/models/{ns}/{name}/xet-read-token/{commit}"
            headers |= {"X-Xet-Hash": xet_hash, "X-Xet-Refresh-Route": route}
        return RedirectResponse(f"http://localhost:{hub.port}/cdn/{sha256}", 302, headers)

    @app.api_route("/cdn/{sha256}", methods=["GET", "HEAD"])
    def content(request: Request, sha256: str) -> Response:
        data = hub.blobs[sha256]
        if resumed := re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", "")):
            first = int(resumed[1])
            span = {"Content-Range": f"bytes {first}-{len(data) - 1}/{len(data)}"}
            return Response(data[first:], 206, {"ETag": f'"{sha256}"', **span})
        return Response(data, headers={"ETag": f'"{sha256}"'})

    @app.get("/api/{kind}/{ns}/{name}/xet-{access}-token/{revision:path}")
    def xet_token(request: Request, kind: str, ns: str, name: str, access: str, revision: str) -> Response:
        find(request, kind, f"{ns}/{name}", write=access == "write")
        given = hub.xet.access()
        body = {
            "casUrl": given["X-Xet-Cas-Url"],
            "accessToken": given["X-Xet-Access-Token"],
            "exp": int(given["X-Xet-Token-Expiration"]),
        }
        return JSONResponse(body, headers=given)

    xet.add_routes(app, hub.xet, hub.blobs)

    # Upload

    @app.post("/api/validate-yaml")
    async def validate(request: Request) -> Response:
        content = (await request.json())["content"]
        front = re.match(r"---\n(.*?)\n---", content, re.DOTALL)
        try:
            data = yaml.safe_load(front[1]) if front else {}
            assert isinstance(data, dict)
            assert data.get("license", "mit") in LICENSES, '"license" must be one of [...]'
        except (yaml.YAMLError, AssertionError) as error:
            return JSONResponse({"errors": [{"message": str(error)}], "warnings": []}, 400)
        return JSONResponse(
            {"errors": [], "warnings": [] if front else [{"message": "empty or missing yaml metadata"}]}
        )

    @app.post("/api/{kind}/{ns}/{name}/preupload/{revision}")
    async def preupload(request: Request, kind: str, ns: str, name: str, revision: str) -> dict:
        repository = find(request, kind, f"{ns}/{name}", write=True)
        here = repository.commits[repository.resolve(revision)]

        def answer(path: str) -> dict:
            large, data = path.endswith(LARGE), here.get(path)
            oid = None if data is None else hashlib.sha256(data).hexdigest() if large else git_sha1(data)
            return {"path": path, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False, "oid": oid}

        return {"files": [answer(file["path"]) for file in (await request.json())["files"]]}

    @app.post("/{ns}/{name}.git/info/lfs/objects/batch")
    @app.post("/{prefix}/{ns}/{name}.git/info/lfs/objects/batch")
    async def batch(request: Request, ns: str, name: str, prefix: str = "models") -> dict:
        find(request, prefix, f"{ns}/{name}", write=True)

        def answer(oid: str, size: int) -> dict:
            if oid in hub.blobs:
                return {"oid": oid, "size": size}
            actions = {
                "upload": {"href": f"http://localhost:{hub.port}/lfs/{oid}"},
                "verify": {"href": f"{hub.endpoint}/lfs/verify"},
            }
            return {"oid": oid, "size": size, "actions": actions}

        objects = (await request.json())["objects"]
        return {"transfer": "basic", "objects": [answer(o["oid"], o["size"]) for o in objects]}

    @app.put("/lfs/{oid}")
    async def upload(request: Request, oid: str) -> Response:
        data = await request.body()
        if hub.damage_uploads:
            data = data[:-1] + bytes([data[-1] ^ 1])
        if hashlib.sha256(data).hexdigest() != oid:
            raise refused(400, "", "content does not match its hash")
        hub.blobs[oid] = data
        return Response()

    @app.post("/lfs/verify")
    async def verify(request: Request) -> dict:
        body = await request.json()
        if len(hub.blobs.get(body["oid"], b"")) != body["size"]:
            raise refused(404, "", "not uploaded")
        return {}

    @app.post("/api/{kind}/{ns}/{name}/commit/{revision}")
    async def commit(request: Request, kind: str, ns: str, name: str, revision: str) -> dict:
        repository = find(request, kind, f"{ns}/{name}", write=True)
        lines = [json.loads(line) for line in (await request.body()).splitlines()]
        if hub.before_commit:
            hub.before_commit()
        parent = lines[0]["value"].get("parentCommit")
        if parent and parent != repository.resolve(revision):
            raise refused(412, "", "A commit has happened since. Please refresh and try again.")
        files = dict(repository.commits[repository.resolve(revision)])
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                if value["oid"] not in hub.blobs:
                    raise refused(400, "", f"LFS object {value['oid']} was never uploaded")
                files[value["path"]] = hub.blobs[value["oid"]]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
        oid = repository.commit(files)
        prefix = "" if kind == "models" else f"{kind}/"
        return {"commitUrl": f"{hub.endpoint}/{prefix}{ns}/{name}/commit/{oid}", "commitOid": oid, "hookOutput": ""}

    @app.post("/api/{kind}/{ns}/{name}/tag/{revision}")
    async def tag(request: Request, kind: str, ns: str, name: str, revision: str) -> dict:
        repository, body = find(request, kind, f"{ns}/{name}", write=True), await request.json()
        if body["tag"] in repository.tags:
            raise refused(409, "", "Tag reference exists already")
        repository.tags[body["tag"]] = repository.resolve(revision)
        return {}

    return app
