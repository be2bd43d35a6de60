"""How near Find me comes to real digits, and to what is none: python benchmarks/finding.py [MODEL …]

It runs the page's own search (gan/web/engine/search.js) in Node, with as many numbers and steps as a quiet core manages
in two seconds, and prints the distances' quantiles. The median and the 95th percentile of real test digits are the
table NEAR of gan/web/judge_state.py.
"""

import argparse
import base64
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gan.bundled import BUNDLED, bundled_models
from gan.console import print_everywhere
from gan.networks import Generator
from gan.web import digits
from tests.web.engine.engines import Node

PER_CLASS = 10
LETTERS = "ACEFGHJKLMNPRTUVWXY"  # no letter that is drawn as some digit is: B, D, I, O, Q, S, Z
SIZE = 240

FIND = """
    const { Classifier } = await load("classifier.js");
    const { centred } = await load("centring.js");
    const { Generator } = await load("generator.js");
    const { inkOfPicture } = await load("ink.js");
    const { Descent, Nearest } = await load("search.js");
    const { Kernels } = await load("training/kernels.js");
    const { readFile } = await import("node:fs/promises");
    const bytes = async (path) => Uint8Array.from(await readFile(path)).buffer;
    const wasm = async (name) => WebAssembly.compile(await bytes(data.engine + "/" + name));
    const generator = new Generator(await wasm("engine.wasm"), await bytes(data.weights), data.config);
    const train = await wasm("train.wasm");
    const classifier = new Classifier(await bytes(data.classifier));
    return data.pictures.map(({ rgba, width, height }) => {
      const { ink } = inkOfPicture({ data: Uint8Array.from(Buffer.from(rgba, "base64")), width, height });
      const picture = centred(ink, width, height);
      const { digit } = classifier.read(picture);
      const nearest = new Nearest(generator, picture);
      for (let i = 0; i < 16; i++) nearest.look(digit);
      for (let i = 0; i < 8; i++) nearest.look();
      const descent = new Descent(new Kernels(train), generator, picture, nearest.found);
      for (let i = 0; i < 100; i++) descent.step();
      return [nearest.found[0].distance, descent.best().distance];
    });
"""


def real_digits() -> list[np.ndarray]:
    images, labels = digits.unseen_digits()
    return [255 - image for digit in range(10) for image in images[labels == digit][:PER_CLASS]]


def no_digits() -> list[np.ndarray]:
    """Letters, and shapes: dark on white."""

    def sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
        picture = Image.new("L", (SIZE, SIZE), 255)
        return picture, ImageDraw.Draw(picture)

    pictures = []
    for letter in LETTERS:
        picture, pen = sheet()
        pen.text((60, 20), letter, font=ImageFont.load_default(170), fill=0, stroke_width=3, stroke_fill=0)
        pictures.append(picture)
    random = np.random.RandomState(0)
    lines = [
        [(40, 40), (200, 40), (200, 200), (40, 200), (40, 40)],  # a square
        [(120, 30), (210, 200), (30, 200), (120, 30)],  # a triangle
        [(30, 60), (90, 180), (150, 60), (210, 180)],  # a zigzag
        *([tuple(map(int, random.randint(20, 220, 2))) for _ in range(n)] for n in (12, 25)),  # scribbles
    ]
    for line in lines:
        picture, pen = sheet()
        pen.line(line, fill=0, width=18)
        pictures.append(picture)
    for crossing in ([(40, 120, 200, 120), (120, 40, 120, 200)], [(30, y, 210, y) for y in (50, 120, 190)]):
        picture, pen = sheet()  # a plus, and three lines
        for one in crossing:
            pen.line(one, fill=0, width=18)
        pictures.append(picture)
    picture, pen = sheet()  # a face
    pen.ellipse((30, 30, 210, 210), outline=0, width=12)
    pen.ellipse((80, 80, 100, 100), fill=0)
    pen.ellipse((140, 80, 160, 100), fill=0)
    pen.arc((70, 80, 170, 170), 20, 160, fill=0, width=12)
    return [np.asarray(one) for one in (*pictures, picture)]


def distances(model: str, pictures: list[np.ndarray]) -> np.ndarray:
    """Of each picture, `[N, 2]`: to the nearest number, and to what the descent finds."""

    def as_rgba(picture: np.ndarray) -> dict[str, Any]:
        image = Image.fromarray(picture).convert("RGBA")
        return {"rgba": base64.b64encode(image.tobytes()).decode(), "width": image.width, "height": image.height}

    given = {
        "engine": str(digits.FOLDER),
        "weights": str(BUNDLED / model / "quantized.safetensors"),
        "classifier": str(BUNDLED / "classifier" / "classifier.safetensors"),
        "config": asdict(Generator.from_pretrained(model).config),
        "pictures": [as_rgba(picture) for picture in pictures],
    }
    return np.array(json.loads(Node().run(FIND, given)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="*", help="bundled models; all that a browser draws if none is named")
    drawable = [m for m in bundled_models() if Generator.from_pretrained(m).config.architecture == "mlp"]
    for model in parser.parse_args().models or drawable:
        real, none = distances(model, real_digits()), distances(model, no_digits())
        median, most = np.quantile(real[:, 1], [0.5, 0.95])
        beyond = (none[:, 1] > most).mean()
        print(
            f'"{Generator.from_pretrained(model).weights}": ({median:.1f}, {most:.1f}),  # {model}; '
            f"numbers alone {np.median(real[:, 0]):.1f}; no digits {np.median(none[:, 1]):.1f}, "
            f"{beyond:.0%} of {len(none)} beyond"
        )


if __name__ == "__main__":
    print_everywhere()
    main()
