// The layers of both networks. Each keeps what its gradient needs from the last forward pass: a backward pass belongs to
// the forward pass before it. `rows` is the number of images in a pass.

/** y = x · weightᵀ + bias. */
export class Linear {
  constructor(kernels, { weight, bias, inputs, outputs, rows }) {
    Object.assign(this, { kernels, weight, bias, inputs, outputs });
    this.output = kernels.floats(rows * outputs); // [rows, outputs]
    this.inputGradient = kernels.floats(rows * inputs); // [rows, inputs]
  }

  forward(x, rows) {
    this.input = x; // [rows, inputs]
    this.kernels.linear(x, this.weight.value, this.bias.value, this.output, rows, this.inputs, this.outputs);
    return this.output;
  }

  backward(dy, rows, { weights, inputs }) {
    const { kernels, weight, bias } = this;
    this.outputGradient = dy; // [rows, outputs]
    if (weights) {
      kernels.linearByWeight(dy, this.input, weight.gradient, rows, this.inputs, this.outputs);
      kernels.run.sum_rows(dy.byteOffset, bias.gradient.byteOffset, rows, this.outputs);
    }
    if (inputs) kernels.linearByInput(dy, weight.value, this.inputGradient, rows, this.inputs, this.outputs);
    return this.inputGradient;
  }
}

/** Leaky ReLU, or ReLU with the slope 0; it writes over its input. */
export class LeakyReLU {
  constructor(kernels, { width, slope }) {
    Object.assign(this, { kernels, width, slope });
  }

  forward(x, rows) {
    this.output = x;
    this.kernels.run.leaky_relu(x.byteOffset, rows * this.width, this.slope);
    return x;
  }

  backward(dy, rows) {
    this.kernels.run.leaky_relu_gradient(this.output.byteOffset, dy.byteOffset, rows * this.width, this.slope);
    return dy;
  }
}

/** tanh, over its input. */
export class Tanh {
  constructor(kernels, { width }) {
    Object.assign(this, { kernels, width });
  }

  forward(x, rows) {
    this.output = x;
    this.kernels.run.tanh_(x.byteOffset, rows * this.width);
    return x;
  }

  backward(dy, rows) {
    this.kernels.run.tanh_gradient(this.output.byteOffset, dy.byteOffset, rows * this.width);
    return dy;
  }
}

/** Batch normalisation as it is while training: by the mean and the deviation of the batch, which move the running ones. */
export class BatchNorm {
  constructor(kernels, { weight, bias, width, rows, momentum }) {
    Object.assign(this, { kernels, weight, bias, width, momentum });
    this.normal = kernels.floats(rows * width); // [rows, width]
    this.output = kernels.floats(rows * width); // [rows, width]
    this.scale = kernels.floats(width); // 1 / the deviation
    this.runningMean = kernels.floats(width);
    this.runningVariance = kernels.floats(width).fill(1);
  }

  forward(x, rows) {
    const { weight, bias, output, normal, scale, runningMean, runningVariance, momentum } = this;
    const views = [x, weight.value, bias.value, output, normal, scale, runningMean, runningVariance];
    this.kernels.run.batch_norm(...views.map((view) => view.byteOffset), momentum, rows, this.width);
    return this.output;
  }

  backward(dy, rows) {
    const { weight, bias, normal, scale } = this;
    const views = [dy, normal, scale, weight.value, weight.gradient, bias.gradient];
    this.kernels.run.batch_norm_gradient(...views.map((view) => view.byteOffset), rows, this.width);
    return dy;
  }

  /** With the running statistics, as in evaluation. */
  evaluate(x, rows) {
    const { weight, bias, output, width, runningMean, runningVariance } = this;
    const factors = runningVariance.map((variance, i) => weight.value[i] / Math.sqrt(variance + 1e-5));
    for (let r = 0; r < rows; r++)
      for (let i = 0; i < width; i++)
        output[r * width + i] = (x[r * width + i] - runningMean[i]) * factors[i] + bias.value[i];
    return output;
  }
}
