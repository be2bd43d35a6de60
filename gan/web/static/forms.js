// The forms of a link's values, as gan/web/parameters.py reads them: what a text means, or why it means nothing.

import { readable } from "../engine/writing.js";
import { limits, page } from "./page.js";

// `nearest` is the valid value that is nearest to the refused one; undefined: the default. `same`: it says the same in our
// characters.
class Refusal extends Error {
  constructor(code, args = {}, { nearest, same = false } = {}) {
    super(code);
    Object.assign(this, { code, args, nearest, same });
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$/;

// The number in a range that is nearest to a text's; undefined if the text is no number.
const nearestNumber = (text, low, high, rounded) =>
  NUMBER.test(text) ? Math.max(low, Math.min(high, rounded(Number(text)))) : undefined;
const nearestWhole = (text, low, high) => nearestNumber(text, low, high, (x) => Math.floor(x + 0.5));
const known = (values) => (values.includes(undefined) ? undefined : values);

const numbers = (text) => text.split(",").map(Number);

const FORMS = {
  whole(text, { low, high }) {
    if (!/^[0-9]{1,10}$/.test(text) || text < low || text > high)
      throw new Refusal("whole", { low, high }, { nearest: nearestWhole(text, low, high) });
    return Number(text);
  },
  number(text, { low, high }) {
    if (!/^[0-9](\.[0-9]{1,4})?$/.test(text) || text < low || text > high) {
      const nearest = nearestNumber(text, low, high, (x) => Number(x.toFixed(4)));
      throw new Refusal("number", { low, high }, { nearest });
    }
    return Number(text);
  },
  switch(text) {
    if (text !== "0" && text !== "1") throw new Refusal("switch");
    return text === "1";
  },
  choice(text, { choices }) {
    if (!choices.includes(text)) throw new Refusal("choice", { choices: choices.join(", ") });
    return text;
  },
  pattern(text, { pattern, code }) {
    if (!new RegExp(pattern).test(text)) throw new Refusal(code);
    return text;
  },
  seeds(text) {
    const most = limits.keys;
    const listed = /^[0-9]{1,10}(,[0-9]{1,10})*$/.test(text) ? numbers(text) : [];
    if (!listed.length || listed.length > most || Math.max(...listed) >= limits.seeds) {
      const near = text
        .split(",")
        .slice(0, most)
        .map((seed) => nearestWhole(seed, 0, limits.seeds - 1));
      throw new Refusal("seeds", { most, high: limits.seeds - 1 }, { nearest: known(near) });
    }
    return listed;
  },
  digits(text) {
    const most = limits.keys;
    const listed = /^[0-9-](,[0-9-])*$/.test(text) ? text.split(",") : [];
    if (!listed.length || listed.length > most) {
      const entries = text.split(",").slice(0, most);
      const near = entries.map((digit) => (digit === "-" ? null : nearestWhole(digit, 0, limits.classes - 1)));
      throw new Refusal("digits", { most }, { nearest: known(near) });
    }
    return listed.map((digit) => (digit === "-" ? null : Number(digit)));
  },
  position(text) {
    if (!/^[0-9]{1,3}(,[0-9]{1,3})?$/.test(text)) throw new Refusal("position");
    return numbers(text);
  },
  text(text) {
    const most = limits.text;
    const { held, refused } = readable(text);
    const nearest = held.slice(0, most);
    if (!/^[0-9 ./:+,()-]*$/.test(text))
      throw new Refusal(
        "characters",
        { most, refused: [...(refused || text)].join(" ") },
        { nearest, same: !refused && held === nearest },
      );
    if (text.length > most) throw new Refusal("too_long", { most }, { nearest });
    return text;
  },
  version(text) {
    if (text !== String(page.version)) throw new Refusal("version", { version: page.version });
    return page.version;
  },
};

/** The value of a parameter, given once or more often; throws a Refusal with the `code` and `args` of its problem. */
export function valueIn({ form }, texts) {
  if (texts.length > 1) throw new Refusal("repeated");
  return FORMS[form.is](texts[0], form);
}
