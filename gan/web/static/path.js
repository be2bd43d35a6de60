// A digit over time: small pictures of it, evenly spread from the start until now.

import { el } from "./dom.js";

const MOST = 16;
const PIXELS = 784;
const SIDE = 28;

/** A path: { node, add(digits), clear() }; `digits` are `uint8 [N × 784]`, of which the first is followed. */
export function path(label) {
  const canvas = el("canvas", { role: "img", "aria-label": label, width: MOST * SIDE, height: SIDE });
  let kept = [];
  let every = 1; // of those that come, one is kept
  let came = 0;

  function add(digits) {
    if (came++ % every) return;
    kept.push(digits.slice(0, PIXELS));
    if (kept.length > MOST) {
      kept = kept.filter((_, i) => i % 2 === 0);
      every *= 2;
    }
    draw();
  }

  function draw() {
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, SIDE);
    image.data.fill(255);
    kept.forEach((digit, i) => {
      for (let p = 0; p < PIXELS; p++) {
        const at = 4 * (Math.floor(p / SIDE) * canvas.width + i * SIDE + (p % SIDE));
        image.data.fill(255 - digit[p], at, at + 3);
      }
    });
    context.putImageData(image, 0, 0);
  }

  function clear() {
    [kept, every, came] = [[], 1, 0];
    draw();
  }

  clear();
  return { node: canvas, add, clear };
}
