// Walks as requests: their key frames, and what their pictures depend on. A key frame is { seed, digit }; its digit is
// the class that it is drawn as, null for its seed's last decimal digit. A request holds them as two lists, `seeds` and
// `digits`; the second is empty if all are null.

import { limits } from "./page.js";
import { randomSeed } from "./seeds.js";
import { say } from "./words.js";

const CORNERS = 4; // key frames of a plane
const SHORT = 100_000; // random seeds of key frames are below this: several of them stand in a link

const keysOf = ({ seeds, digits }) => seeds.map((seed, k) => ({ seed, digit: digits[k] ?? null }));
const listsOf = (keys) => ({
  seeds: keys.map((key) => key.seed),
  digits: keys.some((key) => key.digit !== null) ? keys.map((key) => key.digit) : [],
});
const randomKey = () => ({ seed: randomSeed(SHORT), digit: null });

/** The lists of a walk with the key frame `k` changed. */
export const withKey = (walk, k, change) =>
  listsOf(keysOf(walk).map((key, i) => (i === k ? { ...key, ...change } : key)));

/** The lists of a walk through other key frames. */
export const walkThrough = (keys) => listsOf(keys);

/** The lists of a walk with one more key frame at its end. */
export const withOneMore = (walk) => listsOf([...keysOf(walk), randomKey()]);

/** The lists of a walk without the key frame `k`. */
export const without = (walk, k) => listsOf(keysOf(walk).filter((_, i) => i !== k));

/** Other numbers for the same key frames. */
export const withOtherSeeds = (walk) => listsOf(keysOf(walk).map((key) => ({ ...key, seed: randomSeed(SHORT) })));

let beside = { added: [], left: [] }; // key frames that the plane added to the walk, or left out

/** A walk that becomes a plane between four key frames, or a walk again: without those that were only added for the plane,
 * if they are still the same. */
export function togglePlane(walk, plane) {
  const keys = keysOf(walk);
  if (plane) {
    const added = Array.from({ length: Math.max(0, CORNERS - keys.length) }, randomKey);
    beside = { added, left: keys.slice(CORNERS) };
    return { ...walk, ...listsOf([...keys.slice(0, CORNERS), ...added]), plane, at: null };
  }
  const { added, left } = beside;
  beside = { added: [], left: [] };
  const from = keys.length - added.length;
  const untouched = added.length > 0 && JSON.stringify(keys.slice(from)) === JSON.stringify(added);
  return { ...walk, ...listsOf([...(untouched ? keys.slice(0, from) : keys), ...left]), plane, at: null };
}

/** The pixels of one frame: the digits that walk side by side, as square as it can be. */
export function frameSize({ count }) {
  const columns = Math.ceil(Math.sqrt(count));
  return { width: columns * limits.size, height: Math.ceil(count / columns) * limits.size };
}

/** Equal for walks with equal pictures; the other values say how they are played. */
export function picturesOf({ seeds, digits, temperature, mode, plane, count, frames, loop }) {
  return JSON.stringify([seeds, digits, temperature, mode, plane, ...(plane ? [] : [count, frames, loop])]);
}

/** A walk in words. */
export function describeWalk(walk) {
  const keys = keysOf(walk).map(({ seed, digit }) => (digit === null ? `${seed}` : `${seed} (${digit})`));
  return say(walk.plane ? "alt_plane" : "alt_walk", { keys: keys.join(" → ") });
}
