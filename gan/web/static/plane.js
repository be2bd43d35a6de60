// The plane between four digits: a map to drag over, which the arrow keys move over too. Its cells, counted row by row,
// are the points that links name and the map shows; a pointer goes to any point between them.
//
// A point is { u, v }, from left to right and from top to bottom, both in 0 … 1: the corners are the four digits.

import { fit } from "./canvas.js";
import { el, onDrag } from "./dom.js";
import { limits } from "./page.js";
import { say } from "./words.js";

const SIDE = limits.plane; // cells
const LARGEST = 640; // CSS pixels of the map's side
const GAP = 28; // CSS pixels between the map and the digit

export const CELLS = SIDE * SIDE;
export const MIDDLE = cellAt(SIDE / 2, SIDE / 2);

/** The cell at a column and a row; those outside count as the last. */
export function cellAt(x, y) {
  return Math.min(x, SIDE - 1) + Math.min(y, SIDE - 1) * SIDE;
}

/** The column and row of a cell. */
export const columnAndRow = (cell) => [cell % SIDE, Math.floor(cell / SIDE)];

/** The point of a cell. */
export function pointOf(cell) {
  const [u, v] = columnAndRow(cell).map((at) => at / (SIDE - 1));
  return { u, v };
}

/** The cell nearest to a point. */
export const cellOf = ({ u, v }) => cellAt(Math.round(u * (SIDE - 1)), Math.round(v * (SIDE - 1)));

/** The map: { node, draw(bitmap), mark(), key(event), roomBeside(width) }. `point()` is where it is; `begin()` may refuse a
 * press; `go(point)` is told of each move. `roomBeside` is what a width leaves to the side of the digit, in CSS pixels. */
export function planeMap({ point, begin, go }) {
  const cell = () => cellOf(point());
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
    const side = sideOf(node.parentElement.clientWidth);
    node.style.width = `${side}px`;
    fit(map, side, side).drawImage(bitmap, 0, 0, side, side);
  }

  /** Show where it is. */
  function mark() {
    const [x, y] = columnAndRow(cell());
    const { u, v } = point();
    cross.style.left = `${((u * (SIDE - 1) + 0.5) / SIDE) * 100}%`; // a point lies in the middle of its cell
    cross.style.top = `${((v * (SIDE - 1) + 0.5) / SIDE) * 100}%`;
    node.setAttribute("aria-valuenow", cell());
    node.setAttribute("aria-valuetext", say("plane_at", { x: x + 1, y: y + 1, size: SIDE }));
  }

  onDrag(node, begin, (event) => {
    const box = map.getBoundingClientRect();
    const along = (offset, length) => Math.max(0, Math.min(1, ((offset / length) * SIDE - 0.5) / (SIDE - 1)));
    go({ u: along(event.clientX - box.left, box.width), v: along(event.clientY - box.top, box.height) });
  });
  // The map and the digit are seen at once, side by side: three fifths and two.
  const sideOf = (width) => Math.floor(Math.min((width - GAP) * 0.6, LARGEST, Math.max(200, window.innerHeight - 330)));
  const roomBeside = (width) => Math.floor(Math.min((width - GAP) * 0.4, sideOf(width)));

  function key(event) {
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const [x, y] = columnAndRow(cell()).map((at, axis) => Math.max(0, at + step[axis]));
    go(pointOf(cellAt(x, y)));
  }
  node.addEventListener("keydown", key);
  return { node, draw, mark, key, roomBeside };
}
