"""What must not reach the page is refused with a 4xx and a reason; what every answer carries."""

import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from gan.hub.errors import HubError
from gan.web import limits, mailboxes
from gan.web.head import PAGE
from gan.web.model_store import ModelStore
from gan.web.serve import application
from tests.web.servers import serving

CALLS = ("run/write", "call/write", "call/v2/write", "queue/join", "run/nothing", "call/nothing", "cancel")


@pytest.fixture(scope="module")
def client(store: ModelStore) -> Iterator[TestClient]:
    with TestClient(application(store), raise_server_exceptions=False) as opened:
        yield opened


@pytest.mark.parametrize(
    "path", ["/?" + "&" * 4096, "/digits.png?" + "&" * 4096, "/?page=1", "/?deep_link=x", "/?page=x&deep_link=../x"]
)
def test_an_odd_query_is_answered(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("folder", ["page/x", "static", "assets", "engine/x", "quantized"])
@pytest.mark.parametrize("name", ["a" * 300, "a%00b", "a%0ab", "%0a2026 forged", "a" * 199 + ".js"])
def test_a_name_that_no_file_has_is_refused(client: TestClient, folder: str, name: str) -> None:
    answer = client.get(f"/{folder}/{name}")
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "x-forwarded-prefix"])
@pytest.mark.parametrize("value", ["a b", "[::1", "x" * 300, "é", "a:99999999", ",", "http://x", "a:0", "<script>"])
def test_a_malformed_proxy_header_is_refused(client: TestClient, header: str, value: str) -> None:
    answer = client.get("/", headers={header: value.encode()})
    assert answer.status_code == 400 or (header, value) == ("x-forwarded-prefix", ",")


@pytest.mark.parametrize(("server", "host"), [(("127.0.0.1", 7860), b"127.0.0.1:7860"), (("::1", 80), b"[::1]:80")])
def test_a_request_that_names_no_host_means_the_address_that_it_reached(server: tuple[str, int], host: bytes) -> None:
    """HTTP/1.0 does not ask for it, but Gradio reads it where another page asks."""
    scope = {"type": "http", "server": server, "headers": [(b"origin", b"https://example.org")]}
    limits.give_host(scope)
    assert (b"host", host) in scope["headers"]


def test_an_older_client_that_names_no_host_is_answered(store: ModelStore) -> None:
    with serving(application(store)) as (_, port), socket.create_connection(("127.0.0.1", port), 30) as older:
        older.sendall(b"GET /config HTTP/1.0\r\nOrigin: http://elsewhere.example\r\n\r\n")
        assert older.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("header", ["host", "x-forwarded-host"])
@pytest.mark.parametrize(
    "value", ["999.999.999.999", "1.2.3", "[1:2]", "[..]", "[:::::]", "[1.2.3.4]", "[::ffff:1.2.3.999]"]
)
def test_what_looks_like_an_address_must_be_one(client: TestClient, header: str, value: str) -> None:
    for path in ("/", "/config", "/healthz"):
        assert client.get(path, headers={header: value}).status_code == 400


@pytest.mark.parametrize("value", ["127.0.0.1:7860", "[::1]:7860", "[::ffff:1.2.3.4]", "localhost", "a-b.hf.space"])
def test_the_names_and_addresses_of_a_server_are_taken(client: TestClient, value: str) -> None:
    assert client.get("/", headers={"host": value}).status_code == 200


