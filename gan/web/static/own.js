// The generator that a visitor has trained in this tab draws the page's digits, in place of the page's model, until that
// one is called back. Nothing of it leaves the tab: no server has it, and no link holds it. What the rest of the page knows
// of it is `page.own`: { name, weights, watch }, `watch` being the values of a link to its training.

import { refuse } from "./alone.js";
import { startOwnEngine } from "./browser.js";
import { el } from "./dom.js";
import { filesDrawnBy } from "./drawn_files.js";
import { page } from "./page.js";
import { putRight } from "./read.js";
import { say } from "./words.js";

const DRAWN = ["digits", "walk", "text"]; // kinds that a generator draws
const KINDS = { drawDigits: "digits", drawWalk: "walk", drawPlane: "walk", drawText: "text", digitAddress: "digits" };
const FACTS = ["engine", "conditional", "absent", "drawing", "drawFile", "own"]; // of the page, which belong to what draws

export class Own {
  /** What says that it draws, with the way back. */
  place = el("div", { id: "own", role: "status" });
  #store;
  #pixels;
  #notices;
  #before = null; // the page's facts, while another generator draws

  constructor({ store, pixels, notices }) {
    this.#store = store;
    this.#pixels = pixels;
    this.#notices = notices;
  }

  /** Let a generator draw: what the training's worker says of it (`drawable`), its name, and `watch`. Resolves when it
   * draws. Throws an EngineError; then all is as it was. */
  async use({ config, weights, sha256, golden }, { name, watch }) {
    const source = refusing(await startOwnEngine({ config, weights, sha256, golden }));
    this.#before ??= Object.fromEntries(FACTS.map((fact) => [fact, page[fact]]));
    const conditional = config.num_classes > 0;
    Object.assign(page, {
      engine: { config },
      conditional,
      absent: [],
      drawing: { model: name, conditional },
      drawFile: filesDrawnBy(this.#pixels),
      own: { name, weights: sha256.slice(0, 8), watch },
    });
    this.#pixels.lend(source, (error) => this.#failed(error));
    this.#notices.clear("own");
    this.#say(name, page.pin.model);
    this.#drawAgain();
  }

  /** Let the page's model draw again. */
  giveBack() {
    if (!this.#before) return;
    this.#restore();
    this.#pixels.giveBack();
    this.#drawAgain();
  }

  #failed(error) {
    this.#restore();
    this.#notices.tell("own", [say("own_failed", { error: error.message, model: page.pin.model })]);
    this.#drawAgain();
  }

  #restore() {
    Object.assign(page, this.#before);
    this.#before = null;
    this.place.replaceChildren();
  }

  #say(name, model) {
    this.place.replaceChildren(
      el(
        "div",
        { class: "own" },
        el("p", {}, el("b", { text: say("own_draws", { name }) }), " ", say("own_link", { model })),
        el("button", { id: "own-back", onclick: () => this.giveBack(), text: say("own_back", { model }) }),
      ),
    );
  }

  // A generator without classes can't be asked for a digit: what can't be drawn is left out.
  #drawAgain() {
    const { conditional } = page;
    for (const kind of DRAWN) {
      const { values } = putRight(kind, this.#store.values(kind), [], { model: page.pin.model, conditional });
      this.#store.change(kind, values, { since: null, step: false });
    }
  }
}

// A source that says why it refuses a request as the page without a server does: a server would draw another model's
// digits.
function refusing(source) {
  const refused = (name) => (values, columns) =>
    source[name](values, columns).catch((error) => {
      if (error.code !== "request") throw error;
      return refuse(KINDS[name], { ...page.defaults[KINDS[name]], ...values });
    });
  return { ...source, ...Object.fromEntries(Object.keys(KINDS).map((name) => [name, refused(name)])) };
}
