// The memory of train.wasm, and its functions called with views of that memory.

const PAGES = 2048; // 128 MB of zeros; the system gives what is written to
const DEPTH = 512; // of train.c's products
const WIDEST = 1024; // rows of a product's left matrix: outputs of a layer, or images of a pass

export class Kernels {
  #memory = new WebAssembly.Memory({ initial: PAGES });
  #used = 16; // nothing lies at address 0
  #room;

  /** Args: a compiled train.wasm. */
  constructor(module) {
    this.run = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports;
    this.#room = this.floats(DEPTH * (WIDEST + 8)).byteOffset;
  }

  /** Room for so many numbers, all 0: a view of the memory, for good.
   *
   * Throws a RangeError when all of it is used. */
  floats(count) {
    const address = this.#used;
    this.#used += Math.ceil(count / 4) * 16;
    return new Float32Array(this.#memory.buffer, address, count);
  }

  /** y [rows, outputs] = x [rows, inputs] · weightᵀ + bias, which may be null. */
  linear(x, weight, bias, y, rows, inputs, outputs) {
    const { byteOffset = 0 } = bias ?? {};
    this.run.linear(x.byteOffset, weight.byteOffset, byteOffset, y.byteOffset, rows, inputs, outputs, this.#room);
  }

  /** dx [rows, inputs] = dy [rows, outputs] · weight. */
  linearByInput(dy, weight, dx, rows, inputs, outputs) {
    this.run.linear_by_input(dy.byteOffset, weight.byteOffset, dx.byteOffset, rows, inputs, outputs, this.#room);
  }

  /** dw [outputs, inputs] = dyᵀ · x, or that much more if `add`. */
  linearByWeight(dy, x, dw, rows, inputs, outputs, add = false) {
    const { run } = this;
    run.linear_by_weight(dy.byteOffset, x.byteOffset, dw.byteOffset, rows, inputs, outputs, add ? 1 : 0, this.#room);
  }
}
