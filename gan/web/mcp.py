"""The API for language models: a picture is an image that they can see, not characters of base64 in a text."""

import json
from typing import Any, NoReturn

import gradio.mcp

from gan.web import pictures

DATA_URI = {f"data:{encoding.media_type};base64": encoding.media_type for _, encoding in pictures.ENCODINGS.values()}


class McpServer(gradio.mcp.GradioMCPServer):
    """Gradio's, which sends a picture as image content only if it is a file.

    It has tools alone. Gradio answers for prompts and resources, of which there are none here, through a client of the
    address that whoever asks says this server has: any address, and the client would be kept for all.
    """

    def create_mcp_server(self) -> Any:
        """The server, without what is answered through a client."""
        server = super().create_mcp_server()
        types = self.types
        for request in (
            types.ListPromptsRequest, types.GetPromptRequest, types.ListResourcesRequest,
            types.ListResourceTemplatesRequest, types.ReadResourceRequest,
        ):  # fmt: skip
            del server.request_handlers[request]
        return server

    def _get_or_create_client(self) -> NoReturn:
        raise RuntimeError("nothing here is asked for at an address")

    def postprocess_output_data(self, data: Any, root_url: str) -> list[Any]:
        """An answer of the API as MCP's contents: its image, if it has one, and the rest as JSON."""
        contents: list[Any] = []
        for output in data:
            prefix, _, base64 = (
                str(output.get("image", "")).partition(",") if isinstance(output, dict) else ("", "", "")
            )
            if prefix not in DATA_URI:
                contents += super().postprocess_output_data([output], root_url)
                continue
            contents.append(self.types.ImageContent(type="image", data=base64, mimeType=DATA_URI[prefix]))
            rest = {name: value for name, value in output.items() if name != "image"}
            contents.append(self.types.TextContent(type="text", text=json.dumps(rest)))
        return contents


def send_images() -> None:
    """Let the page that is served next answer so. Gradio has no setting for it."""
    gradio.mcp.GradioMCPServer = McpServer  # type: ignore[misc]
