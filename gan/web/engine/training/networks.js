// The two players as gan/networks.py builds them, both perceptrons, with tensors of the same names; images are
// float32 [rows, 784] in −1 … 1.

import { BatchNorm, LeakyReLU, Linear, Tanh } from "./layers.js";
import { Weights } from "./weights.js";

export const PIXELS = 784;
export const NUM_CLASSES = 10;
const EMBEDDING = 100; // width of the class embedding beside the latent
const SLOPE = 0.2; // of leaky ReLU

const linear = (name, inputs, outputs) => ({ kind: Linear, name, inputs, outputs });
const leaky = (width, slope) => ({ kind: LeakyReLU, width, slope });

// The layers one after the other; their place is in their tensors' names, as in PyTorch's Sequential.
const placed = (layers, prefix) => layers.map((layer, i) => ({ ...layer, name: layer.name ?? `${prefix}.${i}` }));

function shapesOf(layers) {
  const shapes = {};
  for (const { kind, name, inputs, outputs, width } of layers) {
    if (kind === Linear) shapes[`${name}.weight`] = [outputs, inputs];
    if (kind === BatchNorm) shapes[`${name}.weight`] = [width];
    if (kind === Linear || kind === BatchNorm) shapes[`${name}.bias`] = [outputs ?? width];
  }
  return shapes;
}

const built = (kernels, weights, layers, rows) =>
  layers.map(({ kind: Layer, name, ...options }) => {
    const [weight, bias] = [weights.of(`${name}.weight`), weights.of(`${name}.bias`)];
    return new Layer(kernels, { ...options, weight, bias, rows, name });
  });

function generatorLayers(recipe) {
  const { generator_widths: widths, generator_batch_norm: norm } = recipe;
  const slope = recipe.generator_activation === "relu" ? 0 : SLOPE;
  const layers = [];
  let inputs = recipe.latent_dim + (recipe.conditional ? EMBEDDING : 0);
  widths.forEach((width, i) => {
    layers.push(linear(null, inputs, width));
    if (norm === "all" || (norm === "after_first" && i > 0))
      layers.push({ kind: BatchNorm, width, momentum: recipe.batch_norm_momentum });
    layers.push(leaky(width, slope));
    inputs = width;
  });
  return placed([...layers, linear(null, inputs, PIXELS), { kind: Tanh, width: PIXELS }], "layers");
}

/** Latents (and classes) in, images out. */
export class Generator {
  /** Args: the kernels, a recipe (fields of gan/recipes.py), and the most images of a pass. */
  constructor(kernels, recipe, rows) {
    Object.assign(this, { kernels, recipe, rows });
    const layers = generatorLayers(recipe);
    const embedding = recipe.conditional ? { "embedding.weight": [EMBEDDING, NUM_CLASSES] } : {};
    this.weights = new Weights(kernels, { ...embedding, ...shapesOf(layers) });
    this.layers = built(kernels, this.weights, layers, rows);
    this.norms = layers.flatMap(({ kind, name }, i) => (kind === BatchNorm ? [[name, this.layers[i]]] : []));
    for (const [, { weight }] of this.norms) weight.value.fill(1);
    this.embedding = this.weights.of("embedding.weight");
    this.width = recipe.latent_dim + (this.embedding ? EMBEDDING : 0);
    this.input = kernels.floats(rows * this.width);
    this.factors = new Float32Array(rows); // by which each row of the input was scaled
  }

  /** Images [rows, 784] of latents [rows, latent_dim] and classes [rows], which are null without classes. */
  forward(latents, classes, rows) {
    this.classes = classes;
    this.#enter(latents, rows);
    return this.layers.reduce((x, layer) => layer.forward(x, rows), this.input);
  }

  /** The same in evaluation: BatchNorm with its running statistics. */
  evaluate(latents, classes, rows) {
    this.classes = classes;
    this.#enter(latents, rows);
    return this.layers.reduce((x, layer) => (layer.evaluate ?? layer.forward).call(layer, x, rows), this.input);
  }

  /** Gradients of all weights, of the images' gradient, which is written over. */
  backward(images, rows) {
    const first = this.layers[0];
    const dx = this.layers.reduceRight((dy, layer) => {
      const inputs = layer !== first || Boolean(this.embedding);
      return layer.backward(dy, rows, { weights: true, inputs });
    }, images);
    if (this.embedding) this.#backToEmbedding(dx, rows);
  }

  /** What the first layer sees: latent and embedding side by side, scaled to unit root mean square where the recipe says. */
  #enter(latents, rows) {
    const { input, width, embedding, factors } = this;
    const { latent_dim: dim, normalize_input: normalize } = this.recipe;
    for (let r = 0; r < rows; r++) {
      const row = input.subarray(r * width, (r + 1) * width);
      for (let i = 0; i < dim; i++) row[i] = latents[r * dim + i];
      for (let i = dim; i < width; i++) row[i] = embedding.value[(i - dim) * NUM_CLASSES + this.classes[r]];
      factors[r] = normalize ? 1 / Math.sqrt(dot(row, row) / width + 1e-8) : 1;
      if (normalize) for (let i = 0; i < width; i++) row[i] *= factors[r];
    }
  }

  #backToEmbedding(dx, rows) {
    const { input, width, embedding, factors } = this;
    const { latent_dim: dim, normalize_input: normalize } = this.recipe;
    embedding.gradient.fill(0);
    for (let r = 0; r < rows; r++) {
      const [d, x] = [dx, input].map((block) => block.subarray(r * width, (r + 1) * width));
      const along = normalize ? dot(d, x) / width : 0; // scaling takes away what lies along the input
      for (let i = dim; i < width; i++)
        embedding.gradient[(i - dim) * NUM_CLASSES + this.classes[r]] += factors[r] * (d[i] - along * x[i]);
    }
  }
}

