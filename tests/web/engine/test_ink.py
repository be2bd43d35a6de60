"""A drawing or a picture becomes a digit as MNIST's are; a link holds it."""

import base64
import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from gan.web import digits, links
from gan.web.drawing import read_drawing
from gan.web.requests import JudgeRequest
from tests.web.engine.engines import Node

Picture = NDArray[np.uint8]
HELP = """
    const { inkOfPicture, paintLine } = await load("ink.js");
    const { centred } = await load("centring.js");
    const { readDrawing, writtenDrawing } = await load("drawing.js");
    const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
    const base64 = (values) => Buffer.from(values).toString("base64");
"""
DIGITIZE = """
    return data.pictures.map(({ rgba, width, height }) => {
      const found = inkOfPicture({ data: bytes(rgba), width, height });
      return found && { did: found.did, pixels: base64(centred(found.ink, width, height)) };
    });
"""


def rgba(picture: NDArray[Any]) -> dict[str, Any]:
    """A picture, grey [h, w], RGB or RGBA, as a canvas gives it."""
    image = Image.fromarray(picture.astype(np.uint8)).convert("RGBA")
    return {"rgba": base64.b64encode(image.tobytes()).decode(), "width": image.width, "height": image.height}


def digitized(node: Node, *pictures: NDArray[Any]) -> list[tuple[Picture, list[str]] | None]:
    """The digits that the script makes of pictures, and what it did for that."""
    found = json.loads(node.run(HELP + DIGITIZE, {"pictures": [rgba(p) for p in pictures]}))
    return [f and (np.frombuffer(base64.b64decode(f["pixels"]), np.uint8).reshape(28, 28), f["did"]) for f in found]


@pytest.fixture(scope="module")
def some() -> Picture:
    """Every twentieth of the real digits, four of each class."""
    return digits.unseen_digits()[0][::20]


def moved(digit: Picture, factor: int, left: int, top: int) -> Picture:
    """A digit enlarged, somewhere on a larger sheet; 255 = ink."""
    sheet = np.zeros((40 * factor, 36 * factor), np.uint8)
    large = digit.repeat(factor, 0).repeat(factor, 1)
    sheet[top : top + len(large), left : left + len(large)] = large
    return sheet


def test_mnists_own_digits_come_back_wherever_and_however_large_they_stand(node: Node, some: Picture) -> None:
    """MNIST fitted them into 20 × 20 and laid their centre of mass at (14, 14): done again, nothing may change."""
    found = digitized(node, *(255 - moved(d, 1 + i % 5, i % 3, 2 * (i % 4)) for i, d in enumerate(some)))
    for digit, of in zip(some, found, strict=True):
        assert of is not None
        pixels, did = of
        assert np.abs(pixels.astype(int) - digit).max() <= 1
        assert did == []


def reference(ink: NDArray[np.float64]) -> Picture:
    """The same in Python, with every pixel's share of each of the twenty as a matrix."""

    def shares(many: int, few: int) -> NDArray[np.float64]:
        edges = np.arange(few + 1) * many / few
        return np.clip(edges[1:, None] - np.arange(many), 0, 1) - np.clip(edges[:-1, None] - np.arange(many), 0, 1)

    rows, columns = np.nonzero(ink)
    cut = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = (max(1, int(side * 20 / max(cut.shape) + 0.5)) for side in cut.shape)
    small = shares(cut.shape[0], height) @ cut @ shares(cut.shape[1], width).T / (cut.size / (height * width))
    x, y = (int(14 - (small.sum(i) * np.arange(small.shape[1 - i])).sum() / small.sum() + 0.5) for i in (0, 1))
    x, y = min(max(x, 0), 28 - width), min(max(y, 0), 28 - height)
    digit = np.zeros((28, 28))
    digit[y : y + height, x : x + width] = small
    return np.floor(digit * 255 + 0.5).astype(np.uint8)


def test_strokes_are_fitted_as_a_reference_fits_them(node: Node) -> None:
    script = """
        return data.map((lines) => {
          const paper = new Uint8Array(280 * 280);
          for (const [a, b] of lines) paintLine(paper, 280, a, b, 11);
          return [base64(paper), base64(centred(Float32Array.from(paper, (ink) => ink / 255), 280, 280))];
        });
    """
    seven = [[[60, 50], [210, 55]], [[210, 55], [120, 250]]]
    one = [[[140, 30], [140, 260]]]
    flat = [[[20, 140], [260, 150]], [[60, 100], [60, 100]]]
    for paper, pixels in json.loads(node.run(HELP + script, [seven, one, flat])):
        ink = np.frombuffer(base64.b64decode(paper), np.uint8).reshape(280, 280)
        found = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(28, 28)
        assert np.abs(found.astype(int) - reference(ink / 255)).max() <= 1
        rows, columns = np.nonzero(found)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20


