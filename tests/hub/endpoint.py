"""No test talks to the real Hugging Face Hub: its client, which reads these at import, is pointed at a port of this
machine that refuses connections until tests/hub serves its double there."""

import atexit
import os
import shutil
import socket
import tempfile

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    PORT: int = probe.getsockname()[1]

HF_HOME = tempfile.mkdtemp(prefix="gan-tests-hf-")
atexit.register(shutil.rmtree, HF_HOME, ignore_errors=True)

os.environ |= {
    "HF_ENDPOINT": f"http://127.0.0.1:{PORT}",
    "HF_HOME": HF_HOME,
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_XET": "1",  # the Xet round trip runs in a process of its own
    "NO_PROXY": "localhost,127.0.0.1",
}
for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE"):
    os.environ.pop(name, None)
