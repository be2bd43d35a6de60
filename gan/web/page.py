"""The page: Gradio's controls, the places where its scripts draw, and the functions of its API.

The controls call the page's own scripts (static/main.js), which draw in the browser (engine/) or, where that is chosen
or the browser cannot, fetch pictures from the plain routes: the same addresses that a link or an embedded picture has.
"""

from typing import Any

import gradio as gr

from gan.config import NUM_CLASSES
from gan.latents import NUM_SEEDS
from gan.web import api, links
from gan.web.model_store import ModelStore
from gan.web.parameters import MAX_TEXT
from gan.web.queue import DrawingQueue
from gan.web.requests import DigitsRequest, Request, TextRequest, WalkRequest
from gan.web.words import CHINESE, ENGLISH

say = gr.I18n(en=ENGLISH, zh=CHINESE)


def build_page(models: ModelStore, queue: DrawingQueue | None = None) -> gr.Blocks:
    """The page of these models, whose API draws in the queue; `serve.application` serves it."""
    with gr.Blocks(title=ENGLISH["title"], analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as page:
        mount_point("head")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(say("tab_generate"), id="generate", elem_id="tab-generate") as generate:
                generate_controls = generate_tab()
            with gr.Tab(say("tab_morph"), id="morph", elem_id="tab-morph") as morph:
                morph_controls = morph_tab()
            with gr.Tab(say("tab_write"), id="write", elem_id="tab-write") as write:
                write_controls = write_tab()
        for name, tab in (("generate", generate), ("morph", morph), ("write", write)):
            tab.select(None, js=f"() => {{ digitsPage.select('{name}') }}", api_visibility="private")
        connect({"digits": generate_controls, "walk": morph_controls, "text": write_controls})
        api.add(models, queue)
    return page


# The tabs


def mount_point(name: str) -> gr.HTML:
    """An empty place, which static/main.js fills with the panel of that name."""
    return gr.HTML(
        '<div class="panel"></div>', elem_id=f"mount-{name}", apply_default_css=False,
        js_on_load=f"window.digitsPage?.ready.then(() => digitsPage.mount('{name}', element))",
    )  # fmt: skip


def slider(kind: type[Request], name: str, label: str, **options: Any) -> gr.Slider:
    """A slider for a request's parameter, with the range and the default that links have."""
    schema = links.parameters(kind, page=True)[name].metadata["schema"]
    default = getattr(kind(), name)
    return gr.Slider(schema["minimum"], schema["maximum"], default, label=say(label), **{"step": 1, **options})


def temperature_slider(kind: type[Request]) -> gr.Slider:
    return slider(kind, "temperature", "temperature", step=0.05, info=say("temperature_info"))


def seed_number(label: str, element: str) -> gr.Number:
    return gr.Number(0, label=say(label), precision=0, minimum=0, maximum=NUM_SEEDS - 1, elem_id=element, step=1)


def generate_tab() -> dict[str, gr.components.FormComponent]:
    with gr.Row(elem_classes="bench"):
        with gr.Column(scale=0, min_width=280, elem_classes="controls"):
            seed = seed_number("seed", "seed")
            with gr.Row(elem_classes="buttons"):
                for name in ("previous", "random", "next"):
                    command(gr.Button(say(name), elem_id=name, min_width=60), "digits", name)
            count = slider(DigitsRequest, "count", "count", elem_id="count")
            digit = gr.Radio(
                [(say("any"), ""), *((str(d), str(d)) for d in range(NUM_CLASSES))], value="", label=say("digit"),
                elem_id="digit", elem_classes="keys-row",
            )  # fmt: skip
            temperature = temperature_slider(DigitsRequest)
            ten = gr.Checkbox(label=say("ten"), info=say("ten_info"), elem_id="ten")
            mount_point("download")
        with gr.Column(scale=1, min_width=300):
            mount_point("generate")
    return {"seed": seed, "count": count, "digit": digit, "temperature": temperature, "ten": ten}


def morph_tab() -> dict[str, gr.components.FormComponent]:
    with gr.Row(elem_classes="bench"):
        with gr.Column(scale=0, min_width=280, elem_classes="controls"):
            command(gr.Button(say("random"), elem_id="morph-random"), "walk", "random")
            mode = gr.Radio([(say("slerp"), "slerp"), (say("lerp"), "lerp")], value="slerp", label=say("mode"))
            frames = slider(WalkRequest, "frames", "frames", elem_id="frames")
            count = slider(WalkRequest, "count", "side_by_side", elem_id="side-by-side")
            temperature = temperature_slider(WalkRequest)
            fps = slider(WalkRequest, "fps", "fps", elem_id="fps")
            loop = gr.Checkbox(label=say("loop"), elem_id="loop")
            swing = gr.Checkbox(label=say("swing"), elem_id="swing")
            plane = gr.Checkbox(label=say("plane"), elem_id="plane")
        with gr.Column(scale=1, min_width=300):
            mount_point("morph")
    return {
        "mode": mode, "frames": frames, "count": count, "temperature": temperature, "fps": fps, "loop": loop,
        "swing": swing, "plane": plane,
    }  # fmt: skip


def write_tab() -> dict[str, gr.components.FormComponent]:
    with gr.Row(elem_classes="bench"):
        with gr.Column(scale=0, min_width=280, elem_classes="controls"):
            text = gr.Textbox(
                "", label=say("text"), info=say("text_info"), max_length=MAX_TEXT, elem_id="text", lines=1,
                max_lines=1, placeholder="3.14159",
            )  # fmt: skip
            seed = seed_number("handwriting", "hand-seed")
            command(gr.Button(say("random"), elem_id="write-random"), "text", "random")
            hand = gr.Radio([(say("hand_one"), "one"), (say("hand_own"), "own")], value="one", label=say("hand"))
            temperature = temperature_slider(TextRequest)
        with gr.Column(scale=1, min_width=300):
            mount_point("write")
    return {"text": text, "seed": seed, "hand": hand, "temperature": temperature}


# Controls ↔ scripts; none of this asks the server


def command(button: gr.Button, kind: str, name: str) -> None:
    button.click(None, js=f"() => {{ digitsPage.command('{kind}', '{name}') }}", api_visibility="private")


def connect(kinds: dict[str, dict[str, gr.components.FormComponent]]) -> None:
    """Let every control change its request, and every request show itself in its controls.

    A script cannot set a control, but it can trigger an event of an element that Gradio made. So an unseen element is
    the bridge from the scripts to Gradio: it has an event `show_KIND` for each kind of request, whose listener asks
    the scripts for the values and sets the controls."""
    events = [f"show_{kind}" for kind in kinds]
    bridge = gr.HTML(
        "", elem_id="bridge", elem_classes="unseen",
        js_on_load="/* triggers " + " ".join(f'"{e}"' for e in events) + " */ window.digitsPage?.connect(trigger)",
    )  # fmt: skip
    for kind, controls in kinds.items():
        names = list(controls)
        for name, control in controls.items():
            # A text that is pasted is a change to Gradio, not an input; every other control tells of input alone.
            listen = control.change if isinstance(control, gr.Textbox) else control.input  # type: ignore[attr-defined]
            listen(
                None, control, js=f"(value) => {{ digitsPage.control('{kind}', '{name}', value) }}",
                trigger_mode="multiple", api_visibility="private",
            )  # fmt: skip
            if isinstance(control, gr.Number):
                control.blur(
                    None, None, control, js=f"() => digitsPage.revert('{kind}', '{name}')", api_visibility="private"
                )
        getattr(bridge, f"show_{kind}")(
            None, None, list(controls.values()), js=f"() => digitsPage.values_of('{kind}', {names})",
            api_visibility="private",
        )  # fmt: skip
