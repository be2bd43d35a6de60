// Which of a site's models draws a link. It needs nothing of the page, so that the weights can be asked for at once.

import { parsed } from "./asked.js";

/** The model that a link names, with the weights that it pins if several are called so; the first where it names none,
 * or none that is here. `models` have { model, weights, float_weights }. */
export function modelOf(models, { model, weights }) {
  const called = model ? models.filter((here) => isCalled(here, model)) : [models[0]];
  return called.find((here) => hasWeights(here, weights)) ?? called[0] ?? models[0];
}

/** The model of a link's query; a pin that is given twice is none. */
export function modelOfQuery(models, query) {
  const given = parsed(query);
  const once = (name) => (given.getAll(name).length === 1 ? given.get(name) : null);
  return modelOf(models, { model: once("model"), weights: once("weights") });
}

/** Whether a model is the one of that name; a link may name a model on the Hub without its revision. */
export function isCalled(here, model) {
  return here.model === model || here.model.startsWith(`${model}@`);
}

/** Whether a link that pins these weights means the model; older links pin its float form's. */
export function hasWeights(here, weights) {
  return !weights || here.weights === weights || here.float_weights === weights;
}
