// A line of digits in one handwriting.

import { pictureUrl } from "./link.js";
import { change, failed, painted } from "./main.js";
import { Latest, fetchBitmap, fit } from "./picture.js";
import { el, say } from "./words.js";

const page = window.digitsPage;
const { advances, margin } = page.line;

export function mountWrite(root) {
  const canvas = el("canvas", { id: "line", role: "img" });
  const empty = el("p", { class: "empty", text: say(page.conditional ? "write_empty" : "write_unconditional") });
  const downloads = el("div", { class: "actions downloads" });
  root.replaceChildren(el("div", { class: "sheet-of-paper" }, canvas, empty), downloads, el("p", { class: "hint", text: say("write_help") }));

  let values = null;
  let bitmap = null;

  const latest = new Latest(
    async ({ values: wish, since }) => {
      let server = null;
      if (wish.text === "") {
        bitmap?.close();
        bitmap = null;
      } else {
        const got = await fetchBitmap(pictureUrl("text.png", "text", { ...wish, scale: 1 }));
        bitmap?.close();
        bitmap = got.bitmap;
        server = got.server;
      }
      values = { ...wish };
      draw();
      painted("text", values, since, server);
    },
    (error) => { if (error) failed("text", error); },
  );
  const update = (wish, since) => latest.want({ values: { ...wish }, since });

  const advance = (c) => advances[c] ?? advances.digit;

  // Where the line breaks when the page is narrow: after a separator if one is near, else between digits.
  function lines(text, most) {
    const rows = [];
    let start = 0;
    let x = margin;
    let width = 0;
    for (let i = 0; i < text.length; i++) {
      if (width + advance(text[i]) > most && width > 0) {
        rows.push({ x, width });
        x += width;
        width = 0;
        start = i;
      }
      width += advance(text[i]);
    }
    if (start < text.length) rows.push({ x, width });
    return rows;
  }

  function draw() {
    empty.hidden = bitmap !== null;
    canvas.hidden = bitmap === null;
    downloads.hidden = bitmap === null;
    const room = root.clientWidth;
    if (!bitmap || !values || !room) return;
    // Digits at least 40 pixels high, at most 112; a line that does not fit goes on in the next row.
    const zoom = Math.max(40 / 28, Math.min(4, room / bitmap.width));
    const rows = lines(values.text, room / zoom - 2 * margin);
    const context = fit(canvas, room, rows.length * 30 * zoom);
    rows.forEach(({ x, width }, row) => {
      context.drawImage(bitmap, x - margin, 0, width + 2 * margin, 28, 0, row * 30 * zoom, (width + 2 * margin) * zoom, 28 * zoom);
    });
    canvas.setAttribute("aria-label", alt());
    canvas.dataset.painted = values.text;
    downloads.replaceChildren(el("a", { class: "button quiet", id: "download-text-png", download: "written.png", href: pictureUrl("text.png", "text", { ...values, scale: 4 }), text: say("download", { what: "PNG" }) }));
  }

  const alt = () => (values ? say("alt_text", { text: values.text, seed: values.seed }) : "");
  function random() {
    change("text", { seed: crypto.getRandomValues(new Uint32Array(1))[0] });
  }
  new ResizeObserver(() => draw()).observe(root);
  return { update, resize: draw, alt, random };
}
