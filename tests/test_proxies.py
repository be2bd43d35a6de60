"""Proxies of the environment: never for loopback, and those that can't be used are one sentence."""

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from gan import proxies
from gan.proxies import ProxyError, use_proxies
from tests.browser.conftest import free_port
from tests.processes import health
from tests.web.models import untrained

ROOT = Path(__file__).resolve().parent.parent
NAMES = [f(name) for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY") for f in (str, str.lower)]
NOWHERE = "127.0.0.1:9"  # nothing listens there


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, "")  # so that what a test changes is taken back
        monkeypatch.delenv(name)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("before", ["", "corp.example, localhost"])
def test_loopback_is_never_asked_through_a_proxy(name: str, before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, f"http://{NOWHERE}")
    if before:
        monkeypatch.setenv("NO_PROXY", before)
    use_proxies()
    use_proxies()
    for variable in ("NO_PROXY", "no_proxy"):
        hosts = [host.strip() for host in os.environ[variable].split(",")]
        assert set(hosts) == {"localhost", "127.0.0.1", "::1", *(["corp.example"] if before else [])}


def test_without_proxies_the_environment_stays_as_it_is() -> None:
    """On Windows and macOS a NO_PROXY alone would hide the system's own settings."""
    use_proxies()
    assert "NO_PROXY" not in os.environ


def test_a_socks_proxy_without_its_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks5://me:secret@{NOWHERE}")
    use_proxies()  # the package is there
    monkeypatch.setattr(proxies, "find_spec", lambda name: None)
    with pytest.raises(ProxyError, match="ALL_PROXY names a SOCKS proxy, .*pip install socksio, or unset") as error:
        use_proxies()
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("kind", ["socks", "socks4", "ftp"])
def test_a_proxy_of_another_kind_is_one_sentence(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Desktops write socks://, which the clients don't speak."""
    monkeypatch.setenv("all_proxy", f"{kind}://me:secret@{NOWHERE}/")
    says = f"kind {kind}://, which isn't spoken here. Write it as socks5://{NOWHERE}"
    with pytest.raises(ProxyError, match=says) as error:
        use_proxies()
    assert "secret" not in str(error.value)


def environment(**proxy: str) -> dict[str, str]:
    return {**{k: v for k, v in os.environ.items() if k not in NAMES}, **proxy}


WITHOUT_SOCKS = (
    "import runpy, sys; sys.modules['socksio'] = None; sys.argv = {0!r}; runpy.{1}({2!r}, run_name='__main__')"
)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["app.py"], "error: "),
        (["gan.hub", "push", "modern", "me/x"], "gan.hub: the environment's ALL_PROXY names "),
        (
            ["gan.evaluation", "nobody/nothing"],
            "gan.evaluation: there is no folder 'nobody/nothing', and from the Hub",
        ),
    ],
)
def test_commands_say_it_in_one_line(command: list[str], says: str) -> None:
    how = "run_path" if command[0].endswith(".py") else "run_module"
    code = WITHOUT_SOCKS.format(command, how, command[0])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(ALL_PROXY=f"socks5://{NOWHERE}", HF_TOKEN="hf_x"),
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith(says)
    assert "names a SOCKS proxy, and the package for it is missing. Run pip install socksio" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.parametrize("address", [f"http://{NOWHERE}", f"socks5://{NOWHERE}"])
def test_the_app_starts_and_answers_with_a_dead_proxy_in_the_environment(tmp_path: Path, address: str) -> None:
    assert importlib.util.find_spec("socksio")
    untrained(tmp_path / "model", "relu-2")
    port = free_port()
    proxy = dict.fromkeys(NAMES[:6], address)
    process = subprocess.Popen(
        [sys.executable, "app.py", "--model", str(tmp_path / "model"), "--port", str(port), "--device", "cpu"],
        cwd=ROOT, env=environment(**proxy, GRADIO_TEMP_DIR=str(tmp_path / "temporary")),
    )  # fmt: skip
    try:
        with httpx.Client(trust_env=False) as client:
            assert health(process, f"http://127.0.0.1:{port}", client)["model"] == "model"
            assert client.get(f"http://127.0.0.1:{port}/").status_code == 200
        time.sleep(2)  # Gradio asks itself after it has begun to listen: it would give up now
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(30)
