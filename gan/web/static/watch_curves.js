// A training's curves: what D believes, both losses, and the distance to real digits.

import { chart } from "./curves.js";
import { say } from "./words.js";

const D = "var(--line-d)";
const G = "var(--line-g)";
const UNSEEN = "var(--line-u)";
const line = (words, color) => ({ label: say(`watch_${words}`), color });

/** { probabilities, losses, distance, add(message), clear(), draw() }: three nodes; a message is what the worker tells of
 * kind "curves" or "distance" (engine/trainer.js). */
export function watchCurves() {
  const probabilities = chart({
    label: say("watch_probabilities"),
    range: [0, 1],
    lines: { dReal: line("real", D), unseen: line("unseen", UNSEEN), dFake: line("fake", G) },
  });
  const losses = chart({
    label: say("watch_losses"),
    lines: { dLoss: line("loss_d", D), gLoss: line("loss_g", G) },
  });
  const distances = chart({
    label: say("watch_distance"),
    logarithmic: true,
    lines: { distance: line("distance_value", UNSEEN) },
  });
  const all = [probabilities, losses, distances];

  function add({ kind, steps, distance, dLoss, gLoss, dReal, unseen, dFake }) {
    if (kind === "distance") return distances.add(steps, { distance });
    losses.add(steps, { dLoss, gLoss });
    probabilities.add(steps, { dReal, unseen, dFake });
  }

  function each(call) {
    for (const one of all) one[call]();
  }

  return {
    probabilities: probabilities.node,
    losses: losses.node,
    distance: distances.node,
    add,
    clear: () => each("clear"),
    draw: () => each("draw"),
  };
}
