// The training step, as gan/training/trainer.py does it: one update of each player after the other.

import { Adam } from "./adam.js";
import { MovingAverage } from "./ema.js";
import { LOSSES, meanLoss, sigmoid } from "./losses.js";
import { Discriminator, Generator, PIXELS } from "./networks.js";

export const MAX_BATCH = 256;

export class Trainer {
  /** Args: the kernels and a recipe (fields of gan/recipes.py), of which all but the networks may be changed later. */
  constructor(kernels, recipe) {
    this.kernels = kernels;
    this.recipe = recipe;
    this.generator = new Generator(kernels, recipe, MAX_BATCH);
    this.discriminator = new Discriminator(kernels, recipe, 2 * MAX_BATCH); // real and fake images in one pass
    this.gOptimizer = new Adam(kernels, this.generator.weights);
    this.dOptimizer = new Adam(kernels, this.discriminator.weights);
    this.average = null;
    this.steps = 0;
  }

  /** Begin with weights drawn by `uniform()`, numbers in 0 … 1. */
  initialise(uniform) {
    this.generator.weights.initialise(uniform);
    this.discriminator.weights.initialise(uniform);
    this.begin();
  }

  /** Begin with the weights as they are. */
  begin() {
    const { moving_average: decay } = this.recipe;
    this.average = decay ? new MovingAverage(this.kernels, this.generator.weights, decay) : null;
  }

  /** One training step. `batches` are `{ discriminator: [batch, …], generator: batch }`, a batch `{ real, latents, classes }`:
   * images [B, 784], latents [B, latent_dim], classes [B] or null. Returns what `updateDiscriminator` (the last one) and
   * `updateGenerator` do, together. */
  step(batches) {
    const { order, reuse_fake: reuse } = this.recipe;
    const shared = reuse ? this.#fakeImages(batches.generator) : null; // seen by both players
    const told = {};
    if (order === "generator_first") Object.assign(told, this.updateGenerator(batches.generator, shared));
    for (const batch of batches.discriminator) {
      const isLast = batch === batches.discriminator.at(-1);
      Object.assign(told, this.updateDiscriminator(batch, isLast ? shared : null));
    }
    if (order === "discriminator_first") Object.assign(told, this.updateGenerator(batches.generator, shared));
    this.average?.update(this.steps);
    this.steps++;
    return told;
  }

  /** D learns to tell real images from fake ones. Returns its loss, the mean of D(x), and R1's penalty. */
  updateDiscriminator(batch, shared = null) {
    const { recipe, discriminator: d } = this;
    const size = batch.real.length / PIXELS;
    const fake = shared ?? this.#fakeImages(batch); // [B, 784]
    d.input.set(batch.real);
    d.input.set(fake.subarray(0, size * PIXELS), size * PIXELS);
    const logits = d.forward(d.input, twice(batch.classes), 2 * size); // [2B, 784] → [2B]
    const [real, drawn] = [logits.slice(0, size), logits.slice(size)];
    const { loss, scale } = this.#loss();
    const dLoss =
      meanLoss(loss.real, real, d.logitGradient, scale) +
      meanLoss(loss.fake, drawn, d.logitGradient.subarray(size), scale);
    d.backward(2 * size, { weights: true, inputs: false });
    const penalty = recipe.r1 ? d.addPenalty(recipe.r1, size) : 0;
    const { learning_rate, discriminator_learning_rate: own, beta1, beta2 } = recipe;
    this.dOptimizer.step({ rate: own ?? learning_rate, beta1, beta2, eps: 1e-8 });
    return { dLoss, penalty, dReal: meanProbability(real) };
  }

  /** G learns to draw what D takes for real. Returns its loss and the mean of D(G(z)). */
  updateGenerator(batch, shared = null) {
    const { recipe, discriminator: d, generator } = this;
    const size = batch.latents.length / recipe.latent_dim;
    const fake = shared ?? this.#fakeImages(batch); // [B, 784]
    const logits = d.forward(fake, batch.classes, size); // [B, 784] → [B]
    const gLoss = meanLoss(this.#loss().loss.generator, logits, d.logitGradient);
    generator.backward(d.backward(size, { weights: false, inputs: true }), size); // through D, not into its weights
    const { learning_rate: rate, beta1, beta2, generator_adam_eps: eps } = recipe;
    this.gOptimizer.step({ rate, beta1, beta2, eps });
    return { gLoss, dFake: meanProbability(logits) };
  }

  #fakeImages({ latents, classes }) {
    return this.generator.forward(latents, classes, latents.length / this.recipe.latent_dim);
  }

  #loss() {
    return { loss: LOSSES[this.recipe.loss](this.recipe), scale: this.recipe.discriminator_loss_scale };
  }
}

const twice = (classes) => classes && [...classes, ...classes];

const meanProbability = (logits) => logits.reduce((sum, logit) => sum + sigmoid(logit), 0) / logits.length;
