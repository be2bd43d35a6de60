// What lies between the frames of a walk, drawn while it plays: so many points from frame to frame that the screen's rate
// is reached. They are drawn in pieces ahead of the clock and kept, as far as there is room, for the next round.

import { cellsBitmap } from "./bitmap.js";
import { asWritten } from "./numbers.js";
import { limits } from "./page.js";
import { frameSize } from "./walk.js";

const RATE = 60; // pictures a second
const PIECE = 256; // digits that are drawn at a time: some 16 ms of the engine
const ROOM = 16384; // digits that are kept: 50 MB of bitmaps
const AHEAD = 3; // pieces

export class Between {
  #pixels;
  #walk = null;
  #parts = 1; // from frame to frame
  #piece = 1; // points of a piece
  #pieces = new Map(); // by number, those used last at the end: a picture, or null while it is drawn
  #busy = false;

  constructor(pixels) {
    this.#pixels = pixels;
  }

  /** Another walk (or plane) is shown. */
  begin(walk) {
    for (const picture of this.#pieces.values()) picture?.bitmap.close();
    this.#pieces.clear();
    this.#walk = walk;
    this.#parts = Math.ceil(RATE / walk.fps);
    this.#piece = Math.max(1, Math.floor(PIECE / walk.count));
  }

  /** The picture at a place, in frames with a fraction: { picture, index, place }; null if it isn't drawn. */
  find(place) {
    if (Number.isInteger(place)) return null; // a frame of the walk itself
    const point = Math.round(place * this.#parts);
    const number = Math.floor(point / this.#piece);
    const picture = this.#pieces.get(number);
    return picture ? { picture, index: point - number * this.#piece, place: point / this.#parts } : null;
  }

  /** Have what comes after a place drawn; `walk` is the walk as it plays now. */
  want(place, walk) {
    if (walk.fps !== this.#walk.fps) this.begin(walk);
    this.#walk = walk; // how it is played may have changed
    if (!this.#pixels.here || this.#busy || this.#parts === 1) return;
    const last = Math.floor(this.#last / this.#piece);
    const now = Math.floor(Math.round(place * this.#parts) / this.#piece);
    for (let i = 0; i <= Math.min(AHEAD, last); i++) {
      for (const number of this.#walk.swing ? [now + i, now - i] : [(now + i) % (last + 1)]) {
        if (number >= 0 && number <= last && !this.#pieces.has(number)) return this.#draw(number);
      }
    }
  }

  // The last point.
  get #last() {
    const { frames, loop } = this.#walk;
    return (loop ? frames : frames - 1) * this.#parts - (loop ? 1 : 0);
  }

  async #draw(number) {
    const walk = this.#walk;
    const pieces = this.#pieces;
    this.#busy = true;
    pieces.set(number, null);
    try {
      const { width, height } = frameSize(walk);
      const pixels = await this.#pixels.walkPixels(this.#request(number));
      const cells = { perCell: walk.count, across: width / limits.size, columns: 1 };
      const bitmap = await cellsBitmap(pixels, cells);
      if (pieces.get(number) !== null || walk !== this.#walk) bitmap.close();
      else {
        pieces.set(number, { bitmap, columns: 1, width, height });
        this.#forget();
      }
    } catch {
      // the walk's own frames are there
    }
    if (pieces.get(number) === null) pieces.delete(number);
    this.#busy = false;
  }

  #request(number) {
    const { seeds, digits, count, temperature, mode, loop, frames } = this.#walk;
    const segments = loop ? seeds.length : seeds.length - 1;
    const from = number * this.#piece;
    const points = Math.min(this.#piece, this.#last - from + 1);
    const positions = Array.from(
      { length: points },
      (_, i) => (((from + i) / this.#parts) * segments) / (loop ? frames : frames - 1),
    );
    const asked = { seeds, digits: digits.length ? digits : null, count, mode, loop, positions };
    return { ...asked, temperature: asWritten(temperature) };
  }

  // Those drawn first go.
  #forget() {
    const most = Math.max(4, Math.floor(ROOM / (this.#piece * this.#walk.count)));
    for (const [number, picture] of this.#pieces) {
      if (this.#pieces.size <= most) return;
      if (!picture) continue;
      picture.bitmap.close();
      this.#pieces.delete(number);
    }
  }
}
