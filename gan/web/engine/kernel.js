// The memory of engine.wasm: weights, put there once, and room for a tile of digits.

import { check } from "./errors.js";
import { PIXELS } from "./quantized.js";

const TILE = 64; // digits that pass through all layers together: their activations stay in the processor's cache
const MAX_SUM = 2 ** 24; // below it, float32 holds every whole number
const PAGE = 65536;

const padded = (size) => Math.ceil(size / 8) * 8;

export class Kernel {
  #exports;
  #memory;
  #layers;
  #grey;
  #slope;
  #activations; // of two layers by turns, int16 [64, widest]
  #pixels; // uint8 [64, 784]

  /** Args: a compiled engine.wasm and a network (see quantized.js).
   *
   * Throws "weights-damaged" if sums could pass 2²⁴. */
  constructor(module, network) {
    let used = 16; // nothing lies at address 0
    const room = (bytes) => {
      const address = used;
      used = Math.ceil((used + bytes) / 16) * 16;
      return address;
    };
    this.#slope = network.config.activation === "relu" ? 0 : 0.2;
    this.#layers = network.layers.map(({ inputs, outputs, levels }) => ({
      levels,
      inputs: padded(inputs),
      outputs: padded(outputs),
      weight: room(2 * padded(inputs) * padded(outputs)),
      multiplier: room(4 * padded(outputs)),
      bias: room(4 * padded(outputs)),
    }));
    const widest = Math.max(...this.#layers.map(({ inputs }) => inputs));
    this.#grey = room(network.grey.length);
    this.#activations = [room(2 * TILE * widest), room(2 * TILE * widest)];
    this.#pixels = room(TILE * PIXELS);
    const unpacked = room(Math.max(...network.layers.map(({ weight }) => weight.length)));
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(used / PAGE) });
    this.#exports = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports;
    this.#fill(network, unpacked);
  }

  #fill({ layers, grey }, unpacked) {
    const { buffer } = this.#memory;
    layers.forEach(({ weight, multiplier, bias, inputs, outputs, levels }, i) => {
      const at = this.#layers[i];
      new Float32Array(buffer, at.multiplier).set(multiplier);
      new Float32Array(buffer, at.bias).set(bias);
      new Int8Array(buffer, unpacked).set(weight);
      const sum = levels * this.#exports.pack(unpacked, outputs, inputs, at.inputs, at.weight);
      check(sum < MAX_SUM, "weights-damaged", `tensor layers.${i}.weight`, "small enough for sums below 2²⁴", sum);
    });
    new Uint8Array(buffer, this.#grey).set(grey);
  }

  /** Pixels `Uint8Array [N × 784]` of N digits, 0 = paper; `input(i)` is digit i's first input, `Int16Array`. */
  draw(count, input) {
    const pixels = new Uint8Array(count * PIXELS);
    for (let from = 0; from < count; from += TILE) {
      const tile = Math.min(TILE, count - from);
      const width = this.#layers[0].inputs;
      const x = new Int16Array(this.#memory.buffer, this.#activations[0], tile * width);
      for (let i = 0; i < tile; i++) x.set(input(from + i), i * width);
      this.#run(tile);
      pixels.set(new Uint8Array(this.#memory.buffer, this.#pixels, tile * PIXELS), from * PIXELS);
    }
    return pixels;
  }

  #run(digits) {
    const { hidden, last } = this.#exports;
    let [x, out] = this.#activations;
    const end = this.#layers.length - 1;
    this.#layers.slice(0, end).forEach(({ inputs, outputs, weight, multiplier, bias }, i) => {
      hidden(digits, x, inputs, weight, multiplier, bias, this.#slope, this.#layers[i + 1].levels, out, outputs);
      [x, out] = [out, x];
    });
    const { inputs, outputs, weight, multiplier, bias } = this.#layers[end];
    last(digits, x, inputs, weight, multiplier, bias, this.#grey, this.#pixels, outputs);
  }
}
