// The wall that the page opens with lives until someone touches the page: its digits draw themselves, then one after the
// other becomes another digit, and itself again. Who wants less motion sees it stand still.

import { latent, lerp, oneHot, slerp } from "../engine/latents.js";
import { corner } from "./arrange.js";
import { gridBitmap } from "./bitmap.js";
import { drawCell, fit } from "./canvas.js";
import { el } from "./dom.js";
import { classAt, numberAt, places } from "./numbers.js";
import { limits, page } from "./page.js";
import { randomSeed } from "./seeds.js";

const DRAWING = 1400; // milliseconds in which the digits draw themselves
const CALM = 900; // milliseconds from one digit's change to the next one's
const CHANGE = 1500; // milliseconds that a digit takes to become another one, and to come back
const STAY = 600; // and that it stays the other one
const TOUCHES = ["pointerdown", "keydown", "wheel", "touchstart", "focusin"];

/** Whether the page may move by itself. */
export const mayMove = () => page.opening && !matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Call `paint(picture)` with the digits of a request as they draw themselves, and at last with `picture`: from what is
 * typical of a digit to its own handwriting. */
export async function drawThemselves({ values, picture, columns, pixels, paint }) {
  const began = performance.now();
  const all = Array.from({ length: places(values) }, (_, i) => i);
  const own = all.map((i) => latent(numberAt(values, i), page.engine.config.latent_dim));
  const classes = all.map((i) => classOf(values, i));
  for (;;) {
    const done = (performance.now() - began) / DRAWING;
    if (done >= 1 || !pixels.here) return paint(picture);
    const z = own.map((values_, i) => scaled(values_, smooth(staggered(done, i / all.length))));
    const drawn = await pixels.latentPixels({ z, y: classes, temperature: values.temperature }).catch(() => null);
    if (!drawn) return paint(picture);
    const bitmap = await gridBitmap(drawn, columns);
    const goesOn = paint({ bitmap, columns, width: limits.size, height: limits.size });
    bitmap.close();
    if (!goesOn) return;
    await new Promise(requestAnimationFrame);
  }
}

/** Let the digits of a wall change, over it: `wall` is its element, `shown()` what it shows, { values, layout }. */
export function liveOn({ wall, shown, pixels, store }) {
  const canvas = el("canvas");
  const caption = el("div", { class: "caption" });
  const node = el("div", { class: "alive", "aria-hidden": "true", hidden: true }, canvas, caption);
  wall.parentElement.append(node);
  const ended = new AbortController();
  const { signal } = ended;
  const end = () => {
    ended.abort();
    node.remove();
  };
  for (const name of TOUCHES) document.addEventListener(name, end, { signal, passive: true, capture: true });
  window.addEventListener("resize", end, { signal });
  store.subscribe("changed", end);
  store.subscribe("shown", (kind) => kind !== "digits" && end());
  change();

  async function change() {
    let i = -1;
    while (!signal.aborted) {
      await pause(CALM);
      if (document.hidden || !pixels.here || !shown()) continue;
      const { values } = shown();
      const others = places(values) - 1;
      i = others > 0 ? (i + 1 + (randomSeed() % others)) % places(values) : 0;
      const from = { seed: numberAt(values, i), y: classOf(values, i) };
      const seed = randomSeed();
      const to = { seed, y: page.conditional ? oneHot(seed % limits.classes) : from.y }; // as that number is drawn
      await play(i, from, to, CHANGE, false);
      await pause(STAY);
      await play(i, from, to, CHANGE, true);
      node.hidden = true;
    }
  }

  async function play(i, from, to, time, backwards) {
    const [a, b] = [from, to].map(({ seed }) => latent(seed, page.engine.config.latent_dim));
    const began = performance.now();
    for (let done = 0; done < 1 && !signal.aborted; ) {
      done = Math.min(1, (performance.now() - began) / time);
      const t = smooth(backwards ? 1 - done : done);
      const { temperature } = shown().values;
      const request = { z: [slerp(a, b, t)], y: [lerp([...from.y], to.y, t)], temperature };
      const drawn = await pixels.latentPixels(request).catch(() => null);
      if (!drawn || signal.aborted) return;
      const bitmap = await gridBitmap(drawn, 1);
      if (shown()) put(i, bitmap, t < 0.5 ? from.seed : to.seed);
      bitmap.close();
      await new Promise(requestAnimationFrame);
    }
  }

  // Over the digit's own cell, as large as the wall draws it, with the number that draws what it is nearest to.
  function put(i, bitmap, number) {
    const { layout } = shown();
    const [x, y] = corner(layout, i);
    const inset = layout.caption ? Math.round(layout.cell * 0.04) : 0;
    const side = layout.cell - 2 * inset;
    drawCell(
      fit(canvas, side, side),
      { bitmap, columns: 1, width: limits.size, height: limits.size },
      0,
      0,
      0,
      side,
      side,
    );
    Object.assign(node.style, {
      left: `${x + inset}px`,
      top: `${y + inset}px`,
      width: `${side}px`,
      height: `${side + inset + layout.caption}px`,
    });
    caption.textContent = layout.caption ? number : "";
    node.hidden = false;
    node.dataset.place = i;
  }
}

function classOf(values, i) {
  const digit = classAt(values, i);
  return digit === null ? new Float64Array(limits.classes) : oneHot(digit);
}

const scaled = (values, by) => Array.from(values, (value) => value * Math.max(0.05, by));
const smooth = (t) => t * t * (3 - 2 * t);
// The first digits are ahead of the last by two fifths of the time.
const staggered = (done, place) => Math.max(0, Math.min(1, (done - 0.4 * place) / 0.6));
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
