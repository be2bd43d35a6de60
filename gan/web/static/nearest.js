// What is shown where something else was asked for: the nearest values that a link may hold, and what is said of it.
// A problem is { parameter, value, code, args, shown }, as gan/web/head.py has them.

import { readable } from "../engine/writing.js";
import { limits } from "./page.js";

const RANGES = {
  digits: { seed: [0, limits.seeds - 1], count: [1, limits.count] },
  walk: { count: [1, limits.walk], frames: [2, limits.frames], fps: [1, limits.fps] },
  text: { seed: [0, limits.seeds - 1] },
};

/** The nearest value of one parameter of a request, { value, problems }; null for what is only half typed. */
export function nearestValue(kind, name, value) {
  if (name === "text") return nearestText(value);
  if (name === "temperature") return nearestNumber(name, value, limits.temperature, { whole: false });
  const range = RANGES[kind][name];
  return range ? nearestNumber(name, value, range) : { value, problems: [] };
}

/** The nearest number in a range, likewise. `value` is a number, or a field's text. */
export function nearestNumber(name, value, [low, high], { whole = true } = {}) {
  const number = value === "" || value === null ? Number.NaN : Number(value);
  if (Number.isNaN(number)) return null;
  const nearest = Math.max(low, Math.min(high, whole ? Math.round(number) : number));
  if (nearest === number) return { value: number, problems: [] };
  const code = whole ? "whole" : "number";
  const problem = { parameter: name, value: String(value), code, args: { low, high }, shown: String(nearest) };
  return { value: nearest, problems: [problem] };
}

function nearestText(text) {
  const { held, refused } = readable(text);
  const value = held.slice(0, limits.text);
  const args = { most: limits.text, refused: [...refused].join(" ") };
  const problem = (code) => ({ parameter: "text", value: text.slice(0, 40), code, args, shown: value });
  if (refused) return { value, problems: [problem("characters")] };
  return { value, problems: held === value ? [] : [problem("too_long")] };
}

/** The nearest values of a request whose parameters may not go together, { values, problems }; the one that was just set
 * (`name`) stays. */
export function nearestTogether(kind, values, name) {
  if (kind === "digits" && values.ten && values.count > limits.ten) {
    return changed(values, "count", limits.ten, "ten", { most: limits.ten });
  }
  if (kind === "walk" && !values.plane && values.frames * values.count > limits.total) {
    const [other, fixed] = name === "frames" ? ["count", "frames"] : ["frames", "count"];
    return changed(values, other, Math.floor(limits.total / values[fixed]), "total", { most: limits.total });
  }
  return { values, problems: [] };
}

function changed(values, name, to, code, args) {
  const problem = { parameter: name, value: String(values[name]), code, args, shown: String(to) };
  return { values: { ...values, [name]: to }, problems: [problem] };
}
