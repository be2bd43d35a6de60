"""On a ZeroGPU Space the page declares a function for the GPU, before torch is there, and draws on the CPU."""

import subprocess
import sys

CODE = """
import os, sys, types
os.environ["SPACES_ZERO_GPU"] = "true"
declared, served = [], []
gpu = lambda function: declared.append((function.__name__, "torch" in sys.modules))
sys.modules["spaces"] = types.SimpleNamespace(GPU=gpu)
import app
sys.modules["gan.web.serve"] = types.SimpleNamespace(serve=lambda models, **_: served.append(str(models.device)))
app.main(app.Options(port=1, host="127.0.0.1"))
print(declared, served)
"""


def test_a_function_is_declared_and_the_page_draws_on_the_cpu() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[('gpu_name', False)] ['cpu']", done.stderr
