// Controls and the store, whichever shell makes the controls: what a control's value means, and what it shows.

import { page } from "./page.js";
import { withPlane } from "./walk.js";

const NEED_CLASSES = new Set(["digit", "ten", "text"]); // controls of models that can be asked for a digit

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

  /** A control was changed. */
  changed(kind, name, value) {
    const next = fromControl[name] ? fromControl[name](value) : value;
    const values = this.#store.values(kind);
    if (next === values[name]) return;
    if (name === "plane")
      this.#store.change(kind, withPlane(values, next)); // its key frames change with it
    else this.#store.change(kind, { [name]: next, ...(kind === "digits" ? { open: null } : {}) }, { byControl: true });
  }

  /** A field was left; returns its value. */
  left(kind, name) {
    this.#failures.left(kind);
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
