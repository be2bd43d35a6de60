// Copying to the clipboard.

import { el } from "./dom.js";
import { say } from "./words.js";

const TOLD = 1600; // milliseconds that a button says what became of it

/** Copy a text for a button, which says whether it could. */
export async function copy(text, button) {
  const told = say((await written(text)) || selected(text, button) ? "copied" : "not_copied");
  const status = document.getElementById("status");
  if (status) status.textContent = told;
  sayOn(button, told);
}

// The button says it itself, so that nothing is cut off, and does not shrink meanwhile.
function sayOn(button, told) {
  button.dataset.label ??= button.textContent;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.textContent = told;
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = setTimeout(() => {
    button.textContent = button.dataset.label;
    button.style.minWidth = "";
    delete button.dataset.label;
  }, TOLD);
}

async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// The old way, where a frame of another origin is not allowed the new one.
function selected(text, button) {
  const area = el("textarea", { style: "position:fixed;opacity:0", "aria-hidden": "true" });
  area.value = text;
  (button.closest("dialog") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  button.focus();
  return done;
}
