// The steps that a visitor makes, as entries of the browser's history: its Back, and the page's Undo, go one step back in
// the page, and never out of it while there is one. The address bar holds what is shown.
//
// An entry's state holds { steps: { kind, values, depth, before } }: what is shown, how many steps lie behind it in the
// page, and what the entry before it shows. A gesture that goes on (a slider, typing, scrolling) is one step.

import { ownLink } from "./link.js";
import { page } from "./page.js";

const PAUSE = 100; // milliseconds: browsers throttle calls that come more often than some ten times a second
const AFTER_FRAME = 30; // milliseconds: to write an address takes some, which the picture need not wait for
const ONE_GESTURE = 1200; // milliseconds that may lie between two changes of one gesture
const NO_STEP = new Set(["at", "epoch"]); // the frame, cell or epoch that is shown

export class Steps {
  #store;
  #openTab;
  #here; // what the entry in front shows
  #own = false; // the next change is a step of its own
  #gesture = { names: "", time: 0 };
  #timer = 0;
  #written = 0;
  #going = null; // where Back or Forward leads, until it is shown
  #listeners = [];

  /** `openTab(tab)` brings a tab to the front. */
  constructor(store, openTab) {
    this.#store = store;
    this.#openTab = openTab;
    const kind = store.active;
    const kept = history.state?.steps;
    this.#here = { depth: 0, before: null, ...kept, kind, values: store.shown(kind) };
    store.subscribe("changed", (_, { step }) => {
      if (step) this.#own = true;
    });
    store.subscribe("shown", (shown) => {
      if (shown === store.active) this.#shown();
    });
    window.addEventListener("popstate", ({ state }) => this.#go(state?.steps));
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Whether there is a step to undo. */
  get any() {
    return this.#here.depth > 0;
  }

  /** `listener()` is called when there is another last step. */
  subscribe(listener) {
    this.#listeners.push(listener);
  }

  /** One step back. */
  undo() {
    if (this.any) history.back();
  }

  #shown() {
    const kind = this.#store.active;
    const now = { kind, values: this.#store.shown(kind) };
    if (this.#going) {
      if (differing(now, this.#going).length) return;
      this.#going = null;
    }
    const names = differing(this.#here, now);
    const [own, time] = [this.#own, performance.now()];
    const goesOn = !own && names.join() === this.#gesture.names && time - this.#gesture.time < ONE_GESTURE;
    this.#own = false;
    const { before } = this.#here;
    if (isClosing(names, now) && before && !differing(before, now).length) history.back();
    else if (names.every((name) => NO_STEP.has(name)) || goesOn || isBrowsing(names, this.#here, now))
      this.#replace(now);
    else this.#push(now);
    if (names.length) this.#gesture = { names: names.join(), time };
  }

  #push(now) {
    this.#writeNow(); // the entry before this one shows what it showed last
    const { kind, values, depth } = this.#here;
    this.#here = { ...now, depth: depth + 1, before: { kind, values } };
    history.pushState({ ...history.state, steps: this.#here }, "", ownLink(now.kind, now.values));
    this.#written = performance.now();
    this.#tell();
  }

  #replace(now) {
    this.#here = { ...this.#here, ...now };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), Math.max(AFTER_FRAME, this.#written + PAUSE - performance.now()));
  }

  #writeNow() {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#write();
  }

  #write() {
    this.#timer = 0;
    this.#written = performance.now();
    const { kind, values } = this.#here;
    history.replaceState({ ...history.state, steps: this.#here }, "", ownLink(kind, values));
  }

  #go(to) {
    if (!to) return; // an entry that is not ours
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#here = to;
    this.#gesture = { names: "", time: 0 };
    this.#tell();
    const { kind, values } = to;
    if (!differing({ kind: this.#store.active, values: this.#store.shown(this.#store.active) }, to).length) return;
    this.#going = to;
    if (kind !== this.#store.active) {
      this.#openTab(Object.keys(page.tabs).find((tab) => page.tabs[tab] === kind));
      this.#store.activate(kind);
    }
    this.#store.change(kind, values, { since: null, step: false });
  }

  #key(event) {
    const undo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (!undo || event.target.closest("textarea, input:not([type=range], [type=radio], [type=checkbox])")) return;
    event.preventDefault();
    this.undo();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

// The names of the values that two entries differ in; ["kind"] for two kinds of request.
function differing(a, b) {
  if (a.kind !== b.kind) return ["kind"];
  return Object.keys(b.values).filter((name) => JSON.stringify(a.values[name]) !== JSON.stringify(b.values[name]));
}

// From one opened digit to another.
const isBrowsing = (names, before, now) =>
  names.includes("open") &&
  names.every((name) => name === "open" || name === "seed") &&
  before.values.open &&
  now.values.open;

const isClosing = (names, now) => names.join() === "open" && now.values.open === null;
