// Touching an opened digit: sliders that move its latent along directions which change its slant, its stroke's thickness
// and its width. gan/directions.py found and measured them; the engine draws what they lead to.

import { latent, oneHot } from "../engine/latents.js";
import { gridBitmap } from "./bitmap.js";
import { el } from "./dom.js";
import { Latest } from "./latest.js";
import { asWritten } from "./numbers.js";
import { limits, page } from "./page.js";
import { say } from "./words.js";

const MEASURES = ["slant", "thickness", "width"];
const FARTHEST = 4; // units of the latent either way: the measures then move by two or three of their deviations

let asked = null; // the promise of the directions

/** The sliders: { node, start(digit), stop() }. `show(picture)` is told of every picture of the touched digit, with null
 * when it is untouched again. */
export function touchPanel({ pixels, show }) {
  let digit = null; // { seed, digit, temperature }, digit: the class that it is drawn as
  let directions = null;
  const sliders = MEASURES.map((name) =>
    el("input", {
      type: "range",
      id: `touch-${name}`,
      min: -FARTHEST,
      max: FARTHEST,
      step: 0.05,
      value: 0,
      oninput: move,
    }),
  );
  const reset = el("button", { class: "quiet", id: "touch-reset", onclick: untouch, text: say("touch_reset") });
  const told = el("p", { class: "hint" });
  const rows = MEASURES.flatMap((name, k) => [
    el("label", { for: `touch-${name}`, text: say(`touch_${name}`) }),
    sliders[k],
  ]);
  const node = el("div", { class: "touch", role: "group", "aria-label": say("touch") }, ...rows, reset, told);
  pixels.subscribe?.(allow);

  /** Touch another digit. */
  async function start(next) {
    digit = next;
    for (const slider of sliders) slider.value = 0;
    allow();
    if (!pixels.here || page.own || directions) return;
    directions = await found();
    allow();
  }

  function allow() {
    const possible = pixels.here && !page.own; // the directions were measured on the page's model
    const why = page.own ? "touch_own" : possible ? (directions ? "touch_help" : "touch_wait") : "touch_server";
    for (const control of [...sliders, reset]) control.disabled = !possible || !directions;
    reset.disabled ||= amounts().every((amount) => amount === 0);
    told.textContent = say(why);
  }

  const amounts = () => sliders.map((slider) => Number(slider.value));

  function move() {
    reset.disabled = false;
    for (const slider of sliders) slider.setAttribute("aria-valuetext", Number(slider.value).toFixed(1));
    latest.want({ digit, amounts: amounts() });
  }

  function untouch() {
    for (const slider of sliders) slider.value = 0;
    move();
    sliders[0].focus();
    reset.disabled = true;
  }

  const latest = new Latest(draw, () => allow());

  async function draw({ digit: touched, amounts: by }) {
    if (by.every((amount) => amount === 0)) return show(null);
    const z = latent(touched.seed, page.engine.config.latent_dim).map((value, i) =>
      MEASURES.reduce((sum, name, k) => sum + by[k] * directions[name][i], value),
    );
    const y = touched.digit === null ? new Float64Array(limits.classes) : oneHot(touched.digit);
    const drawn = await pixels.latentPixels({ z: [z], y: [y], temperature: asWritten(touched.temperature) });
    const bitmap = await gridBitmap(drawn, 1);
    if (touched === digit) show({ bitmap, columns: 1, width: limits.size, height: limits.size });
    bitmap.close();
  }

  return { node, start };
}

// The directions of the page's model; null if they don't come, and then they are asked for again.
function found() {
  const { model, weights } = page.pin;
  asked ??= fetch(page.directions ?? `./directions.json?${new URLSearchParams({ model, weights })}`)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`HTTP ${answer.status}`))))
    .catch(() => {
      asked = null;
      return null;
    });
  return asked;
}
