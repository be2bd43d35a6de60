// Find me: the digit of a generator that is nearest to a picture. First among the digits of some thousand numbers; then by
// gradient descent on the latents of the nearest of them. The descent goes through a float network of the same weights
// as the integer one, which has no gradients; the digits that come of it, and their distances, are the integer one's.
//
// A distance is Euclidean, in units of one full pixel: √(Σ (ink − ink')²), ink from 0 to 1.

import { GRID, oneHot } from "./latents.js";
import { PIXELS } from "./quantized.js";
import { LeakyReLU, Linear, Tanh } from "./training/layers.js";

const STARTS = 8; // latents that descend side by side: the nearest number alone often ends in another shape
const BLOCK = 256; // numbers drawn at a time
const RATE = 0.1; // Adam's, of latents of variance 1
const [BETA1, BETA2] = [0.9, 0.99];
const STEPS_OF_TANH = 1024; // for each unit of its argument

/** The distance of a digit from a picture, both `Uint8Array [784]`. */
export function distance(a, b) {
  let sum = 0;
  for (let i = 0; i < PIXELS; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum) / 255;
}

/** The nearest digits of numbers that were looked at: `{ seed, digit, distance, pixels }`, the nearest first. */
export class Nearest {
  found = [];
  looked = 0;

  /** Args: a Generator (generator.js), and the picture. */
  constructor(generator, picture) {
    Object.assign(this, { generator, picture });
  }

  /** Look at the next numbers, each drawn as a digit: its own last one for null. */
  look(digit = null, count = BLOCK) {
    const seeds = Array.from({ length: count }, (_, i) => this.looked + i);
    const digits = digit === null || !this.generator.conditional ? null : seeds.map(() => digit);
    const drawn = this.generator.sample(seeds, digits);
    const classes = this.generator.conditional ? this.generator.classes(seeds, digits) : null;
    const all = seeds.map((seed, i) => {
      const pixels = drawn.subarray(i * PIXELS, (i + 1) * PIXELS);
      return { seed, digit: classes?.[i] ?? null, distance: distance(pixels, this.picture), pixels };
    });
    const best = [...this.found, ...all].sort((a, b) => a.distance - b.distance).slice(0, STARTS);
    this.found = best.map((one) => ({ ...one, pixels: one.pixels.slice() })); // not a view of the whole block
    this.looked += count;
  }
}

/** A descent from some of the nearest. */
export class Descent {
  /** Args: the kernels, a Generator, the picture, and where to start: `{ seed, digit }`. */
  constructor(kernels, generator, picture, starts) {
    Object.assign(this, { generator, picture, starts, steps: 0 });
    this.rows = starts.length;
    this.network = new FloatGenerator(kernels, generator.network, this.rows);
    this.dim = generator.network.config.latent_dim;
    const block = () => new Float64Array(this.rows * this.dim);
    Object.assign(this, { latents: block(), mean: block(), square: block() });
    starts.forEach(({ seed }, i) => {
      this.latents.set(generator.latent(seed), i * this.dim);
    });
    this.target = Float32Array.from(picture, (grey) => (grey * 2) / 255 - 1);
  }

  /** One step of all starts, each by Adam (Kingma & Ba 2015). A latent stays within the sphere that nearly all latents lie
   * on: beyond it the generator draws what it draws for no number. */
  step() {
    const { latents, dim, rows, mean, square } = this;
    const images = this.network.forward(latents, this.starts);
    const gradient = this.network.backward(images.map((value, i) => 2 * (value - this.target[i % PIXELS])));
    this.steps++;
    const [first, second] = [1 - BETA1 ** this.steps, 1 - BETA2 ** this.steps];
    for (let i = 0; i < latents.length; i++) {
      mean[i] += (1 - BETA1) * (gradient[i] - mean[i]);
      square[i] += (1 - BETA2) * (gradient[i] ** 2 - square[i]);
      latents[i] -= (RATE * mean[i]) / first / (Math.sqrt(square[i] / second) + 1e-12);
    }
    for (let r = 0; r < rows; r++) {
      const z = latents.subarray(r * dim, (r + 1) * dim);
      const shrink = Math.min(1, Math.sqrt(dim / z.reduce((sum, value) => sum + value * value, 0)));
      for (let i = 0; i < dim; i++) z[i] *= shrink;
    }
  }

