// How the classifier reads a digit, asked for when someone looks at it.

import { pictureUrl } from "./link.js";
import { page } from "./page.js";
import { say } from "./words.js";

const PAUSE = 80; // milliseconds that a digit is looked at before the server is asked
const KEPT = 5000;

const readings = new Map(); // address → sentence
let timer = 0;

/** Call `tell(sentence)` with the reading of the one digit of a request: at once if it is known, else soon. */
export function tellReading(digit, tell) {
  if (!page.server || page.own) return; // the classifier is the server's, and sees what the server draws
  const address = pictureUrl("judge.json", "digits", { ...digit, columns: null, scale: 1 });
  clearTimeout(timer);
  if (readings.has(address)) {
    tell(readings.get(address));
    return;
  }
  timer = setTimeout(async () => {
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok) return;
    const [{ read_as, probability }] = (await answer.json()).readings;
    const sentence = say("read_as", { digit: read_as, percent: Math.floor(probability * 100) });
    if (readings.size > KEPT) readings.clear();
    readings.set(address, sentence);
    tell(sentence);
  }, PAUSE);
}
