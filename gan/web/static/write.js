// A line of digits in one handwriting.

import { fit } from "./canvas.js";
import { el } from "./dom.js";
import { textFile } from "./files.js";
import { Latest } from "./latest.js";
import { limits, page } from "./page.js";
import { randomSeed } from "./seeds.js";
import { say } from "./words.js";

const { advances, margin } = page.line; // pixels of the picture, as gan/writing.py sets its lines
const SMALLEST = 40 / limits.size; // CSS pixels for each pixel of the picture: digits are at least 40 high,
const LARGEST = 112 / limits.size; // at most 112
const LEADING = limits.size + 2; // from row to row, in pixels of the picture

export function mountWrite(root, { store, pixels, failures }) {
  const canvas = el("canvas", { id: "line", role: "img" });
  const empty = el("p", { class: "empty", text: say(page.conditional ? "write_empty" : "write_unconditional") });
  const downloads = el("div", { class: "actions downloads" });
  const help = el("p", { class: "hint", text: say("write_help") });
  root.replaceChildren(el("div", { class: "sheet-of-paper" }, canvas, empty), downloads, help);

  let values = null; // of what is painted
  let picture = null; // none for an empty line

  const latest = new Latest(
    async ({ wish, since }) => {
      const drawn = wish.text === "" ? null : await pixels.drawText(wish);
      picture?.bitmap.close();
      picture = drawn;
      values = wish;
      draw();
      store.painted("text", values, { since, server: drawn?.server });
    },
    (error) => failures.tell("text", error),
  );

  function draw() {
    empty.hidden = picture !== null;
    canvas.hidden = downloads.hidden = picture === null;
    const room = root.clientWidth;
    if (!picture || !room) return;
    const zoom = Math.max(SMALLEST, Math.min(LARGEST, room / picture.width));
    const rows = brokenLines(values.text, room / zoom - 2 * margin);
    const context = fit(canvas, room, rows.length * LEADING * zoom);
    rows.forEach(({ x, width }, row) => {
      const [w, h] = [width + 2 * margin, picture.height];
      context.drawImage(picture.bitmap, x - margin, 0, w, h, 0, row * LEADING * zoom, w * zoom, h * zoom);
    });
    canvas.setAttribute("aria-label", alt());
    canvas.dataset.painted = values.text;
    downloads.replaceChildren(textFile(values));
  }

  const alt = () => (values ? say("alt_text", { text: values.text, seed: values.seed }) : "");
  const random = () => store.change("text", { seed: randomSeed() });

  new ResizeObserver(draw).observe(root);
  return { update: (wish, since) => latest.want({ wish, since }), resize: draw, alt, random };
}

// The parts { x, width } of a text's picture, each at most `most` wide: what does not fit goes on in the next row.
function brokenLines(text, most) {
  const rows = [];
  let row = { x: margin, width: 0 };
  for (const character of text) {
    const advance = advances[character] ?? advances.digit;
    if (row.width > 0 && row.width + advance > most) {
      rows.push(row);
      row = { x: row.x + row.width, width: 0 };
    }
    row.width += advance;
  }
  return row.width > 0 ? [...rows, row] : rows;
}
