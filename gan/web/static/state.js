// The store: for each request (digits, walk, text) what is wished for and what is shown. It knows nothing of the
// document; who shows something subscribes. Values are never changed in place.
//
//   changed (kind, { since, byControl, step })   something else is wished for, since a moment; null: no gesture is timed
//   painted (kind, { since, server })      a picture was painted; `server`: milliseconds that the server drew, or null
//   shown (kind)                           what is true of the page is another: its picture, its frame, or its tab

export class Store {
  #wished;
  #shown;
  #active;
  #listeners = { changed: [], painted: [], shown: [] };

  /** `kind` is the request in front; `state` holds the values of every kind, all wished for, and counted as shown. */
  constructor({ kind, state }) {
    this.#wished = { ...state };
    this.#shown = { ...state };
    this.#active = kind;
  }

  get active() {
    return this.#active;
  }

  get kinds() {
    return Object.keys(this.#wished);
  }

  /** The values that are wished for. */
  values(kind) {
    return this.#wished[kind];
  }

  /** The values that were painted last. */
  shown(kind) {
    return this.#shown[kind];
  }

  subscribe(event, listener) {
    this.#listeners[event].push(listener);
  }

  /** Wish for other values. `byControl`: the shell's control shows them already; `step`: it is a step by itself to whoever
   * goes back, not a part of a gesture that goes on. */
  change(kind, values, { since = performance.now(), byControl = false, step = !byControl } = {}) {
    this.#wished[kind] = { ...this.#wished[kind], ...values };
    this.#tell("changed", kind, { since, byControl, step });
  }

  /** Wish for what is shown: the server refused the last wish. */
  goBack(kind) {
    this.#wished[kind] = this.#shown[kind];
    this.#tell("changed", kind, { since: null, byControl: false, step: false });
  }

  /** A picture of these values is painted now. */
  painted(kind, values, { since = null, server = null } = {}) {
    this.#shown[kind] = values;
    this.#tell("shown", kind);
    this.#tell("painted", kind, { since, server });
  }

  /** What is open beside the picture itself, as the frame of a walk: true at once, needs no other picture. */
  note(kind, values) {
    this.#wished[kind] = { ...this.#wished[kind], ...values };
    this.#shown[kind] = { ...this.#shown[kind], ...values };
    this.#tell("shown", kind);
  }

  /** Another request is in front. */
  activate(kind) {
    this.#active = kind;
    this.#tell("shown", kind);
  }

  #tell(event, ...details) {
    for (const listener of this.#listeners[event]) listener(...details);
  }
}
