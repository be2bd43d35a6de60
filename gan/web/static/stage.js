// The stage: a dark room with one large digit that slowly becomes the next one, without end, for a class or an exhibition.
// In a corner stands the link of what is shown, as a QR code.

import { gridBitmap } from "./bitmap.js";
import { drawCell, fit } from "./canvas.js";
import { el } from "./dom.js";
import { Latest } from "./latest.js";
import { permalink } from "./link.js";
import { asWritten, classAt, describe, numberAt } from "./numbers.js";
import { limits, page } from "./page.js";
import { wrap } from "./seeds.js";
import { makeSheet } from "./sheet.js";
import { say } from "./words.js";

const REST = 1200; // milliseconds that a digit stays,
const CHANGE = 2800; // and that it takes to become the next one
const QUIET = 2500; // milliseconds until the buttons go
const SHARE = 0.62; // of the room's shorter side that the digit fills

/** Open the stage for what is in front. */
export async function openStage({ store, pixels }) {
  await document.documentElement.requestFullscreen?.().catch(() => {}); // a frame may not; it is dark all the same
  const kind = store.active;
  const values = store.shown(kind);
  const digit = digitsOf(kind, values);
  const canvas = el("canvas", { role: "img" });
  const caption = el("p", { class: "stage-caption", "aria-hidden": "true" });
  const pause = el("button", { class: "quiet", onclick: toggle, text: say("pause") });
  const leave = el("button", { class: "quiet", onclick: () => sheet.close(), text: say("stage_leave") });
  const buttons = el("div", { class: "stage-buttons" }, pause, leave);
  const sheet = makeSheet("stage", { classes: "stage", onclose: close });
  sheet.removeAttribute("aria-labelledby");
  sheet.setAttribute("aria-label", say("stage"));
  sheet.append(canvas, caption, buttons, await codeOf(permalink(kind, values)));

  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let clock = 0; // milliseconds played
  let before = performance.now();
  let playing = true;
  let shown = ""; // the caption
  let frame = 0;
  let lock = null; // keeps the screen on

  const latest = new Latest(draw, () => {});

  function tick(now) {
    if (playing) clock += Math.min(100, now - before);
    before = now;
    const k = Math.floor(clock / (REST + CHANGE));
    const way = Math.max(0, clock - k * (REST + CHANGE) - REST) / CHANGE; // 0 … 1 from digit k to the next
    latest.want({ k, way: still || !pixels.here ? 0 : smooth(way) });
    name(digit(way > 0.5 ? k + 1 : k));
    frame = requestAnimationFrame(tick);
  }

  function name({ seed, digit: as }) {
    const words = describe(seed, as);
    if (words === shown) return;
    shown = words;
    caption.textContent = words;
    canvas.setAttribute("aria-label", words);
  }

  let last = "";
  async function draw({ k, way }) {
    const side = Math.round(Math.min(window.innerWidth, window.innerHeight) * SHARE);
    const asked = `${k}/${way}/${side}`;
    if (asked === last) return;
    const picture = way ? await between(digit(k), digit(k + 1), way) : await alone(digit(k));
    last = asked;
    drawCell(fit(canvas, side, side), picture, 0, 0, 0, side, side);
    picture.bitmap.close();
    sheet.dataset.shown = asked;
  }

  const alone = ({ seed, digit: as, temperature }) =>
    pixels.drawDigits({ seed, digit: as, temperature, count: 1, ten: false, open: null }, 1);

  async function between(a, b, way) {
    const digits = page.conditional ? [a.digit, b.digit] : null;
    const walk = { seeds: [a.seed, b.seed], digits, count: 1, mode: "slerp", loop: false, positions: [way] };
    const drawn = await pixels.walkPixels({ ...walk, temperature: asWritten(a.temperature) });
    return { bitmap: await gridBitmap(drawn, 1), columns: 1, width: limits.size, height: limits.size };
  }

  function toggle() {
    playing = !playing;
    pause.textContent = say(playing ? "pause" : "play");
  }

  function next(by) {
    clock = Math.max(0, Math.floor(clock / (REST + CHANGE)) + by) * (REST + CHANGE);
  }

  sheet.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (way) next(way);
    else if (event.key === " " && event.target.tagName !== "BUTTON") toggle();
    else if (event.key.toLowerCase() === "f") sheet.close();
    else return;
    event.preventDefault();
  });

  // Buttons and pointer are there when someone moves.
  let quiet = 0;
  function wake() {
    sheet.classList.remove("asleep");
    clearTimeout(quiet);
    quiet = setTimeout(() => sheet.classList.add("asleep"), QUIET);
  }
  for (const name of ["pointermove", "pointerdown", "keydown"]) sheet.addEventListener(name, wake);

  const left = () => document.fullscreenElement || sheet.close();
  document.addEventListener("fullscreenchange", left);

  function close() {
    cancelAnimationFrame(frame);
    clearTimeout(quiet);
    document.removeEventListener("fullscreenchange", left);
    lock?.release();
    if (document.fullscreenElement) document.exitFullscreen();
  }

  sheet.showModal();
  wake();
  frame = requestAnimationFrame(tick);
  navigator.wakeLock?.request("screen").then(
    (found) => {
      lock = found;
      if (!sheet.open) lock.release();
    },
    () => {}, // a battery that is low
  );
}

const smooth = (t) => t * t * (3 - 2 * t);

// What is shown as digits one after the other: a function of k = 0, 1, … to { seed, digit, temperature }.
function digitsOf(kind, values) {
  const { temperature } = values;
  const ownClass = (seed, digit) => (page.conditional ? (digit ?? seed % 10) : null);
  if (kind === "digits") return (k) => ({ seed: numberAt(values, k), digit: classAt(values, k), temperature });
  if (kind === "walk") {
    const { seeds, digits } = values;
    return (k) => {
      const i = k % seeds.length;
      return { seed: seeds[i], digit: ownClass(seeds[i], digits[i]), temperature };
    };
  }
  const written = [...values.text.replace(/\D/g, "")].map(Number);
  const seed = (i) => (values.hand === "own" ? wrap(values.seed + i) : values.seed);
  return (k) => {
    const i = written.length ? k % written.length : k;
    return { seed: seed(i), digit: ownClass(seed(i), written[i]), temperature };
  };
}

// A link as a QR code: dark on light, whatever the room, or cameras don't find it.
async function codeOf(link) {
  const { encode } = await import(new URL(page.qr, document.baseURI));
  const { data, size } = encode(link, { ecc: "L", border: 2 });
  const canvas = el("canvas", {
    class: "code",
    width: size,
    height: size,
    role: "img",
    "aria-label": say("stage_code"),
  });
  const context = canvas.getContext("2d");
  data.forEach((row, y) => {
    row.forEach((dark, x) => {
      context.fillStyle = dark ? "#000" : "#fff";
      context.fillRect(x, y, 1, 1);
    });
  });
  return el("figure", { class: "stage-link" }, canvas, el("figcaption", { text: say("stage_scan") }));
}
