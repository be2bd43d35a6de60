// What the updates of a step look at: real digits in a random order, and latents, all of them of one seed.

import { RandomState } from "../random.js";
import { NUM_CLASSES, PIXELS } from "./networks.js";

const GREYS = Float32Array.from({ length: 256 }, (_, grey) => (grey * 2) / 255 - 1); // uint8 → −1 … 1

export class Batches {
  #digits;
  #recipe;
  #random;
  #order = []; // rows of the digits that this pass over them has yet to show
  #rows;

  /** Args: digits as `readDigits` returns them, the recipe, a seed, and `use`'s limit. */
  constructor(digits, recipe, seed, limit = digits.count) {
    this.#digits = digits;
    this.#recipe = recipe;
    this.#random = new RandomState().seed(seed);
    this.use(limit);
  }

  /** From now on, use so many of the digits, equally many of each class. */
  use(limit) {
    const { count } = this.#digits;
    const [perClass, used] = [count, limit].map((all) => Math.floor(all / NUM_CLASSES));
    this.#rows = Array.from({ length: count }, (_, i) => i).filter((i) => i % perClass < used);
    this.#order = [];
  }

  /** The batches of a step, as `Trainer.step` takes them. The recipe may have changed since the last step. */
  next() {
    const { discriminator_steps: updates, reuse_fake: reuse } = this.#recipe;
    const discriminator = Array.from({ length: updates }, () => this.batch());
    const last = discriminator.at(-1);
    return { discriminator, generator: reuse ? last : { ...last, latents: this.#latents() } };
  }

  /** One batch `{ real, latents, classes }`. */
  batch() {
    const { batch_size: size, conditional } = this.#recipe;
    const rows = Array.from({ length: size }, () => this.#row());
    const real = new Float32Array(size * PIXELS);
    rows.forEach((row, i) => {
      const from = row * PIXELS;
      for (let p = 0; p < PIXELS; p++) real[i * PIXELS + p] = GREYS[this.#digits.images[from + p]];
    });
    return { real, latents: this.#latents(), classes: conditional ? rows.map(this.#digits.label) : null };
  }

  #row() {
    if (!this.#order.length) this.#order = [...this.#rows];
    const i = Math.floor(this.#random.uniform() * this.#order.length);
    const row = this.#order[i];
    this.#order[i] = this.#order.at(-1);
    this.#order.pop();
    return row;
  }

  #latents() {
    const { batch_size: size, latent_dim: dim } = this.#recipe;
    return new Float32Array(size * dim).map(() => this.#random.normal());
  }
}

/** Images `uint8 [N, 784]` as the networks take them, in −1 … 1. Loops: `from` with a function takes ten times as long. */
export function asInput(images) {
  const input = new Float32Array(images.length);
  for (let i = 0; i < images.length; i++) input[i] = GREYS[images[i]];
  return input;
}

/** Images in −1 … 1 as grey levels, 0 = paper. */
export function asGreys(images) {
  const greys = new Uint8Array(images.length);
  for (let i = 0; i < images.length; i++) greys[i] = Math.round((images[i] + 1) * 127.5);
  return greys;
}
