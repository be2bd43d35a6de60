// What is kept of a run: its generator as the page's engine draws it, and a model folder in a zip, which, unpacked,
// `Generator.from_pretrained` reads, and so does app.py --model. Both hold the same integer network.

import { readNetwork } from "../quantized.js";
import { writeSafetensors } from "../safetensors.js";
import { sha256 } from "../sha256.js";
import { goldenOf } from "./golden.js";
import { quantize } from "./quantize.js";
import { zipped } from "./zip.js";

const CALIBRATION_BATCHES = 200; // as gan/training/ema.py

/** What the page's engine takes: `{ config, weights, sha256, golden }` (see client.js). Args: a Run, and kernels with all
 * their memory free. Throws "weights-damaged" for weights that no integer network can draw. */
export async function drawable(run, kernels) {
  run.shown.take(CALIBRATION_BATCHES);
  const config = generatorConfig(run.recipe);
  const weights = quantize(kernels, run.shown.network, config);
  const golden = await goldenOf(readNetwork(weights.buffer, config));
  return { config, weights, sha256: await sha256(weights), golden };
}

/** The zip's bytes. Args as `drawable`, and `{ name, seconds }` of the run. */
export async function modelZip(run, kernels, { name, seconds }) {
  const { weights: quantized, config: generator } = await drawable(run, kernels);
  const { network } = run.shown;
  const statistics = network.norms.flatMap(([layer, norm]) => [
    [`${layer}.running_mean`, [norm.width], norm.runningMean],
    [`${layer}.running_var`, [norm.width], norm.runningVariance],
    [`${layer}.num_batches_tracked`, [], BigInt64Array.of(BigInt(run.steps))],
  ]);
  const weights = {
    "model.safetensors": writeSafetensors([...tensorsOf(network.weights), ...statistics]),
    "quantized.safetensors": quantized,
    "discriminator.safetensors": writeSafetensors(tensorsOf(run.trainer.discriminator.weights)),
  };
  const hashes = {};
  for (const [file, bytes] of Object.entries(weights)) hashes[file] = await sha256(bytes);
  const config = {
    format: 1,
    recipe: name,
    generator,
    discriminator: discriminatorConfig(run.recipe),
    training: { recipe: run.recipe, dataset: "mnist", steps: run.steps, device: "browser", seconds },
    sha256: hashes,
  };
  const folder = `${name}-${run.steps}`;
  const files = { "config.json": new TextEncoder().encode(JSON.stringify(config, null, 2)), ...weights };
  return zipped(Object.fromEntries(Object.entries(files).map(([file, bytes]) => [`${folder}/${file}`, bytes])));
}

const tensorsOf = (weights) => weights.names.map((name) => [name, weights.of(name).shape, weights.of(name).value]);

const generatorConfig = (recipe) => ({
  architecture: "mlp",
  latent_dim: recipe.latent_dim,
  widths: recipe.generator_widths,
  activation: recipe.generator_activation,
  batch_norm: recipe.generator_batch_norm,
  batch_norm_momentum: recipe.batch_norm_momentum,
  num_classes: recipe.conditional ? 10 : 0,
  embedding_dim: 100,
  normalize_input: recipe.normalize_input,
});

const discriminatorConfig = (recipe) => ({
  architecture: "mlp",
  widths: recipe.discriminator_widths,
  num_classes: recipe.conditional ? 10 : 0,
  minibatch_std: 0,
  class_std: false,
  spectral_norm: false,
});
