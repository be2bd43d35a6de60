// The exponential moving average of the generator's weights (Yazıcı et al. 2018), as gan/training/ema.py takes it.

export class MovingAverage {
  #kernels;
  #weights;

  /** Args: the kernels, the weights to begin with, and the share of the old average in a step. */
  constructor(kernels, weights, decay) {
    this.#kernels = kernels;
    this.#weights = weights;
    this.decay = decay;
    this.values = kernels.floats(weights.count);
    this.values.set(weights.values);
  }

  /** Take the weights after step `step` (from 0) into the average; early ones count more. */
  update(step) {
    const decay = Math.min(this.decay, (1 + step) / (10 + step));
    const { values, count } = this.#weights;
    this.#kernels.run.move_average(this.values.byteOffset, values.byteOffset, count, 1 - decay);
  }
}
