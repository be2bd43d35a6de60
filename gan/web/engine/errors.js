// Why the engine can't draw, as a code that the page can tell from the others:
//
//   no-wasm, no-simd   the browser has no WebAssembly, or none with SIMD
//   no-worker          it starts no module worker, or the scripts didn't arrive
//   policy             the page's security policy forbids to compile WebAssembly
//   engine-missing, engine-damaged      engine.wasm didn't arrive, or isn't WebAssembly
//   weights-missing, weights-damaged    the same of a model's quantized.safetensors
//   unsupported        a network that this engine can't draw (dcgan)
//   self-test          the first eight digits are not the server's
//   discriminator-missing, discriminator-damaged    the same of a model's discriminator.safetensors
//   classifier-missing, classifier-damaged          the same of the classifier
//   digits-missing, digits-damaged      the same of the picture of real digits
//   request            a seed, digit, temperature, … out of range
//   closed, failed     the engine was closed, or met an error of its own

export class EngineError extends Error {
  /** `value` is what was found where something else should be. */
  constructor(code, message, value = null) {
    super(message);
    this.name = "EngineError";
    this.code = code;
    this.value = value;
  }
}

/** Throws an EngineError unless `ok`. */
export function check(ok, code, name, allowed, value) {
  if (!ok) throw new EngineError(code, `${name} must be ${allowed}, not ${shown(value)}`, value);
}

const shown = (value) => (typeof value === "string" ? JSON.stringify(value) : String(value));
