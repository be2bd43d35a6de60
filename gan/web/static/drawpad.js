// The paper of the Judge tab: strokes of a mouse, a finger or a pen, or a picture of any kind; and the digit that MNIST
// would have made of it.

import { boundingBox, centred, resized } from "../engine/centring.js";
import { inkOfPicture, paintLine } from "../engine/ink.js";
import { el } from "./dom.js";

const SIZE = 280; // pixels of the paper
const PEN = 11; // pixels: its radius; a digit drawn over most of the paper gets strokes as thick as MNIST's
const DIGIT = 28;
const WHOLE = { left: 0, top: 0, width: DIGIT, height: DIGIT };
const MARGIN = 40; // around what a picture holds: as much as a hand leaves
const KEPT = 60; // steps that Undo takes back
const MOST_SIDE = 700; // pixels of a picture that are looked at
const MOST_BYTES = 60e6;

const BLANK = { paper: new Uint8Array(SIZE * SIZE), pixels: null };

/** A picture that holds no drawing; `code` and `values` say why, as words do. */
export class PictureError extends Error {
  constructor(code, values = {}) {
    super(code);
    Object.assign(this, { code, values });
  }
}

/** The paper. `changed(pixels, { done })` hears of the digit, `Uint8Array [784]` or null for none, while a stroke is drawn
 * and when it is done. */
export class DrawPad {
  #states = [BLANK]; // the last is shown
  #changed;
  #image;

  constructor(label, changed) {
    this.#changed = changed;
    this.node = el("canvas", { id: "judge-pad", width: SIZE, height: SIZE, role: "img", "aria-label": label });
    this.#image = this.node.getContext("2d").createImageData(SIZE, SIZE);
    this.#listen();
    this.#paint();
  }

  get pixels() {
    return this.#states.at(-1).pixels;
  }

  /** Whether there is a step to take back. */
  get undoable() {
    return this.#states.length > 1;
  }

  undo() {
    if (!this.undoable) return;
    this.#states.pop();
    this.#tell(true);
  }

  clear() {
    this.#push(BLANK);
    this.#tell(true);
  }

  /** Show a digit of which only the pixels are known, or, if an earlier state has them, that. Nobody is told. */
  show(pixels) {
    const same = ({ pixels: other }) => (pixels ? pixels.join() === other?.join() : !other);
    const at = this.#states.findLastIndex(same);
    if (at >= 0) this.#states.length = at + 1;
    else
      this.#push(
        pixels
          ? {
              paper: onPaper(
                Float32Array.from(pixels, (ink) => ink / 255),
                DIGIT,
                WHOLE,
                0,
              ),
              pixels,
            }
          : BLANK,
      );
    this.#paint();
  }

  /** Take a picture's file; resolves to what was done to it, as `inkOfPicture` names it, with "reduced" and its size.
   *
   * Throws a PictureError. */
  async take(file) {
    const picture = await readPicture(file);
    const found = inkOfPicture(picture);
    if (!found) throw new PictureError("no_ink");
    const { width, height } = picture;
    this.#push({
      paper: onPaper(found.ink, width, boundingBox(found.ink, width, height), MARGIN),
      pixels: centred(found.ink, width, height),
    });
    this.#tell(true);
    return { did: found.did, ...picture.original };
  }

  #push(state) {
    this.#states.push(state);
    if (this.#states.length > KEPT) this.#states.shift();
  }

  #listen() {
    const { node } = this;
    let last = null; // the last point of the stroke that is drawn
    const place = (event) => {
      const { left, top, width, height } = node.getBoundingClientRect();
      return [((event.clientX - left) / width) * SIZE, ((event.clientY - top) / height) * SIZE];
    };
    const draw = (event) => {
      const { paper } = this.#states.at(-1);
      const moves = event.getCoalescedEvents?.() ?? [];
      for (const move of moves.length ? moves : [event]) {
        const point = place(move);
        paintLine(paper, SIZE, last ?? point, point, PEN);
        last = point;
      }
      this.#states.at(-1).pixels = digitOf(paper);
      this.#tell(false);
    };
    node.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || last) return;
      event.preventDefault();
      node.setPointerCapture(event.pointerId);
      this.#push({ ...this.#states.at(-1), paper: this.#states.at(-1).paper.slice() });
      draw(event);
    });
    node.addEventListener("pointermove", (event) => {
      if (last && node.hasPointerCapture(event.pointerId)) draw(event);
    });
    for (const end of ["pointerup", "pointercancel"])
      node.addEventListener(end, () => {
        if (!last) return;
        last = null;
        this.#tell(true);
      });
  }

  #tell(done) {
    this.#paint();
    this.#changed(this.pixels, { done });
  }

  #paint() {
    const { paper } = this.#states.at(-1);
    const { data } = this.#image;
    for (let i = 0; i < paper.length; i++) {
      data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = 255 - paper[i];
      data[4 * i + 3] = 255;
    }
    this.node.getContext("2d").putImageData(this.#image, 0, 0);
    this.node.dataset.inked = this.pixels !== null;
  }
}

const digitOf = (paper) =>
  centred(
    Float32Array.from(paper, (ink) => ink / 255),
    SIZE,
    SIZE,
  );

/** A part of a picture on the paper, as large as it fits. */
function onPaper(ink, stride, box, margin) {
  const factor = (SIZE - 2 * margin) / Math.max(box.width, box.height);
  const [w, h] = [box.width, box.height].map((side) => Math.max(1, Math.round(side * factor)));
  const fitted = resized(ink, stride, box, w, h);
  const [x, y] = [w, h].map((side) => Math.floor((SIZE - side) / 2));
  const paper = new Uint8Array(SIZE * SIZE);
  for (let row = 0; row < h; row++)
    for (let i = 0; i < w; i++) paper[(y + row) * SIZE + x + i] = Math.round(255 * fitted[row * w + i]);
  return paper;
}

/** The pixels of a picture's file, `{ data, width, height, original }`, reduced if it is large. */
async function readPicture(file) {
  const name = file.name || file.type || "?";
  if (file.size > MOST_BYTES) throw new PictureError("too_large", { name, most: MOST_BYTES / 1e6 });
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const original = { width: image.naturalWidth, height: image.naturalHeight };
    const factor = Math.min(1, MOST_SIDE / Math.max(original.width, original.height));
    const [width, height] = [original.width, original.height].map((side) => Math.max(1, Math.round(side * factor)));
    const context = el("canvas", { width, height }).getContext("2d", { willReadFrequently: true });
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    return { data, width, height, original: { ...original, reduced: factor < 1 } };
  } catch {
    throw new PictureError("no_picture", { name });
  } finally {
    URL.revokeObjectURL(address);
  }
}
