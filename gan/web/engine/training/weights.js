// The weights of a network, one tensor behind the other, so that an optimiser goes over all of them in one call.

export class Weights {
  #tensors = new Map(); // { shape, at }

  /** Args: the kernels, and every tensor's shape by its name, in PyTorch's order. */
  constructor(kernels, shapes) {
    const padded = (shape) => Math.ceil(sizeOf(shape) / 4) * 4;
    this.count = Object.values(shapes).reduce((sum, shape) => sum + padded(shape), 0);
    this.values = kernels.floats(this.count);
    this.gradients = kernels.floats(this.count);
    let at = 0;
    for (const [name, shape] of Object.entries(shapes)) {
      this.#tensors.set(name, { shape, at });
      at += padded(shape);
    }
  }

  /** `{ shape, value, gradient }` of a tensor, the last two as views; undefined if there is none. */
  of(name) {
    const shape = this.#tensors.get(name)?.shape;
    return shape && { shape, value: this.part(this.values, name), gradient: this.part(this.gradients, name) };
  }

  /** A tensor's view of a block that lies as the weights do. */
  part(block, name) {
    const { shape, at } = this.#tensors.get(name);
    return block.subarray(at, at + sizeOf(shape));
  }

  get names() {
    return [...this.#tensors.keys()];
  }

  /** Values as PyTorch draws them for a new linear layer: evenly within ±1/√inputs. BatchNorm's are 1 and 0 already.
   *
   * Args: `uniform()` returns numbers in 0 … 1. */
  initialise(uniform) {
    for (const name of this.names) {
      const { value } = this.of(name);
      const [, inputs] = this.of(name.replace(/bias$/, "weight")).shape;
      if (!inputs) continue;
      const bound = 1 / Math.sqrt(inputs);
      for (let i = 0; i < value.length; i++) value[i] = (2 * uniform() - 1) * bound;
    }
  }

  get finite() {
    return this.values.every(Number.isFinite);
  }
}

export const sizeOf = (shape) => shape.reduce((product, side) => product * side, 1);
