// What happens when a picture does not come, or not as it was asked for: it is told, and a request that was refused gives
// way to what is shown. A server that does not answer is asked again from time to time, until it does.

import { page } from "./page.js";
import { explain, say, shownInstead } from "./words.js";

const AGAIN = [2000, 4000, 8000, 15000]; // milliseconds until it is asked again, and then always the last

export class Failures {
  #store;
  #notices;
  #silent = new Map(); // by the kind of request that nobody answered: how often it was asked for again, and the timer

  constructor(store, notices) {
    this.#store = store;
    this.#notices = notices;
    store.subscribe("changed", () => notices.clear("adjusted"));
    store.subscribe("painted", (kind, { since }) => {
      this.#answered(kind);
      if (since !== null) notices.clear("control");
    });
  }

  /** Tell why the picture of a request is not there. */
  tell(kind, error) {
    if (!error.problems) {
      const first = !this.#silent.has(kind);
      const ask = () => this.#store.change(kind, {}, { byControl: true });
      const retry = () => {
        this.#answered(kind);
        this.#notices.clear("control");
        ask();
      };
      const why = page.server ? (error.nobody ? "nobody_draws" : "unreachable") : "alone_cannot_draw";
      if (page.server) this.#askLater(kind, ask);
      if (first) this.#notices.tell("control", [say(why)], { retry }); // once: it is read aloud
      return;
    }
    this.#answered(kind);
    this.#notices.tell(
      "control",
      error.problems.map((problem) => `${explain(problem)} ${say("kept")}`),
    );
    this.#store.goBack(kind);
  }

  #askLater(kind, ask) {
    const { times = 0, timer } = this.#silent.get(kind) ?? {};
    clearTimeout(timer);
    const wait = AGAIN[Math.min(times, AGAIN.length - 1)];
    this.#silent.set(kind, { times: times + 1, timer: setTimeout(ask, wait) });
  }

  #answered(kind) {
    clearTimeout(this.#silent.get(kind)?.timer);
    this.#silent.delete(kind);
  }

  /** Tell what could not be had as it was asked for, and what is shown instead; nothing, if it could. */
  adjusted(problems) {
    this.#notices.clear("control");
    const sentences = problems.map((problem) => `${explain(problem)} ${shownInstead(problem.shown)}`);
    if (sentences.length) this.#notices.tell("adjusted", sentences);
    else this.#notices.clear("adjusted");
  }
}
