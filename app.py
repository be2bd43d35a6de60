"""Serve the page: python app.py [--model DIR_OR_REPO]; python app.py --help lists the options."""

import os
import sys
from dataclasses import dataclass
from typing import Annotated

import tyro

from gan.console import print_everywhere
from gan.errors import UserError
from gan.proxies import use_proxies
from gan.web.address import check_temporary_folder, listening_address
from gan.web.temporary import remove_abandoned

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # nothing is reported to anyone
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
ON_ZERO_GPU = "SPACES_ZERO_GPU" in os.environ  # set by the Hub


@dataclass(frozen=True)
class Options:
    """Serve the page that draws digits by number."""

    model: str = os.environ.get("GAN_MODEL", "modern")
    """A bundled model's name, a model folder, or user/repo[@revision] on the Hugging Face Hub; also the environment's
    GAN_MODEL."""
    no_remote_models: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Let links name the served and the bundled models only, none on the Hub."""
    host: str | None = None
    """Address to listen on; 127.0.0.1 unless this is a Space or GRADIO_SERVER_NAME is set."""
    port: Annotated[int | None, tyro.conf.arg(metavar="PORT")] = None
    """Port to listen on; 7860 unless GRADIO_SERVER_PORT is set."""
    device: str | None = None
    """cuda, mps, xpu or cpu; the best one that is there unless named."""
    mcp: bool = False
    """Serve the API as MCP tools too (needs gradio[mcp])."""


def main(options: Options) -> None:
    """Load the generator, build the page, serve it until interrupted."""
    use_proxies()
    address = listening_address(options.host, options.port)
    check_temporary_folder()
    remove_abandoned()
    # Here, not above: torch and gradio take seconds, which --help and a wrong option need not wait for.
    if ON_ZERO_GPU:
        import gan.web.zero_gpu  # noqa: F401, I001  (before torch)

    import torch

    from gan.devices import choose_device
    from gan.web.model_store import ModelStore

    device = choose_device(options.device or ("cpu" if ON_ZERO_GPU else None))
    if device.type == "cpu":
        torch.set_num_threads(1)  # a page of digits is too small to share: a second thread costs more than it gives
    models = ModelStore(options.model, device=device, remote=not options.no_remote_models)

    from gan.web.serve import serve  # Gradio, which a wrong device or model need not wait for

    serve(models, host=address.host, port=address.port, mcp=options.mcp)


if __name__ == "__main__":
    print_everywhere()
    try:
        main(tyro.cli(Options))
    except UserError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:  # before the server listens to it
        sys.exit(130)
