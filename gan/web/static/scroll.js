// Scrolling in rows: a position that follows wheel, finger and keys smoothly, and comes to rest at a whole row.

const QUICK = 55; // milliseconds in which a wheel's or a key's way shrinks to a third,
const FLING = 325; // and a finger's after it has let go
const REST = 140; // milliseconds after the wheel's last turn until it comes to rest
const SLACK = 0.3; // rows that a turn may pass a whole row by without going on to the next
const NEAR = 0.003; // rows
const FARTHEST = 90; // rows of one fling
const LONGEST = 64; // milliseconds of one step of the clock: a page that was busy goes on, it doesn't jump

export class Scroll {
  /** Rows from where it began, with a fraction; without end either way. */
  top = 0;
  #target = 0;
  #tau = QUICK;
  #free = 0; // until then the wheel may go on turning
  #held = false;
  #frame = 0;
  #before = 0;
  #moved;
  #rested;

  /** `moved(direction)` is called in every frame that it moves in, `rested()` when it stands at a whole row. */
  constructor({ moved, rested }) {
    this.#moved = moved;
    this.#rested = rested;
  }

  get moving() {
    return this.#frame !== 0;
  }

  /** The row at which it will rest. */
  get target() {
    return Math.round(this.#target);
  }

  /** Go on by rows, as a wheel does: it rests a moment after the last turn. */
  turn(rows) {
    this.#target += rows;
    this.#tau = QUICK;
    this.#free = performance.now() + REST;
    this.#run();
  }

  /** Go on by whole rows. */
  glide(rows) {
    this.#target = this.target + rows;
    this.#tau = QUICK;
    this.#free = 0;
    this.#run();
  }

  /** A finger holds it. */
  hold() {
    this.#held = true;
    this.#target = this.top;
    this.#free = 0;
  }

  /** The finger moved it by rows. */
  drag(rows) {
    const before = this.top;
    this.#target = this.top = before + rows;
    this.#run();
  }

  /** The finger let go, at so many rows a millisecond. */
  release(speed) {
    this.#held = false;
    const way = Math.max(-FARTHEST, Math.min(FARTHEST, speed * FLING));
    this.#target = Math.round(this.top + way);
    this.#tau = FLING;
    this.#run();
  }

  /** Stand still where it is; a new start at `top`, if that is given. Nobody is told. */
  halt(top = this.top) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#held = false;
    this.top = this.#target = top;
  }

  #run() {
    if (this.#frame) return;
    this.#before = performance.now();
    this.#frame = requestAnimationFrame((now) => this.#step(now));
  }

  #step(now) {
    const { top } = this;
    const time = Math.max(0, Math.min(LONGEST, now - this.#before));
    this.#before = now;
    if (!this.#held && now > this.#free) this.#target = wholeRow(this.#target, top);
    const way = this.#target - top;
    const share = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : 1 - Math.exp(-time / this.#tau);
    this.top = Math.abs(way) < NEAR ? this.#target : top + way * share;
    const rests = !this.#held && Number.isInteger(this.#target) && this.top === this.#target && now > this.#free;
    this.#frame = rests ? 0 : requestAnimationFrame((next) => this.#step(next));
    this.#moved(Math.sign(way) || 1);
    if (rests) this.#rested();
  }
}

// The whole row at which a way from `top` to `target` ends: the next one in its direction.
function wholeRow(target, top) {
  if (Number.isInteger(target)) return target;
  return target > top ? Math.ceil(target - SLACK) : Math.floor(target + SLACK);
}
