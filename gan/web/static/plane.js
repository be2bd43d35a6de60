// The plane between four digits: a map to drag over, which the arrow keys move over too. Cells count row by row.

import { fit } from "./canvas.js";
import { el, onDrag } from "./dom.js";
import { limits } from "./page.js";
import { say } from "./words.js";

const SIDE = limits.plane; // cells
const LARGEST = 420; // CSS pixels of the map's side

export const CELLS = SIDE * SIDE;
export const MIDDLE = cellAt(SIDE / 2, SIDE / 2);

/** The cell at a column and a row; those outside count as the last. */
export function cellAt(x, y) {
  return Math.min(x, SIDE - 1) + Math.min(y, SIDE - 1) * SIDE;
}

/** The column and row of a cell. */
export const columnAndRow = (cell) => [cell % SIDE, Math.floor(cell / SIDE)];

/** The map: { node, draw(bitmap), mark() }. `cell()` is where it is; `begin()` may refuse a press; `go(cell)` is told
 * of each move. */
export function planeMap({ cell, begin, go }) {
  const map = el("canvas", { "aria-hidden": "true" });
  const cross = el("div", { class: "cross" });
  const node = el(
    "div",
    {
      class: "pad",
      role: "slider",
      tabindex: 0,
      "aria-label": say("plane_pad"),
      "aria-valuemin": 0,
      "aria-valuemax": CELLS - 1,
    },
    map,
    cross,
  );
  /** Draw the whole plane. */
  function draw(bitmap) {
    const side = Math.min(node.clientWidth || 380, LARGEST);
    fit(map, side, side).drawImage(bitmap, 0, 0, side, side);
  }

  /** Show where it is. */
  function mark() {
    const [x, y] = columnAndRow(cell());
    cross.style.left = `${((x + 0.5) / SIDE) * 100}%`;
    cross.style.top = `${((y + 0.5) / SIDE) * 100}%`;
    node.setAttribute("aria-valuenow", cell());
    node.setAttribute("aria-valuetext", say("plane_at", { x: x + 1, y: y + 1, size: SIDE }));
  }

  onDrag(node, begin, (event) => {
    const box = map.getBoundingClientRect();
    const along = (offset, length) => Math.max(0, Math.floor((offset / length) * SIDE));
    go(cellAt(along(event.clientX - box.left, box.width), along(event.clientY - box.top, box.height)));
  });
  node.addEventListener("keydown", (event) => {
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const [x, y] = columnAndRow(cell()).map((at, axis) => Math.max(0, at + step[axis]));
    go(cellAt(x, y));
  });
  return { node, draw, mark };
}
