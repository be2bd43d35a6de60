"""The proxies that the environment names: loopback is never asked through one, and one that can't be used is said."""

import os
from importlib.util import find_spec
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from gan.errors import UserError

LOOPBACK = ("localhost", "127.0.0.1", "::1")
KEYS = ("http", "https", "all")  # that the Hub's and Gradio's client reads, each in capitals or not, with _PROXY
SCHEMES = ("http", "https", "socks5", "socks5h")


class ProxyError(UserError):
    """A proxy of the environment can't be used; `reason` and `remedy` are sentences of their own."""

    def __init__(self, reason: str, remedy: str):
        super().__init__(f"{reason}. {remedy}")
        self.reason, self.remedy = reason, remedy


def use_proxies() -> None:
    """Take loopback out of what the environment's proxies are asked for. To be called before a client is made.

    Raises:
        ProxyError: a proxy of a kind that the client doesn't speak, or SOCKS without its package.
    """
    proxies = getproxies_environment()  # where these are none, the system's settings count: they are left alone
    if not any(proxies.get(key) for key in KEYS):
        return
    hosts = [host for host in proxies.get("no", "").split(",") if host.strip()]
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(dict.fromkeys([*hosts, *LOOPBACK]))
    for key in KEYS:
        _check(f"{key.upper()}_PROXY", proxies.get(key, ""))


def _check(name: str, address: str) -> None:
    scheme = urlsplit(address).scheme if "://" in address else "http"
    shown = address.rpartition("@")[2].rpartition("://")[2]  # without a password
    if scheme not in SCHEMES:
        raise ProxyError(
            f"the environment's {name} names a proxy of the kind {scheme}://, which isn't spoken here",
            f"Write it as socks5://{shown} or http://{shown}, or unset {name}",
        )
    if scheme.startswith("socks") and find_spec("socksio") is None:
        raise ProxyError(
            f"the environment's {name} names a SOCKS proxy, and the package for it is missing",
            f"Run pip install socksio, or unset {name}",
        )