/** Images (and classes) in, a logit for each out, positive for "real". */
export class Discriminator {
  /** Arguments as Generator's. */
  constructor(kernels, recipe, rows) {
    Object.assign(this, { kernels, recipe, rows });
    const widths = recipe.discriminator_widths;
    const layers = widths.flatMap((width, i) => [linear(null, widths[i - 1] ?? PIXELS, width), leaky(width, SLOPE)]);
    this.width = widths.at(-1);
    const all = [...placed(layers, "features"), linear("logit", this.width, 1)];
    const embedding = recipe.conditional ? { "embedding.weight": [this.width, NUM_CLASSES] } : {};
    this.weights = new Weights(kernels, { ...shapesOf(all), ...embedding });
    this.layers = built(kernels, this.weights, all, rows);
    this.embedding = this.weights.of("embedding.weight");
    this.input = kernels.floats(rows * PIXELS);
    this.logitGradient = kernels.floats(rows);
    this.penalty = [0, 1].map(() => kernels.floats(rows * Math.max(PIXELS, ...widths)));
  }

  get logit() {
    return this.layers.at(-1);
  }

  /** Logits [rows] of images [rows, 784] and classes [rows]: a view, until the next pass. */
  forward(images, classes, rows) {
    this.classes = classes;
    const logits = this.layers.reduce((x, layer) => layer.forward(x, rows), images).subarray(0, rows);
    if (this.embedding) {
      // the projection of the features on the class's embedding (Miyato & Koyama 2018)
      const features = this.logit.input;
      this.#eachProjected(rows, (r, i, e, scale) => {
        logits[r] += features[i] * this.embedding.value[e] * scale;
      });
    }
    return logits;
  }

  /** The gradient by the images [rows, 784], if `inputs`, and by the weights, if `weights`, of the gradient by the logits,
   * which stands in `logitGradient`. */
  backward(rows, { weights, inputs }) {
    const first = this.layers[0];
    let dy = this.logit.backward(this.logitGradient, rows, { weights, inputs: true });
    if (this.embedding) this.#backThroughProjection(dy, rows, weights);
    for (const layer of this.layers.slice(0, -1).reverse())
      dy = layer.backward(dy, rows, { weights, inputs: inputs || layer !== first });
    return dy;
  }

  #backThroughProjection(dy, rows, weights) {
    const { embedding, logitGradient } = this;
    const features = this.logit.input;
    if (weights) embedding.gradient.fill(0);
    this.#eachProjected(rows, (r, i, e, scale) => {
      dy[i] += logitGradient[r] * embedding.value[e] * scale;
      if (weights) embedding.gradient[e] += logitGradient[r] * features[i] * scale;
    });
  }

  /** Calls back with each row, each place of its features, of its class's embedding, and the scale of the projection. */
  #eachProjected(rows, back) {
    const scale = 1 / Math.sqrt(this.width);
    for (let r = 0; r < rows; r++)
      for (let j = 0; j < this.width; j++) back(r, r * this.width + j, j * NUM_CLASSES + this.classes[r], scale);
  }

  /** D's eye: the gradient [rows, 784] of each logit by the pixels of its image, of the last forward pass. */
  eye(rows) {
    this.logitGradient.fill(1, 0, rows);
    return this.backward(rows, { weights: false, inputs: true });
  }

  /** Adds the gradient of R1, the mean of ½γ‖∇D‖² over the first `rows` images of the last forward pass (Mescheder et al.
   * 2018), and returns that mean.
   *
   * ∇D = W₁ᵀ M₁ W₂ᵀ M₂ … w is linear in each weight: the masks M of leaky ReLU don't change with small steps. So the gradient
   * of the penalty goes forward through the same weights and masks. */
  addPenalty(gamma, rows) {
    const { run } = this.kernels;
    const gradient = this.eye(rows);
    let [u, next] = this.penalty;
    let sum = 0;
    for (let i = 0; i < rows * PIXELS; i++) {
      sum += gradient[i] * gradient[i];
      u[i] = (gamma / rows) * gradient[i];
    }
    for (const layer of this.layers) {
      if (layer instanceof LeakyReLU) {
        run.leaky_relu_gradient(layer.output.byteOffset, u.byteOffset, rows * layer.width, layer.slope);
        continue;
      }
      const { inputs, outputs, outputGradient, weight } = layer;
      this.kernels.linearByWeight(outputGradient, u, weight.gradient, rows, inputs, outputs, true);
      if (layer === this.logit) break;
      this.kernels.linear(u, weight.value, null, next, rows, inputs, outputs);
      [u, next] = [next, u];
    }
    if (this.embedding) {
      this.#eachProjected(rows, (_, i, e, scale) => {
        this.embedding.gradient[e] += u[i] * scale;
      });
    }
    return ((gamma / 2) * sum) / rows;
  }
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
