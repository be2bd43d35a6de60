// Some frames of a walk in a row, to drag over, with a mark under the one that is shown.

import { drawCell, fit } from "./canvas.js";
import { el, onDrag } from "./dom.js";

const APART = 58; // CSS pixels from still to still, at least
const HIGHEST = 90;
const EDGE = 4; // CSS pixels that the mark is narrower than its still, on each side

/** The row: { node, draw(film), mark(film, frame) }. `begin()` may refuse a press; `go(frame)` is told of each move. */
export function stills({ begin, go }) {
  const canvas = el("canvas", { "aria-hidden": "true" });
  const marker = el("div", { class: "marker" });
  const node = el("div", { class: "stills" }, canvas, marker);
  let frames = 0;

  const width = () => node.clientWidth;
  const count = () => Math.max(4, Math.min(frames, Math.floor(width() / APART)));

  /** Draw a walk's frames. */
  function draw(film) {
    frames = film.values.frames;
    const n = count();
    const w = width() / n;
    const { width: across, height: down } = film.picture;
    const h = Math.min(w * (down / across), HIGHEST);
    const drawn = (h * across) / down; // the width of a frame of that height
    const context = fit(canvas, width(), h);
    for (let i = 0; i < n; i++) {
      const frame = Math.round((i / (n - 1)) * (frames - 1));
      drawCell(context, film.picture, frame, i * w + (w - drawn) / 2, 0, drawn, h);
    }
    marker.style.width = `${w - 2 * EDGE}px`;
  }

  /** Put the mark under a frame. */
  function mark(frame) {
    const w = width() / count();
    const x = EDGE + (frame / Math.max(1, frames - 1)) * (width() - w);
    marker.style.transform = `translateX(${x}px)`;
  }

  onDrag(node, begin, (event) => {
    const box = node.getBoundingClientRect();
    const w = box.width / count();
    go(Math.round(((event.clientX - box.left - w / 2) / (box.width - w)) * (frames - 1)));
  });
  return { node, draw, mark };
}
