// The reader of links in the browser, for a page without a server: what gan/web/links.py reads and gan/web/requests.py
// puts right (tested against both). A problem is { parameter, value, code, args }, as in gan/web/parameters.py.

import { parsed } from "./asked.js";
import { valueIn } from "./forms.js";
import { limits, page } from "./page.js";
import { wrap } from "./seeds.js";

const SHOWN = 40; // characters of a value that a problem repeats
const PARTS = ["watch", "game", "judge", "history", "learn"]; // kinds that only the page shows

/** What a link's query asks for: a part of the page that it names, writing if it holds a text, a walk if it holds key
 * frames, else digits. */
export function kindOf(query) {
  const given = parsed(query.slice(0, limits.query));
  const part = PARTS.find((name) => given.has(name));
  if (part) return part;
  if (given.has("text")) return "text";
  return given.has("seeds") || given.has("digits") ? "walk" : "digits";
}

/** The values of a query by their names, with those of the pins (`model`, `weights`, `v`), and what could not be read. */
export function readQuery(kind, query) {
  const values = { model: null, weights: null, ...page.defaults[kind] };
  const problems = [];
  if (query.length > limits.query) {
    problems.push(problem("query", `${query.slice(0, SHOWN)}…`, "long", { most: limits.query }));
    return { values, problems };
  }
  const given = parsed(query);
  for (const parameter of page.parameters[kind].filter((p) => p.page && given.has(p.name))) {
    const texts = given.getAll(parameter.name);
    try {
      values[parameter.name] = valueIn(parameter, texts);
    } catch ({ code, args, nearest, same }) {
      if (nearest !== undefined) values[parameter.name] = nearest;
      if (same) continue;
      problems.push(problem(parameter.name, [...texts[0]].slice(0, SHOWN).join(""), code, args));
    }
  }
  return { values, problems };
}

/** Values without what contradicts itself or the model, `{ model, conditional }`, and all problems. */
export function putRight(kind, values, problems, facts) {
  const found = [];
  const fixed = RIGHT[kind]?.(values, facts, (...details) => found.push(problem(...details))) ?? values;
  const named = new Set(problems.map(({ parameter }) => parameter));
  const others = named.has("query") ? [] : found.filter(({ parameter }) => !named.has(parameter));
  return { values: fixed, problems: [...problems, ...others] };
}

/** Whether a query has any parameter of the page's address. */
export function namesAnything(query) {
  const names = Object.keys(page.tabs).flatMap((tab) => (page.parameters[page.tabs[tab]] ?? []).filter((p) => p.page));
  const given = parsed(query);
  return query.length > limits.query || names.some(({ name }) => given.has(name));
}

const problem = (parameter, value, code, args = {}) => ({ parameter, value, code, args });

// Whether a digit, opened by its number and (where there are ten of each) its class, is one of the wall's.
function shows({ seed, count, ten }, number, ...classes) {
  if (wrap(number - seed) >= count) return false;
  return classes.length === 0 || (ten && classes.length === 1 && classes[0] < limits.classes);
}

const list = (values) => values.map((value) => value ?? "-").join(",");

const RIGHT = {
  digits(values, { model, conditional }, tell) {
    const fixed = { ...values };
    if (!conditional && (values.digit !== null || values.ten)) {
      const [name, value] = values.digit === null ? ["ten", "1"] : ["digit", String(values.digit)];
      tell(name, value, "unconditional", { model });
      Object.assign(fixed, { digit: null, ten: false });
    }
    if (fixed.ten && fixed.count > limits.ten) {
      tell("count", String(values.count), "ten", { most: limits.ten });
      fixed.count = limits.ten;
    }
    if (fixed.open && !shows(fixed, ...fixed.open)) {
      tell("open", list(fixed.open), "outside");
      fixed.open = null;
    }
    return fixed;
  },
  walk(values, facts, tell) {
    const fixed = keysPutRight(values, facts, tell);
    if (fixed.plane && fixed.seeds.length !== 4) {
      tell("seeds", list(fixed.seeds), "four");
      fixed.plane = false;
    }
    if (fixed.frames * fixed.count > limits.total) {
      tell("frames", String(values.frames), "total", { most: limits.total });
      fixed.frames = Math.floor(limits.total / fixed.count);
    }
    return fixed;
  },
  history(values, _, tell) {
    const fixed = { ...values };
    const names = page.histories.map(({ model }) => model);
    const known = names.join(", ");
    if (!names.includes(values.history)) {
      tell("history", values.history, "no_history", { known });
      fixed.history = names[0] ?? values.history;
    }
    if (values.beside !== null && !names.includes(values.beside)) {
      tell("beside", values.beside, "no_history", { known });
      fixed.beside = null;
    }
    return fixed;
  },
  watch(values, _, tell) {
    if (values.preset === null || values.watch === "small") return { ...values };
    tell("preset", values.preset, "small_only", { recipe: values.watch });
    return { ...values, preset: null };
  },
  text(values, { model, conditional }, tell) {
    if (conditional || !/[0-9]/.test(values.text)) return { ...values };
    tell("text", values.text, "unconditional", { model });
    return { ...values, text: "" };
  },
};

// One number with several classes is a walk from class to class at one latent; one class holds for every number.
function keysPutRight(values, { model, conditional }, tell) {
  let { seeds, digits } = values;
  const [least, most] = [2, limits.keys];
  if (!conditional && digits.some((digit) => digit !== null)) {
    tell("digits", list(digits), "unconditional", { model });
    digits = [];
  }
  if (seeds.length === 1 && digits.length >= least && digits.length <= most) seeds = digits.map(() => seeds[0]);
  else if (digits.length === 1) digits = seeds.map(() => digits[0]);
  if (seeds.length < least) {
    tell("seeds", list(seeds), "two");
    seeds = Array(least).fill(seeds[0]);
  }
  if (digits.length && digits.length !== seeds.length) {
    tell("digits", list(digits), "keys", { other: "seeds" });
    digits = [];
  }
  return { ...values, seeds, digits };
}
