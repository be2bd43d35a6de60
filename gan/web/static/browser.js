// Pictures and pixels from this browser's engine; pixels.js says what a picture is. The engine draws what a link may
// hold and nothing else: a request beyond the limits rejects with the code "request", and the server says why.

import { createEngine } from "../engine/client.js";
import { EngineError } from "../engine/errors.js";
import { cellsBitmap, gridBitmap, lineBitmap } from "./bitmap.js";
import { el } from "./dom.js";
import { limits, page } from "./page.js";
import { wrap } from "./seeds.js";
import { stripColumns } from "./strip.js";
import { frameSize } from "./walk.js";

const { size } = limits;

/** The engine of the model that the page was opened with, as a source of pictures and pixels. Weights and WebAssembly
 * were asked for in the page's head: these answers serve once. Throws an EngineError. */
export async function startEngine() {
  if (!page.engine) throw new EngineError("unsupported", "the engine has no convolutions");
  const { config, sha256, golden, worker, weights, wasm, asked } = page.engine;
  page.engine.asked = null;
  const engine = await createEngine({ config, sha256, golden, worker, weights, wasm, ...asked });
  return source(engine);
}

/** The engine of a generator that was trained in this tab, { config, weights, sha256, golden }: the same kind of source.
 * Throws an EngineError. */
export async function startOwnEngine({ weights, ...own }) {
  const { worker, wasm } = page.fight.drawing;
  const answer = Promise.resolve(new Response(weights));
  return source(await createEngine({ ...own, worker, wasm, weights: answer }));
}

function source(engine) {
  const one = ({ seed, digit, temperature }) => ({
    seeds: [seed],
    digits: listed(digit, 1),
    temperature: decimals(temperature),
  });
  return {
    async drawDigits(values, columns) {
      const { seed, count, digit, temperature, ten } = values;
      within(count, 1, ten ? limits.ten : limits.count);
      within(seed, 0, limits.seeds - 1);
      const seeds = Array.from({ length: count }, (_, i) => wrap(seed + i));
      const asked = { seeds, digits: listed(digit, count), temperature: decimals(temperature) };
      const pixels = await (ten ? engine.ten(asked) : engine.sample(asked));
      return picture(await gridBitmap(pixels, columns), columns, size, size);
    },
    async drawWalk(values) {
      const { seeds, digits, count, temperature, frames, mode, loop } = values;
      within(count, 1, limits.walk);
      within(frames, 2, Math.min(limits.frames, Math.floor(limits.total / count)));
      within(seeds.length, 2, limits.keys);
      const asked = { seeds, digits: classes(digits), count, temperature: decimals(temperature), frames, mode, loop };
      const pixels = await engine.walk(asked);
      const { width, height } = frameSize(values);
      const columns = stripColumns(frames, width);
      const cells = { perCell: count, across: width / size, columns };
      return picture(await cellsBitmap(pixels, cells), columns, width, height);
    },
    async drawPlane({ seeds, digits, temperature, mode }) {
      const asked = { seeds, digits: classes(digits), temperature: decimals(temperature), size: limits.plane, mode };
      return picture(await gridBitmap(await engine.plane(asked), limits.plane), limits.plane, size, size);
    },
    async drawText({ text, seed, hand, temperature }) {
      within(text.length, 1, limits.text);
      within(seed, 0, limits.seeds - 1);
      const pixels = await engine.text({ text, seed, own: hand === "own", temperature: decimals(temperature) });
      const bitmap = await lineBitmap(pixels);
      return picture(bitmap, 1, bitmap.width, bitmap.height);
    },
    async digitAddress(digit) {
      return addressOf(await gridBitmap(await engine.sample(one(digit)), 1));
    },
    digitPixels: (request) => engine.sample(request),
    pointPixels: (request) => engine.point(request),
    latentPixels: (request) => engine.latents(request),
    walkPixels: (request) => engine.walk(request),
    close: () => engine.close(),
  };
}

const picture = (bitmap, columns, width, height) => ({ bitmap, columns, width, height, server: null });

const listed = (digit, count) => (digit === null ? null : Array(count).fill(digit));
const classes = (digits) => (digits.length ? digits : null);

// As links write it, so that the link brings back the same pixels.
const decimals = (temperature) => Number(Number(temperature).toFixed(4));

// A bitmap as the address of an <img>.
function addressOf(bitmap) {
  const canvas = el("canvas", { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.toDataURL();
}

// What the engine would take, but no link may hold.
function within(value, low, high) {
  if (!(Number.isInteger(value) && value >= low && value <= high)) {
    throw new EngineError("request", `it must be a whole number from ${low} to ${high}, not ${value}`, value);
  }
}
