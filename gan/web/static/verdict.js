// What the two judges say of a digit: the model's discriminator, and the classifier. Both are fetched when they are first
// needed, and run in the page itself: an answer takes some milliseconds.

import { fetchClassifier } from "../engine/classifier.js";
import { fetchDiscriminator } from "../engine/discriminator.js";
import { page } from "./page.js";
import { say } from "./words.js";

const UNSURE = 0.05; // a probability so near to one half is no answer
const SURE = 0.8; // a reading with a smaller probability is told with the next one

export class Judges {
  #loading = null;
  #classifier = null;
  #discriminator = null; // { discriminator, reference }

  /** What is missing, as sentences. */
  missing = [];
  /** Whether something is missing that may arrive if it is asked for again. */
  failed = false;

  /** Fetch both; again, what didn't arrive. */
  load() {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  get there() {
    return this.#classifier !== null || this.#discriminator !== null;
  }

  async #load() {
    this.missing = [];
    this.failed = false;
    const tried = async (fetched, what) => {
      try {
        return await fetched();
      } catch (error) {
        this.failed = true;
        this.missing.push(say(`judge_${what}_failed`, { error: error.message }));
        return null;
      }
    };
    const model = page.pin.model;
    if (!page.discriminator) this.missing.push(say(`judge_no_d_${page.no_discriminator}`, { model }));
    if (!page.judge.classifier) this.missing.push(say("judge_no_classifier"));
    [this.#classifier, this.#discriminator] = await Promise.all([
      page.judge.classifier && (this.#classifier ?? tried(() => fetchClassifier(page.judge.classifier), "classifier")),
      page.discriminator && (this.#discriminator ?? tried(() => fetchDiscriminator(page.discriminator), "d")),
    ]);
    const conditional = this.#discriminator?.discriminator.conditional;
    if (conditional && !this.#classifier) this.missing.push(say("judge_d_needs_class"));
    this.read(new Uint8Array(784)); // so that the browser has compiled them before the first stroke ends
  }

  /** `{ sentences, eye, digit }` of a digit's pixels: D's eye in −1 … 1, null without D, and what it is read as. */
  read(pixels) {
    const reading = this.#classifier?.read(pixels) ?? null;
    const verdict = this.#asked(pixels, reading);
    const sentences = [...(verdict?.sentences ?? []), ...(reading ? [toldReading(reading)] : [])];
    return { sentences, eye: verdict?.eye ?? null, digit: reading?.digit ?? null };
  }

  #asked(pixels, reading) {
    if (!this.#discriminator) return null;
    const { discriminator, reference } = this.#discriminator;
    if (discriminator.conditional && !reading) return null;
    const { logits, gradient } = discriminator.eye(pixels, reading && [reading.digit]);
    const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
    const about = discriminator.conditional ? [say("judge_d_class", { digit: reading.digit })] : [];
    return {
      sentences: [...toldVerdict(logits[0], reference), ...about],
      eye: gradient.map((value) => value / largest),
    };
  }
}

/** D's answer, and how many known digits look less real to it. */
function toldVerdict(logit, { loss, neutral, real, drawn }) {
  const shown = { logit: signed(logit), neutral: signed(neutral), loss: say(`judge_loss_${loss}`) };
  const side = logit > neutral ? "real" : "drawn";
  const probability = 1 / (1 + Math.exp(-logit));
  const answer = Math.abs(probability - 0.5) < UNSURE ? "unsure" : side;
  const first =
    loss === "non_saturating"
      ? say(`judge_d_${answer}`, { ...shown, percent: percent(probability) })
      : say(`judge_score_${side}`, shown);
  const compared = { real: below(real, logit), drawn: below(drawn, logit), model: page.pin.model };
  return [first, say("judge_d_compared", compared)];
}

function toldReading({ digit, probability, probabilities }) {
  if (probability >= SURE) return say("judge_read", { digit, percent: percent(probability) });
  const [, next] = probabilities.map((_, i) => i).sort((a, b) => probabilities[b] - probabilities[a]);
  const values = { digit, percent: percent(probability), other: next, less: percent(probabilities[next]) };
  return say("judge_read_or", values);
}

// A share, never rounded to certainty.
function percent(share) {
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return ">\u00a099";
  return rounded === 0 && share > 0 ? "<\u00a01" : rounded;
}

/** How many of a hundred lie below a value, by their quantiles at even steps. */
function below(quantiles, value) {
  const last = quantiles.length - 1;
  if (value <= quantiles[0]) return 0;
  if (value >= quantiles[last]) return 100;
  const i = quantiles.findIndex((quantile) => quantile > value) - 1;
  return Math.round((100 * (i + (value - quantiles[i]) / (quantiles[i + 1] - quantiles[i]))) / last);
}

const signed = (number) => number.toFixed(2).replace("-", "−");
