// A line of digits in one handwriting.

import { fit } from "./canvas.js";
import { el } from "./dom.js";
import { downloads, textFile } from "./files.js";
import { Latest } from "./latest.js";
import { limits, page } from "./page.js";
import { randomSeed, wrap } from "./seeds.js";
import { say } from "./words.js";

const { advances, margin } = page.line; // pixels of the picture, as gan/writing.py sets its lines
const SMALLEST = 40 / limits.size; // CSS pixels for each pixel of the picture: digits are at least 40 high,
const LARGEST = 200 / limits.size; // at most 200
const LEADING = limits.size + 2; // from row to row, in pixels of the picture

export function mountWrite(root, { store, pixels, failures }) {
  const canvas = el("canvas", { id: "line", role: "img" });
  const empty = el("p", { class: "empty" });
  const files = downloads({
    id: "write-scale",
    files: (line, scale) => [textFile(line, scale)],
    pixels: ({ text }) => limits.size * widthOf(text),
  });
  const help = el("p", { class: "hint", text: say("write_help") });
  const bar = el(
    "div",
    { class: "bar" },
    el("button", { id: "write-random", onclick: () => random(), title: say("key", { key: "R" }), text: say("random") }),
  );
  root.replaceChildren(bar, el("div", { class: "sheet-of-paper" }, canvas, empty), files.node, help);

  let values = null; // of what is painted
  let rows = []; // of what is painted: { text, seed, picture }

  const latest = new Latest(
    async ({ wish, since }) => {
      const drawn = await drawRows(wish, zoomFor(wish.text));
      for (const { picture } of rows) picture.bitmap.close();
      rows = drawn;
      values = wish;
      draw();
      store.painted("text", values, { since, server: drawn[0]?.picture.server });
    },
    (error) => failures.tell("text", error),
  );

  // CSS pixels for each pixel of the picture.
  const zoomFor = (text) => Math.max(SMALLEST, Math.min(LARGEST, (root.clientWidth || 800) / widthOf(text)));

  // Each row is a line of its own: cut from one picture, it would show parts of what stands beside the cut.
  const drawRows = (wish, zoom) =>
    Promise.all(
      brokenLine(wish, (root.clientWidth || 800) / zoom).map(async (row) => {
        const picture = await pixels.drawText({ ...wish, ...row });
        return { ...row, picture };
      }),
    );

  function draw() {
    empty.hidden = rows.length > 0;
    empty.textContent = say(page.conditional ? "write_empty" : "write_unconditional");
    canvas.hidden = files.node.hidden = rows.length === 0;
    const room = root.clientWidth;
    if (!rows.length || !room) return;
    const zoom = zoomFor(values.text);
    const context = fit(canvas, room, rows.length * LEADING * zoom);
    rows.forEach(({ picture }, row) => {
      const [w, h] = [picture.width * zoom, picture.height * zoom];
      context.drawImage(picture.bitmap, 0, row * LEADING * zoom, w, h);
    });
    canvas.setAttribute("aria-label", alt());
    canvas.dataset.painted = values.text;
    canvas.dataset.rows = JSON.stringify(rows.map(({ text }) => text));
    files.show(values);
  }

  // In another width the line may break elsewhere.
  function resize() {
    if (!values || !root.clientWidth) return;
    const now = brokenLine(values, root.clientWidth / zoomFor(values.text)).map(({ text }) => text);
    if (JSON.stringify(now) === canvas.dataset.rows) draw();
    else latest.want({ wish: store.values("text"), since: null });
  }

  const alt = () => (values ? say("alt_text", { text: values.text, seed: values.seed }) : "");
  const random = () => store.change("text", { seed: randomSeed() });
  const update = (wish, since) => latest.want({ wish, since });

  new ResizeObserver(resize).observe(root);
  if (page.conditional && store.values("text").text === "") store.change("text", { text: today() });
  return { update, resize, alt, random };
}

const advanceOf = (character) => advances[character] ?? advances.digit;
const widthOf = (text) => [...text].reduce((sum, character) => sum + advanceOf(character), 2 * margin);

// The rows of a line, { text, seed }, each at most `most` pixels wide: broken after a space or a sign where there is one.
function brokenLine({ text, seed, hand }, most) {
  const rows = [];
  let from = 0;
  let drawn = 0; // digits so far: each may have a handwriting of its own
  while (from < text.length) {
    let to = from;
    while (to < text.length && widthOf(text.slice(from, to + 1)) <= most) to++;
    to = Math.max(to, from + 1);
    if (to < text.length) to = placeToBreak(text, from, to);
    const row = text.slice(from, to);
    rows.push({ text: row, seed: hand === "own" ? wrap(seed + drawn) : seed });
    drawn += row.replace(/\D/g, "").length;
    from = to;
  }
  return rows;
}

function placeToBreak(text, from, to) {
  for (let at = to; at > from + (to - from) / 2; at--) if (/\D/.test(text[at - 1]) && text[at - 1] !== "(") return at;
  return to;
}

// What stands there before anyone has written: 2026-11-25.
function today() {
  const now = new Date();
  const two = (n) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
