"""The API as programs call it, and `python app.py` as people start it."""

import base64
import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image

from tests.browser.conftest import free_port
from tests.processes import health
from tests.web.models import untrained

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def client(url) -> Client:
    return Client(url, verbose=False)


def image(answer: dict) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(answer["image"].split(",", 1)[1])))


def test_the_api_page_lists_exactly_these_names(client) -> None:
    named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(named) == {"/generate", "/interpolate", "/write", "/judge"}
    assert [p["parameter_name"] for p in named["/generate"]["parameters"]] == [
        "seed",
        "count",
        "digit",
        "temperature",
        "ten",
    ]
    assert [p["parameter_has_default"] for p in named["/write"]["parameters"]] == [False, True, True, True, True]


def test_generate_answers_with_picture_numbers_classes_and_link(client, models, url) -> None:
    answer = client.predict(seed=4294967295, count=2, api_name="/generate")
    assert (answer["numbers"], answer["digits"]) == ([4294967295, 0], [5, 0])
    digits = models.served.sample([4294967295, 0]).numpy()
    assert np.array_equal(255 - np.asarray(image(answer)), np.concatenate(list(digits), axis=1))
    assert httpx.get(f"{url}digits.png?{answer['link']}").content == base64.b64decode(answer["image"].split(",")[1])


def test_interpolate_write_and_judge_answer(client) -> None:
    walk = client.predict(seeds="7", digits="3,8", frames=5, api_name="/interpolate")
    assert (image(walk).format, image(walk).n_frames, image(walk).size) == ("GIF", 5, (112, 112))
    line = client.predict("2026-11-21", api_name="/write")
    assert image(line).size == ((8 * 20 + 2 * 15 + 8) * 4, 28 * 4)
    readings = client.predict(seed=7, count=3, api_name="/judge")["readings"]
    assert [r["number"] for r in readings] == [7, 8, 9]
    assert all(0 <= r["read_as"] <= 9 and 0 < r["probability"] <= 1 for r in readings)


@pytest.mark.parametrize(
    ("arguments", "link"),
    [
        ({"seed": 7.0, "count": 2.0, "digit": 3.0, "temperature": 1}, "seed=7&count=2&digit=3&temperature=1"),
        ({"seed": 4294967295.0, "count": 1}, "seed=4294967295&count=1&temperature=1"),
        ({"seed": 7, "count": 1, "temperature": 0.1 + 0.2}, "seed=7&count=1&temperature=0.3"),
        ({"seed": 7, "count": 1, "temperature": 0.7999999999999999}, "seed=7&count=1&temperature=0.8"),
    ],
)
def test_numbers_arrive_as_other_languages_write_them(client, arguments: dict, link: str) -> None:
    assert client.predict(**arguments, api_name="/generate")["link"].startswith(link)


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("/generate", {"seed": -1}, "seed must be a whole number from 0 to 4294967295, not '-1'"),
        ("/generate", {"seed": 7.5}, "not '7.5'"),
        ("/generate", {"seed": 7.0001}, "not '7.0001'"),
        ("/generate", {"seed": 4294967296.0}, "seed must be a whole number from 0 to 4294967295, not '4294967296'"),
        ("/generate", {"seed": -1.0}, "not '-1'"),
        ("/generate", {"temperature": 0.30001}, "temperature must be a number .* with at most 4 decimals"),
        ("/generate", {"seed": True}, "not 'True'"),
        ("/generate", {"seed": [1]}, "seed must be a whole number"),
        ("/generate", {"count": 401}, "count must be a whole number from 1 to 400"),
        ("/generate", {"temperature": "nan"}, "temperature must be a number from 0.1 to 1.5"),
        ("/interpolate", {"seeds": "7"}, "at least two key frames"),
        ("/interpolate", {"frames": 10**9}, "frames must be"),
        ("/write", {"text": "abc"}, "text must be"),
        ("/write", {"text": ""}, "text must be given"),
        ("/judge", {"digit": 11}, "digit must be"),
    ],
)
def test_the_api_refuses_with_a_reason(client, name: str, arguments: dict, reason: str) -> None:
    with pytest.raises(AppError, match=reason):
        client.predict(**arguments, api_name=name)


def run_app(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "app.py", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_app_py_tells_what_is_wrong_in_one_line(tmp_path) -> None:
    untrained(tmp_path / "model", "relu-2")
    model = str(tmp_path / "model")
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        port = str(occupied.getsockname()[1])
        cases = {
            ("--model", model, "--port", port): f"cannot listen on 127.0.0.1:{port}",
            ("--model", str(tmp_path / "gone")): "there is no folder",
            ("--model", model, "--device", "cuda:9"): "device 'cuda:9' is not on this machine",
        }
        for arguments, message in cases.items():
            run = run_app(*arguments)
            assert run.returncode == 1, run.stderr
            assert message in run.stderr
            assert "Traceback" not in run.stderr
    assert run_app("--port", "http").returncode == 2


def test_app_py_serves_page_and_mcp_tools(tmp_path) -> None:
    untrained(tmp_path / "model", "modern")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "app.py",
        "--model",
        str(tmp_path / "model"),
        "--port",
        str(port),
        "--device",
        "cpu",
        "--mcp",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "GRADIO_TEMP_DIR": str(tmp_path / "temporary")})
    try:
        with httpx.Client() as client:
            assert health(process, address, client)["model"] == "model"
        tools = {tool["name"]: tool for tool in httpx.get(f"{address}/gradio_api/mcp/schema").json()}
        assert sorted(name.split("_")[-1] for name in tools) == ["generate", "interpolate", "judge", "write"]
        generate = next(tool for name, tool in tools.items() if name.endswith("generate"))
        assert "Number of the first digit" in generate["inputSchema"]["properties"]["seed"]["description"]

        def call(name: str, arguments: dict) -> list[dict]:
            tool = next(tool for tool in tools if tool.endswith(name))
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
            message |= {"params": {"name": tool, "arguments": arguments}}
            headers = {"Accept": "application/json, text/event-stream"}
            answer = httpx.post(f"{address}/gradio_api/mcp/", json=message, headers=headers, timeout=30)
            assert answer.status_code == 200
            event = next(line for line in answer.text.splitlines() if line.startswith("data: "))
            return json.loads(event.removeprefix("data: "))["result"]["content"]

        image, text = call("generate", {"seed": 7, "count": 16})
        assert (image["type"], image["mimeType"]) == ("image", "image/png")
        assert Image.open(io.BytesIO(base64.b64decode(image["data"]))).size == (112, 112)
        assert set(json.loads(text["text"])) == {"numbers", "digits", "link", "model", "weights"}
        assert json.loads(text["text"])["link"].startswith("seed=7&count=16")
        image, text = call("interpolate", {"seeds": "7,42", "frames": 5})
        assert image["mimeType"] == "image/gif"
        assert Image.open(io.BytesIO(base64.b64decode(image["data"]))).n_frames == 5
        assert len(text["text"]) < 300
        (text,) = call("judge", {"seed": 7, "count": 1})
        assert '"number": 7' in text["text"].replace("'", '"')
    finally:
        process.terminate()
        process.wait(30)
