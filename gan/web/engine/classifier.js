// The project's classifier (gan/evaluation/classifier.py) in this browser, in plain JavaScript: a digit takes some ten
// milliseconds. Its weights are the file that every figure of the project is measured with.
//
//     const classifier = await fetchClassifier(page.classifier);
//     const { digit, probability } = classifier.read(pixels);

import { EngineError } from "./errors.js";
import { readSafetensors } from "./safetensors.js";
import { sha256 } from "./sha256.js";

const SIDE = 28;
const EPSILON = 1e-5; // of BatchNorm
// The places of the convolutions in PyTorch's Sequential, their channels, and whether pooling comes before them.
const CONVOLUTIONS = [
  { at: 0, inputs: 1, outputs: 16, pooled: false },
  { at: 4, inputs: 16, outputs: 32, pooled: true },
  { at: 7, inputs: 32, outputs: 32, pooled: false },
  { at: 11, inputs: 32, outputs: 64, pooled: true },
  { at: 14, inputs: 64, outputs: 64, pooled: false },
];
const LINEAR = 18; // the place of the layer of features
const FEATURES = 64;

/** The classifier, fetched and verified.
 *
 * Args: `page.classifier`. Throws "classifier-missing" or "classifier-damaged". */
export async function fetchClassifier({ weights, sha256: expected }) {
  const missing = (why) => new EngineError("classifier-missing", `${weights} didn't arrive: ${why}`);
  const answer = await fetch(weights).catch((error) => {
    throw missing(error.message);
  });
  if (!answer.ok) throw missing(answer.status);
  const data = await answer.arrayBuffer().catch((error) => {
    throw missing(error.message);
  });
  const found = await sha256(new Uint8Array(data));
  if (found !== expected) throw damaged(`its sha256 is ${found}, not ${expected}`);
  return new Classifier(data);
}

const damaged = (why) => new EngineError("classifier-damaged", `the classifier is damaged: ${why}`);

export class Classifier {
  #convolutions;
  #features;
  #logits;

  /** Args: the bytes of classifier.safetensors. */
  constructor(buffer) {
    const tensors = readSafetensors(buffer);
    const tensor = (name) => {
      const found = tensors.get(name);
      if (found?.dtype !== "F32") throw damaged(`it has no tensor ${name}`);
      return found.values;
    };
    const norm = (at, width) => {
      const [mean, variance] = [tensor(`features.${at}.running_mean`), tensor(`features.${at}.running_var`)];
      const affine = tensors.has(`features.${at}.weight`);
      const [weight, bias] = affine ? [tensor(`features.${at}.weight`), tensor(`features.${at}.bias`)] : [null, null];
      const scales = Float64Array.from(
        { length: width },
        (_, i) => (weight?.[i] ?? 1) / Math.sqrt(variance[i] + EPSILON),
      );
      return { scales, offsets: scales.map((scale, i) => (bias?.[i] ?? 0) - mean[i] * scale) };
    };
    this.#convolutions = CONVOLUTIONS.map(({ at, ...layer }) => ({
      ...layer,
      ...folded(tensor(`features.${at}.weight`), norm(at + 1, layer.outputs)),
    }));
    this.#features = folded(tensor(`features.${LINEAR}.weight`), norm(LINEAR + 1, FEATURES));
    this.#logits = { weight: tensor("logits.weight"), bias: tensor("logits.bias") };
  }

  /** `{ digit, probability, probabilities }` of an image `Uint8Array [784]`, 0 = paper. */
  read(image) {
    const logits = this.logits(image);
    const largest = Math.max(...logits);
    const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
    const sum = powers.reduce((a, b) => a + b);
    const probabilities = powers.map((power) => power / sum);
    const digit = logits.indexOf(largest);
    return { digit, probability: probabilities[digit], probabilities };
  }

  /** Logits `Float32Array [10]` of an image. */
  logits(image) {
    let side = SIDE;
    let x = Float32Array.from(image, (grey) => grey / 255);
    for (const layer of this.#convolutions) {
      if (layer.pooled) {
        x = pooled(x, layer.inputs, side);
        side /= 2;
      }
      x = convolved(x, layer, side);
    }
    const features = linear(x, this.#features);
    for (let i = 0; i < FEATURES; i++) if (features[i] < 0) features[i] = 0;
    return linear(features, this.#logits);
  }
}

/** Weights with the BatchNorm after them multiplied in: rows of `weight` times scales, and offsets as biases. */
function folded(weight, { scales, offsets }) {
  const row = weight.length / scales.length;
  return { weight: weight.map((value, i) => value * scales[Math.floor(i / row)]), bias: Float32Array.from(offsets) };
}

/** A 3 × 3 convolution with ReLU: [inputs, side, side] → [outputs, side, side]. */
function convolved(x, { weight, bias, inputs, outputs }, side) {
  const wide = side + 2; // with an edge of zeros
  const padded = new Float32Array(inputs * wide * wide);
  for (let c = 0; c < inputs; c++)
    for (let row = 0; row < side; row++)
      padded.set(x.subarray((c * side + row) * side, (c * side + row + 1) * side), (c * wide + row + 1) * wide + 1);
  const y = new Float32Array(outputs * side * side);
  const sums = new Float32Array(side * wide); // rows as wide as the input's: one loop goes over all of them
  const end = side * wide - 2;
  for (let o = 0; o < outputs; o++) {
    sums.fill(bias[o]);
    for (let c = 0; c < inputs; c++) {
      const [w0, w1, w2, w3, w4, w5, w6, w7, w8] = weight.subarray((o * inputs + c) * 9, (o * inputs + c + 1) * 9);
      const above = c * wide * wide;
      const [here, below] = [above + wide, above + 2 * wide];
      for (let i = 0; i < end; i++)
        sums[i] +=
          w0 * padded[above + i] +
          w1 * padded[above + i + 1] +
          w2 * padded[above + i + 2] +
          w3 * padded[here + i] +
          w4 * padded[here + i + 1] +
          w5 * padded[here + i + 2] +
          w6 * padded[below + i] +
          w7 * padded[below + i + 1] +
          w8 * padded[below + i + 2];
    }
    for (let row = 0; row < side; row++)
      for (let i = 0; i < side; i++) y[(o * side + row) * side + i] = Math.max(0, sums[row * wide + i]);
  }
  return y;
}

/** The largest of each 2 × 2. */
function pooled(x, channels, side) {
  const half = side / 2;
  const y = new Float32Array(channels * half * half);
  for (let c = 0, to = 0; c < channels; c++)
    for (let row = 0; row < half; row++)
      for (let i = 0; i < half; i++, to++) {
        const at = (c * side + 2 * row) * side + 2 * i;
        y[to] = Math.max(x[at], x[at + 1], x[at + side], x[at + side + 1]);
      }
  return y;
}

function linear(x, { weight, bias }) {
  return bias.map((offset, o) => {
    let sum = offset;
    for (let i = 0, at = o * x.length; i < x.length; i++) sum += weight[at + i] * x[i];
    return sum;
  });
}