  /** The best of them as the integer generator draws it: `{ digit, distance, pixels, latent }`. */
  best() {
    const latents = this.starts.map((_, r) => this.latents.slice(r * this.dim, (r + 1) * this.dim));
    const drawn = this.generator.draw(this.rows, (r) => [latents[r], oneHot(this.starts[r].digit ?? 0)]);
    const all = this.starts.map(({ digit }, r) => {
      const pixels = drawn.slice(r * PIXELS, (r + 1) * PIXELS);
      return { digit, latent: latents[r], pixels, distance: distance(pixels, this.picture) };
    });
    return all.reduce((a, b) => (b.distance < a.distance ? b : a));
  }
}

/** The network of an integer generator with numbers that aren't rounded, and its gradient by the latents. */
export class FloatGenerator {
  constructor(kernels, network, rows) {
    const { config, layers, embedding, inputScale } = network;
    Object.assign(this, { config, rows, inputScale });
    this.dim = config.latent_dim;
    this.width = layers[0].inputs;
    this.embedding = embedding && Float64Array.from(embedding, (steps) => steps / GRID);
    const slope = config.activation === "relu" ? 0 : 0.2;
    this.layers = layers.flatMap(({ inputs, outputs, weight, multiplier, bias }, i) => {
      const last = i === layers.length - 1;
      const unit = last ? STEPS_OF_TANH : 1;
      const value = kernels.floats(weight.length);
      for (let o = 0; o < outputs; o++)
        for (let k = 0; k < inputs; k++) value[o * inputs + k] = (weight[o * inputs + k] * multiplier[o]) / unit;
      const offset = kernels.floats(outputs);
      offset.set(bias.map((step) => step / unit));
      const linear = new Linear(kernels, { weight: { value }, bias: { value: offset }, inputs, outputs, rows });
      return [linear, last ? new Tanh(kernels, { width: outputs }) : new LeakyReLU(kernels, { width: outputs, slope })];
    });
    this.input = kernels.floats(rows * this.width);
    this.imageGradient = kernels.floats(rows * PIXELS);
    this.factors = new Float64Array(rows);
  }

  /** Images `Float32Array [rows × 784]` in −1 … 1 of latents `[rows × latent_dim]` and of the starts' classes. */
  forward(latents, starts) {
    const { dim, width, embedding, input } = this;
    for (let r = 0; r < this.rows; r++) {
      const row = input.subarray(r * width, (r + 1) * width);
      for (let i = 0; i < width; i++)
        row[i] = i < dim ? latents[r * dim + i] : embedding[starts[r].digit * (width - dim) + i - dim];
      const mean = row.reduce((sum, value) => sum + value * value, 0) / width;
      this.factors[r] = this.config.normalize_input ? 1 / Math.sqrt(mean + 1e-8) : 1;
      for (let i = 0; i < width; i++) row[i] *= this.factors[r] * this.inputScale;
    }
    return this.layers.reduce((x, layer) => layer.forward(x, this.rows), input).slice();
  }

  /** The gradient by the latents, of one by the images. */
  backward(images) {
    const { dim, width, input, inputScale, factors } = this;
    this.imageGradient.set(images);
    const dx = this.layers.reduceRight(
      (dy, layer) => layer.backward(dy, this.rows, { weights: false, inputs: true }),
      this.imageGradient,
    );
    const gradient = new Float64Array(this.rows * dim);
    for (let r = 0; r < this.rows; r++) {
      const at = r * width;
      let along = 0; // scaling takes away what lies along the input
      if (this.config.normalize_input) {
        for (let i = 0; i < width; i++) along += dx[at + i] * input[at + i];
        along /= width * inputScale ** 2;
      }
      for (let i = 0; i < dim; i++)
        gradient[r * dim + i] = factors[r] * inputScale * (dx[at + i] - along * input[at + i]);
    }
    return gradient;
  }
}
