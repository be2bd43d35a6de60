"""Claim: whatever is sent to the page, and whatever a model folder holds, there is an answer with a reason.

    make fuzz                                  (some 6 minutes)
    python benchmarks/fuzz.py --examples 100   (shortened)

Five attacks: schemathesis on the routes' OpenAPI document, hypothesis on Gradio's API (private functions included) and
on the page's links and their cards, mutations of model folders, quantized files among them, and what the page and every
route say of the folders that load.
Exit status: 0, or 1 if one found a 500, a traceback, a path of this machine in an answer, or an error that is not the
documented one.
"""

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.load import ROOT, held, running
from gan.bundled import bundled_models
from gan.console import print_everywhere
from tests.web.queries import queries

MODEL_FILES = ("config.json", "config.json", "model.safetensors", "quantized.safetensors")
RECORDING_FILES = ("history.jsonl", "metrics.json", "timelapse.json", "timelapse.webp")
CALLS = (
    "run/generate",
    "api/interpolate",
    "call/write",
    "call/v2/judge",
    "queue/join",
    "run/nothing",
    "cancel",
    "reset",
)
HUGE = "1e400"  # stands for the number, which Python reads as infinity and writes otherwise
KEYS = ("data", "fn_index", "session_hash", "event_id", "event_data", "trigger_id", "batched", "simple_format", "seed")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from((HUGE, 10**400, -(10**4000))),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def as_json(value: Any) -> bytes:
    return json.dumps(value).replace(json.dumps(HUGE), "1e400").encode()


bodies = st.binary(max_size=200) | st.dictionaries(st.sampled_from(KEYS), values).map(as_json)
likely = st.sampled_from((0, 1, 7, 1.0, None, True, "1", "7", "7,42", "3,8", "one", "slerp")) | values
calls = st.sampled_from((5, 9, 5, 3)).flatmap(lambda n: st.lists(likely, min_size=n, max_size=n))
calls = calls.map(lambda data: as_json({"data": data}))  # of as many arguments as the functions have


