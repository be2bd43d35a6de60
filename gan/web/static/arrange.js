// Where each digit of the wall stands.

import { limits } from "./page.js";

const LARGEST = 280; // CSS pixels of a cell's side: ten times its pixels
const NARROW = 560; // CSS pixels: a phone
const ABOVE = 290; // CSS pixels of the page that stand above the wall and below it
const CAPTION = 16; // CSS pixels under a digit for its number,
const CAPTION_FROM = 58; // in cells that have room for it
const NEARLY = 0.82; // of the largest cells: those do as well if fewer places are left empty

/** The arrangement of a wall's digits in a width: { columns, rows, cell, caption, left }, lengths in CSS pixels. */
export function arrange({ ten, count }, width) {
  const n = ten ? count * limits.classes : count;
  const way = ten ? tenInARow(width) : bestWay(n, width, roomBelow(width));
  const cell = Math.floor(way.cell);
  const { columns } = way;
  const caption = cell >= CAPTION_FROM && !ten ? CAPTION : 0;
  return { columns, rows: Math.ceil(n / columns), cell, caption, left: Math.floor((width - cell * columns) / 2) };
}

const tenInARow = (width) => ({ columns: limits.classes, cell: Math.min(width / limits.classes, LARGEST) });

// What the window has for the wall.
function roomBelow(width) {
  return Math.max(300, window.innerHeight - (width < NARROW ? ABOVE + 60 : ABOVE));
}

// The largest cells that fit, or nearly so, which leave the fewest empty places; of equal ones the widest rows.
function bestWay(n, width, height) {
  const ways = Array.from({ length: n }, (_, i) => {
    const columns = i + 1;
    const rows = Math.ceil(n / columns);
    return { columns, cell: Math.min(width / columns, LARGEST, tallest(height / rows)), empty: rows * columns - n };
  });
  const largest = Math.max(...ways.map(({ cell }) => cell));
  const good = ways.filter(({ cell }) => cell >= NEARLY * largest);
  return good.reduce((best, way) => (way.empty <= best.empty ? way : best));
}

// The cell that fits a row's height, with its caption if it has room for one.
function tallest(height) {
  return height - CAPTION >= CAPTION_FROM ? height - CAPTION : Math.min(height, CAPTION_FROM - 1);
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
