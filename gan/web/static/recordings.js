// The recorded trainings: each is fetched once, when it is looked at first, and kept. Moving through it asks nobody.

import { filmPictures } from "./film.js";
import { page } from "./page.js";
import { say } from "./words.js";

const kept = new Map();

/** The models whose training may be shown, { model, film, record } or { model, missing or damaged }. */
export const histories = page.histories;

/** A training: { epochs, pictures, at, curves, … } of gan/web/histories.py, the pictures as bitmaps, one for each epoch.
 * Rejects with a `NoRecording` that says in words what is wrong. */
export function recording(name) {
  if (!kept.has(name)) {
    const found = load(name);
    kept.set(name, found);
    found.catch(() => kept.delete(name)); // the next look tries again
  }
  return kept.get(name);
}

/** `again`: a second try may help. */
export class NoRecording extends Error {
  constructor(words, again) {
    super(words);
    this.again = again;
  }
}

async function load(name) {
  const { film, record, missing, damaged } = histories.find(({ model }) => model === name);
  if (missing) throw new NoRecording(say("history_missing", { model: name, file: missing }), false);
  if (damaged) throw new NoRecording(say("history_damaged", { model: name, file: damaged }), false);
  const [bytes, told] = await Promise.all([fetched(film, name), fetched(record, name)]);
  let pictures;
  try {
    pictures = await filmPictures(bytes);
  } catch {
    throw new NoRecording(say("history_damaged", { model: name, file: "timelapse.webp" }), false);
  }
  const values = JSON.parse(new TextDecoder().decode(told));
  return { ...values, name, pictures: values.pictures.map((i) => pictures[i]) };
}

async function fetched(address, name) {
  const answer = await fetch(address).catch(() => null);
  const content = answer?.ok ? await answer.arrayBuffer().catch(() => null) : null;
  if (!content) throw new NoRecording(say("history_unreachable", { model: name }), true);
  return new Uint8Array(content);
}

/** Which of the recorded epochs (their index) was the newest at an epoch. */
export function frameAt({ epochs }, epoch) {
  const later = epochs.findIndex((e) => e > epoch);
  return later === -1 ? epochs.length - 1 : Math.max(later - 1, 0);
}

/** A recorded picture on a canvas. */
export function paintFrame(canvas, { pictures }, frame) {
  const picture = pictures[frame];
  if (canvas.width !== picture.width) Object.assign(canvas, { width: picture.width, height: picture.height });
  canvas.getContext("2d").drawImage(picture, 0, 0);
  canvas.dataset.frame = frame;
}
