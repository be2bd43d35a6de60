// The dialog with what another page needs to show this picture: HTML and Markdown.

import { copy } from "./clipboard.js";
import { el } from "./dom.js";
import { permalink, pictureUrl } from "./link.js";
import { page } from "./page.js";
import { fillSheet, makeSheet } from "./sheet.js";
import { say } from "./words.js";

const SCALE = 4; // screen pixels for each pixel of a digit
const PATHS = { digits: "digits.png", walk: "walk.gif", text: "text.png" };

/** Open it for what is shown of a kind; `alt` is the picture in words. */
export function openEmbed(kind, values, alt) {
  const link = permalink(kind, values);
  if (!page.server) return openFrame(link, alt);
  const image = imageUrl(kind, values);
  const snippets = {
    HTML: `<a href="${escapeHtml(link)}"><img src="${escapeHtml(image)}" alt="${escapeHtml(alt)}"></a>`,
    Markdown: `[![${alt}](${image})](${link})`,
  };
  const sheet = makeSheet("embed");
  fillSheet(
    sheet,
    say("embed"),
    ...Object.entries(snippets).map(([name, code]) => snippet(name, code)),
    el("p", {}, el("a", { href: image, target: "_blank", rel: "noopener", text: say("picture_address") })),
  );
  sheet.showModal();
}

// Without a server no picture has an address: the page itself is embedded.
function openFrame(link, alt) {
  const frame = `<iframe src="${escapeHtml(link)}" title="${escapeHtml(alt)}" width="100%" height="720"></iframe>`;
  const sheet = makeSheet("embed");
  fillSheet(
    sheet,
    say("embed"),
    snippet("HTML", frame),
    snippet("Markdown", `[${alt}](${link})`),
    el("p", { class: "hint", text: say("no_addresses") }),
  );
  sheet.showModal();
}

function imageUrl(kind, values) {
  if (kind === "walk" && values.plane) return pictureUrl("plane.png", "plane", { ...values, scale: SCALE });
  return pictureUrl(PATHS[kind], kind, { ...values, scale: SCALE });
}

function snippet(name, code) {
  return el(
    "div",
    { class: "snippet" },
    el("label", { for: `snippet-${name}`, text: name }),
    el("textarea", { id: `snippet-${name}`, readonly: true, rows: 4, text: code }),
    el("button", { class: "quiet", onclick: (event) => copy(code, event.currentTarget), text: say("copy") }),
  );
}

function escapeHtml(text) {
  return text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
}
