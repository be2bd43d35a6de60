// Which digit stands where on the wall of a request: places count from 0, row by row.

import { limits, page } from "./page.js";
import { wrap } from "./seeds.js";
import { say } from "./words.js";

export const places = ({ ten, count }) => (ten ? count * limits.classes : count);

/** The number of the digit at a place: its seed. */
export const numberAt = ({ seed, ten }, i) => wrap(seed + (ten ? Math.floor(i / limits.classes) : i));

/** The class that the digit at a place is drawn as; null if the model has no classes. */
export function classAt(values, i) {
  if (values.ten) return i % limits.classes;
  if (!page.conditional) return null;
  return values.digit ?? numberAt(values, i) % 10; // the last decimal digit
}

/** The place of an opened digit, `[number]` or `[number, class]`; null if it is not on the wall. */
export function placeOf(values, [number, digit]) {
  const offset = wrap(number - values.seed);
  if (offset >= values.count) return null;
  return values.ten ? offset * limits.classes + (digit ?? 0) : offset;
}

/** A request for the digit at a place alone: the same number, its class only if a link has to say it. */
export function alone(values, i) {
  const digit = values.ten || values.digit !== null ? classAt(values, i) : null;
  return { seed: numberAt(values, i), count: 1, digit, temperature: values.temperature, ten: false, open: null };
}

/** A temperature as links write it: what is drawn with it is what the link brings back. */
export const asWritten = (temperature) => Number(Number(temperature).toFixed(4));

/** A digit's number, and what it is drawn as, in words. */
export function describe(number, digit) {
  return say(digit === null ? "digit_number" : "digit_number_class", { number, digit });
}

/** The wall in words. */
export function describeWall({ seed, count, digit, ten }) {
  const words = { count, first: seed, last: wrap(seed + count - 1), digit };
  if (ten) return say("alt_ten", words);
  return say(digit === null ? "alt_digits" : "alt_class", words);
}
