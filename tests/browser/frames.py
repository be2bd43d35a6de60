"""The page in a frame of another page, as a Space shows it."""

from playwright.sync_api import Page, expect


def link_copied_in_a_frame(host: Page, address: str, painted: str) -> str:
    """What Copy link puts into the clipboard from a frame, which may not use it itself.

    Args:
        host: a page of another origin, whose content goes.
        painted: what the wall at the address shows, as its data-painted says.
    """
    host.evaluate(
        "src => { document.body.innerHTML = ''; const f = document.createElement('iframe'); f.src = src;"
        " f.width = 1000; f.height = 800; document.body.append(f) }",
        address,
    )
    frame = host.frame_locator("iframe")
    expect(frame.locator("#wall")).to_have_attribute("data-painted", painted)
    host.context.clear_permissions()
    frame.get_by_role("button", name="Copy link").click()
    expect(frame.locator("#status")).to_have_text("Copied")
    host.context.grant_permissions(["clipboard-read"])
    return host.evaluate("async () => { window.focus(); return await navigator.clipboard.readText() }")
