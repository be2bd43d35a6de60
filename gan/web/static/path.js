// A digit over time: small pictures of it, evenly spread from the start until now.

import { el } from "./dom.js";

const MOST = 16;
const PIXELS = 784;
const SIDE = 28;

/** A path: { node, add(digits), clear() }; `digits` are `uint8 [N × 784]`, of which the first is followed. */
export function path(label) {
  const canvas = el("canvas", { role: "img", "aria-label": label, width: MOST * SIDE, height: SIDE });
  const context = canvas.getContext("2d");
  let kept = []; // ImageData
  let every = 1; // of those that come, one is kept
  let came = 0;

  function add(digits) {
    if (came++ % every) return;
    kept.push(imageOf(digits.subarray(0, PIXELS)));
    if (kept.length <= MOST) return draw(kept.length - 1);
    kept = kept.filter((_, i) => i % 2 === 0);
    every *= 2;
    clearCanvas();
    for (let i = 0; i < kept.length; i++) draw(i);
  }

  const draw = (i) => context.putImageData(kept[i], i * SIDE, 0);

  function clearCanvas() {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, SIDE);
  }

  function clear() {
    [kept, every, came] = [[], 1, 0];
    clearCanvas();
  }

  clear();
  return { node: canvas, add, clear };
}

// Of a digit, 0 = paper.
function imageOf(digit) {
  const image = new ImageData(SIDE, SIDE);
  for (let p = 0; p < PIXELS; p++) {
    const grey = 255 - digit[p];
    for (let c = 0; c < 3; c++) image.data[4 * p + c] = grey;
    image.data[4 * p + 3] = 255;
  }
  return image;
}
