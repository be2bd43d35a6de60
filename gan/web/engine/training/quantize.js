// The integer network of a generator that was trained here, as gan/quantization.py makes it: the same bytes.

import { defaultDigit, latent, MAX_TEMPERATURE, oneHot } from "../latents.js";
import { GREY_ENTRIES, inputUnits, LEVELS, MAX_EMBEDDING, readNetwork } from "../quantized.js";
import { writeSafetensors } from "../safetensors.js";
import { BatchNorm, Linear } from "./layers.js";
import { NUM_CLASSES } from "./networks.js";

const FINE_LEVELS = 511; // of 10 bits, where no BatchNorm evens the activations out
const MAX_SUM = 2 ** 24; // below it, float32 holds every whole number: train.wasm's products are exact
const GRID = 4096;
const TANH_STEPS = 1024;
const SLOPE = 0.2; // of leaky ReLU
const CALIBRATION_SEEDS = 2048;
const CLIPPED = 1e-4; // share of a layer's activations that may lie beyond its range
const ROWS = 256; // digits in a product
const EPSILON = 1e-5; // of BatchNorm

/** quantized.safetensors of a generator (networks.js) and of the "generator" of its config.json: `Uint8Array`.
 *
 * BatchNorm is folded in float64, one operation at a time; each activation's range is calibrated on the integer network
 * itself, whose sums are exact. Args: `kernels` with all their memory free.
 *
 * Throws "weights-damaged" for weights that no integer network can draw. */
export function quantize(kernels, generator, config) {
  const embedding = generator.embedding ? embeddingTable(generator.embedding.value, config.embedding_dim) : null;
  const layers = folded(generator).map((layer) => integerLayer(layer, config));
  const units = calibrationUnits({ config, embedding });
  const inputScale = Math.fround(layers[0].levels / rangeOf(units));
  const products = new Products(kernels, layers);
  let step = 1 / inputScale; // of the layer's input, in the float network's units
  let x = units.map((value) => clamped(value * inputScale, layers[0].levels));
  const tensors = [
    ["input_scale", [], Float32Array.of(inputScale)],
    ["grey", [GREY_ENTRIES], greyTable()],
  ];
  if (embedding) tensors.push(["embedding", [NUM_CLASSES, config.embedding_dim], embedding]);
  if (layers.some(({ levels }) => levels !== LEVELS))
    tensors.push(["levels", [layers.length], Int32Array.from(layers, ({ levels }) => levels)]);
  layers.forEach((layer, i) => {
    const { weight, rows, bias, inputs, outputs } = layer;
    const next = layers[i + 1];
    const active = next && activated(products.of(x, layer), layer, step, config);
    const nextStep = next ? rangeOf(active) / next.levels : 1 / TANH_STEPS;
    tensors.push(
      [`layers.${i}.weight`, [outputs, inputs], weight],
      [`layers.${i}.multiplier`, [outputs], Float32Array.from(rows, (row) => (row * step) / nextStep)],
      [`layers.${i}.bias`, [outputs], Float32Array.from(bias, (value) => value / nextStep)],
    );
    if (next) x = active.map((value) => clamped(value / nextStep, next.levels));
    step = nextStep;
  });
  const bytes = writeSafetensors(tensors);
  readNetwork(bytes.buffer, config); // checks it
  return bytes;
}

const clamped = (value, levels) => Math.max(-levels, Math.min(levels, Math.floor(value + 0.5)));

/** Each class's embedding `Int32Array [10 × dim]` in multiples of 2⁻¹², of the weights [dim, 10]. */
function embeddingTable(weights, dim) {
  return Int32Array.from({ length: weights.length }, (_, i) => {
    const value = Math.floor(weights[(i % dim) * NUM_CLASSES + Math.floor(i / dim)] * GRID + 0.5);
    return Math.max(-MAX_EMBEDDING, Math.min(MAX_EMBEDDING, value));
  });
}

/** Weight and bias of every linear layer in float64, with the BatchNorm behind it. */
function folded({ layers }) {
  return layers.flatMap((layer, i) => {
    if (!(layer instanceof Linear)) return [];
    const { inputs, outputs } = layer;
    const weight = Float64Array.from(layer.weight.value);
    const bias = Float64Array.from(layer.bias.value);
    const norm = layers[i + 1];
    if (norm instanceof BatchNorm)
      for (let row = 0; row < outputs; row++) {
        const factor = norm.weight.value[row] / Math.sqrt(norm.runningVariance[row] + EPSILON);
        for (let k = 0; k < inputs; k++) weight[row * inputs + k] *= factor;
        bias[row] = (bias[row] - norm.runningMean[row]) * factor + norm.bias.value[row];
      }
    return [{ weight, bias, inputs, outputs }];
  });
}

