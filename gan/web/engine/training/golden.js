// The first eight digits of an integer network, computed plainly: what engine.wasm draws must be the same (worker.js). It
// shares the reading of the weights and of the latents with the engine, but no product.

import { defaultDigit, latent, oneHot } from "../latents.js";
import { GREY_ENTRIES, PIXELS, quantizedInput } from "../quantized.js";
import { sha256 } from "../sha256.js";

const DIGITS = 8;
const SLOPE = Math.fround(0.2); // of leaky ReLU
const END = (GREY_ENTRIES - 1) / 2;

/** Their sha256. Args: a network as `readNetwork` returns it. */
export async function goldenOf(network) {
  const pixels = new Uint8Array(DIGITS * PIXELS);
  for (let seed = 0; seed < DIGITS; seed++) {
    const input = quantizedInput(network, latent(seed, network.config.latent_dim), oneHot(defaultDigit(seed)), 1);
    pixels.set(drawn(network, input), seed * PIXELS);
  }
  return sha256(pixels);
}

// Grey levels [784] of one input, one float32 operation at a time.
function drawn({ config, layers, grey }, input) {
  const slope = config.activation === "relu" ? 0 : SLOPE;
  let x = input;
  for (const [i, layer] of layers.entries()) {
    const steps = stepsOf(layer, x);
    const next = layers[i + 1];
    if (!next) return Uint8Array.from(steps, (value) => grey[END + rounded(value, END)]);
    x = steps.map((value) => rounded(Math.max(value, Math.fround(value * slope)), next.levels));
  }
}

function stepsOf({ weight, multiplier, bias, inputs, outputs }, x) {
  return Float32Array.from({ length: outputs }, (_, row) => {
    let sum = 0; // whole
    for (let k = 0; k < inputs; k++) sum += weight[row * inputs + k] * x[k];
    return Math.fround(Math.fround(sum * multiplier[row]) + bias[row]);
  });
}

const rounded = (value, end) => Math.max(-end, Math.min(end, Math.floor(Math.fround(value + 0.5))));
