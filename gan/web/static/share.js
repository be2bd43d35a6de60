// Links to give away: a phone has its own sheet for that, elsewhere they are copied.

import { copy } from "./clipboard.js";
import { el } from "./dom.js";
import { say } from "./words.js";

const hasSheet = () => Boolean(navigator.share) && matchMedia("(pointer: coarse)").matches;

/** A button that gives away a link: `link()` is its address, `title()` what it shows. */
export function shareButton({ link, title, ...attributes }) {
  const sheet = hasSheet();
  const button = el("button", { ...attributes, text: say(usual(sheet)) });
  button.addEventListener("click", () => (sheet ? share(title(), link(), button) : copy(link(), button)));
  return button;
}

/** Let such a button say something else; null: what it says else. */
export function sayOf(button, words) {
  const text = say(words ?? usual(hasSheet()));
  if (button.dataset.label)
    button.dataset.label = text; // it tells that it has copied, just now
  else button.textContent = text;
}

const usual = (sheet) => (sheet ? "share" : "copy_link");

async function share(title, url, button) {
  try {
    await navigator.share({ title, url });
  } catch (error) {
    if (error.name !== "AbortError") copy(url, button); // the sheet was closed
  }
}