/** Weights `Int8Array [outputs × inputs]`, the step of each output row, and the finest input that the layer's sums allow
 * in a network of this kind. */
function integerLayer({ weight, bias, inputs, outputs }, config) {
  const rows = new Float64Array(outputs);
  const whole = new Int8Array(weight.length);
  let largest = 0; // sum of a row's magnitudes
  for (let row = 0; row < outputs; row++) {
    const values = weight.subarray(row * inputs, (row + 1) * inputs);
    rows[row] = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / LEVELS || 1;
    let sum = 0;
    values.forEach((value, k) => {
      whole[row * inputs + k] = Math.floor(value / rows[row] + 0.5);
      sum += Math.abs(whole[row * inputs + k]);
    });
    largest = Math.max(largest, sum);
  }
  const fine = config.batch_norm === "none" && FINE_LEVELS * largest < MAX_SUM;
  return { weight: whole, rows, bias, inputs, outputs, levels: fine ? FINE_LEVELS : LEVELS };
}

/** The first layer's input, before it is made whole, of the first seeds with their default classes: `Float64Array`. */
function calibrationUnits({ config, embedding }) {
  const blocks = Array.from({ length: CALIBRATION_SEEDS }, (_, seed) => {
    // where the input isn't normalised, the temperature widens its range
    const temperature = !config.normalize_input && seed % 2 ? MAX_TEMPERATURE : 1;
    const z = latent(seed, config.latent_dim).map((value) => value * temperature);
    return inputUnits({ config, embedding }, z, oneHot(defaultDigit(seed)), 1);
  });
  const units = new Float64Array(CALIBRATION_SEEDS * blocks[0].length);
  blocks.forEach((block, i) => {
    units.set(block, i * block.length);
  });
  return units;
}

/** The magnitude that all but `CLIPPED` of the values keep within. */
function rangeOf(values) {
  const magnitudes = values.map(Math.abs).sort();
  return Math.max(magnitudes[magnitudes.length - 1 - Math.trunc(values.length * CLIPPED)], 1e-6);
}

/** Of a layer's sums, its activations in the float network's units, one float64 operation at a time. */
function activated(sums, { rows, bias, outputs }, step, { activation }) {
  const slope = activation === "relu" ? 0 : SLOPE;
  const scales = rows.map((row) => row * step);
  const active = new Float64Array(sums.length);
  for (let i = 0; i < sums.length; i++) {
    const value = sums[i] * scales[i % outputs] + bias[i % outputs];
    active[i] = Math.max(value, value * slope);
  }
  return active;
}

/** Products of whole numbers by train.wasm's float32, block by block. */
class Products {
  #kernels;
  #x;
  #weight;
  #y;

  constructor(kernels, layers) {
    const most = (size) => kernels.floats(Math.max(...layers.map(size)));
    this.#kernels = kernels;
    this.#x = most(({ inputs }) => ROWS * inputs);
    this.#weight = most(({ weight }) => weight.length);
    this.#y = most(({ outputs }) => ROWS * outputs);
  }

  /** Sums [N × outputs] of a layer's inputs [N × inputs]. */
  of(x, { weight, inputs, outputs }) {
    this.#weight.set(weight);
    const sums = new Float32Array(CALIBRATION_SEEDS * outputs);
    for (let from = 0; from < CALIBRATION_SEEDS; from += ROWS) {
      this.#x.set(x.subarray(from * inputs, (from + ROWS) * inputs));
      this.#kernels.linear(this.#x, this.#weight, null, this.#y, ROWS, inputs, outputs);
      sums.set(this.#y.subarray(0, ROWS * outputs), from * outputs);
    }
    return sums;
  }
}

/** The grey level of tanh at multiples of 1/1024 from −4 to 4: 0 = paper, 255 = ink. */
function greyTable() {
  const end = (GREY_ENTRIES - 1) / 2;
  return Uint8Array.from({ length: GREY_ENTRIES }, (_, i) =>
    Math.floor((Math.tanh((i - end) / TANH_STEPS) + 1) * 127.5 + 0.5),
  );
}
