// A generator that draws in this browser what gan.Generator draws in Python: the same bytes.

import { EngineError } from "./errors.js";
import { Kernel } from "./kernel.js";
import { checkedDigit, checkedSeed, checkedTemperature, defaultDigit, Latents, oneHot } from "./latents.js";
import { quantizedInput, readNetwork } from "./quantized.js";

export class Generator {
  #network;
  #kernel;
  #latents;

  /** Args: a compiled engine.wasm, the bytes of quantized.safetensors, "generator" of config.json. Throws as
   * `readNetwork`. */
  constructor(module, weights, config) {
    this.#network = readNetwork(weights, config);
    this.#kernel = new Kernel(module, this.#network);
    this.#latents = new Latents(config.latent_dim);
  }

  get network() {
    return this.#network;
  }

  get conditional() {
    return this.#network.config.num_classes > 0;
  }

  /** The latent of a seed, `Float64Array [latent_dim]`; not to be written into. */
  latent(seed) {
    return this.#latents.of(checkedSeed(seed));
  }

  /** The class drawn for each seed: the one asked for; where it is null, the seed's last decimal digit. */
  classes(seeds, digits) {
    if (!Array.isArray(seeds)) throw new EngineError("request", `seeds must be a list of numbers, not ${seeds}`, seeds);
    if (!digits?.some((digit) => digit !== null)) return seeds.map((seed) => defaultDigit(checkedSeed(seed)));
    if (!this.conditional) {
      throw new EngineError(
        "request",
        "the model is unconditional: it cannot be asked for a digit, leave digits out",
        digits,
      );
    }
    if (digits.length !== seeds.length) {
      throw new EngineError(
        "request",
        `give one digit for each seed: ${seeds.length} seeds, ${digits.length} digits`,
        digits,
      );
    }
    return seeds.map((seed, i) => (digits[i] === null ? defaultDigit(checkedSeed(seed)) : checkedDigit(digits[i])));
  }

  /** The digits of seeds, `Uint8Array [N × 784]`, 0 = paper: as `Generator.sample` in Python. */
  sample(seeds, digits = null, temperature = 1) {
    const classes = this.classes(seeds, digits);
    return this.draw(seeds.length, (i) => [this.latent(seeds[i]), oneHot(classes[i])], temperature);
  }

  /** N digits, `Uint8Array [N × 784]`; `point(i)` is digit i's latent and class weights. */
  draw(count, point, temperature = 1) {
    checkedTemperature(temperature);
    return this.#kernel.draw(count, (i) => quantizedInput(this.#network, ...point(i), temperature));
  }
}
