// The wall of numbered digits.

import { arrange, corner, placeAt } from "./arrange.js";
import { drawCell, fit } from "./canvas.js";
import { Cursor } from "./cursor.js";
import { digitView } from "./digit.js";
import { el } from "./dom.js";
import { Latest } from "./latest.js";
import { describeWall, numberAt, placeOf, places } from "./numbers.js";
import { randomSeed, wrap } from "./seeds.js";
import { Tip } from "./tip.js";
import { say } from "./words.js";

const BUSY = 250; // milliseconds until a wait is shown

export function mountGenerate(root, { store, pixels, failures, openTab }) {
  const canvas = el("canvas", { "aria-hidden": "true" });
  const wall = el("div", { class: "wall", id: "wall", role: "listbox", tabindex: 0, "aria-describedby": "wall-help" });
  const cursor = new Cursor(wall);
  const tip = new Tip();
  wall.append(canvas, cursor.node, tip.node);
  root.replaceChildren(wall, el("p", { class: "hint", id: "wall-help", text: say("wall_help") }));

  let values = null; // of what is painted
  let picture = null;
  let layout = null; // null until something is
  const onclose = () => wall.focus({ preventScroll: true });
  const view = digitView({ store, openTab, wall: () => ({ values, picture }), onmove: moveTo, onclose });

  // Painting

  const latest = new Latest(paint, (error) => failures.tell("digits", error));
  let busyTimer = 0;

  function update(wish, since) {
    clearTimeout(busyTimer);
    busyTimer = setTimeout(() => wall.setAttribute("aria-busy", "true"), BUSY);
    latest.want({ wish, since });
  }

  async function paint({ wish, since }) {
    const drawing = pixels.drawDigits(wish, arrange(wish, wall.clientWidth).columns);
    const drawn = await drawing.finally(() => {
      clearTimeout(busyTimer);
      wall.removeAttribute("aria-busy");
    });
    picture?.bitmap.close();
    picture = drawn;
    values = wish;
    cursor.place = Math.min(cursor.place, places(values) - 1);
    draw();
    const open = values.open ? placeOf(values, values.open) : null;
    if (values.open && open === null) store.note("digits", { open: null }); // it is not on the wall any more
    const began = drawn.took === undefined ? since : performance.now() - drawn.took;
    store.painted("digits", open === null ? { ...values, open: null } : values, { since: began, server: drawn.server });
    if (open !== null) view.show(open);
  }

  function draw() {
    if (!picture || !wall.clientWidth) return;
    layout = arrange(values, wall.clientWidth);
    const { columns, rows, cell, caption, left } = layout;
    const context = fit(canvas, wall.clientWidth, rows * (cell + caption));
    if (!caption && columns === picture.columns) {
      context.drawImage(picture.bitmap, left, 0, columns * cell, rows * cell); // laid out as the wall is: one stroke
    } else drawEach(context);
    wall.setAttribute("aria-label", alt());
    wall.dataset.painted = `${values.seed}/${values.count}`;
    drawCursor();
  }

  function drawEach(context) {
    const { cell, caption } = layout;
    const inset = caption ? Math.round(cell * 0.04) : 0;
    context.font = "11px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
    context.textAlign = "center";
    context.fillStyle = "#6b655c";
    for (let i = 0; i < places(values); i++) {
      const [x, y] = corner(layout, i);
      drawCell(context, picture, i, x + inset, y + inset, cell - 2 * inset, cell - 2 * inset);
      if (caption) context.fillText(numberAt(values, i), x + cell / 2, y + cell + 9);
    }
  }

  function moveTo(i) {
    cursor.place = i;
    drawCursor();
  }

  function drawCursor() {
    cursor.draw(values, layout);
    if (cursor.seen) tip.show(values, cursor.place, layout, wall.clientWidth);
  }

  const alt = () => (values ? describeWall(values) : "");

  // Pointer

  function under(event) {
    if (!layout) return null;
    const box = canvas.getBoundingClientRect();
    const i = placeAt(layout, event.clientX - box.left, event.clientY - box.top);
    return i !== null && i < places(values) ? i : null;
  }
  wall.addEventListener("pointermove", (event) => {
    const i = under(event);
    if (i === null) tip.hide();
    else tip.show(values, i, layout, wall.clientWidth);
  });
  wall.addEventListener("pointerleave", () => tip.hide());
  wall.addEventListener("click", (event) => {
    const i = under(event);
    if (i !== null) view.show(i);
  });

  // Keys. The wall has no end: a step past it turns the page.

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
    else if (event.key === "Enter" || event.key === " ") view.show(cursor.place);
    else if (!key(event)) return;
    event.preventDefault();
  });

  function step(by) {
    const count = places(values);
    const target = cursor.place + by;
    if (target < 0 || target >= count) turn(by > 0 ? 1 : -1);
    moveTo(((target % count) + count) % count);
  }

  function turn(pages) {
    const { seed, count } = store.values("digits");
    store.change("digits", { seed: wrap(seed + pages * count), open: null });
  }

  function key(event) {
    if (event.key === "ArrowRight" || event.key === "PageDown") turn(1);
    else if (event.key === "ArrowLeft" || event.key === "PageUp") turn(-1);
    else if (event.key === "r") random();
    else return false;
    event.preventDefault();
    return true;
  }

  const random = () => store.change("digits", { seed: randomSeed(), open: null });

  new ResizeObserver(draw).observe(wall);
  return { update, resize: draw, key, alt, random, next: () => turn(1), previous: () => turn(-1) };
}
