// Notices above the work: what went wrong, each with a button that closes it.

import { el } from "./dom.js";
import { say } from "./words.js";

export class Notices {
  /** Where they are shown. */
  place = el("div", { id: "notices", role: "alert" });
  #notices = new Map();

  /** Show sentences in place of what the same source said before; `retry` gets a button of its own, called `action`. */
  tell(source, sentences, { retry = null, action = say("retry") } = {}) {
    this.#notices.set(source, { sentences, retry, action });
    this.#draw();
  }

  clear(source) {
    if (this.#notices.delete(source)) this.#draw();
  }

  #draw() {
    this.place.replaceChildren(...[...this.#notices].map(([source, notice]) => this.#box(source, notice)));
  }

  #box(source, { sentences, retry, action }) {
    const list = el("ul", {}, ...sentences.map((text) => el("li", { text })));
    const again = el("button", { class: "quiet", onclick: retry, text: action });
    const close = el("button", {
      class: "quiet close",
      "aria-label": say("close"),
      onclick: () => this.clear(source),
      text: "×",
    });
    return el("div", { class: "notice" }, list, ...(retry ? [again] : []), close);
  }
}
