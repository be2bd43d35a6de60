// The page's side of the engine: createEngine starts a worker, loads a model into it and asks it for pixels.
//
//     const engine = await createEngine({ config, weights: "…/quantized.safetensors", sha256, golden });
//     const pixels = await engine.sample({ seeds: [7, 8], digits: [3, 8], temperature: 1 });

import { checkConfig } from "./config.js";
import { EngineError } from "./errors.js";

// A module of one function, `i8x16.splat(0)`: valid where SIMD is.
const SIMD = Uint8Array.from(atob("AGFzbQEAAAABBAFgAAADAgEACgkBBwBBAP0PGgs="), (character) => character.charCodeAt(0));

/** An engine that draws one model.
 *
 * Args:
 *   config: "generator" of the model's config.json.
 *   weights, wasm: addresses of quantized.safetensors and engine.wasm, or promises of their responses, so that a page may
 *     ask for them before this script has arrived.
 *   worker: address of worker.js, or a Worker that runs it already; if it failed, or its first message came, before it was
 *     handed over, its `failed` or `arrived` is true.
 *   sha256: of the weights; golden: of the first eight digits, `Generator.sample(range(8))`.
 *
 * Throws an EngineError; its code says why this browser can't draw the model (see errors.js). */
export async function createEngine({
  config,
  weights,
  sha256 = null,
  golden = null,
  wasm = new URL("./engine.wasm", import.meta.url),
  worker = new URL("./worker.js", import.meta.url),
}) {
  checkSupport();
  checkConfig(config);
  const messages = new Messages(worker);
  try {
    const [wasmBytes, weightBytes] = await Promise.all([bytesOf("engine", wasm), bytesOf("weights", weights)]);
    await messages.ask({ kind: "load", config, sha256, golden, wasm: wasmBytes, weights: weightBytes }, [
      wasmBytes,
      weightBytes,
    ]);
  } catch (error) {
    messages.close();
    throw error;
  }
  const ask = (kind) => (request) => messages.ask({ ...request, kind });
  return {
    sample: ask("digits"),
    ten: ask("ten"),
    walk: ask("walk"),
    plane: ask("plane"),
    point: ask("point"),
    text: ask("text"),
    latents: ask("latents"),
    close: () => messages.close(),
  };
}

/** `window.digits.sample({ seeds, digits, temperature })` for whoever opens the console: `Uint8Array [N × 784]`, the
 * bytes of `Generator.sample` in Python. */
export function installDigits(engine) {
  window.digits = { sample: (request) => engine.sample(request) };
}

/** Throws "no-wasm" or "no-simd" where the engine can't run. */
export function checkSupport() {
  if (typeof WebAssembly !== "object") throw new EngineError("no-wasm", "this browser has no WebAssembly");
  if (!WebAssembly.validate(SIMD)) throw new EngineError("no-simd", "this browser's WebAssembly has no SIMD");
}

async function bytesOf(name, source) {
  const missing = (why, value) => new EngineError(`${name}-missing`, `the ${name} didn't arrive: ${why}`, value);
  let response;
  try {
    response = await (source instanceof Promise ? source : fetch(source));
    if (response.ok) return await response.arrayBuffer();
  } catch (error) {
    throw missing(error.message);
  }
  throw missing(`${response.url} answered ${response.status}`, response.status);
}

/** Questions to a worker, each answered by its number. */
class Messages {
  #worker;
  #waiting = new Map();
  #asked = 0;
  #started = false;
  #ended = null; // the error that every further question meets

  constructor(worker) {
    try {
      this.#worker = worker instanceof Worker ? worker : new Worker(worker, { type: "module" });
    } catch (error) {
      throw new EngineError("no-worker", `the engine's worker can't be started: ${error.message}`);
    }
    this.#started = this.#worker.arrived === true;
    this.#worker.onmessage = ({ data }) => this.#answered(data);
    this.#worker.onerror = (event) => {
      this.#end(
        new EngineError(this.#started ? "failed" : "no-worker", event.message || "the engine's scripts can't be run"),
      );
    };
    if (this.#worker.failed) this.#worker.onerror({});
  }

  ask(request, transfer = []) {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id }, transfer);
    });
  }

  #answered({ id, pixels, error }) {
    this.#started = true;
    if (id === 0) return; // only says that the worker's scripts have arrived
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) reject(new EngineError(error.code, error.message, error.value));
    else resolve(pixels);
  }

  close() {
    this.#end(new EngineError("closed", "the engine was closed"));
  }

  #end(error) {
    this.#ended ??= error;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
