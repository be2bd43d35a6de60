// One digit of the wall, large: its pixels, its reading, its link, its file, its way into a morph, and sliders that touch
// its latent. From it one steps to the digits before and after it.

import { drawCell, fit } from "./canvas.js";
import { el } from "./dom.js";
import { permalink } from "./link.js";
import { alone, classAt, describe, numberAt, places } from "./numbers.js";
import { page } from "./page.js";
import { tellReading } from "./readings.js";
import { saveAs } from "./saving.js";
import { wrap } from "./seeds.js";
import { shareButton } from "./share.js";
import { fillSheet, makeSheet } from "./sheet.js";
import { touchPanel } from "./touch.js";
import { withKey } from "./walk.js";
import { say } from "./words.js";

const LARGE = 280; // CSS pixels of a side
const SMALL = 56;
const FILE_SCALE = 20;

/** The view of a wall's digits: { show(place), close() }. `wall()` is what is painted, { values, picture }; `onmove(place)`
 * and `onclose()` are told. */
export function digitView({ store, pixels, shelf, openTab, wall, onmove, onclose }) {
  let sheet = null;
  let one = null; // the digit that is shown, as a request of its own
  const pictures = makePictures();
  const touch = touchPanel({ pixels, show: pictures.draw });
  const read = el("p", { class: "read" });
  const link = el("a");
  const file = el("a", { class: "button quiet", text: say("download_png") });
  const keep = el("button", { class: "quiet", id: "keep", onclick: toggleKept });
  const share = shareButton({ autofocus: true, link: () => link.href, title: () => words() });
  const before = el("button", {
    class: "quiet step",
    "aria-label": say("step_before"),
    onclick: () => step(-1),
    text: "‹",
  });
  const after = el("button", {
    class: "quiet step",
    "aria-label": say("step_after"),
    onclick: () => step(1),
    text: "›",
  });
  const contents = [
    el("div", { class: "viewer-steps" }, before, pictures.node, after),
    read,
    touch.node,
    el("p", { class: "permalink" }, link),
    el(
      "div",
      { class: "actions" },
      share,
      keep,
      file,
      el("button", { class: "quiet", onclick: () => morph(0), text: say("use_as_start") }),
      el("button", { class: "quiet", onclick: () => morph(-1), text: say("use_as_end") }),
    ),
  ];
  shelf.subscribe(showKept);

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
    fillSheet(sheet, "", ...contents);
    sheet.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close(); // beside it
    });
    sheet.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by || event.target.type === "range") return;
      event.preventDefault();
      step(by);
    });
  }

  // To the digit before or after it; past the wall's end the wall turns, and opens it there.
  function step(by) {
    const { values } = wall();
    const to = Number(sheet.dataset.place) + by;
    if (to >= 0 && to < places(values)) return fill(to);
    const seed = wrap(values.seed + by * values.count);
    const place = (to + places(values)) % places(values);
    const [number, digit] = [numberAt({ ...values, seed }, place), classAt(values, place)];
    store.change("digits", { seed, open: values.ten ? [number, digit] : [number] }, { step: false });
  }

  const words = () => describe(one.seed, one.drawnAs);

  function fill(i) {
    const { values, picture } = wall();
    const [number, digit] = [numberAt(values, i), classAt(values, i)];
    one = { ...alone(values, i), drawnAs: digit };
    const request = alone(values, i);
    sheet.dataset.place = i;
    sheet.querySelector("h2").textContent = words();
    store.note("digits", { open: values.ten ? [number, digit] : [number] });
    onmove(i);
    pictures.take(picture, i, words());
    link.href = permalink("digits", { ...request, open: [number] });
    link.textContent = link.href.replace(/^https?:\/\//, "");
    saveAs(file, `digit-${number}.png`, "digits.png", "digits", { ...request, scale: FILE_SCALE });
    showKept();
    touch.start({ seed: number, digit, temperature: values.temperature });
    read.textContent = "";
    tellReading(request, (reading) => {
      read.textContent = reading;
    });
  }

  const asKept = () => ({ seed: one.seed, digit: one.digit, temperature: one.temperature });

  function showKept() {
    if (!one) return;
    const kept = shelf.has(asKept());
    keep.textContent = kept ? `♥ ${say("kept_one")}` : `♡ ${say("keep_one")}`;
    keep.setAttribute("aria-pressed", String(kept));
    keep.disabled = Boolean(page.own); // the shelf keeps links, and none leads to what was trained here
  }

  function toggleKept() {
    shelf.toggle(asKept(), pictures.address());
  }

  // It becomes a key frame of the walk, counted from the end if negative.
  function morph(place) {
    const { seed, digit } = one;
    sheet.close();
    const walk = store.values("walk");
    store.change("walk", withKey(walk, place < 0 ? walk.seeds.length + place : place, { seed, digit }));
    openTab("morph");
  }

  return { show, close: () => sheet?.open && sheet.close() };
}

// The digit large, its 784 pixels as they are, and small, as it looks from further away: { node, take, draw, address }.
// What is drawn is what was taken, a place of the wall's picture, or else a picture of the touched digit alone.
function makePictures() {
  const large = el("canvas", { class: "large", role: "img" });
  const small = el("canvas", { class: "small", "aria-hidden": "true" });
  const own = el("canvas"); // the wall's bitmap may be closed when it is wanted again

  function take(wall, i, words) {
    Object.assign(own, { width: wall.width, height: wall.height });
    drawCell(own.getContext("2d"), wall, i, 0, 0, wall.width, wall.height);
    large.setAttribute("aria-label", words);
    draw(null);
  }

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

  return { node: el("div", { class: "viewer-pictures" }, large, small), take, draw, address: () => own.toDataURL() };
}
