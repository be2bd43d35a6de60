// What the engine answers: a request by its kind, and the pixels that it asks for, `Uint8Array`, 28 × 28 for each digit.

import { check, EngineError } from "./errors.js";
import { checkLatent } from "./quantized.js";
import { plane, point, tenClasses, walk } from "./walks.js";
import { writtenLine } from "./writing.js";

const KINDS = {
  digits: (generator, { seeds, digits, temperature }) => generator.sample(seeds, digits, temperature),
  ten: tenClasses,
  walk,
  plane,
  point,
  text: writtenLine,
  latents: drawLatents,
};

/** Throws "request" if it can't be drawn. */
export function answer(generator, { kind, ...request }) {
  if (!Object.hasOwn(KINDS, kind)) throw new EngineError("request", `the engine draws no ${kind}`, kind);
  if (ArrayBuffer.isView(request.seeds)) request.seeds = Array.from(request.seeds);
  return KINDS[kind](generator, request);
}

/** Digits of latents `z`, N times `[latent_dim]`, and class weights `y`, N times `[10]`. */
function drawLatents(generator, { z, y, temperature }) {
  check(y?.length === z?.length, "request", "y", `${z?.length} times ten class weights`, y?.length);
  for (let i = 0; i < z.length; i++) checkLatent(generator.network, z[i], y[i]);
  return generator.draw(z.length, (i) => [z[i], y[i]], temperature);
}
