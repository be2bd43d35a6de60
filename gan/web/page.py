"""The page: Gradio's controls, the places where its scripts draw, and the functions of its API.

The controls call the page's own scripts (static/main.js), which draw in the browser (engine/) or, where that is chosen
or the browser cannot, fetch pictures from the plain routes: the same addresses that a link or an embedded picture has.
"""

import gradio as gr

from gan.web import api
from gan.web.controls import TABS, Choice, Control, Line, Number, Place, Slider, Switch, Tab
from gan.web.model_store import ModelStore
from gan.web.queue import DrawingQueue
from gan.web.words import CHINESE, ENGLISH

say = gr.I18n(en=ENGLISH, zh=CHINESE)


def build_page(models: ModelStore, queue: DrawingQueue | None = None) -> gr.Blocks:
    """The page of these models, whose API draws in the queue; `serve.application` serves it."""
    with gr.Blocks(title=ENGLISH["title"], analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as page:
        mount_point("head")
        components = {}
        with gr.Tabs(elem_id="tabs"):
            for tab in TABS:
                with gr.Tab(say(f"tab_{tab.name}"), id=tab.name, elem_id=f"tab-{tab.name}") as shown:
                    components[tab.kind] = tab_components(tab)
                shown.select(None, js=f"() => {{ digitsPage.select('{tab.name}') }}", api_visibility="private")
        mount_point("foot")
        connect(components)
        api.add(models, queue)
    return page


# The tabs


def mount_point(name: str) -> gr.HTML:
    """An empty place, which static/main.js fills with the panel of that name."""
    return gr.HTML(
        '<div class="panel"></div>', elem_id=f"mount-{name}", apply_default_css=False,
        js_on_load=f"window.digitsPage?.ready.then(() => digitsPage.mount('{name}', element))",
    )  # fmt: skip


def tab_components(tab: Tab) -> dict[str, gr.components.FormComponent]:
    """A tab's controls and the place of its panel; returns the components by the parameters that they show."""
    made: dict[str, gr.components.FormComponent] = {}
    if not tab.controls:
        mount_point(tab.name)
        return made
    with gr.Row(elem_classes="bench"):
        with gr.Column(scale=0, min_width=280, elem_classes="controls"):
            for part in tab.controls:
                match part:
                    case Control():
                        made[part.name] = component(part)
                    case Place():
                        mount_point(part.name)
        with gr.Column(scale=1, min_width=300):
            mount_point(tab.name)
    return made


def component(control: Control) -> gr.components.FormComponent:
    """Gradio's component for a control."""
    label, info = say(control.label), say(control.info) if control.info else None
    match control:
        case Number():
            return gr.Number(
                control.default, label=label, precision=0, minimum=control.low, maximum=control.high, step=1,
                elem_id=control.element, elem_classes=control.style,
            )  # fmt: skip
        case Slider():
            return gr.Slider(
                control.low, control.high, control.default, step=control.step, label=label, info=info,
                elem_id=control.element, elem_classes=control.style,
            )  # fmt: skip
        case Choice():
            options = [(say(words) if words in ENGLISH else words, value) for value, words in control.options]
            return gr.Radio(
                options, value=control.default, label=label, elem_id=control.element, elem_classes=control.style
            )
        case Switch():
            return gr.Checkbox(label=label, info=info, elem_id=control.element, elem_classes=control.style)
        case Line():
            return gr.Textbox(
                "", label=label, info=info, max_length=control.most, elem_id=control.element, lines=1, max_lines=1,
                placeholder=control.placeholder,
            )  # fmt: skip
    raise TypeError(f"there is no component for {control}")


# Controls ↔ scripts; none of this asks the server


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
