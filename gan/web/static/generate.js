// The wall of numbered digits. Where this browser draws, it scrolls without end through all of them; else it has pages.

import { drawThemselves, liveOn, mayMove } from "./alive.js";
import { arrange, corner, placeAt } from "./arrange.js";
import { drawCell, fit } from "./canvas.js";
import { Cursor } from "./cursor.js";
import { digitView } from "./digit.js";
import { el } from "./dom.js";
import { Latest } from "./latest.js";
import { classAt, describeWall, numberAt, placeOf, places } from "./numbers.js";
import { limits, page } from "./page.js";
import { seedRail } from "./rail.js";
import { Rows } from "./rows.js";
import { Scroll } from "./scroll.js";
import { randomSeed, wrap } from "./seeds.js";
import { Tip } from "./tip.js";
import { hint, say } from "./words.js";

const BUSY = 250; // milliseconds until a wait is shown
const LINE = 40; // CSS pixels that a wheel which counts lines moves for each
const TALLEST = 0.7; // share of the window's height: a higher wall leaves a finger to the page, which could else be stuck
const NEAR = 5000; // rows that may lie between two pictures of one wall
const RAIL = 8; // CSS pixels from the digits to the track beside them
const PLAYED = 8; // digits of the wall that Play walks through
const TAP = 8; // CSS pixels that a finger may move and still tap

