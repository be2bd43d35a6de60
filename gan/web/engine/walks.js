// gan/walks.py in a browser: walks between digits, the plane between four, the ten classes in one handwriting.

import { check, EngineError } from "./errors.js";
import { NUM_CLASSES, NUM_SEEDS, oneHot, walkPoint, walkPositions } from "./latents.js";

/** Frames `[frames, count, 784]` of a walk through the key frames `seeds`; digit i of a frame walks through the seeds
 * `seeds[k] + i`. Instead of `frames`, `positions` may say where on the path, in segments from the first key on. */
export function walk(generator, request) {
  const { seeds, digits = null, count = 1, temperature = 1, frames = 60, mode = "slerp", loop = false } = request;
  check(Number.isInteger(count) && count >= 1, "request", "count", "a whole number from 1 on", count);
  generator.classes(seeds, digits);
  const lanes = Array.from({ length: count }, (_, i) => {
    const lane = seeds.map((seed) => (seed + i) % NUM_SEEDS);
    return { z: lane.map((seed) => generator.latent(seed)), y: generator.classes(lane, digits).map(oneHot) };
  });
  const positions = request.positions ?? walkPositions(seeds.length, frames, loop);
  const point = (i) => {
    const { z, y } = lanes[i % count];
    const position = positions[Math.floor(i / count)];
    return [walkPoint(z, position, mode, loop), walkPoint(y, position, "lerp", loop)];
  };
  return generator.draw(positions.length * count, point, temperature);
}

/** The plane between four digits, `[size, size, 784]`; the corners are top left, top right, bottom left, bottom right. */
export function plane(generator, { seeds, digits = null, temperature = 1, size = 16, mode = "slerp" }) {
  const steps = walkPositions(2, size, false);
  const at = pointBetween(generator, seeds, digits, mode);
  return generator.draw(size * size, (i) => at(steps[i % size], steps[Math.floor(i / size)]), temperature);
}

/** One digit `[784]` anywhere on that plane: `u` from left to right, `v` from top to bottom, both in 0 … 1. */
export function point(generator, { corners, digits = null, u, v, temperature = 1, mode = "slerp" }) {
  const at = pointBetween(generator, corners, digits, mode);
  return generator.draw(1, () => at(u, v), temperature);
}

/** Latent and class weights at (u, v): on the path from a point of the left side to one of the right side. */
function pointBetween(generator, seeds, digits, mode) {
  if (seeds?.length !== 4)
    throw new EngineError("request", `a plane lies between four digits, not ${seeds?.length}`, seeds);
  const z = seeds.map((seed) => generator.latent(seed));
  const y = generator.classes(seeds, digits).map(oneHot);
  const between = ([a, b, c, d], u, v, path) =>
    walkPoint([walkPoint([a, c], v, path, false), walkPoint([b, d], v, path, false)], u, path, false);
  return (u, v) => [between(z, u, v, mode), between(y, u, v, "lerp")];
}

/** Every class in each seed's handwriting, `[10 N, 784]`: 0 … 9 of the first seed, then of the next. */
export function tenClasses(generator, { seeds, temperature = 1 }) {
  const repeated = seeds.flatMap((seed) => Array(NUM_CLASSES).fill(seed));
  return generator.sample(
    repeated,
    repeated.map((_, i) => i % NUM_CLASSES),
    temperature,
  );
}
