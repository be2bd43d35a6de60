// Controls and the store, whichever shell makes the controls: what a control's value means, and what it shows.

import { nearestTogether, nearestValue } from "./nearest.js";
import { page } from "./page.js";
import { togglePlane } from "./walk.js";

// Controls of models that can be asked for a digit.
const NEED_CLASSES = new Set(["digit", "ten", "text"]);

// A control's value ↔ the request's: choices are texts, and "" stands for none.
const fromControl = {
  digit: (value) => (value === "" || value === null ? null : Number(value)),
  text: (value) => value ?? "",
};
const toControl = { digit: (value) => (value === null ? "" : String(value)) };

export class Controls {
  #store;
  #failures;

  constructor({ store, failures }) {
    this.#store = store;
    this.#failures = failures;
  }

  /** A control was changed: the nearest value that can be shown is wished for, and what it is not is told. What is only
   * half typed changes nothing. */
  changed(kind, name, value) {
    const asked = fromControl[name] ? fromControl[name](value) : value;
    const values = this.#store.values(kind);
    const nearest = nearestValue(kind, name, asked);
    if (nearest === null || asked === values[name]) return;
    const set =
      name === "plane"
        ? togglePlane(values, asked) // its key frames change with it
        : { ...values, [name]: nearest.value, ...(kind === "digits" ? { open: null } : {}) };
    const together = nearestTogether(kind, set, name);
    const byControl = name !== "plane" && together.problems.length === 0; // a field keeps what is typed until it is left
    if (!byControl || nearest.value !== values[name]) this.#store.change(kind, together.values, { byControl });
    this.#failures.adjusted([...nearest.problems, ...together.problems]);
  }

  /** A field was left; returns its value. */
  left(kind, name) {
    return this.shown(kind, name);
  }

  /** The value that a control shows. */
  shown(kind, name) {
    const value = this.#store.values(kind)[name];
    return toControl[name]?.(value) ?? value;
  }

  /** Whether this model has a use for a control. */
  used(name) {
    return page.conditional || !NEED_CLASSES.has(name);
  }
}
