// The "generator" of a model's config.json: what its network is built from.

import { check } from "./errors.js";

/** Throws "unsupported" for a network that this engine can't draw: it knows perceptrons only. */
export function checkConfig(config) {
  const oneOf = (name, allowed) =>
    check(allowed.includes(config?.[name]), "unsupported", name, allowed.join(" or "), config?.[name]);
  const size = (name, value, largest) =>
    check(
      Number.isInteger(value) && value >= 1 && value <= largest,
      "unsupported",
      name,
      `from 1 to ${largest}`,
      value,
    );
  oneOf("architecture", ["mlp"]);
  oneOf("activation", ["relu", "leaky_relu"]);
  oneOf("num_classes", [0, 10]);
  oneOf("normalize_input", [false, true]);
  size("latent_dim", config.latent_dim, 1024);
  size("embedding_dim", config.embedding_dim, 1024);
  size("the number of widths", config.widths?.length, 16);
  for (const width of config.widths) size("widths", width, 16384);
}
