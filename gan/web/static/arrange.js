// Where each digit of the wall stands.

import { limits } from "./page.js";

const LARGEST = 132; // CSS pixels of a cell's side
const NARROW = 560; // CSS pixels: a phone
const CAPTION = 16; // CSS pixels under a digit for its number,
const CAPTION_FROM = 58; // in cells that have room for it

/** The arrangement of a wall's digits in a width: { columns, rows, cell, caption, left }, lengths in CSS pixels. */
export function arrange({ ten, count }, width) {
  const n = ten ? count * limits.classes : count;
  const columns = ten ? limits.classes : bestColumns(n, width, roomBelow(width));
  const cell = Math.floor(Math.min(width / columns, LARGEST));
  const caption = cell >= CAPTION_FROM && !ten ? CAPTION : 0;
  return { columns, rows: Math.ceil(n / columns), cell, caption, left: Math.floor((width - cell * columns) / 2) };
}

// A good part of the window's height.
function roomBelow(width) {
  if (width < NARROW) return Math.max(300, window.innerHeight * 0.5);
  return Math.max(320, Math.min(window.innerHeight - 140, 900));
}

// The largest cells that fit; of equal ones those that leave the fewest empty places, in the widest rows.
function bestColumns(n, width, height) {
  let best = { columns: 1, cell: 0, empty: 0 };
  for (let columns = 1; columns <= n; columns++) {
    const rows = Math.ceil(n / columns);
    const now = { columns, cell: Math.min(width / columns, LARGEST, height / rows), empty: rows * columns - n };
    if (now.cell > best.cell || (now.cell === best.cell && now.empty <= best.empty)) best = now;
  }
  return best.columns;
}

/** The upper left corner of a place, [x, y]. */
export function corner({ columns, cell, caption, left }, i) {
  return [left + (i % columns) * cell, Math.floor(i / columns) * (cell + caption)];
}

/** The place at a point; null outside of all columns and above the first row. */
export function placeAt({ columns, cell, caption, left }, x, y) {
  const [column, row] = [Math.floor((x - left) / cell), Math.floor(y / (cell + caption))];
  return column >= 0 && column < columns && row >= 0 ? row * columns + column : null;
}
