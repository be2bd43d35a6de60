// Pictures as files where no server draws them: the pixels of the same route, as PNG.

import { el } from "./dom.js";
import { places } from "./numbers.js";
import { limits } from "./page.js";
import { stripColumns } from "./strip.js";

/** `drawFile(path, values)`: the PNG that the server's route `path` would answer with, as a Blob. */
export function filesDrawnBy(pixels) {
  const draw = {
    "digits.png": (values) => pixels.drawDigits(values, columnsOf(values)),
    "walk.png": (values) => pixels.drawWalk(values),
    "plane.png": (values) => pixels.drawPlane(values),
    "text.png": (values) => pixels.drawText(values),
  };
  return async (path, values) => {
    const picture = await draw[path](values);
    return enlarged(path === "walk.png" ? await stripOf(picture, values) : picture.bitmap, values.scale);
  };
}

// A walk's frames in a row, as far as it may be wide when it is enlarged.
async function stripOf({ bitmap, columns: drawn, width, height }, { frames, scale }) {
  const columns = stripColumns(frames, width * scale);
  const canvas = el("canvas", { width: columns * width, height: Math.ceil(frames / columns) * height });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < frames; i++) {
    const [x, y] = [i % columns, Math.floor(i / columns)];
    const from = [(i % drawn) * width, Math.floor(i / drawn) * height, width, height];
    context.drawImage(bitmap, ...from, x * width, y * height, width, height);
  }
  bitmap.close();
  return createImageBitmap(canvas);
}

// As gan/images.py: the most nearly square grid.
const columnsOf = (values) => (values.ten ? limits.classes : Math.ceil(Math.sqrt(places(values))));

function enlarged(bitmap, scale) {
  const canvas = el("canvas", { width: bitmap.width * scale, height: bitmap.height * scale });
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("the picture is too large for this browser"))));
  });
}
