"""A line of text in handwriting: the generator draws its digits, and a pen the separators between them."""

import unicodedata
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from gan import latents
from gan.config import IMAGE_SIZE
from gan.networks import Generator

DIGIT_ADVANCE = 20  # MNIST fits its digits into 20 of the 28 columns, so cells overlap by their empty margins
SEPARATORS = {
    " ": 12,
    "-": 15,
    ".": 9,
    "/": 15,
    ":": 9,
    "+": 18,
    ",": 9,
    "(": 11,
    ")": 11,
}  # with the advance of each, in pixels
STROKES: dict[str, list[tuple[tuple[float, float], tuple[float, float]]]] = {  # of the separators, (x, y) to (x, y)
    " ": [],
    "-": [((9.5, 14.5), (18.5, 14))],
    ".": [((14, 22.5), (14, 22.6))],
    "/": [((18.5, 5.5), (9.5, 23))],
    ":": [((14, 11), (14, 11.1)), ((14, 20), (14, 20.1))],
    "+": [((8, 14.2), (20, 13.8)), ((14.2, 8), (13.8, 20))],
    ",": [((14.5, 21.5), (13, 25))],
    "(": [((16.5, 4.5), (13, 9.5)), ((13, 9.5), (12, 14.5)), ((12, 14.5), (13, 19.5)), ((13, 19.5), (16.5, 24.5))],
    ")": [((11.5, 4.5), (15, 9.5)), ((15, 9.5), (16, 14.5)), ((16, 14.5), (15, 19.5)), ((15, 19.5), (11.5, 24.5))],
}
MARGIN = (IMAGE_SIZE - DIGIT_ADVANCE) // 2  # left and right of a line: the rest of its first and last digit's cell

READ_AS = {  # characters that mean one of ours, or several
    **dict.fromkeys("‐‒–—―−~〜_", "-"),
    **dict.fromkeys("·•∙⋅。٫", "."),
    **dict.fromkeys("、;٬，", ","),
    **dict.fromkeys("⁄∕\\÷", "/"),
    **dict.fromkeys("[{【〔「『〈《", "("),
    **dict.fromkeys("]}】〕」』〉》", ")"),
    **{numeral: str(digit) for digit, numeral in enumerate("〇一二三四五六七八九")},
    "零": "0",
    "∶": ":",
    "π": "3.14159265358979",
}
MARKS = {  # after a number of a date or a time; before the next one they mean a separator, at the end nothing
    **dict.fromkeys("年月년월", "-"),
    **dict.fromkeys("日号號일", " "),
    **dict.fromkeys("时時点點分시분", ":"),
    **dict.fromkeys("秒초", ""),
}
CONTROL_SPACES = "\t\n\v\f\r\x85"  # with the separators (Z), Unicode's White_Space, as scripts know it


def readable(text: str) -> tuple[str, str]:
    """What a line can hold of any text, and the characters that it cannot hold, each once.

    Full-width and other scripts' digits are digits, dashes are dashes, 2026年11月21日 is 2026-11-21.
    """
    held: list[str] = []
    refused: dict[str, None] = {}
    characters = unicodedata.normalize("NFKC", text)
    for character, following in zip(characters, characters[1:] + " ", strict=False):
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            held.append(str(digit))
        elif character in SEPARATORS:
            held.append(character)
        elif character in MARKS:
            held.append(MARKS[character] if unicodedata.decimal(following, None) is not None else "")
        elif character in READ_AS:
            held.append(READ_AS[character])
        elif character in CONTROL_SPACES or unicodedata.category(character)[0] == "Z":
            held.append(" ")
        elif unicodedata.category(character) != "Cf":  # invisible: nothing is lost
            refused[character] = None
    return "".join(held), "".join(refused)


def written_line(
    generator: Generator, text: str, seed: int, *, own: bool = False, temperature: float = 1.0
) -> np.ndarray:
    """Text as one line `uint8 [28, W]`, 0 = paper, 255 = ink.

    Args:
        text: digits and the characters of `SEPARATORS`.
        seed: the handwriting of every digit.
        own: give digit i of the line the seed `seed + i`, a handwriting of its own.
        temperature: scales the latents, 0.1 … 1.5.

    Raises:
        ValueError: another character, no character, or an unconditional generator.
    """
    if not text or not set(text) <= set("0123456789") | set(SEPARATORS):
        raise ValueError(f"text must be digits, spaces and - . / : + , ( ) only, not {text!r}")
    classes = [int(c) for c in text if c.isdigit()]
    seeds = latents.seed_range(seed, len(classes)) if own else [seed] * len(classes)
    images = iter(generator.sample(seeds, classes, temperature).numpy() if classes else ())  # [28, 28] each
    line = np.zeros((IMAGE_SIZE, 2 * MARGIN + sum(advance(c) for c in text)), dtype=np.uint8)
    x = MARGIN
    for character in text:
        glyph = next(images) if character.isdigit() else separator(character)  # [28, 28]
        left = x + (advance(character) - IMAGE_SIZE) // 2  # the cell is centred on the advance, and may be wider
        a, b = max(left, 0), min(left + IMAGE_SIZE, line.shape[1])
        line[:, a:b] = np.maximum(line[:, a:b], glyph[:, a - left : b - left])
        x += advance(character)
    return line


def advance(character: str) -> int:
    """How many pixels to the right the next character's place is."""
    return SEPARATORS.get(character, DIGIT_ADVANCE)


@cache
def separator(character: str) -> np.ndarray:
    """A separator as `uint8 [28, 28]`, drawn with a round pen as thick as the digits' strokes."""
    zoom, pen = 8, 2.6
    sheet = Image.new("L", (IMAGE_SIZE * zoom, IMAGE_SIZE * zoom))
    canvas = ImageDraw.Draw(sheet)
    for start, end in STROKES[character]:
        for t in np.linspace(0, 1, 200):
            x, y = ((1 - t) * a + t * b for a, b in zip(start, end, strict=True))
            canvas.ellipse([(c + side * pen / 2) * zoom for side in (-1, 1) for c in (x, y)], fill=255)
    return np.asarray(sheet.resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BOX))
