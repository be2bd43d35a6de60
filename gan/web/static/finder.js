// The page's side of Find me (engine/searcher.js), and what one sees of it: the drawing, the digit that the descent has come
// to, and the nearest number's.

import { checkSupport } from "../engine/client.js";
import { EngineError } from "../engine/errors.js";
import { el } from "./dom.js";
import { permalink } from "./link.js";
import { page } from "./page.js";
import { randomSeed } from "./seeds.js";
import { say } from "./words.js";

const SIDE = 28;
const POOR = 5; // a generator that comes no nearer to half of real digits has few shapes
const FEW = 50; // steps, of 150: a busy machine

/** A canvas of one digit. */
export const digitCanvas = (label) =>
  el("canvas", { class: "digit", width: SIDE, height: SIDE, role: "img", "aria-label": label });

/** Draw a digit's pixels on it; null: paper. */
export function paintDigit(canvas, pixels) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) image.data.set([...Array(3).fill(255 - (pixels?.[i] ?? 0)), 255], 4 * i);
  context.putImageData(image, 0, 0);
}

export class Finder {
  #worker = null;
  #open;
  #morph;
  #picture = null;
  #nearest = null;
  #canvases;

  /** Args: `open({ seed, digit })` shows a number on the wall, `morph(keys)` plays a walk. */
  constructor({ open, morph }) {
    this.#open = open;
    this.#morph = morph;
    this.button = el("button", {
      id: "judge-find",
      disabled: true,
      text: say("judge_find", { model: page.pin.model }),
    });
    this.told = el("p", { id: "judge-found", role: "status" });
    this.#canvases = Object.fromEntries(
      ["yours", "found", "nearest"].map((name) => [name, digitCanvas(say(`judge_${name}`))]),
    );
    this.link = el("a", { id: "judge-number", href: "#", onclick: (event) => this.#openNumber(event) });
    this.again = el("button", { id: "judge-morph", class: "quiet", onclick: () => this.#play() });
    this.captions = { found: el("span"), nearest: el("span") };
    const figure = (name, ...caption) =>
      el("figure", {}, this.#canvases[name], el("figcaption", {}, say(`judge_${name}`), ...caption));
    this.results = el(
      "div",
      { class: "judge-found", hidden: true },
      figure("yours"),
      figure("found", " ", this.captions.found),
      figure("nearest", " ", this.link, " ", this.captions.nearest),
    );
    const help = el("p", { class: "hint", text: say("judge_find_help") });
    this.node = el("div", {}, this.button, help, this.results, this.told, this.again);
    this.again.hidden = true;
  }

  /** Another digit is drawn: what was found is of the one before. */
  forget(pixels) {
    this.#end();
    this.button.disabled = pixels === null;
    this.results.hidden = this.again.hidden = true;
    this.told.textContent = "";
    delete this.node.dataset.state;
  }

  /** Find a picture that is read as a digit (null: as none). */
  find(picture, read) {
    this.forget(picture);
    this.#picture = picture;
    try {
      this.#begin(read);
    } catch (error) {
      this.#failed(error);
    }
  }

  #begin(read) {
    if (page.own) {
      this.told.textContent = say("own_elsewhere", { model: page.pin.model });
      return;
    }
    if (!page.engine) throw new EngineError("unsupported", "the engine has no convolutions");
    checkSupport();
    const here = (address) => new URL(address, document.baseURI).href; // the worker has another base
    this.#worker = new Worker(page.judge.searcher, { type: "module" });
    this.#worker.onmessage = ({ data }) => HEARD[data.kind](data);
    this.#worker.onerror = () => this.#failed({ code: "no-worker", message: "" });
    const HEARD = {
      nearest: (told) => this.#showNearest(told),
      found: (told) => this.#showFound(told),
      failed: (error) => this.#failed(error),
    };
    const { wasm, weights, config } = page.engine;
    const files = { wasm: here(wasm), weights: here(weights), train: here(page.fight.wasm) };
    this.#worker.postMessage({ ...files, config, picture: this.#picture, read });
    this.node.dataset.state = "searching";
    this.button.disabled = true;
    this.told.textContent = say("judge_searching");
    paintDigit(this.#canvases.yours, this.#picture);
    paintDigit(this.#canvases.found, null);
    this.results.hidden = false;
  }

  #showNearest({ seed, digit, distance, pixels, looked }) {
    this.#nearest = { seed, digit: digit === null || digit === seed % 10 ? null : digit, distance, looked };
    paintDigit(this.#canvases.nearest, pixels);
    this.link.textContent = seed;
    this.link.href = permalink("digits", this.#values());
    this.captions.nearest.textContent = say("judge_distance", { distance: distance.toFixed(1) });
  }

  #showFound({ distance, pixels, steps, done }) {
    paintDigit(this.#canvases.found, pixels);
    this.captions.found.textContent = say("judge_distance", { distance: distance.toFixed(1) });
    if (!done) return;
    this.#end();
    this.node.dataset.state = "found";
    Object.assign(this.node.dataset, { distance: distance.toFixed(2), steps });
    this.button.disabled = false;
    const { seed, looked } = this.#nearest;
    this.again.textContent = say("judge_morph", { seed });
    this.again.hidden = false;
    this.told.textContent = [...meaning(distance, steps), say("judge_number_told", { seed, looked })].join(
      say("judge_space"),
    );
  }

  #failed({ code, message }) {
    this.#end();
    this.node.dataset.state = "failed";
    this.button.disabled = false;
    this.results.hidden = true;
    const why = say(`engine_${code}`, { error: message });
    this.told.textContent = `${why}${say("judge_space")}${say("judge_cannot_find")}`;
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #values() {
    const { seed, digit } = this.#nearest;
    return { ...page.defaults.digits, seed, digit, count: 1, open: null };
  }

  #openNumber(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab of the browser
    event.preventDefault();
    this.#open(this.#values());
  }

  #play() {
    const { seed, digit } = this.#nearest;
    this.#morph([
      { seed, digit },
      { seed: randomSeed(100_000), digit: null },
    ]);
  }
}

/** What a distance means for this model, as sentences. */
function meaning(distance, steps) {
  const [median, most] = page.near ?? [];
  const values = { distance: distance.toFixed(1), median, most, model: page.pin.model };
  const busy = steps < FEW ? [say("judge_few_steps", { steps })] : [];
  if (!page.near) return [say("judge_unmeasured", values), ...busy];
  const answer = median > POOR ? "poor" : distance <= most ? "near" : "far";
  return [say(`judge_${answer}`, values), ...busy];
}
