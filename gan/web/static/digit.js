// One digit of the wall, large: its pixels, its reading, its link, its file, its way into a morph, and sliders that touch
// its latent.

import { drawCell, fit } from "./canvas.js";
import { copy } from "./clipboard.js";
import { el } from "./dom.js";
import { permalink } from "./link.js";
import { alone, classAt, describe, numberAt, places } from "./numbers.js";
import { tellReading } from "./readings.js";
import { saveAs } from "./saving.js";
import { fillSheet, makeSheet } from "./sheet.js";
import { touchPanel } from "./touch.js";
import { withKey } from "./walk.js";
import { say } from "./words.js";

const LARGE = 280; // CSS pixels of a side
const SMALL = 56;
const FILE_SCALE = 20;

/** The view of a wall's digits: { show(place) }. `wall()` is what is painted, { values, picture }; `onmove(place)` and
 * `onclose()` are told. */
export function digitView({ store, pixels, openTab, wall, onmove, onclose }) {
  let sheet = null;
  let shown = null; // the pictures of the digit that is shown
  const touch = touchPanel({ pixels, show: (picture) => shown?.draw(picture) });

  /** Show the digit at a place. */
  function show(i) {
    const opening = !sheet?.open;
    if (opening) open();
    fill(i);
    if (opening) sheet.showModal();
  }

  function open() {
    sheet = makeSheet("viewer", {
      classes: "viewer",
      onclose() {
        store.note("digits", { open: null });
        onclose();
      },
    });
    const dialog = sheet;
    sheet.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close(); // beside it
    });
    sheet.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by || event.target.type === "range") return;
      event.preventDefault();
      const to = Number(dialog.dataset.place) + by;
      if (to >= 0 && to < places(wall().values)) fill(to);
    });
  }

  function fill(i) {
    const { values, picture } = wall();
    const [number, digit] = [numberAt(values, i), classAt(values, i)];
    const one = alone(values, i);
    const words = describe(number, digit);
    sheet.dataset.place = i;
    store.note("digits", { open: values.ten ? [number, digit] : [number] });
    onmove(i);
    const read = el("p", { class: "read" });
    const inside = sheet.contains(document.activeElement);
    shown = pictures(picture, i, words);
    fillSheet(sheet, words, shown.node, read, touch.node, ...ways(one));
    if (inside) sheet.querySelector("[autofocus]").focus(); // what had the focus is gone
    touch.start({ seed: number, digit, temperature: values.temperature });
    tellReading(one, (reading) => {
      read.textContent = reading;
    });
  }

  // The digit's link, and what can be done with it.
  function ways(one) {
    const link = permalink("digits", { ...one, open: [one.seed] });
    const file = el("a", { class: "button", text: say("download_png") });
    saveAs(file, `digit-${one.seed}.png`, "digits.png", "digits", { ...one, scale: FILE_SCALE });
    return [
      el("p", { class: "permalink" }, el("a", { href: link, text: link.replace(/^https?:\/\//, "") })),
      el(
        "div",
        { class: "actions" },
        el("button", {
          autofocus: true,
          onclick: (event) => copy(link, event.currentTarget),
          text: say("copy_link"),
        }),
        file,
        el("button", { class: "quiet", onclick: () => morph(one, 0), text: say("use_as_start") }),
        el("button", { class: "quiet", onclick: () => morph(one, -1), text: say("use_as_end") }),
      ),
    ];
  }

  // It becomes a key frame of the walk, counted from the end if negative.
  function morph({ seed, digit }, place) {
    sheet.close();
    const walk = store.values("walk");
    store.change("walk", withKey(walk, place < 0 ? walk.seeds.length + place : place, { seed, digit }));
    openTab("morph");
  }

  return { show };
}

// The digit large, its 784 pixels as they are, and small, as it looks from further away: { node, draw(picture) }. What is
// drawn is the place `i` of the wall's picture, or else a picture of the digit alone.
function pictures(wall, i, words) {
  const large = el("canvas", { class: "large", role: "img", "aria-label": words });
  const small = el("canvas", { class: "small", "aria-hidden": "true" });
  const { width, height } = wall;
  const own = el("canvas", { width, height }); // the wall's bitmap may be closed when it is wanted again
  drawCell(own.getContext("2d"), wall, i, 0, 0, width, height);

  function draw(touched) {
    for (const [node, side] of [
      [large, LARGE],
      [small, SMALL],
    ]) {
      const context = fit(node, side, side);
      context.imageSmoothingEnabled = node === small;
      if (touched) drawCell(context, touched, 0, 0, 0, side, side);
      else context.drawImage(own, 0, 0, side, side);
    }
    large.dataset.touched = touched !== null;
  }

  draw(null);
  return { node: el("div", { class: "viewer-pictures" }, large, small), draw };
}
