"""The page: Gradio's controls, the panels that its scripts draw, and the functions of its API.

The controls call the page's own scripts (static/main.js), which fetch pictures from the plain routes: the fastest
transport that was measured, cached by the browser, and the same addresses that a link or an embedded picture has.
"""

from pathlib import Path

import gradio as gr

from gan.latents import MAX_TEMPERATURE, MIN_TEMPERATURE
from gan.web import api, links
from gan.web.models import Models
from gan.web.words import CHINESE, ENGLISH

STATIC = Path(__file__).parent / "static"

say = gr.I18n(en=ENGLISH, zh=CHINESE)

SANS = ["system-ui", "-apple-system", "Segoe UI", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


def theme() -> gr.themes.Base:
    """Ink on paper, with the red of a seal; every font is the system's, so that nothing is fetched from elsewhere."""
    seal = gr.themes.Color(
        "#fdf3f0", "#fbe3dc", "#f6c4b7", "#ee9a85", "#e26a4f", "#c2391b", "#a93016", "#8a2712", "#6d2010", "#561b0f",
        "#33100a",
    )  # fmt: skip
    paper = gr.themes.Color(
        "#fbf9f5", "#f4f0e8", "#e6e0d4", "#d0c8b8", "#a39a8a", "#6f685c", "#544e45", "#3d3933", "#282521", "#1b1917",
        "#121110",
    )  # fmt: skip
    return gr.themes.Base(
        primary_hue=seal, secondary_hue=seal, neutral_hue=paper, font=SANS, font_mono=MONO,
        radius_size=gr.themes.sizes.radius_sm, spacing_size=gr.themes.sizes.spacing_md,
    ).set(
        body_background_fill="*neutral_50", body_background_fill_dark="*neutral_950",
        body_text_color_subdued="*neutral_500", body_text_color_subdued_dark="*neutral_400",
        block_background_fill="transparent", block_background_fill_dark="transparent",
        block_border_width="0px", block_shadow="none", block_padding="0px",
        block_label_background_fill="transparent", block_label_background_fill_dark="transparent",
        block_title_text_color="*neutral_600", block_title_text_color_dark="*neutral_300",
        block_title_text_size="0.8rem", block_info_text_size="0.75rem",
        block_info_text_color="*neutral_500", block_info_text_color_dark="*neutral_400",
        input_background_fill="white", input_background_fill_dark="*neutral_900",
        input_border_color="*neutral_300", input_border_color_dark="*neutral_700",
        button_secondary_background_fill="transparent", button_secondary_background_fill_dark="transparent",
        button_secondary_border_color="*neutral_300", button_secondary_border_color_dark="*neutral_700",
        button_border_width="1px", slider_color="*primary_500", slider_color_dark="*primary_400",
        checkbox_label_background_fill="transparent", checkbox_label_background_fill_dark="transparent",
    )  # fmt: skip


def build_page(models: Models) -> gr.Blocks:
    """The page of these models; `serve.launch_options` says how it is launched."""
    with gr.Blocks(title=ENGLISH["title"], analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as page:
        panel("head")
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
        api.add(models)
    return page


# The tabs


def panel(name: str) -> gr.HTML:
    """A place that static/main.js fills."""
    return gr.HTML(
        '<div class="panel"></div>', elem_id=f"panel-{name}", elem_classes="panel-place", apply_default_css=False,
        js_on_load=f"window.digitsPage?.ready.then(() => digitsPage.mount('{name}', element))",
    )  # fmt: skip


def temperature_slider() -> gr.Slider:
    return gr.Slider(
        MIN_TEMPERATURE, MAX_TEMPERATURE, 1.0, step=0.05, label=say("temperature"), info=say("temperature_info")
    )


def seed_number(label: str, element: str) -> gr.Number:
    return gr.Number(0, label=say(label), precision=0, minimum=0, maximum=2**32 - 1, elem_id=element, step=1)


def generate_tab() -> dict[str, gr.components.FormComponent]:
    with gr.Row(elem_classes="bench"):
        with gr.Column(scale=0, min_width=280, elem_classes="controls"):
            seed = seed_number("seed", "seed")
            with gr.Row(elem_classes="buttons"):
                for name in ("previous", "random", "next"):
                    command(gr.Button(say(name), elem_id=name, min_width=60), "digits", name)
            count = gr.Slider(1, links.MAX_COUNT, 16, step=1, label=say("count"), elem_id="count")
            digit = gr.Radio(
                [(say("any"), ""), *((str(d), str(d)) for d in range(10))], value="", label=say("digit"),
                elem_id="digit", elem_classes="keys-row",
            )  # fmt: skip
            temperature = temperature_slider()
            ten = gr.Checkbox(label=say("ten"), info=say("ten_info"), elem_id="ten")
            panel("download")
        with gr.Column(scale=1, min_width=300):
            panel("generate")
    return {"seed": seed, "count": count, "digit": digit, "temperature": temperature, "ten": ten}


def morph_tab() -> dict[str, gr.components.FormComponent]:
    with gr.Row(elem_classes="bench"):
        with gr.Column(scale=0, min_width=280, elem_classes="controls"):
            command(gr.Button(say("random"), elem_id="morph-random"), "walk", "random")
            mode = gr.Radio([(say("slerp"), "slerp"), (say("lerp"), "lerp")], value="slerp", label=say("mode"))
            frames = gr.Slider(2, 240, 60, step=1, label=say("frames"), elem_id="frames")
            count = gr.Slider(1, links.MAX_WALK_COUNT, 1, step=1, label=say("side_by_side"), elem_id="side-by-side")
            temperature = temperature_slider()
            fps = gr.Slider(1, 50, 20, step=1, label=say("fps"), elem_id="fps")
            loop = gr.Checkbox(label=say("loop"), elem_id="loop")
            swing = gr.Checkbox(label=say("swing"), elem_id="swing")
            plane = gr.Checkbox(label=say("plane"), elem_id="plane")
        with gr.Column(scale=1, min_width=300):
            panel("morph")
    return {
        "mode": mode, "frames": frames, "count": count, "temperature": temperature, "fps": fps, "loop": loop,
        "swing": swing, "plane": plane,
    }  # fmt: skip


def write_tab() -> dict[str, gr.components.FormComponent]:
    with gr.Row(elem_classes="bench"):
        with gr.Column(scale=0, min_width=280, elem_classes="controls"):
            text = gr.Textbox(
                "", label=say("text"), info=say("text_info"), max_length=links.MAX_TEXT, elem_id="text", lines=1,
                max_lines=1, placeholder="3.14159",
            )  # fmt: skip
            seed = seed_number("handwriting", "hand-seed")
            command(gr.Button(say("random"), elem_id="write-random"), "text", "random")
            hand = gr.Radio([(say("hand_one"), "one"), (say("hand_own"), "own")], value="one", label=say("hand"))
            temperature = temperature_slider()
        with gr.Column(scale=1, min_width=300):
            panel("write")
    return {"text": text, "seed": seed, "hand": hand, "temperature": temperature}


# Controls ↔ scripts; none of this asks the server


def command(button: gr.Button, kind: str, name: str) -> None:
    button.click(None, js=f"() => {{ digitsPage.command('{kind}', '{name}') }}", api_visibility="private")


def connect(kinds: dict[str, dict[str, gr.components.FormComponent]]) -> None:
    """Let every control change its request, and every request show itself in its controls."""
    events = [f"show_{kind}" for kind in kinds]
    bus = gr.HTML(
        "", elem_id="bus", elem_classes="unseen",
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
        getattr(bus, f"show_{kind}")(
            None, None, list(controls.values()), js=f"() => digitsPage.values_of('{kind}', {names})",
            api_visibility="private",
        )  # fmt: skip