def test_light_ink_colours_and_a_transparent_ground_are_recognised(node: Node, some: Picture) -> None:
    digit = some[9]
    sheet = moved(digit, 6, 30, 20)
    ink = sheet[:, :, None] / 255
    red_on_blue = (ink * [200, 40, 40] + (1 - ink) * [40, 60, 200]).round()
    clear = np.dstack([np.full((*sheet.shape, 3), 255), sheet])  # white ink on nothing
    light, coloured, transparent = digitized(node, sheet, red_on_blue, clear)
    for of, did in ((light, {"turned"}), (coloured, {"grey", "ground"}), (transparent, {"turned"})):
        assert of is not None
        assert np.abs(of[0].astype(int) - digit).mean() < 6
        assert did <= set(of[1]) <= did | {"turned"}


def test_a_photo_of_a_sheet_under_a_lamp(node: Node, some: Picture) -> None:
    """Uneven light, grain, grey ink, dust: the digit is found, and it is said what was done."""
    digit = some[13]
    sheet = moved(digit, 8, 60, 40)
    soft = np.asarray(Image.fromarray(sheet).filter(ImageFilter.GaussianBlur(3))) / 255
    y, x = np.mgrid[: len(sheet), : sheet.shape[1]] / len(sheet)
    light = 150 + 70 * x - 40 * y
    grain = np.random.RandomState(0).normal(0, 3, sheet.shape)
    photo = np.clip(light * (1 - 0.6 * soft) + grain, 0, 255)
    photo[6:10, 6:10] = 30  # dust in a corner
    (found,) = digitized(node, np.dstack([photo, photo * 0.95, photo * 0.8]))
    assert found is not None
    pixels, did = found
    assert set(did) == {"grey", "ground", "specks"}
    shifted = [np.roll(digit, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]  # its edges are soft
    assert max(np.corrcoef(pixels.ravel(), d.ravel())[0, 1] for d in shifted) > 0.9
    assert np.median(pixels[pixels > 128]) > 220  # grey ink in dim light is ink


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_without_contrast_holds_no_ink(node: Node, level: int) -> None:
    assert digitized(node, np.full((50, 60), level)) == [None]
    faint = np.full((50, 60), level) + np.random.RandomState(0).normal(0, 2, (50, 60))
    assert digitized(node, np.clip(faint, 0, 255)) == [None]


def test_a_link_holds_a_drawing(node: Node, some: Picture) -> None:
    noise = np.random.RandomState(0).randint(1, 256, (28, 28)).astype(np.uint8)
    script = """
        return data.map((pixels) => {
          const text = writtenDrawing(bytes(pixels));
          const again = readDrawing(text);
          return [text, again && base64(again)];
        });
    """
    pictures = [noise, *some]
    found = json.loads(node.run(HELP + script, [base64.b64encode(p.tobytes()).decode() for p in pictures]))
    for picture, (text, again) in zip(pictures, found, strict=True):
        assert base64.b64decode(again) == picture.tobytes()
        request, problems = links.read(JudgeRequest, f"judge={text}", page=True)
        assert (request.judge, problems) == (text, [])
        read = read_drawing(text)
        assert read is not None
        assert np.array_equal(read.ravel(), picture.ravel())
    assert len(found[0][0]) == 1051
    assert np.mean([len(text) for text, _ in found[1:]]) < 450


@pytest.mark.parametrize("text", ["", "AAAA", "AAAcHA", "_", "GxscHAAA", "AAAAAA"])
def test_a_text_that_is_no_drawing_is_none(node: Node, text: str) -> None:
    assert json.loads(node.run(HELP + "return readDrawing(data);", text)) is None
    assert read_drawing(text) is None


def test_paper_alone_is_an_empty_drawing(node: Node) -> None:
    script = "return [writtenDrawing(new Uint8Array(784)), centred(new Float32Array(900), 30, 30)];"
    assert json.loads(node.run(HELP + script)) == ["", None]
