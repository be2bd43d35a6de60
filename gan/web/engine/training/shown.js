// The generator as it is shown, measured and kept: the moving average where the recipe has one, else the one that trains.

import { asGreys } from "./batches.js";
import { Generator, PIXELS } from "./networks.js";

const ROWS = 64; // images drawn at once
const KEPT = 8; // batches that calibrate whatever is shown: where the weights stand still, so do the digits

export class ShownGenerator {
  #trainer;
  #batches;
  #kept;

  /** Args: a Trainer, and `batches()`, which begins the same Batches again: their latents and classes calibrate
   * BatchNorm. */
  constructor(kernels, trainer, batches) {
    this.#trainer = trainer;
    this.#batches = batches;
    this.network = new Generator(kernels, trainer.recipe, 256);
  }

  /** Take the trainer's weights as they are now. An average gets BatchNorm statistics of its own, the mean of so many
   * batches, as gan/training/ema.py takes them; the statistics that training keeps belong to the raw weights. */
  take(batches = KEPT) {
    const { generator, average } = this.#trainer;
    this.network.weights.values.set(average?.values ?? generator.weights.values);
    this.network.norms.forEach(([, norm], i) => {
      const [, theirs] = generator.norms[i];
      norm.runningMean.set(theirs.runningMean);
      norm.runningVariance.set(theirs.runningVariance);
    });
    if (!average || !this.network.norms.length) return;
    this.#calibration(batches, ({ latents, classes }, i) => {
      for (const [, norm] of this.network.norms) norm.momentum = 1 / (i + 1);
      this.network.forward(latents, classes, latents.length / this.network.recipe.latent_dim);
    });
  }

  // Calls back with each batch. The first ones are needed several times a second: they are kept.
  #calibration(count, back) {
    if (count > KEPT) {
      const stream = this.#batches();
      for (let i = 0; i < count; i++) back(stream.batch(), i);
      return;
    }
    if (!this.#kept) {
      const stream = this.#batches();
      this.#kept = Array.from({ length: KEPT }, () => stream.batch());
    }
    for (let i = 0; i < count; i++) back(this.#kept[i], i);
  }

  /** Images `Float32Array [N × 784]` in −1 … 1 of latents [N × latent_dim] and classes [N]. */
  images(latents, classes) {
    const dim = this.network.recipe.latent_dim;
    const count = latents.length / dim;
    const images = new Float32Array(count * PIXELS);
    for (let from = 0; from < count; from += ROWS) {
      const rows = Math.min(ROWS, count - from);
      const part = latents.subarray(from * dim, (from + rows) * dim);
      const drawn = this.network.evaluate(part, classes?.slice(from, from + rows), rows);
      images.set(drawn.subarray(0, rows * PIXELS), from * PIXELS);
    }
    return images;
  }

  /** The same as grey levels, 0 = paper. */
  greys(latents, classes) {
    return asGreys(this.images(latents, classes));
  }
}
