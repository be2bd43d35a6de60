// What happens when a picture does not come: it is told, and a request that was refused gives way to what is shown.

import { page } from "./page.js";
import { explain, say } from "./words.js";

export class Failures {
  #store;
  #notices;
  #refused = null; // the kind of the last request, if it was refused

  constructor(store, notices) {
    this.#store = store;
    this.#notices = notices;
    store.subscribe("painted", (_, { since }) => {
      this.#refused = null;
      if (since !== null) notices.clear("control");
    });
  }

  /** Tell why the picture of a request is not there. */
  tell(kind, error) {
    if (!error.problems) {
      const retry = () => {
        this.#notices.clear("control");
        this.#store.change(kind, {}, { byControl: true });
      };
      const why = page.server ? (error.nobody ? "nobody_draws" : "unreachable") : "alone_cannot_draw";
      this.#notices.tell("control", [say(why)], { retry });
      return;
    }
    this.#notices.tell(
      "control",
      error.problems.map((problem) => `${explain(problem)} ${say("kept")}`),
    );
    this.#refused = kind;
    const typing = document.activeElement?.matches("input:not([type=checkbox], [type=radio]), textarea");
    if (!typing) this.#goBack(); // its field was left before the answer came
  }

  /** A field of a request was left: if its value was refused, it goes back to what is shown. */
  left(kind) {
    if (this.#refused !== kind) return;
    this.#goBack();
    this.#notices.clear("control");
  }

  #goBack() {
    const kind = this.#refused;
    this.#refused = null;
    this.#store.goBack(kind);
  }
}