export function mountGenerate(root, { store, pixels, failures, shelf, openTab, playDigits }) {
  const canvas = el("canvas", { "aria-hidden": "true" });
  const wall = el("div", { class: "wall", id: "wall", role: "listbox", tabindex: 0, "aria-describedby": "wall-help" });
  const cursor = new Cursor(wall);
  const tip = new Tip();
  const rail = seedRail({ go: (seed) => store.change("digits", { seed, open: null }, { step: false }) });
  wall.append(canvas, cursor.node, tip.node);
  const help = el("p", { class: "hint", id: "wall-help" });
  const bar = el(
    "div",
    { class: "bar" },
    el("button", { id: "random", onclick: () => random(), title: say("key", { key: "R" }), text: say("random") }),
    el("button", { id: "play-wall", onclick: () => playDigits(firstDigits()), text: say("play") }),
    el("button", { id: "previous", class: "quiet", onclick: () => turn(-1), text: say("previous") }),
    el("button", { id: "next", class: "quiet", onclick: () => turn(1), text: say("next") }),
  );
  root.replaceChildren(bar, el("div", { class: "wall-and-rail" }, wall, rail.node), help);

  let opens = !document.getElementById("early"); // nothing was painted yet
  let values = null; // of what is painted
  let picture = null;
  let width = wall.clientWidth; // CSS pixels
  let layout = null; // null until something is
  let kind = ""; // of rows: equal for walls whose rows are the same but for where they begin
  let row = 0; // of the scroll: where the painted picture begins
  const onclose = () => wall.focus({ preventScroll: true });
  const view = digitView({ store, pixels, shelf, openTab, wall: () => ({ values, picture }), onmove: moveTo, onclose });

  // Painting

  const latest = new Latest(paint, (error) => failures.tell("digits", error));
  let busyTimer = 0;

  function update(wish, since) {
    if (scroll.moving && wish.seed !== seedAt(scroll.target)) scroll.halt(); // someone went elsewhere
    clearTimeout(busyTimer);
    busyTimer = setTimeout(() => wall.setAttribute("aria-busy", "true"), BUSY);
    latest.want({ wish, since });
  }

  async function paint({ wish, since }) {
    const drawing = pixels.drawDigits(wish, arrange(wish, width).columns);
    const drawn = await drawing.finally(() => {
      clearTimeout(busyTimer);
      wall.removeAttribute("aria-busy");
    });
    picture?.bitmap.close();
    picture = drawn;
    values = { ...wish, open: store.values("digits").open }; // a digit may have been opened meanwhile
    anchor();
    cursor.place = Math.min(cursor.place, places(values) - 1);
    if (opens && mayMove() && pixels.here) drawOpening(wish, drawn);
    else draw();
    opens = false;
    const open = values.open ? placeOf(values, values.open) : null;
    if (values.open && open === null) store.note("digits", { open: null }); // it is not on the wall any more
    const began = drawn.took === undefined ? since : performance.now() - drawn.took;
    store.painted("digits", open === null ? { ...values, open: null } : values, { since: began, server: drawn.server });
    if (open !== null) view.show(open);
    else view.close();
  }

  // The first digits draw themselves, where early.js hasn't let them do so.
  function drawOpening(wish, drawn) {
    const paint = (coming) => {
      if (picture !== drawn || scroll.top !== row) return false;
      draw(coming);
      return true;
    };
    drawThemselves({ values: wish, picture: drawn, columns: drawn.columns, pixels, paint });
  }

  function prepare(context) {
    context.font = "11px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
    context.textAlign = "center";
    context.fillStyle = "#6b655c";
  }

  // The painted picture's place among the rows: some rows further, or a new beginning.
  function anchor() {
    const { columns } = arrange(values, width || 1);
    const now = JSON.stringify([{ ...values, seed: 0, open: null }, columns, page.own?.weights]);
    const found = now === kind ? rowOf(values.seed) : null;
    if (found === null) {
      kind = now;
      perRow = values.ten ? 1 : columns;
      first = values.seed;
      rows.begin(values, columns);
      scroll.halt(0);
    } else if (!scroll.moving) scroll.halt(found);
    row = found ?? 0;
  }

  /** Draw the wall; `shown` has what is seen in its cells: the picture, or what is becoming it. */
  function draw(shown = picture) {
    if (!picture || !width) return;
    const before = layout?.columns;
    layout = arrange(values, width);
    if (before !== undefined && before !== layout.columns) anchor();
    showWhoScrolls();
    const edge = layout.left + layout.columns * layout.cell; // of the digits: the wall may be wider
    rail.node.style.left = `${Math.min(edge + RAIL, width + 2)}px`;
    rail.show(store.values("digits").seed);
    if (scroll.top !== row) return drawScrolled();
    const { columns, rows, cell, caption, left } = layout;
    const context = fit(canvas, width, rows * (cell + caption));
    if (!caption && columns === shown.columns) {
      context.drawImage(shown.bitmap, left, 0, columns * cell, rows * cell); // laid out as the wall is: one stroke
    } else drawEach(context, shown);
    wall.setAttribute("aria-label", alt());
    wall.dataset.painted = `${values.seed}/${values.count}`;
    drawCursor();
  }

  function drawEach(context, shown) {
    const { cell, caption } = layout;
    const inset = caption ? Math.round(cell * 0.04) : 0;
    prepare(context);
    for (let i = 0; i < places(values); i++) {
      const [x, y] = corner(layout, i);
      drawCell(context, shown, i, x + inset, y + inset, cell - 2 * inset, cell - 2 * inset);
      if (caption) context.fillText(numberAt(values, i), x + cell / 2, y + cell + 9);
    }
  }

  // Scrolling

  let perRow = 1; // numbers of a row
  let first = 0; // the number at which row 0 begins
  const seedAt = (at) => wrap(first + at * perRow);
  // The row that begins with a number, null if none near the painted one does.
  function rowOf(seed) {
    const further = (((seed - seedAt(row) + limits.seeds / 2) % limits.seeds) + limits.seeds) % limits.seeds;
    const by = (further - limits.seeds / 2) / perRow;
    return Number.isInteger(by) && Math.abs(by) < NEAR ? row + by : null;
  }
  const rows = new Rows(pixels, () => scroll.top !== row && drawScrolled());
  const scroll = new Scroll({ moved, rested });

  function moved(direction) {
    tip.hide();
    rows.want(scroll.top, layout.rows, direction);
    drawScrolled();
    const seed = seedAt(Math.round(scroll.top));
    if (seed === store.values("digits").seed) return;
    store.note("digits", { seed, open: null }); // the address follows
    rail.show(seed);
  }

  function rested() {
    if (scroll.top === row) draw();
    else store.change("digits", { seed: seedAt(scroll.top), open: null }, { since: null, step: false });
  }

  function drawScrolled() {
    const { cell, caption } = layout;
    const height = cell + caption;
    const context = fit(canvas, width, layout.rows * height);
    prepare(context);
    const ratio = window.devicePixelRatio || 1;
    for (let at = Math.floor(scroll.top); at < scroll.top + layout.rows; at++) {
      drawRow(context, at, Math.round((at - scroll.top) * height * ratio) / ratio);
    }
  }

  function drawRow(context, at, y) {
    const { columns, cell, caption, left } = layout;
    const painted = (at - row) * columns;
    const whole = painted >= 0 && painted + columns <= places(values);
    const found = whole ? { picture, row: at - row } : rows.find(at);
    if (!found) return;
    const inset = caption ? Math.round(cell * 0.04) : 0;
    for (let i = 0; i < columns; i++) {
      const [x, side] = [left + i * cell, cell - 2 * inset];
      drawCell(context, found.picture, found.row * columns + i, x + inset, y + inset, side, side);
      if (caption) context.fillText(numberAt(values, painted + i), x + cell / 2, y + cell + 9);
    }
  }

  // Who scrolls the digits, and how, is told and shown. A text that is set anew is laid out anew, even if it is the same.
  function showWhoScrolls() {
    wall.classList.toggle("endless", pixels.here);
    const height = layout.rows * (layout.cell + layout.caption);
    wall.classList.toggle("takes-finger", pixels.here && height <= TALLEST * window.innerHeight);
    rail.node.hidden = !pixels.here;
    const words = hint(pixels.here ? "wall_help_endless" : "wall_help");
    if (help.textContent !== words) help.textContent = words;
  }
  pixels.subscribe?.(() => layout && showWhoScrolls());

  // The wheel belongs to the page beside the digits, and over them until the pointer was moved there: a page that is
  // scrolled past the wall goes on.
  let pointed = false;
  window.addEventListener("scroll", () => {
    pointed = false;
  });
  wall.addEventListener("pointermove", ({ movementX, movementY }) => {
    if (movementX || movementY) pointed = true;
  });
  wall.addEventListener(
    "wheel",
    (event) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!layout || !pixels.here || !pointed || event.ctrlKey || sideways || !overDigits(event)) return;
      event.preventDefault();
      const height = layout.cell + layout.caption;
      const unit = [1, LINE, layout.rows * height][event.deltaMode];
      scroll.turn((event.deltaY * unit) / height);
    },
    { passive: false },
  );

  // A finger. A tap opens a digit; one that stops the rows only stops them.
  let finger = null; // { id, y, time, speed, way, stopped }
  wall.addEventListener("pointerdown", (event) => {
    pointed = true;
    if (event.pointerType === "mouse" || finger || !layout || !wall.classList.contains("takes-finger")) return;
    finger = { id: event.pointerId, y: event.clientY, time: event.timeStamp, speed: 0, way: 0, stopped: scroll.moving };
    scroll.hold();
  });
  wall.addEventListener("pointermove", (event) => {
    if (event.pointerId !== finger?.id) return;
    const by = (finger.y - event.clientY) / (layout.cell + layout.caption);
    const time = Math.max(1, event.timeStamp - finger.time);
    const way = finger.way + Math.abs(finger.y - event.clientY);
    finger = { ...finger, y: event.clientY, time: event.timeStamp, speed: 0.6 * (by / time) + 0.4 * finger.speed, way };
    if (way > TAP) {
      if (!wall.hasPointerCapture(event.pointerId)) wall.setPointerCapture(event.pointerId);
      scroll.drag(by);
    }
  });
  let quiet = false; // the click that follows is none
  for (const end of ["pointerup", "pointercancel"]) {
    wall.addEventListener(end, (event) => {
      if (event.pointerId !== finger?.id) return;
      quiet = finger.stopped || finger.way > TAP;
      const paused = event.timeStamp - finger.time > 80; // it lay still before it let go
      scroll.release(paused ? 0 : finger.speed);
      finger = null;
    });
  }

  function moveTo(i) {
    cursor.place = i;
    drawCursor();
  }

  function drawCursor() {
    cursor.draw(coming(), layout);
    if (cursor.seen && scroll.top === row) tip.show(values, cursor.place, layout, width);
  }

  const alt = () => (values ? describeWall(values) : "");

  // Pointer

  const overDigits = ({ clientX }) => {
    const x = clientX - wall.getBoundingClientRect().left - layout.left;
    return x >= 0 && x < layout.columns * layout.cell;
  };

  function under(event) {
    if (!layout || scroll.top !== row) return null;
    const box = canvas.getBoundingClientRect();
    const i = placeAt(layout, event.clientX - box.left, event.clientY - box.top);
    return i !== null && i < places(values) ? i : null;
  }
  wall.addEventListener("pointermove", (event) => {
    const i = under(event);
    if (i === null) tip.hide();
    else tip.show(values, i, layout, width);
  });
  wall.addEventListener("pointerleave", () => tip.hide());
  wall.addEventListener("click", (event) => {
    const i = quiet ? null : under(event);
    quiet = false;
    if (i !== null) view.show(i);
  });

  // Keys. The wall has no end: a step past it scrolls a row, or turns the page where the server draws.

  wall.addEventListener("focus", () => {
    cursor.seen = wall.matches(":focus-visible");
    if (layout) drawCursor();
  });
  wall.addEventListener("blur", () => {
    cursor.seen = false;
    tip.hide();
  });
  wall.addEventListener("keydown", (event) => {
    if (!layout) return;
    cursor.seen = true;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: layout.columns, ArrowUp: -layout.columns };
    if (event.key in steps) step(steps[event.key]);
    else if (event.key === "Home") moveTo(0);
    else if (event.key === "End") moveTo(places(values) - 1);
    else if (event.key === "Enter" || event.key === " ") open();
    else if (!key(event)) return;
    event.preventDefault();
  });

  function step(by) {
    const count = places(values);
    const target = cursor.place + by;
    const past = target < 0 || target >= count;
    if (past && pixels.here) {
      glide(Math.sign(by));
      return moveTo(Math.max(0, Math.min(count - 1, target - Math.sign(by) * layout.columns)));
    }
    if (past) turn(by > 0 ? 1 : -1);
    moveTo(((target % count) + count) % count);
  }

  function glide(by) {
    scroll.glide(by);
  }

  // The values of the wall where it will rest.
  const coming = () => (scroll.moving ? { ...values, seed: seedAt(scroll.target) } : values);

  function open() {
    if (scroll.top === row) return view.show(cursor.place);
    const there = coming();
    const number = numberAt(there, cursor.place);
    store.change("digits", { seed: there.seed, open: there.ten ? [number, classAt(there, cursor.place)] : [number] });
  }

  // A page further: all rows that are full, so that none is left out.
  function leaf(pages) {
    if (!pixels.here || !layout) return turn(pages);
    glide(pages * Math.max(1, Math.floor(places(values) / layout.columns)));
  }

  function turn(pages) {
    const { seed, count } = store.values("digits");
    store.change("digits", { seed: wrap(seed + pages * count), open: null });
  }

  function key(event) {
    if (event.key === "ArrowRight") turn(1);
    else if (event.key === "ArrowLeft") turn(-1);
    else if (event.key === "PageDown") leaf(1);
    else if (event.key === "PageUp") leaf(-1);
    else return false;
    event.preventDefault();
    return true;
  }

  const random = () => store.change("digits", { seed: randomSeed(), open: null });

  // The wall's first digits as the key frames of a walk.
  function firstDigits() {
    const wished = store.values("digits");
    const all = Array.from({ length: Math.min(places(wished), PLAYED) }, (_, i) => ({
      seed: numberAt(wished, i),
      digit: wished.ten || wished.digit !== null ? classAt(wished, i) : null,
    }));
    return all.length > 1 ? all : [...all, { seed: wrap(wished.seed + 1), digit: wished.digit }];
  }

  if (mayMove()) {
    const still = () => (layout && scroll.top === row ? { values, layout } : null);
    liveOn({ wall, shown: still, pixels, store });
  }

  // To ask the wall for its width makes the browser lay out the whole page: it is asked when it may be another.
  function resize() {
    width = wall.clientWidth;
    draw();
  }
  new ResizeObserver(resize).observe(wall);
  return { update, resize, key, alt, random };
}
