// What a training draws: the same 64 numbers again and again, one of them on its way from noise, and D's eye.

import { gridImage } from "./bitmap.js";
import { el } from "./dom.js";
import { drawEye, eyeCanvas } from "./eye.js";
import { path } from "./path.js";
import { say } from "./words.js";

const COLUMNS = 8;
const SIDE = 28 * COLUMNS;
const LIGHT = { paper: 255, ink: 40 };
const DARK = { paper: 24, ink: 235 };

/** { numbers, eye, add(pictures), clear() }: the nodes of the numbers and of the eye; `pictures` are what the worker tells
 * (engine/trainer.js). */
export function watchPictures() {
  const wall = el("canvas", { role: "img", "aria-label": say("watch_numbers"), width: SIDE, height: SIDE });
  const way = path(say("watch_path"));
  const eye = eyeCanvas(say("watch_eye"));

  function add({ digits, eye: seen }) {
    way.add(digits);
    drawEye(eye, digits, seen, document.querySelector(".dark") ? DARK : LIGHT);
    wall.getContext("2d").putImageData(gridImage(digits, COLUMNS), 0, 0);
    wall.dataset.painted = String(Number(wall.dataset.painted ?? 0) + 1);
  }

  return { numbers: [wall, way.node], eye, add, clear: way.clear };
}
