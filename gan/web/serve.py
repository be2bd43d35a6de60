"""How the page is launched."""

from typing import Any

from starlette.middleware import Middleware
from starlette.routing import Route

from gan.web.assets import engine_file, static_file
from gan.web.head import LinkHead
from gan.web.model_store import ModelStore
from gan.web.page import say
from gan.web.routes import routes
from gan.web.theme import theme


def launch_options(models: ModelStore, *, mcp: bool = False) -> dict[str, Any]:
    """Arguments of `Blocks.launch` for the page of these models: nothing leaves the machine, nothing is recorded."""
    return {
        "app_kwargs": {
            "routes": [
                *routes(models),
                Route("/page/{version}/{name}", static_file),
                Route("/engine/{version}/{name}", engine_file),
            ],
            "middleware": [Middleware(LinkHead, models=models)],
        },
        "theme": theme(),
        "i18n": say,
        "ssr_mode": False,  # its proxy answers unknown paths with HTML and bypasses the middleware
        "run_history": False,
        "enable_monitoring": False,
        "footer_links": ["api"],
        "max_file_size": "1kb",  # nothing here takes a file
        "mcp_server": mcp,
        "show_error": True,
    }
