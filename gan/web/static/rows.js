// The rows of the wall beyond the painted picture, without end either way: drawn in blocks ahead of the eye, and
// forgotten behind it.

import { gridBitmap } from "./bitmap.js";
import { asWritten, numberAt } from "./numbers.js";
import { limits } from "./page.js";

const BLOCK = 128; // digits that are drawn at a time: some 8 ms of the engine
const AT_ONCE = 2; // blocks that the engine is asked for
const AROUND = 3; // heights of the wall that are kept on either side

export class Rows {
  #pixels;
  #came;
  #blocks = new Map(); // by number: a picture, or null while it is drawn
  #values = null;
  #columns = 1;
  #asked = 0;
  #era = 0; // what was asked for in an earlier one is not wanted any more

  /** `came()` is called when more rows are there. */
  constructor(pixels, came) {
    this.#pixels = pixels;
    this.#came = came;
  }

  /** Row 0 is now the first of these values, with so many digits in a row. */
  begin(values, columns) {
    this.#era++;
    this.#asked = 0;
    for (const picture of this.#blocks.values()) picture?.bitmap.close();
    this.#blocks.clear();
    [this.#values, this.#columns] = [values, columns];
  }

  get #height() {
    return Math.max(1, Math.ceil(BLOCK / this.#columns)); // rows of a block
  }

  /** Where a row is drawn: { picture, row } of that picture; null if it isn't yet. */
  find(row) {
    const block = Math.floor(row / this.#height);
    const picture = this.#blocks.get(block);
    return picture ? { picture, row: row - block * this.#height } : null;
  }

  /** Have the rows from `top` on drawn, `rows` of them and as many again in a direction, 1 or −1; those far away go. */
  want(top, rows, direction) {
    const block = (row) => Math.floor(row / this.#height);
    const [first, last] = [block(top), block(top + rows)];
    const margin = Math.ceil((AROUND * rows) / this.#height) + 1;
    for (const [number, picture] of this.#blocks) {
      if (picture && (number < first - margin || number > last + margin)) {
        picture.bitmap.close();
        this.#blocks.delete(number);
      }
    }
    const seen = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    if (direction < 0) seen.reverse();
    const ahead = Array.from({ length: margin - 1 }, (_, i) => seen.at(-1) + direction * (i + 1));
    for (const number of [...seen, ...ahead]) {
      if (this.#asked >= AT_ONCE) return;
      if (!this.#blocks.has(number)) this.#draw(number);
    }
  }

  async #draw(number) {
    const era = this.#era;
    this.#blocks.set(number, null);
    this.#asked++;
    try {
      const pixels = await this.#pixels.digitPixels(this.#request(number));
      const bitmap = await gridBitmap(pixels, this.#columns);
      if (era !== this.#era) return bitmap.close();
      this.#blocks.set(number, { bitmap, columns: this.#columns, width: limits.size, height: limits.size });
    } catch {
      if (era === this.#era) this.#blocks.delete(number); // the server draws from now on, as soon as it rests
    }
    if (era !== this.#era) return;
    this.#asked--;
    this.#came();
  }

  #request(number) {
    const { ten, digit, temperature } = this.#values;
    const count = this.#height * this.#columns;
    const from = number * count;
    const seeds = Array.from({ length: count }, (_, i) => numberAt(this.#values, from + i));
    const own = (i) => (ten ? i % limits.classes : digit);
    const digits = ten || digit !== null ? seeds.map((_, i) => own(i)) : null;
    return { seeds, digits, temperature: asWritten(temperature) };
  }
}