def fuzz_routes(address: str, examples: int) -> bool:
    """schemathesis: inputs that fit the document, and inputs that don't."""
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", f"{address}/openapi.json", "--url", address]
    command += ["--checks", "not_a_server_error", "--mode", "all", "-n", str(max(1, examples // 10)), "--phases"]
    command += ["examples,coverage,fuzzing", "--request-timeout", "30"]
    return subprocess.run(command, check=False).returncode == 0


def many(examples: int) -> settings:
    """So many examples, none of them kept or made smaller."""
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        database=None,
    )  # fmt: skip


def held_up_to(attack: Callable[[], None], what: str, seen: dict[int, int]) -> bool:
    """Whether no example failed, which is told: the first that did, or how often each status was `seen`."""
    try:
        attack()
    except AssertionError as error:
        print(f"{what}: {str(error)[:1000]}")
        return False
    print(f"{what}: {seen}")
    return True


def fuzz_gradio(address: str, examples: int) -> bool:
    """hypothesis: bodies of every kind to every function, those without a name by their index."""
    seen: dict[int, int] = {}

    @many(examples)
    @given(call=st.sampled_from(CALLS), body=bodies | calls)
    def attack(call: str, body: bytes) -> None:
        answer = client.post(f"/gradio_api/{call}", content=body, headers={"Content-Type": "application/json"})
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        told = answer.text
        assert answer.status_code != 500, (call, body, told)
        assert "Traceback" not in told, (call, body, told)
        assert str(ROOT) not in told, (call, body, told)
        assert " at 0x" not in told, (call, body, told)

    with httpx.Client(base_url=address, timeout=60) as client:
        return held_up_to(attack, "Gradio's API", seen)


def fuzz_links(address: str, examples: int) -> bool:
    """hypothesis: links of the page of every kind, and their cards."""
    seen: dict[int, int] = {}

    @many(examples)
    @given(query=queries(bundled_models()))
    def attack(query: str) -> None:
        for path in ("/card.png", "/"):
            answer = client.get(f"{path}?{query}")
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
            assert answer.status_code in ((200,) if path == "/" else (200, 422, 503)), (path, query, answer.text[:300])
            assert str(ROOT) not in answer.text, (path, query)

    with httpx.Client(base_url=address, timeout=60) as client:
        return held_up_to(attack, "links of the page", seen)


def fuzz_folders(examples: int, seed: int = 0) -> bool:
    """Model folders with changed and cut bytes, hashes made to fit: each loads or raises ModelError."""
    from gan.bundled import BUNDLED
    from gan.errors import ModelError
    from gan.model_folder import read_generator

    chance = random.Random(seed)
    loaded = refused = 0
    with tempfile.TemporaryDirectory() as temporary:
        for i in range(examples):
            folder = Path(temporary) / "model"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(BUNDLED / chance.choice(("relu-2", "leaky-3")), folder)
            what = mutate(folder, chance)
            try:
                read_generator(folder).sample([7])
                loaded += 1
            except ModelError as error:
                refused += 1
                if len(str(error)) > 2000:
                    print(f"mutation {i} ({what}): the error has {len(str(error))} characters")
                    return False
            except Exception as error:
                print(f"mutation {i} ({what}): {type(error).__name__}: {error}")
                return False
    print(f"model folders: {refused} refused, {loaded} loaded")
    return True


def fuzz_pages(examples: int, seed: int = 0) -> bool:
    """Model folders as `fuzz_folders` has them, their recordings and discriminators changed, too: of those that load,
    the page and every route have an answer."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.responses import HTMLResponse
    from starlette.routing import Route
    from starlette.testclient import TestClient

    from gan.bundled import BUNDLED
    from gan.errors import ModelError
    from gan.web.discriminators import discriminator_state
    from gan.web.drawn_here import engine_state
    from gan.web.head import LinkHead
    from gan.web.histories import page_histories
    from gan.web.model_store import ModelStore
    from gan.web.routes import routes
    from gan.web.serve import history_file

    async def page(_: object) -> HTMLResponse:
        return HTMLResponse("<html><head></head></html>")

    def addresses(store: ModelStore, folder: Path) -> list[str]:
        engine, judge = engine_state(store.served), discriminator_state(store.served)["discriminator"]
        found = ["/", "/?model=relu-2", "/healthz", "/model.json", "/digits.png?seed=7&digit=3", "/card.png?seed=7"]
        found += ["/directions.json", "/judge.json?seed=7", "/text.png?text=1", "/walk.webp?frames=3"]
        found += [engine["weights"][1:]] if engine else []
        found += [judge["weights"][1:], judge["reference"][1:]] if isinstance(judge, dict) else []
        page_histories({"this": folder}, lambda _, file: found.append(f"/history/{file.name}") or "")
        return found

    names = (*MODEL_FILES, "discriminator.safetensors", "discriminator.safetensors", *RECORDING_FILES)
    chance = random.Random(seed)
    seen: dict[int, int] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for i in range(examples):
            folder = Path(temporary) / f"model-{i}"
            shutil.copytree(BUNDLED / chance.choice(("relu-2", "leaky-3", "modern")), folder)
            what = mutate(folder, chance, names)
            try:
                store = ModelStore(folder, remote=False)
            except ModelError:
                shutil.rmtree(folder)
                continue
            plain = [*routes(store), Route("/", page), Route("/history/{name}", history_file(store))]
            app = Starlette(routes=plain, middleware=[Middleware(LinkHead, models=store)])
            with TestClient(app, raise_server_exceptions=False) as client:
                for address in addresses(store, folder):
                    answer = client.get(address)
                    seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
                    told = answer.text if answer.headers.get("content-type", "").startswith(("text", "app")) else ""
                    if answer.status_code == 500 or "NaN" in told or temporary in told:
                        print(f"mutation {i} ({what}): {address}: {answer.status_code} {told[:300]}")
                        return False
            shutil.rmtree(folder)
    print(f"pages of model folders: {seen}")
    return True


def mutate(folder: Path, chance: random.Random, names: tuple[str, ...] = MODEL_FILES) -> str:
    """Change a file of a model folder; what was done."""
    name = chance.choice(names)
    path = folder / name
    if name == "config.json" and chance.random() < 0.7:
        config = json.loads(path.read_text())
        part = config[chance.choice(("generator", "sha256", "discriminator"))] if chance.random() < 0.7 else config
        key = chance.choice(list(part))
        part[key] = chance.choice(
            (None, -1, 0, 2**70, 1e400, "\ud800", "x" * 70000, [], {}, [1] * 20, True, "\0", 16384)
        )
        path.write_text(json.dumps(config))
        return f"{key} = {str(part[key])[:20]!r}"
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 1, 8, 200))):
        data[chance.randrange(min(len(data), chance.choice((16, 400, len(data)))))] = chance.randrange(256)
    if chance.random() < 0.2:
        del data[chance.randrange(len(data)) :]
    path.write_bytes(data)
    if name.endswith(".safetensors"):
        rehash(folder, name)
    return f"bytes of {name}"


def rehash(folder: Path, name: str) -> None:
    """Let config.json record the file as it is now."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text())
    config["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "config.json").write_text(json.dumps(config))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=5000, help="of each attack")
    options = parser.parse_args()
    held_up = fuzz_folders(options.examples)
    held_up &= fuzz_pages(options.examples // 20)  # each is asked a dozen things
    with running() as (address, pid):
        httpx.get(address)
        before = held(pid)["memory (MB)"]
        held_up &= fuzz_gradio(address, options.examples)
        held_up &= fuzz_routes(address, options.examples)
        held_up &= fuzz_links(address, options.examples // 5)  # a page is long
        print(f"memory: {before:.0f} → {held(pid)['memory (MB)']:.0f} MB")
    return not held_up


if __name__ == "__main__":
    print_everywhere()
    sys.exit(main())
