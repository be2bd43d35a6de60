// Adam (Kingma & Ba 2015) over all weights of a network.

export class Adam {
  #kernels;
  #weights;

  constructor(kernels, weights) {
    this.#kernels = kernels;
    this.#weights = weights;
    this.mean = kernels.floats(weights.count);
    this.square = kernels.floats(weights.count);
    this.steps = 0; // done so far
  }

  step({ rate, beta1, beta2, eps }) {
    this.steps++;
    const { values, gradients, count } = this.#weights;
    const blocks = [values, gradients, this.mean, this.square].map((block) => block.byteOffset);
    const towards = (beta) => 1 - beta ** this.steps; // its averages begin at 0
    const numbers = [rate / towards(beta1), beta1, 1 - beta1, beta2, 1 - beta2, Math.sqrt(towards(beta2)), eps];
    this.#kernels.run.adam(...blocks, count, ...numbers);
  }
}
