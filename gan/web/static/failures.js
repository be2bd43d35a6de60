// What happens when a picture does not come, or not as it was asked for: it is told, and a request that was refused gives
// way to what is shown.

import { page } from "./page.js";
import { explain, say, shownInstead } from "./words.js";

export class Failures {
  #store;
  #notices;

  constructor(store, notices) {
    this.#store = store;
    this.#notices = notices;
    store.subscribe("changed", () => notices.clear("adjusted"));
    store.subscribe("painted", (_, { since }) => {
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
    this.#store.goBack(kind);
  }

  /** Tell what could not be had as it was asked for, and what is shown instead; nothing, if it could. */
  adjusted(problems) {
    this.#notices.clear("control");
    const sentences = problems.map((problem) => `${explain(problem)} ${shownInstead(problem.shown)}`);
    if (sentences.length) this.#notices.tell("adjusted", sentences);
    else this.#notices.clear("adjusted");
  }
}
