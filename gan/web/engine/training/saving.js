// A trained run as a model folder in a zip: unpacked, `Generator.from_pretrained` reads it, and so does app.py --model.

import { sha256 } from "../sha256.js";
import { zipped } from "./zip.js";

const CALIBRATION_BATCHES = 200; // as gan/training/ema.py

/** The zip's bytes. Args: a Run, and `{ name, seconds }` of it. */
export async function modelZip(run, { name, seconds }) {
  run.shown.take(CALIBRATION_BATCHES);
  const { network } = run.shown;
  const statistics = network.norms.flatMap(([layer, norm]) => [
    [`${layer}.running_mean`, [norm.width], norm.runningMean],
    [`${layer}.running_var`, [norm.width], norm.runningVariance],
    [`${layer}.num_batches_tracked`, [], BigInt64Array.of(BigInt(run.steps))],
  ]);
  const weights = {
    "model.safetensors": safetensors([...tensorsOf(network.weights), ...statistics]),
    "discriminator.safetensors": safetensors(tensorsOf(run.trainer.discriminator.weights)),
  };
  const hashes = {};
  for (const [file, bytes] of Object.entries(weights)) hashes[file] = await sha256(bytes);
  const config = {
    format: 1,
    recipe: name,
    generator: generatorConfig(run.recipe),
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

/** Tensors `[name, shape, values]` as a safetensors file. */
function safetensors(tensors) {
  const header = {};
  let end = 0;
  for (const [name, shape, values] of tensors) {
    const dtype = values instanceof BigInt64Array ? "I64" : "F32";
    header[name] = { dtype, shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const bytes = new Uint8Array(8 + head.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let at = 8 + head.length;
  for (const [, , values] of tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}