@pytest.mark.parametrize("prefix", ["/x", "/x/y", "/gradio_api", "/x/"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_is_below_a_prefix_is_judged_without_it(client: TestClient, prefix: str, times: int) -> None:
    """Whether the proxy that names it has removed it or not, and however often it stands there."""
    headers, below = {"x-forwarded-prefix": prefix}, prefix.rstrip("/") * times
    for path in ("/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://x", "/gradio_api/dev/reload", "/monitoring"):
        answer = client.get(below + path, headers=headers)
        assert answer.status_code == 404
        if prefix != "/gradio_api":  # below it "file=" is one more name that nothing has
            assert answer.json() == {"detail": "there is nothing here"}
    assert client.get(f"{below}/healthz", headers=headers).json()["status"] == "ok"
    assert client.get(f"{below}/digits.png?seed=7", headers=headers).headers["access-control-allow-origin"] == "*"
    assert "digitsPage" in client.get(f"{below}/?page=a", headers=headers).text
    assert client.post(f"{below}/healthz", headers=headers).status_code == 405


def test_the_page_is_under_the_path_that_a_proxy_names(client: TestClient) -> None:
    headers = {"x-forwarded-host": "example.org", "x-forwarded-proto": "https", "x-forwarded-prefix": "/digits/"}
    page = client.get("/?seed=7", headers=headers).text
    assert 'property="og:url" content="https://example.org/digits/?seed=7' in page


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/upload", "/gradio_api/component_server", "/gradio_api/stream/x", "/login", "/gradio_api/login"],
)
def test_what_the_page_does_not_need_is_not_served(client: TestClient, path: str) -> None:
    assert client.post(path, content=b"{}").status_code in (404, 405)


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://x", "/gradio_api/deep_link?session_hash=x",
     "/monitoring", "/gradio_api/custom_component/1/client/a/b", "/gradio_api/dev/reload", "/svelte/x", "/logout",
     "/gradio_api/runs"],
)  # fmt: skip
def test_nor_is_it_shown(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/digits.png", "/healthz", "/page/x/main.js", "/nothing"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_what_can_only_be_got_says_so(client: TestClient, path: str, method: str) -> None:
    answer = client.request(method, path, content=b"not JSON")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert method in answer.json()["detail"]


def test_long_headers_are_refused(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Long": "x" * 15_000}).status_code == 200
    assert client.get("/healthz", headers={"X-Long": "x" * 17_000}).status_code == 431


def test_a_long_body_is_refused_before_it_is_read(client: TestClient) -> None:
    body = b'{"data":["' + b"a" * limits.MAX_BODY + b'"]}'
    for call in CALLS:
        assert client.post(f"/gradio_api/{call}", content=body).status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"a" * 1000

    assert client.post("/gradio_api/run/write", content=chunks()).status_code == 413


@pytest.mark.parametrize(
    "body",
    ['{"data":["\\ud800"]}', '{"data":[NaN]}', "[" * 20000, "", "7", "[]", '{"data":7}', '{"data":[{"a":1}]}',
     '{"data":[[[{"path":"http://127.0.0.1:1/","meta":{"_type":"gradio.FileData"}}]]]}', '{"data":[1],"fn_index":99}',
     '{"data":[1],"fn_index":true}', '{"data":[],"session_hash":"../x"}', '{"data":[],"event_id":7}', "\xff",
     '{"data":[1e400]}', '{"data":[1],"event_data":[-1e400]}'],
)  # fmt: skip
def test_a_call_that_gradio_would_stumble_over_is_refused(client: TestClient, body: str) -> None:
    for call in CALLS:
        answer = client.post(f"/gradio_api/{call}", content=body.encode("latin-1"))
        if call == "call/v2/write" and "fn_index" in body:
            continue  # to it, any other key is an argument
        assert 400 <= answer.status_code < 500, (call, answer.text)
        assert answer.json()["detail"]


@pytest.mark.parametrize("depth", [limits.MAX_DEPTH + 1, 334, 10_000])
@pytest.mark.parametrize("braces", [("[", "]"), ('{"a":', "}")])
def test_a_body_that_is_too_deep_to_be_walked_through_is_refused(
    client: TestClient, depth: int, braces: tuple[str, str]
) -> None:
    """By MCP as well."""
    body = braces[0] * depth + "1" + braces[1] * depth
    for call in (*CALLS, "mcp/"):
        answer = client.post(f"/gradio_api/{call}", content=body.encode())
        assert answer.status_code == 400
        assert "lists and objects inside each other" in answer.json()["detail"]


def test_a_body_may_be_as_deep_as_said() -> None:
    for body in (
        "[" * limits.MAX_DEPTH + "]" * limits.MAX_DEPTH,
        '{"a":' * limits.MAX_DEPTH + "1" + "}" * limits.MAX_DEPTH,
    ):
        limits.json_value(body.encode())


def test_refused_arguments_are_answered_422_and_no_address_is_told(client: TestClient) -> None:
    wrong = [[], [1], ["1", 0, "one", 1, 4, 7], ["abc", 0, "one", 1, 4], [None] * 5, ["1", "x", [], True, None]]
    for data in wrong:
        answer = client.post("/gradio_api/run/write", json={"data": data})
        assert 400 <= answer.status_code < 500, (data, answer.text)
        assert " at 0x" not in answer.text
    assert client.post("/gradio_api/run/write", json={"data": ["1", 0, "one", 1, 4]}).status_code == 200


def test_a_call_with_too_few_or_too_many_arguments_does_not_reach_gradio(client: TestClient) -> None:
    """Its queue would log a traceback for each."""
    indices = [i for i, fn in enumerate(client.get("/config").json()["dependencies"]) if fn["api_name"] == "write"]
    for path, call in (("queue/join", {"fn_index": indices[0]}), ("call/write", {})):
        for data in ([], [1] * 9):
            answer = client.post(f"/gradio_api/{path}", json={"data": data, **call})
            assert (answer.status_code, answer.json()["detail"]) == (422, "data must hold all 5 arguments of write")
    cancel = {"fn_index": indices[0], "session_hash": "none", "event_id": "none"}  # as Gradio's client sends it
    assert client.post("/gradio_api/cancel", json=cancel).status_code == 200


@pytest.mark.parametrize("path", ["queue/data?session_hash=none", "call/generate/none"])
def test_a_stream_of_nobody_ends_whole_and_writes_no_traceback(client: TestClient, path: str) -> None:
    """As a page asks after the server was started anew; the client would raise what the server does."""
    answer = client.get(f"/gradio_api/{path}")
    assert answer.status_code in (200, 404)
    assert client.head(f"/gradio_api/{path}").status_code == 405


def test_a_call_by_names_has_the_functions_own(client: TestClient) -> None:
    for call, reason in (({}, "text must be given"), ({"text": "1", "data": []}, "write takes text, seed")):
        answer = client.post("/gradio_api/call/v2/write", json=call)
        assert (answer.status_code, answer.json()["detail"][: len(reason)]) == (422, reason)
    assert client.post("/gradio_api/call/v2/write", json={"text": "1"}).status_code == 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(call=st.sampled_from(CALLS), data=json_values, more=st.dictionaries(st.sampled_from(
    ["fn_index", "session_hash", "event_id", "event_data", "trigger_id", "batched", "simple_format", "text"]
), json_values))  # fmt: skip
def test_whatever_is_sent_to_the_api_no_answer_is_a_500(
    client: TestClient, call: str, data: object, more: dict[str, object]
) -> None:
    answer = client.post(f"/gradio_api/{call}", content=json.dumps({"data": data, **more}).encode())
    assert answer.status_code < 500
    assert "Traceback" not in answer.text


def test_only_the_true_version_of_a_file_is_cached_for_ever(client: TestClient) -> None:
    assert client.get("/page/ANYTHING/main.js").headers["cache-control"] == "no-cache"
    assert client.get("/engine/ANYTHING/worker.js").headers["cache-control"] == "no-cache"


def test_every_answer_says_how_it_is_to_be_taken(client: TestClient) -> None:
    for path in ("/", "/digits.png", "/healthz", "/nothing", "/gradio_api/upload", "/config"):
        answer = client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert client.get("/docs").headers["content-security-policy"] == "default-src 'self' 'unsafe-inline'"


def test_all_that_gradio_makes_anew_for_each_that_asks_is_made_one_at_a_time(client: TestClient) -> None:
    for path in ("/", "/config", "/gradio_api/info", "/gradio_api/openapi.json"):
        for spelling in (path, f"{path}/", f"/{path}", f"{path}//", f"/x{path}", f"//x/{path}/"):
            answer = client.get(f"http://testserver{spelling}")
            assert answer.status_code != 200 or PAGE.fullmatch(spelling) or len(answer.content) < 5_000, spelling


def test_any_page_may_read_a_picture(client: TestClient) -> None:
    elsewhere = {"Origin": "https://example.org"}
    answer = client.get("/digits.png", headers=elsewhere)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    for path in (f"/quantized/{'0' * 64}.safetensors", f"/discriminator/{'0' * 64}.json"):  # of any name
        assert client.get(path, headers=elsewhere).headers["access-control-allow-origin"] == "*"


def test_results_that_nobody_collects_are_forgotten(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "MAX_BYTES", 1_000_000)
    app = application(store)
    kept = app.routes[-1].app.get_blocks()._queue.pending_messages_per_session
    with TestClient(app) as client:
        for seed in range(10):
            answer = client.post("/gradio_api/call/generate", json={"data": [seed, 400, None, 1, False]})
            assert answer.status_code == 200
        end = time.monotonic() + 20
        while time.monotonic() < end and not kept.bytes > 400_000:
            time.sleep(0.05)
        time.sleep(0.5)
        assert 0 < kept.bytes <= 1_000_000
        assert len(kept) < 10


def test_many_links_to_models_that_are_not_here_delay_nobody(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()

    def late(*_: object, **__: object) -> None:
        release.wait(30)
        raise HubError("hub unreachable", "Ask again.")

    monkeypatch.setattr(store, "remote", True)
    monkeypatch.setattr("gan.web.model_store.fetch.fetch", late)
    with TestClient(application(store)) as client:
        client.get("/")
        begin = time.monotonic()
        pages = [client.get(f"/?model=nobody{i}/nothing") for i in range(10)]
        assert [page.status_code for page in pages] == [200] * 10
        assert time.monotonic() - begin < 4  # one patience, not ten
        release.set()
