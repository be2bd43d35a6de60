// A model's integer network, checked as gan/quantization.py checks it, and the first layer's input of a digit.

import { checkConfig } from "./config.js";
import { check, EngineError } from "./errors.js";
import { GRID, NUM_CLASSES } from "./latents.js";
import { readSafetensors } from "./safetensors.js";

export const PIXELS = 784;
export const GREY_ENTRIES = 8193; // of tanh at −4, −4 + 1/1024, … 4
export const LEVELS = 127; // of an int8, either way
const MAX_LEVELS = 2 ** 15 - 1; // of the int16 that engine.c multiplies
export const MAX_EMBEDDING = 2 ** 19; // in steps of 2⁻¹²
const MAX_LATENT = 64; // times the largest temperature below MAX_EMBEDDING steps: sums of squares stay exact

/** The network of a quantized.safetensors' bytes and of the "generator" of its config.json:
 * `{ config, inputScale, embedding, layers: [{ weight, multiplier, bias, inputs, outputs, levels }], grey }`; a layer's
 * `levels` are the largest magnitude of its input.
 *
 * Throws "unsupported" for a network that isn't a perceptron, "weights-damaged" for what doesn't fit the config or is
 * out of range; kernel.js adds up the weights. */
export function readNetwork(buffer, config) {
  checkConfig(config);
  const tensors = readSafetensors(buffer);
  const expected = expectedTensors(config);
  for (const name of tensors.keys()) {
    if (!Object.hasOwn(expected, name)) throw damaged(`the weights hold an unknown tensor ${name}`, name);
  }
  const values = {};
  for (const [name, wanted] of Object.entries(expected)) {
    const tensor = tensors.get(name);
    if (!tensor && name === "levels") continue; // every input is in the range of an int8
    if (!tensor) throw damaged(`the weights hold no tensor ${name}`, name);
    const found = kind(tensor.dtype, tensor.shape);
    if (found !== wanted) throw damaged(`tensor ${name} is ${found}, the config asks for ${wanted}`, found);
    values[name] = tensor.values;
  }
  const network = {
    config,
    inputScale: values.input_scale[0],
    embedding: values.embedding ?? null,
    grey: values.grey,
    layers: layerSizes(config).map(([inputs, outputs], i) => ({
      inputs,
      outputs,
      weight: values[`layers.${i}.weight`],
      multiplier: values[`layers.${i}.multiplier`],
      bias: values[`layers.${i}.bias`],
      levels: values.levels?.[i] ?? LEVELS,
    })),
  };
  checkValues(network);
  return network;
}

/** Inputs and outputs of each layer. */
function layerSizes({ latent_dim, embedding_dim, num_classes, widths }) {
  const all = [latent_dim + (num_classes ? embedding_dim : 0), ...widths, PIXELS];
  return all.slice(1).map((outputs, i) => [all[i], outputs]);
}

/** Type and shape of each tensor, by its name. */
function expectedTensors(config) {
  const expected = { input_scale: kind("F32", []), grey: kind("U8", [GREY_ENTRIES]) };
  if (config.num_classes) expected.embedding = kind("I32", [NUM_CLASSES, config.embedding_dim]);
  if (config.batch_norm === "none") expected.levels = kind("I32", [layerSizes(config).length]);
  layerSizes(config).forEach(([inputs, outputs], i) => {
    expected[`layers.${i}.weight`] = kind("I8", [outputs, inputs]);
    expected[`layers.${i}.multiplier`] = kind("F32", [outputs]);
    expected[`layers.${i}.bias`] = kind("F32", [outputs]);
  });
  return expected;
}

const kind = (dtype, shape) => `${dtype} [${shape.join(", ")}]`;

const damaged = (message, value) => new EngineError("weights-damaged", message, value);

const checkTensor = (ok, name, allowed, value) => check(ok, "weights-damaged", `tensor ${name}`, allowed, value);

function checkValues({ inputScale, embedding, layers }) {
  checkTensor(inputScale >= 2 ** -16 && inputScale <= 2 ** 16, "input_scale", "from 2⁻¹⁶ to 2¹⁶", inputScale);
  const far = embedding?.find((value) => Math.abs(value) > MAX_EMBEDDING);
  checkTensor(far === undefined, "embedding", `at most ${MAX_EMBEDDING} in magnitude`, far);
  layers.forEach(({ weight, multiplier, bias, levels }, i) => {
    const factor = multiplier.find((value) => !(value > 0 && value <= 2 ** 16));
    checkTensor(factor === undefined, `layers.${i}.multiplier`, "above 0 and at most 2¹⁶", factor);
    const offset = bias.find((value) => !(Math.abs(value) <= 2 ** 24));
    checkTensor(offset === undefined, `layers.${i}.bias`, "at most 2²⁴ in magnitude", offset);
    checkTensor(levels >= 1 && levels <= MAX_LEVELS, "levels", `from 1 to ${MAX_LEVELS}`, levels);
    checkTensor(!weight.includes(-128), `layers.${i}.weight`, "from -127 to 127", -128);
  });
}

/** The first layer's input of a digit, `Int16Array [inputs]`: of its latent `z [latent_dim]` and class weights `y [10]`,
 * one float64 operation at a time. */
export function quantizedInput({ config, inputScale, embedding, layers }, z, y, temperature) {
  const units = inputUnits({ config, embedding }, z, y, temperature);
  const { levels } = layers[0];
  const x = new Int16Array(units.length);
  for (let i = 0; i < units.length; i++) {
    x[i] = Math.max(-levels, Math.min(levels, Math.floor(units[i] * inputScale + 0.5)));
  }
  return x;
}

/** Latent and class embedding side by side, `Float64Array [inputs]`, normalised where the generator does. */
export function inputUnits({ config, embedding }, z, y, temperature) {
  const v = new Float64Array(z.length + (embedding ? config.embedding_dim : 0)); // in steps of 2⁻¹², whole, as all sums
  for (let i = 0; i < z.length; i++) v[i] = Math.floor(Math.floor(z[i] * GRID + 0.5) * temperature + 0.5);
  if (embedding) addEmbedded(v.subarray(z.length), y, embedding);
  const factor = config.normalize_input ? Math.sqrt(v.length / Math.max(squares(v), 1)) : 1 / GRID;
  for (let i = 0; i < v.length; i++) v[i] *= factor;
  return v;
}

function squares(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}

function addEmbedded(into, y, embedding) {
  for (let digit = 0; digit < NUM_CLASSES; digit++) {
    const weight = Math.floor(y[digit] * GRID + 0.5);
    if (weight) for (let k = 0; k < into.length; k++) into[k] += weight * embedding[digit * into.length + k];
  }
  for (let k = 0; k < into.length; k++) into[k] = Math.floor(into[k] / GRID + 0.5);
}

/** Throws "request" unless `z` and `y` are a latent and class weights that the network can take. */
export function checkLatent({ config }, z, y) {
  check(z.length === config.latent_dim, "request", "z", `${config.latent_dim} numbers`, z.length);
  check(y.length === NUM_CLASSES, "request", "y", `${NUM_CLASSES} numbers`, y.length);
  for (const value of z) check(Math.abs(value) <= MAX_LATENT, "request", "a latent's number", "from −64 to 64", value);
  for (const value of y) check(Math.abs(value) <= 1, "request", "a class's weight", "from −1 to 1", value);
}
