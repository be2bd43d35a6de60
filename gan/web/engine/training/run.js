// A run: two networks, their digits, and what one sees of them. It knows nothing of workers and clocks: who runs it asks
// for steps, pictures and measures.

import { defaultDigit, latent } from "../latents.js";
import { RandomState } from "../random.js";
import { asGreys, asInput, Batches } from "./batches.js";
import { sigmoid } from "./losses.js";
import { PIXELS } from "./networks.js";
import { ShownGenerator } from "./shown.js";
import { Trainer } from "./step.js";

export const SHOWN = 64; // numbers whose digits are drawn again and again: 0, 1, …
const EYES = 8; // of them D's eye is shown on
const MEASURED = 1000; // digits drawn for a distance
const UNSEEN = 200; // real digits that are never trained on, for D's memory

export class Run {
  /** Args:
   *   kernels: with all their memory free.
   *   recipe: fields of gan/recipes.py; `change` changes them later.
   *   digits, unseen: real digits to train on and others, as `readDigits` returns them.
   *   measure: a trained FeatureNet, or null.
   *   seed: of the weights, the order of the digits, and all noise.
   *   limit: how many of the digits are used. */
  constructor(kernels, { recipe, digits, unseen, measure = null, seed = 0, limit = digits.count }) {
    this.recipe = { ...recipe };
    this.trainer = new Trainer(kernels, this.recipe);
    this.measure = measure;
    const random = new RandomState().seed(seed);
    this.trainer.initialise(() => random.uniform());
    this.batches = new Batches(digits, this.recipe, seed + 1, limit);
    this.shown = new ShownGenerator(kernels, this.trainer, () => new Batches(digits, this.recipe, seed + 2));
    this.points = this.#latentsOf(Array.from({ length: SHOWN }, (_, i) => i));
    this.measured = this.#latentsOf(Array.from({ length: MEASURED }, (_, i) => 1000 + i));
    this.unseen = sampled(unseen, UNSEEN, recipe.conditional);
    this.updates = { discriminator: 0, generator: 0 };
    this.keep();
  }

  get steps() {
    return this.trainer.steps;
  }

  /** Other values of some of the recipe's fields, all but those of the networks, or another `limit`. */
  change({ limit, ...knobs }) {
    Object.assign(this.recipe, knobs);
    if (limit) this.batches.use(limit);
  }

  /** One training step; returns its losses and probabilities. */
  step() {
    const told = this.trainer.step(this.batches.next());
    this.updates.discriminator += this.recipe.discriminator_steps;
    this.updates.generator++;
    return told;
  }

  /** One update of D alone, or of G alone. */
  update(player) {
    this.updates[player]++;
    const batch = this.batches.batch();
    if (player === "discriminator") return this.trainer.updateDiscriminator(batch);
    return this.trainer.updateGenerator(batch);
  }

  /** `{ digits, eye }`: grey levels [64 × 784] of the numbers 0 … 63, and for the first eight the gradient of D's logit by the
   * pixels [8 × 784], divided by the largest of all. */
  look() {
    this.shown.take();
    const { latents, classes } = this.points;
    const images = this.shown.images(latents, classes);
    const { discriminator } = this.trainer;
    discriminator.input.set(images.subarray(0, EYES * PIXELS));
    const logits = discriminator.forward(discriminator.input, classes?.slice(0, EYES) ?? null, EYES).slice();
    const eye = discriminator.eye(EYES).slice(0, EYES * PIXELS);
    const largest = eye.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
    return { digits: asGreys(images), eye: eye.map((value) => value / largest), logits };
  }

  /** The mean of D(x) over real digits that are never trained on. */
  seenUnseen() {
    const { discriminator } = this.trainer;
    const { images, classes } = this.unseen;
    discriminator.input.set(images);
    const logits = discriminator.forward(discriminator.input, classes, UNSEEN);
    return logits.reduce((sum, logit) => sum + sigmoid(logit), 0) / UNSEEN;
  }

  /** `{ distance, alike }` of a thousand drawn digits; see FeatureNet.measure. */
  distance() {
    this.shown.take();
    return this.measure.measure(this.shown.greys(this.measured.latents, this.measured.classes));
  }

  get finite() {
    return this.trainer.generator.weights.finite && this.trainer.discriminator.weights.finite;
  }

  /** Keep this state as the last good one. */
  keep() {
    this.kept = {
      steps: this.steps,
      updates: { ...this.updates },
      blocks: this.#blocks().map((block) => block.slice()),
    };
    this.kept.adam = this.#optimizers().map(({ steps }) => steps);
  }

  /** Go back to it. */
  goBack() {
    const { steps, updates, blocks, adam } = this.kept;
    this.trainer.steps = steps;
    this.updates = { ...updates };
    this.#blocks().forEach((block, i) => {
      block.set(blocks[i]);
    });
    this.#optimizers().forEach((optimizer, i) => {
      optimizer.steps = adam[i];
    });
  }

  #optimizers() {
    return [this.trainer.gOptimizer, this.trainer.dOptimizer];
  }

  #blocks() {
    const { generator, discriminator, average } = this.trainer;
    const norms = generator.norms.flatMap(([, norm]) => [norm.runningMean, norm.runningVariance]);
    const moments = this.#optimizers().flatMap(({ mean, square }) => [mean, square]);
    return [
      generator.weights.values,
      discriminator.weights.values,
      ...moments,
      ...norms,
      ...(average ? [average.values] : []),
    ];
  }

  #latentsOf(seeds) {
    const { latent_dim: dim, conditional } = this.recipe;
    const latents = new Float32Array(seeds.length * dim);
    seeds.forEach((seed, i) => {
      latents.set(latent(seed, dim), i * dim);
    });
    return { latents, classes: conditional ? seeds.map(defaultDigit) : null };
  }
}

// Evenly from all classes.
function sampled(digits, count, conditional) {
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * digits.count) / count));
  const images = new Float32Array(count * PIXELS);
  rows.forEach((row, i) => {
    images.set(asInput(digits.images.subarray(row * PIXELS, (row + 1) * PIXELS)), i * PIXELS);
  });
  return { images, classes: conditional ? rows.map(digits.label) : null };
}
