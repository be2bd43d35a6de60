// How far drawn digits are from real ones: a small network learns to read real digits, and the Fréchet distance (Heusel et
// al. 2017) compares what its last hidden layer sees of both, in ‰ of the variance of real digits. It is trained where it is
// used, in a second or two: nothing has to be fetched, and no generator is trained against it.

import { RandomState } from "../random.js";
import { Adam } from "./adam.js";
import { asInput } from "./batches.js";
import { LeakyReLU, Linear } from "./layers.js";
import { NUM_CLASSES, PIXELS } from "./networks.js";
import { eigenvalues, product, squareRoot } from "./symmetric.js";
import { Weights } from "./weights.js";

const HIDDEN = 256;
export const FEATURES = 32;
const LEAST = 0.01; // of the mean variance: what sees less in real digits counts for nothing
const BATCH = 100;
const EPOCHS = 5;
const ADAM = { rate: 2e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 };

export class FeatureNet {
  constructor(kernels) {
    const sizes = [PIXELS, HIDDEN, FEATURES, NUM_CLASSES];
    const shapes = {};
    for (let i = 0; i < 3; i++)
      Object.assign(shapes, { [`${i}.weight`]: [sizes[i + 1], sizes[i]], [`${i}.bias`]: [sizes[i + 1]] });
    this.weights = new Weights(kernels, shapes);
    this.input = kernels.floats(BATCH * PIXELS);
    this.gradient = kernels.floats(BATCH * NUM_CLASSES);
    this.scales = new Float64Array(FEATURES); // so that each feature counts alike
    this.optimizer = new Adam(kernels, this.weights);
    this.layers = [0, 1, 2].flatMap((i) => {
      const [weight, bias] = [this.weights.of(`${i}.weight`), this.weights.of(`${i}.bias`)];
      const linear = new Linear(kernels, { weight, bias, inputs: sizes[i], outputs: sizes[i + 1], rows: BATCH });
      return i < 2 ? [linear, new LeakyReLU(kernels, { width: sizes[i + 1], slope: 0 })] : [linear];
    });
  }

  /** Learn to read `digits`, and take what it sees of them as the measure. */
  train(digits) {
    const random = new RandomState().seed(1);
    this.weights.initialise(() => random.uniform());
    const order = Array.from({ length: digits.count }, (_, i) => i);
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      shuffle(order, random);
      for (let from = 0; from + BATCH <= order.length; from += BATCH)
        this.#learn(digits, order.slice(from, from + BATCH));
    }
    this.scales.fill(1);
    const { covariance } = statistics(this.of(digits.images).features);
    const least = (LEAST * trace(covariance)) / FEATURES;
    this.scales = this.scales.map((_, i) => (covariance[i][i] > least ? Math.sqrt(1 / covariance[i][i]) : 0));
    const used = this.scales.filter((scale) => scale > 0).length;
    this.scales = this.scales.map((scale) => scale * Math.sqrt(1000 / used));
    this.real = statistics(this.of(digits.images).features);
    this.root = squareRoot(this.real.covariance);
  }

  #learn(digits, rows) {
    rows.forEach((row, i) => {
      this.input.set(asInput(digits.images.subarray(row * PIXELS, (row + 1) * PIXELS)), i * PIXELS);
    });
    const logits = this.#forward(BATCH);
    rows.forEach((row, i) => {
      const probabilities = softmax(logits.subarray(i * NUM_CLASSES, (i + 1) * NUM_CLASSES));
      probabilities[digits.label(row)] -= 1;
      this.gradient.set(
        probabilities.map((p) => p / BATCH),
        i * NUM_CLASSES,
      );
    });
    const first = this.layers[0];
    this.layers.reduceRight(
      (dy, layer) => layer.backward(dy, BATCH, { weights: true, inputs: layer !== first }),
      this.gradient,
    );
    this.optimizer.step(ADAM);
  }

  #forward(rows) {
    return this.layers.reduce((x, layer) => layer.forward(x, rows), this.input);
  }

  /** Of images `uint8 [N, 784]`: features, N times [32], and the class that each is read as. */
  of(images) {
    const [features, read] = [[], []];
    for (let from = 0; from < images.length; from += BATCH * PIXELS) {
      const block = images.subarray(from, from + BATCH * PIXELS);
      const rows = block.length / PIXELS;
      this.input.set(asInput(block));
      const logits = this.#forward(rows);
      const seen = this.layers.at(-1).input; // [rows, 32]
      for (let r = 0; r < rows; r++) {
        features.push(this.scales.map((scale, i) => scale * seen[r * FEATURES + i]));
        const of = logits.subarray(r * NUM_CLASSES, (r + 1) * NUM_CLASSES);
        read.push(of.indexOf(Math.max(...of)));
      }
    }
    return { features, read };
  }

  /** Of drawn images: `{ distance, alike, variety }`: the Fréchet distance to real digits, the share of the class that most
   * are read as, and the variance of what the network sees as a share of real digits'. */
  measure(images) {
    const { features, read } = this.of(images);
    const drawn = statistics(features);
    const between = product(product(this.root, drawn.covariance), this.root);
    let sum = 0;
    for (let i = 0; i < FEATURES; i++)
      sum += (drawn.mean[i] - this.real.mean[i]) ** 2 + drawn.covariance[i][i] + this.real.covariance[i][i];
    for (const value of eigenvalues(between)) sum -= 2 * Math.sqrt(Math.max(value, 0));
    const counts = Array.from({ length: NUM_CLASSES }, (_, digit) => read.filter((of) => of === digit).length);
    const variety = trace(drawn.covariance) / trace(this.real.covariance);
    return { distance: Math.max(sum, 0), alike: Math.max(...counts) / read.length, variety };
  }
}

const trace = (matrix) => matrix.reduce((sum, row, i) => sum + row[i], 0);

function shuffle(order, random) {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
}

function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

function statistics(rows) {
  const mean = new Float64Array(FEATURES);
  for (const row of rows) for (let i = 0; i < FEATURES; i++) mean[i] += row[i] / rows.length;
  const covariance = Array.from({ length: FEATURES }, () => new Float64Array(FEATURES));
  for (const row of rows)
    for (let i = 0; i < FEATURES; i++)
      for (let j = 0; j < FEATURES; j++)
        covariance[i][j] += ((row[i] - mean[i]) * (row[j] - mean[j])) / (rows.length - 1);
  return { mean, covariance };
}
