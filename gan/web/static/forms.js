// The forms of a link's values, as gan/web/parameters.py reads them: what a text means, or why it means nothing.

import { limits, page } from "./page.js";

class Refusal extends Error {
  constructor(code, args = {}) {
    super(code);
    this.code = code;
    this.args = args;
  }
}

const numbers = (text) => text.split(",").map(Number);

const FORMS = {
  whole(text, { low, high }) {
    if (!/^[0-9]{1,10}$/.test(text) || text < low || text > high) throw new Refusal("whole", { low, high });
    return Number(text);
  },
  number(text, { low, high }) {
    if (!/^[0-9](\.[0-9]{1,4})?$/.test(text) || text < low || text > high) throw new Refusal("number", { low, high });
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
    if (!listed.length || listed.length > most || Math.max(...listed) >= limits.seeds)
      throw new Refusal("seeds", { most, high: limits.seeds - 1 });
    return listed;
  },
  digits(text) {
    const most = limits.keys;
    const listed = /^[0-9-](,[0-9-])*$/.test(text) ? text.split(",") : [];
    if (!listed.length || listed.length > most) throw new Refusal("digits", { most });
    return listed.map((digit) => (digit === "-" ? null : Number(digit)));
  },
  position(text) {
    if (!/^[0-9]{1,3}(,[0-9]{1,3})?$/.test(text)) throw new Refusal("position");
    return numbers(text);
  },
  text(text) {
    const most = limits.text;
    if ([...text].length > most || !/^[0-9 ./:+,-]*$/.test(text)) throw new Refusal("characters", { most });
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
