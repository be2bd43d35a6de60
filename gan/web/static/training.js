// The training that the Watch tab shows: its state, and what can be done with it. A worker does the work (fight.js). It
// knows nothing of what is on the page.
//
// Its state is one of: empty (nothing is asked for yet), loading, ready, running, paused, stepped (one player has just
// learned), hidden (paused, since nobody could see it), broken (a number grew beyond all bounds), failed (it can't go on).

import { PRESETS } from "../engine/training/presets.js";
import { Fight } from "./fight.js";

const SLOW = 1.5; // updates a second in slow motion
const STANDING = new Set(["empty", "loading", "failed", "broken"]); // states in which nothing can be trained

export class Training {
  state = "empty";
  reason = null; // why it is broken, { steps, what, value, kept }, or has failed, { code, message }
  recipe = null; // with its knobs as they are, and its name
  run = 0; // the seed
  preset = null; // the way in which it began broken
  cured = false; // with the preset's remedy
  steps = 0;
  rate = 0; // steps a second
  slow = false;
  #recipes;
  #changed;
  #heard;
  #fight = new Fight((message) => this.#hear(message));
  #trained = 0; // milliseconds, until it was paused last
  #startedAt = 0;
  #awaited = 0; // runs that the worker has yet to begin: what it still tells is of an earlier one

  /** Args: `recipes` by name; `changed()` is told of another state, and `heard(message)` what the worker reports (see
   * engine/trainer.js). */
  constructor({ recipes, changed, heard }) {
    this.#recipes = recipes;
    this.#changed = changed;
    this.#heard = heard;
  }

  /** Whether steps can be made now. */
  get able() {
    return !STANDING.has(this.state);
  }

  /** Milliseconds that it has trained. */
  get trained() {
    return this.#trained + (this.state === "running" ? performance.now() - this.#startedAt : 0);
  }

  /** A new run of a recipe with a seed, broken in a preset's way if one is named. */
  begin({ watch, run, preset = null }) {
    const { limit, ...knobs } = preset ? PRESETS[preset].broken : {};
    this.recipe = { ...this.#recipes[watch], ...knobs, name: watch };
    [this.run, this.preset, this.cured] = [run, preset, false];
    [this.steps, this.rate, this.#trained] = [0, 0, 0];
    this.#become("loading");
    try {
      this.#awaited++;
      this.#fight.begin({ recipe: { ...this.recipe }, seed: run, limit });
      this.setSlow(this.slow);
    } catch ({ code, message }) {
      this.#awaited = 0;
      this.#become("failed", { code, message });
    }
  }

  start() {
    if (this.state === "running" || (!this.able && this.state !== "loading")) return;
    this.#startedAt = performance.now();
    this.#fight.send("start");
    this.#become("running");
  }

  /** Pause, if it runs; `why` is the state then. */
  pause(why = "paused") {
    if (this.state !== "running") return;
    this.#trained = this.trained;
    this.#fight.send("pause");
    this.#become(why);
  }

  /** Let one player learn once. */
  update(player) {
    this.pause();
    this.#become("stepped");
    this.#fight.send("update", { player });
  }

  /** Turn knobs of the recipe; `limit` is how many of the digits are used. */
  change(knobs) {
    const { limit, ...fields } = knobs;
    Object.assign(this.recipe, fields);
    this.#fight.send("change", { knobs });
    this.#changed();
  }

  /** Turn the knobs as the preset's remedy has them, and go on. */
  cure() {
    this.cured = true;
    this.change(PRESETS[this.preset].cure);
    this.start();
  }

  setSlow(slow) {
    this.slow = slow;
    this.#fight.send("pace", { updates: slow ? SLOW : 0 });
  }

  /** Go on from the last good state, after a number grew beyond all bounds. */
  goBack() {
    this.#fight.send("goBack");
    this.#become("paused");
  }

  /** Ask for a model folder: `saved` is heard, or `unkept`. */
  save() {
    this.pause();
    this.#fight.send("save", { name: this.recipe.name, seconds: Math.round(this.#trained / 100) / 10 });
  }

  /** Ask for what the page's engine draws with: `drawable` is heard, or `unkept`. */
  use() {
    this.pause();
    this.#fight.send("use");
  }

  #hear(message) {
    const { kind } = message;
    if (kind === "loaded") this.#awaited--;
    if (this.#awaited && kind !== "failed") return;
    if (kind === "loaded" && this.state === "loading") this.#become("ready");
    if (kind === "curves") [this.steps, this.rate] = [message.steps, message.rate];
    if (kind === "broken") this.#become("broken", message);
    if (kind === "failed") {
      this.#fight.end();
      this.#awaited = 0;
      this.#become("failed", message);
    }
    this.#heard(message);
  }

  #become(state, reason = null) {
    this.state = state;
    this.reason = reason;
    this.#changed();
  }
}
