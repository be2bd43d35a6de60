"""The page's colours, fonts and spacing, as Gradio's theme."""

import gradio as gr

from gan.web.palette import MONO, PAPER, SANS, SEAL


def theme() -> gr.themes.Base:
    """Colours and fonts of palette.py."""
    seal, paper = gr.themes.Color(*SEAL), gr.themes.Color(*PAPER)
    return gr.themes.Base(
        primary_hue=seal, secondary_hue=seal, neutral_hue=paper, font=[*SANS], font_mono=[*MONO],
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
