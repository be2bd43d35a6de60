// Sheets: dialogs over the page, with a title and a button that closes them. A closed one is gone.

import { el } from "./dom.js";
import { say } from "./words.js";

/** An empty sheet, to be filled and shown (`showModal`). */
export function makeSheet(name, { classes = "", onclose = () => {} } = {}) {
  const sheet = el("dialog", { class: `sheet ${classes}`.trim(), "aria-labelledby": `${name}-title` });
  sheet.dataset.name = name;
  sheet.addEventListener("close", () => {
    sheet.remove();
    onclose();
  });
  document.body.append(sheet);
  return sheet;
}

/** Give a sheet its title and contents, in place of those it had. */
export function fillSheet(sheet, title, ...contents) {
  sheet.replaceChildren(
    el("h2", { id: `${sheet.dataset.name}-title`, text: title }),
    ...contents,
    el("button", { class: "quiet close", "aria-label": say("close"), onclick: () => sheet.close(), text: "×" }),
  );
}
