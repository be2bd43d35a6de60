// The engine's worker: it draws while the page stays free. Messages are { id, kind, … }; the answer is { id, pixels },
// or { id, error: { code, message, value } }. The first message, with the id 0, says that the scripts have arrived.

import { EngineError } from "./errors.js";
import { Generator } from "./generator.js";
import { answer } from "./requests.js";
import { sha256 } from "./sha256.js";

const GOLDEN_SEEDS = [0, 1, 2, 3, 4, 5, 6, 7];
let generator = null;

self.onmessage = async ({ data: { id, ...request } }) => {
  try {
    if (request.kind === "load") {
      await load(request);
      self.postMessage({ id });
    } else {
      const pixels = answer(generator, request);
      self.postMessage({ id, pixels }, [pixels.buffer]);
    }
  } catch (error) {
    const { code, value } = error instanceof EngineError ? error : { code: "failed", value: null };
    self.postMessage({ id, error: { code, message: error.message, value } });
  }
};

self.postMessage({ id: 0 });

/** Check and load the bytes of engine.wasm and quantized.safetensors, and draw the first eight digits, whose sha256 must
 * be `golden` where that is given. */
async function load({ wasm, weights, sha256: expected, config, golden }) {
  const module = await compile(wasm);
  if (expected) {
    const found = await sha256(new Uint8Array(weights));
    if (found !== expected)
      throw new EngineError("weights-damaged", `the weights' sha256 is ${found}, not ${expected}`, found);
  }
  generator = new Generator(module, weights, config);
  const drawn = await sha256(generator.sample(GOLDEN_SEEDS));
  if (golden && drawn !== golden) {
    throw new EngineError("self-test", `the first eight digits' sha256 is ${drawn}, not ${golden}`, drawn);
  }
}

async function compile(wasm) {
  if (!WebAssembly.validate(wasm)) throw new EngineError("engine-damaged", "engine.wasm is not WebAssembly");
  try {
    return await WebAssembly.compile(wasm);
  } catch (error) {
    throw new EngineError("policy", `WebAssembly can't be compiled here: ${error.message}`);
  }
}
