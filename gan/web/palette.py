"""The page's colours and fonts: ink on paper, with the red of a seal. Every font is the system's, so that nothing is
fetched from elsewhere."""

SHADES = (50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950)
SEAL = (
    "#fdf3f0", "#fbe3dc", "#f6c4b7", "#ee9a85", "#e26a4f", "#c2391b", "#a93016", "#8a2712", "#6d2010", "#561b0f",
    "#33100a",
)  # fmt: skip
PAPER = (
    "#fbf9f5", "#f4f0e8", "#e6e0d4", "#d0c8b8", "#a39a8a", "#6f685c", "#544e45", "#3d3933", "#282521", "#1b1917",
    "#121110",
)  # fmt: skip
SANS = ("system-ui", "-apple-system", "Segoe UI", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def css_variables() -> str:
    """All of it as CSS variables: `--paper-50`, …, `--seal-950`, `--font`, `--font-mono`."""
    lines = []
    for name, colours in (("paper", PAPER), ("seal", SEAL)):
        lines += [f"--{name}-{shade}: {colour};" for shade, colour in zip(SHADES, colours, strict=True)]
    for name, fonts in (("font", SANS), ("font-mono", MONO)):
        quoted = (f'"{font}"' if " " in font else font for font in fonts)
        lines.append(f"--{name}: {', '.join(quoted)};")
    return ":root {\n  " + "\n  ".join(lines) + "\n}\n"
