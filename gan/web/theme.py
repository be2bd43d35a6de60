"""The page's colours, fonts and spacing, as Gradio's theme."""

import gradio as gr

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
