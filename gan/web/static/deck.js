// The digits of a game as pictures, made before they are shown. Real or drawn, a digit becomes a bitmap of 28 × 28 pixels,
// and whoever shows it treats both alike.

import { EngineError } from "../engine/errors.js";
import { readDigits } from "../engine/training/digits.js";
import { gridBitmap } from "./bitmap.js";
import { limits, page } from "./page.js";

const PIXELS = limits.size ** 2;

let real = null; // the promise of the real digits

/** The real digits, as engine/training/digits.js reads them; fetched once, and again after a failure. */
export function realDigits() {
  real ??= fetched(page.fight.unseen);
  real.catch(() => {
    real = null;
  });
  return real;
}

async function fetched(address) {
  const answer = await fetch(address).catch(({ message }) => ({ status: message }));
  if (!answer.ok) throw new EngineError("digits-missing", answer.status);
  return readDigits(await answer.arrayBuffer());
}

/** The pictures of rounds (engine/rounds.js): { pixels, bitmaps }.
 *
 * `bitmaps[i]` is a promise of the bitmaps of round i; `pixels` all digits one after the other, `Uint8Array [N × 784]`, or
 * null where the server draws: a browser may falsify what it lets a script read of a picture. Throws what the engine and
 * the server throw if nobody can draw. */
export async function deal(rounds, pixels) {
  const digits = rounds.flatMap((round) => round.digits);
  const images = (await realDigits()).images;
  const drawn = await drawnHere(digits, pixels);
  if (drawn) {
    const all = new Uint8Array(digits.length * PIXELS);
    digits.forEach(({ real: isReal, place }, i) => {
      all.set(isReal ? imageAt(images, place) : drawn.get(digits[i]), i * PIXELS);
    });
    let next = 0;
    const bitmaps = rounds.map((round) => Promise.all(round.digits.map(() => gridBitmap(imageAt(all, next++), 1))));
    return { pixels: all, bitmaps };
  }
  const bitmaps = [];
  let before = Promise.resolve();
  for (const round of rounds) {
    before = before.then(() => Promise.all(round.digits.map((digit) => bitmapOf(digit, images, pixels))));
    before.catch(() => {}); // told by who waits for this round
    bitmaps.push(before);
  }
  await bitmaps[rounds.findIndex((round) => round.digits.some((digit) => !digit.real))]; // else nobody can draw
  return { pixels: null, bitmaps };
}

const imageAt = (images, i) => images.subarray(i * PIXELS, (i + 1) * PIXELS);

// The drawn digits by this browser's engine, whoever draws the rest of the page; null if it can't.
async function drawnHere(digits, pixels) {
  const drawn = digits.filter((digit) => !digit.real);
  const asked = {
    seeds: drawn.map(({ seed }) => seed),
    digits: page.conditional ? drawn.map(({ digit }) => digit) : null,
    temperature: 1,
  };
  const found = await pixels
    .engine()
    .then((engine) => engine.digitPixels(asked))
    .catch(() => null);
  return found && new Map(drawn.map((digit, i) => [digit, imageAt(found, i)]));
}

// One digit, drawn by the server.
async function bitmapOf({ real: isReal, place, seed, digit }, images, pixels) {
  if (isReal) return gridBitmap(imageAt(images, place), 1);
  const one = { ...page.defaults.digits, seed, count: 1, digit: page.conditional ? digit : null };
  return (await pixels.drawDigits(one, 1)).bitmap;
}
