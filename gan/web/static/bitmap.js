// Pixels as a bitmap that canvases draw.

import { limits } from "./page.js";

const { size } = limits;
const PAPER = 0xffffffff;
// Ink 0 … 255 → the four bytes of a canvas's pixel: three times the grey 255 … 0, then opaque.
const GREYS = new Uint32Array(
  Uint8Array.from({ length: 4 * 256 }, (_, i) => (i % 4 === 3 ? 255 : 255 - Math.floor(i / 4))).buffer,
);

/** The bitmap of digits (`Uint8Array [N × 784]`, 0 = paper), `columns` of them in a row. */
export function gridBitmap(pixels, columns) {
  return cellsBitmap(pixels, { perCell: 1, across: 1, columns });
}

/** The same as ImageData, for a canvas that is as large: at once, where a bitmap takes a moment. */
export const gridImage = (pixels, columns) => cellsImage(pixels, { perCell: 1, across: 1, columns });

/** The bitmap of cells of `perCell` digits each: `across` digits in a row of a cell, `columns` cells in a row. */
export const cellsBitmap = (pixels, cells) => createImageBitmap(cellsImage(pixels, cells));

function cellsImage(pixels, { perCell, across, columns }) {
  const digits = pixels.length / size ** 2;
  const cells = Math.ceil(digits / perCell);
  const down = Math.ceil(perCell / across); // digits in a column of a cell
  const width = columns * across * size;
  const image = new Uint32Array(width * Math.ceil(cells / columns) * down * size).fill(PAPER);
  for (let i = 0; i < digits; i++) {
    const [cell, place] = [Math.floor(i / perCell), i % perCell];
    const x = ((cell % columns) * across + (place % across)) * size;
    const y = (Math.floor(cell / columns) * down + Math.floor(place / across)) * size;
    for (let row = 0; row < size; row++) {
      const from = i * size ** 2 + row * size;
      const to = (y + row) * width + x;
      for (let column = 0; column < size; column++) image[to + column] = GREYS[pixels[from + column]];
    }
  }
  return imageOf(image, width);
}

/** The bitmap of one line of pixels, `Uint8Array [28 × W]`. */
export function lineBitmap(pixels) {
  const image = Uint32Array.from(pixels, (ink) => GREYS[ink]);
  return createImageBitmap(imageOf(image, pixels.length / size));
}

const imageOf = (image, width) => new ImageData(new Uint8ClampedArray(image.buffer), width);
