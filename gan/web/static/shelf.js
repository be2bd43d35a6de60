// The shelf: digits that the visitor likes, kept in this browser with their pictures, and as a link, which is a walk
// through them.

import { el } from "./dom.js";
import { query } from "./link.js";
import { describe } from "./numbers.js";
import { limits, page } from "./page.js";
import { shareButton } from "./share.js";
import { fillSheet, makeSheet } from "./sheet.js";
import { walkThrough } from "./walk.js";
import { say } from "./words.js";

const KEPT = "digits-shelf"; // in localStorage
const MOST = 200;
const SIDE = 84; // CSS pixels

export class Shelf {
  #digits = kept();
  #listeners = [];

  constructor() {
    window.addEventListener("storage", ({ key }) => {
      if (key !== KEPT) return;
      this.#digits = kept(); // another tab of this page
      this.#tell();
    });
  }

  get digits() {
    return this.#digits;
  }

  /** Whether a digit, { seed, digit, temperature }, is kept; digit: the class that it is drawn as. */
  has(digit) {
    return this.#digits.some((other) => nameOf(other) === nameOf({ ...digit, ...page.pin }));
  }

  /** Keep a digit with its picture (the address of an image), or let it go. */
  toggle(digit, image) {
    const { model, weights } = page.pin;
    if (this.has(digit)) this.remove({ ...digit, weights });
    else this.#set([{ ...digit, model, weights, image }, ...this.#digits].slice(0, MOST));
  }

  remove(digit) {
    this.#set(this.#digits.filter((other) => nameOf(other) !== nameOf(digit)));
  }

  /** `listener()` is called when other digits are kept. */
  subscribe(listener) {
    this.#listeners.push(listener);
  }

  #set(digits) {
    this.#digits = digits;
    try {
      localStorage.setItem(KEPT, JSON.stringify(digits));
    } catch {
      // a browser that keeps nothing, or that is full: the shelf lasts as long as the page
    }
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

const nameOf = ({ seed, digit, temperature, weights }) => [seed, digit, temperature, weights].join();

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? found.filter((d) => Number.isInteger(d?.seed) && /^data:image/.test(d.image)) : [];
  } catch {
    return [];
  }
}

/** Open the dialog with what is kept; `playDigits(keys)` morphs from digit to digit. */
export function openShelf({ shelf, playDigits }) {
  const sheet = makeSheet("shelf", { classes: "shelf", onclose: () => {} });
  const show = () => sheet.isConnected && fillSheet(sheet, say("shelf"), ...contents({ shelf, playDigits, sheet }));
  shelf.subscribe(show);
  show();
  sheet.showModal();
}

function contents({ shelf, playDigits, sheet }) {
  if (!shelf.digits.length) return [el("p", { class: "told", text: say("shelf_empty") })];
  const cards = shelf.digits.map((digit) => card(digit, shelf));
  const own = shelf.digits.filter(({ weights }) => weights === page.pin.weights).slice(0, limits.keys);
  const keys = own.map(({ seed, digit }) => ({ seed, digit }));
  const morph = el("button", {
    disabled: keys.length < 2,
    onclick() {
      sheet.close();
      playDigits(keys);
    },
    text: say("shelf_morph"),
  });
  const link = shareButton({ class: "quiet", link: () => linkOf(own), title: () => say("shelf") });
  return [
    el("div", { class: "shelf-digits" }, ...cards),
    el("div", { class: "actions" }, ...(own.length > 1 ? [morph, link] : [])),
    el("p", { class: "hint", text: say("shelf_help") }),
  ];
}

function card(digit, shelf) {
  const words = describe(digit.seed, digit.digit);
  const image = el("img", { src: digit.image, alt: words, width: SIDE, height: SIDE });
  const link = el("a", { href: addressOf(digit) }, image, el("span", { text: digit.seed }));
  const remove = el("button", {
    class: "quiet close",
    "aria-label": say("shelf_remove", { digit: words }),
    onclick: () => shelf.remove(digit),
    text: "×",
  });
  return el("div", { class: "shelf-digit" }, link, remove);
}

// The page's address for one kept digit, whoever drew it.
function addressOf({ seed, digit, temperature, model, weights }) {
  const values = { ...page.defaults.digits, seed, digit, temperature, count: 1, open: [seed], model, weights };
  return withQuery(query("digits", { ...values, v: page.pin.v }, { forPage: true, pinned: false }));
}

// All of them: a walk from one to the next.
const linkOf = (digits) =>
  withQuery(query("walk", { ...page.defaults.walk, ...walkThrough(digits), loop: true }, { forPage: true }));

function withQuery(search) {
  const url = new URL(location.href);
  url.hash = "";
  url.search = search;
  return url.href;
}
