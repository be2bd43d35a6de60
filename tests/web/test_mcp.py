"""MCP has tools and nothing else; whoever asks for it makes this server call no one."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from gan.web.model_store import ModelStore
from gan.web.serve import application
from gan.writing import STROKES


@pytest.fixture(scope="module")
def client(store: ModelStore) -> Iterator[TestClient]:
    with TestClient(application(store, mcp=True)) as opened:
        yield opened


def ask(client: TestClient, method: str, parameters: dict[str, Any], **headers: str) -> dict[str, Any]:
    """The answer to a message of MCP."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    accepted = {"Accept": "application/json, text/event-stream"}
    answer = client.post("/gradio_api/mcp/", json=message, headers=accepted | headers)
    return json.loads(
        next(line for line in answer.text.splitlines() if line.startswith("data: ")).removeprefix("data: ")
    )


@pytest.mark.parametrize(
    ("method", "parameters"),
    [("prompts/get", {"name": "x"}), ("resources/read", {"uri": "x://y"}), ("prompts/list", {}),
     ("resources/list", {}), ("resources/templates/list", {})],
)  # fmt: skip
@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
def test_what_it_does_not_have_calls_no_address_that_a_visitor_names(
    client: TestClient, method: str, parameters: dict[str, Any], header: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        host = f"127.0.0.1:{listening.getsockname()[1]}"
        assert ask(client, method, parameters, **{header: host})["error"]["message"] == "Method not found"
        with pytest.raises(TimeoutError):
            listening.accept()


def test_its_tools_answer(client: TestClient) -> None:
    tools = [tool["name"] for tool in ask(client, "tools/list", {})["result"]["tools"]]
    assert sorted(name.split("_")[-1] for name in tools) == ["generate", "interpolate", "judge", "write"]
    write = next(name for name in tools if name.endswith("write"))
    image, _ = ask(client, "tools/call", {"name": write, "arguments": {"text": "7"}})["result"]["content"]
    assert (image["type"], image["mimeType"]) == ("image", "image/png")


def test_what_can_be_written_is_told_whole(client: TestClient) -> None:
    tools = ask(client, "tools/list", {})["result"]["tools"]
    write = next(tool for tool in tools if tool["name"].endswith("write"))
    told = write["inputSchema"]["properties"]["text"]["description"]
    assert set(STROKES) - {" "} <= set(told.split())
