// gan/latents.py in a browser: seed → latent, and paths between latents. Every latent and every point of a path is
// rounded to multiples of 2⁻¹², so that an ulp of log, sin or acos changes nothing.

import { check } from "./errors.js";
import { RandomState } from "./random.js";

export const NUM_SEEDS = 2 ** 32;
export const NUM_CLASSES = 10;
export const GRID = 4096;
const MIN_TEMPERATURE = 0.1;
export const MAX_TEMPERATURE = 1.5;
const KEPT = 4096; // latents that a cache holds: 3 MB of 100 numbers each

export const onGrid = (value) => Math.floor(value * GRID + 0.5) / GRID;

/** The class that a class-conditional generator draws for a seed when none is asked for: its last decimal digit. */
export const defaultDigit = (seed) => seed % NUM_CLASSES;

/** The `count` seeds from `seed` on, wrapping at 2³². */
export const seedRange = (seed, count) => Array.from({ length: count }, (_, i) => (seed + i) % NUM_SEEDS);

export function checkedSeed(seed) {
  check(
    Number.isInteger(seed) && seed >= 0 && seed < NUM_SEEDS,
    "request",
    "seed",
    `a whole number from 0 to ${NUM_SEEDS - 1} (2³²−1)`,
    seed,
  );
  return seed;
}

export function checkedDigit(digit) {
  check(
    Number.isInteger(digit) && digit >= 0 && digit < NUM_CLASSES,
    "request",
    "digit",
    `a whole number from 0 to ${NUM_CLASSES - 1}`,
    digit,
  );
  return digit;
}

export function checkedTemperature(temperature) {
  check(
    typeof temperature === "number" && temperature >= MIN_TEMPERATURE && temperature <= MAX_TEMPERATURE,
    "request",
    "temperature",
    `a number from ${MIN_TEMPERATURE} to ${MAX_TEMPERATURE}`,
    temperature,
  );
  return temperature;
}

/** Class weights of a digit, `Float64Array [10]`. */
export function oneHot(digit) {
  const weights = new Float64Array(NUM_CLASSES);
  weights[checkedDigit(digit)] = 1;
  return weights;
}

const stream = new RandomState(); // started anew for each latent

/** The latent of a seed, `Float64Array [dim]`. */
export function latent(seed, dim) {
  stream.seed(checkedSeed(seed));
  return new Float64Array(dim).map(() => onGrid(stream.normal()));
}

/** The latents of seeds, the last ones kept: a slider draws the same seeds again and again. Don't write into them. */
export class Latents {
  #dim;
  #kept = new Map(); // in the order of their last use

  constructor(dim) {
    this.#dim = dim;
  }

  of(seed) {
    const z = this.#kept.get(seed) ?? latent(seed, this.#dim);
    this.#kept.delete(seed);
    this.#kept.set(seed, z);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value);
    return z;
  }
}

/** The point at `t` in 0 … 1 of the arc from `a` to `b` (Shoemake 1985); parallel vectors fall back to a line. */
export function slerp(a, b, t) {
  if (t <= 0) return a;
  if (t >= 1) return b;
  const lengths = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
  const cosine = lengths ? dot(a, b) / lengths : 1;
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  const sine = Math.sin(angle);
  if (sine < 1e-6) return lerp(a, b, t);
  const fromA = Math.sin((1 - t) * angle);
  const fromB = Math.sin(t * angle);
  return a.map((value, i) => (fromA * value + fromB * b[i]) / sine);
}

/** The point at `t` in 0 … 1 of the straight line from `a` to `b`. */
export const lerp = (a, b, t) => a.map((value, i) => (1 - t) * value + t * b[i]);

function dot(a, b) {
  let sum = 0; // of latents on the grid: exact, whatever the order
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const PATHS = { slerp, lerp };

/** The positions of `frames` evenly spaced points on a path through `keys` key frames, in segments from the first key
 * on. A loop returns to the first key and leaves out its repetition. */
export function walkPositions(keys, frames, loop) {
  check(Number.isInteger(frames) && frames >= 2, "request", "frames", "a whole number from 2 on", frames);
  const segments = loop ? keys : keys - 1;
  return Array.from({ length: frames }, (_, i) => (i * segments) / (loop ? frames : frames - 1));
}

/** The point at a position of the path through key frames: `keys` are K ≥ 2 `Float64Array [D]`. */
export function walkPoint(keys, position, mode, loop) {
  const path = PATHS[mode];
  check(path, "request", "mode", "slerp or lerp", mode);
  check(keys.length >= 2, "request", "seeds", "two key frames or more", keys.length);
  const segments = loop ? keys.length : keys.length - 1;
  check(position >= 0 && position <= segments, "request", "position", `from 0 to ${segments}`, position);
  const i = Math.min(Math.trunc(position), segments - 1);
  return path(keys[i], keys[(i + 1) % keys.length], position - i).map(onGrid);
}
