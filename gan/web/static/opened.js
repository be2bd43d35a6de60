// A link opened without a server: what the page shows, and what is wrong with it; as gan/web/opening.py does where there
// is one. Which of the site's models draws it was found when the page began to load (boot.js).

import { written } from "./link.js";
import { hasWeights, isCalled } from "./models.js";
import { page } from "./page.js";
import { kindOf, namesAnything, putRight, readQuery } from "./read.js";

/** Complete the page's state with what a query asks for. */
export function openLink(query) {
  const kind = kindOf(query);
  const read = readQuery(kind, query);
  const { drawing } = page;
  const { values, problems } = putRight(kind, read.values, read.problems, drawing);
  const { model, weights, v, ...own } = namesAnything(query) ? values : { ...values, ...drawing.opening };
  Object.assign(page, {
    opening: !namesAnything(query),
    kind,
    state: { ...page.defaults, [kind]: own },
    problems: [...notHere(model, weights), ...problems].map((p) => ({ ...p, shown: shownOf(own[p.parameter]) })),
    pin: { model: drawing.model, weights: drawing.weights, v: page.version },
    conditional: drawing.conditional,
    directions: drawing.directions,
  });
}

// As gan/web/head.py has it: null for what counts as absent.
const shownOf = (value) => (value === undefined || value?.length === 0 ? null : written(value));

// Why the model of a link doesn't draw it.
function notHere(model, weights) {
  const { drawing, models } = page;
  if (model && !isCalled(drawing, model)) {
    const known = models.map((here) => here.model).join(", ");
    return [{ parameter: "model", value: model, code: "no_model", args: { known } }];
  }
  if (hasWeights(drawing, weights)) return [];
  const here = { model: drawing.model, weights: drawing.weights };
  return [{ parameter: "weights", value: weights, code: "other_weights", args: here }];
}
