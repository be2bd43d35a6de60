// A link opened without a server: what the page shows, and what is wrong with it; as gan/web/opening.py does where there
// is one. Which of the site's models draws it was found when the page began to load (boot.js).

import { written } from "./link.js";
import { hasWeights, isCalled } from "./models.js";
import { page } from "./page.js";
import { kindOf, namesAnything, putRight, readQuery } from "./read.js";

/** What a query asks of the page, as its state; `drawing` is the model that draws it. */
export function openLink(query, drawing) {
  const kind = kindOf(query);
  const read = readQuery(kind, query);
  const { values, problems } = putRight(kind, read.values, read.problems, drawing);
  const { model, weights, v, ...own } = namesAnything(query) ? values : { ...values, ...drawing.opening };
  const told = [...notHere(model, weights, drawing), ...problems];
  return {
    opening: !namesAnything(query),
    kind,
    state: { ...page.defaults, [kind]: own },
    problems: told.map((problem) => ({ ...problem, shown: shownOf(own[problem.parameter]) })),
    pin: { model: drawing.model, weights: drawing.weights, v: page.version },
    conditional: drawing.conditional,
    absent: drawing.absent,
    directions: drawing.directions,
    discriminator: drawing.discriminator,
    no_discriminator: drawing.no_discriminator,
    near: drawing.near,
  };
}

// As gan/web/head.py has it: null for what counts as absent.
const shownOf = (value) => (value === undefined || value?.length === 0 ? null : written(value));

// Why the model of a link doesn't draw it.
function notHere(model, weights, drawing) {
  const { models } = page;
  if (model && !isCalled(drawing, model)) {
    const known = models.map((here) => here.model).join(", ");
    return [{ parameter: "model", value: model, code: "no_model", args: { known } }];
  }
  if (hasWeights(drawing, weights)) return [];
  const here = { model: drawing.model, weights: drawing.weights };
  return [{ parameter: "weights", value: weights, code: "other_weights", args: here }];
}
