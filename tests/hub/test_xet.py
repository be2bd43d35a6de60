"""With Xet, the Hub's newer way to store large files, a model makes the same round trip.

In processes of their own: whether the client speaks Xet is settled when it is imported.
"""

import os
import subprocess
import sys

import pytest

from gan.console import python
from gan.hub.push import ROOT

ENVIRONMENT = {
    "HF_HUB_DISABLE_XET": "0",
    "HF_TOKEN": "hf_maker",
    "HF_XET_XORB_COMPRESSION_POLICY": "none",  # the double has no decompressor
    "PYTHONPATH": str(ROOT),
}


@pytest.fixture
def run(tmp_path):
    """Run Python with Xet on and its cache empty: it remembers which chunks the Hub has."""
    environment = os.environ | ENVIRONMENT | {"HF_XET_CACHE": str(tmp_path / "xet")}

    def run(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=100
        )

    return run


def test_a_model_makes_the_round_trip_through_xet(hub, run, run_folder):
    script = """if True:
        import sys, torch
        from gan import Generator
        from gan.hub.push import push
        push(sys.argv[1], "maker/digits")
        fetched, local = Generator.from_pretrained("maker/digits"), Generator.from_pretrained(sys.argv[1])
        assert torch.equal(fetched.sample([7, 8]), local.sample([7, 8]))
    """
    done = run("-c", script, str(run_folder))
    assert done.returncode == 0, done.stderr
    assert not any("/lfs/" in line or line.startswith("PUT") for line in hub.requests)
    assert sum("POST /cas/v1/xorbs/" in line for line in hub.requests) == 1
    assert sum("GET /cas/xorb/" in line for line in hub.requests) == 3  # a range for each file of weights


def test_a_refused_xet_upload_is_one_sentence_and_loses_nothing(hub, run, run_folder):
    with hub.fault("POST /cas/v1/xorbs", "403"):
        done = run("-m", "gan.hub", "push", str(run_folder), "maker/digits")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.rstrip().endswith(f"publish it with: {python()} -m gan.hub push {run_folder} maker/digits")
    assert set(hub.repositories["models", "maker/digits"].head) == {".gitattributes"}
