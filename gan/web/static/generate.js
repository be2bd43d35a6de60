// The wall of numbered digits, and one digit large.

import { permalink, pictureUrl } from "./link.js";
import { change, clearNotice, copy, failed, note, painted, writeAddress } from "./main.js";
import { Latest, drawCell, fetchBitmap, fit } from "./picture.js";
import { el, say } from "./words.js";

const SEEDS = 2 ** 32;
const SIZE = 28;
const CAPTION = 16; // pixels under a digit for its number, where there is room
const page = window.digitsPage;

// The first picture is asked for while Gradio still builds the page around it; any number of columns will do.
const wallUrl = (wish, columns) => pictureUrl("digits.png", "digits", { ...wish, columns, scale: 1, open: null });
const begin = page.state.digits;
const early = page.kind === "digits"
  ? { values: JSON.stringify(begin), columns: begin.ten ? 10 : Math.ceil(Math.sqrt(begin.count)) } : null;
if (early) {
  early.since = performance.now();
  early.picture = fetchBitmap(wallUrl(begin, early.columns));
  early.picture.then(() => { early.took = performance.now() - early.since; }, () => {}); // a failure is told by the wall
}

export function mountGenerate(root) {
  const canvas = el("canvas", { "aria-hidden": "true" });
  const option = el("div", { role: "option", id: "wall-active", "aria-selected": "true", hidden: true });
  const tip = el("div", { class: "tip", hidden: true });
  const wall = el("div", { class: "wall", id: "wall", role: "listbox", tabindex: 0, "aria-describedby": "wall-help" },
    canvas, option, tip);
  root.replaceChildren(wall, el("p", { class: "hint", id: "wall-help", text: say("wall_help") }));

  let values = null; // of what is painted
  let bitmap = null;
  let source = 1; // digits in a row of the bitmap
  let layout = null;
  let active = 0;
  let focused = false;
  let viewer = null;

  const cells = () => (values.ten ? values.count * 10 : values.count);
  const numberAt = (i) => (values.seed + (values.ten ? Math.floor(i / 10) : i)) % SEEDS;
  const classAt = (i) => {
    if (values.ten) return i % 10;
    if (!page.conditional) return null;
    return values.digit ?? numberAt(i) % 10;
  };
  const describe = (i) => {
    const drawn = classAt(i);
    return say(drawn === null ? "digit_number" : "digit_number_class", { number: numberAt(i), digit: drawn });
  };

  // A digit alone: the same number, its class only if a link has to say it.
  const alone = (i) => ({
    seed: numberAt(i), count: 1, digit: values.ten || values.digit !== null ? classAt(i) : null,
    temperature: values.temperature, ten: false,
  });

  const latest = new Latest(
    async ({ values: wish, since }) => {
      const first = early?.picture && JSON.stringify(wish) === early.values ? early.picture : null;
      const columns = first ? early.columns : arrange(wish).columns;
      if (early) early.picture = null;
      const got = await (first ?? fetchBitmap(wallUrl(wish, columns)));
      bitmap?.close();
      bitmap = got.bitmap;
      source = columns;
      values = { ...wish };
      active = Math.min(active, cells() - 1);
      wall.classList.remove("refused");
      draw();
      // A digit that is open stays open only while it is on the wall.
      const open = values.open && (values.open[0] - values.seed + SEEDS) % SEEDS < values.count ? values.open : null;
      if (!open && values.open) {
        page.values("digits").open = null;
        values.open = null;
      }
      painted("digits", values, first ? performance.now() - early.took : since, got.server);
      if (open) openAt(indexOf(open));
    },
    (error) => {
      wall.removeAttribute("aria-busy");
      clearTimeout(busyTimer);
      if (error) failed("digits", error);
    },
  );

  let busyTimer = 0;
  function update(wish, since) {
    clearTimeout(busyTimer);
    busyTimer = setTimeout(() => wall.setAttribute("aria-busy", "true"), 250);
    latest.want({ values: { ...wish }, since });
  }

  function indexOf([number, digit]) {
    const offset = (number - values.seed + SEEDS) % SEEDS;
    return values.ten ? offset * 10 + (digit ?? 0) : offset;
  }

  // Where each digit stands: the largest cells that fit the width and a good part of the window's height; of equal ones
  // those that leave the fewest empty places, in the widest rows.
  function arrange({ ten, count }) {
    const n = ten ? count * 10 : count;
    const width = wall.clientWidth;
    const height = width < 560 ? Math.max(300, window.innerHeight * 0.5) : Math.max(320, Math.min(window.innerHeight - 140, 900));
    let columns = 10;
    if (!ten) {
      let best = { cell: 0, empty: 0 };
      for (let c = 1; c <= n; c++) {
        const rows = Math.ceil(n / c);
        const now = { cell: Math.min(width / c, 132, height / rows), empty: rows * c - n };
        if (now.cell > best.cell || (now.cell === best.cell && now.empty <= best.empty)) [best, columns] = [now, c];
      }
    }
    const cell = Math.floor(Math.min(width / columns, 132));
    const caption = cell >= 58 && !ten ? CAPTION : 0;
    return { columns, cell, caption, left: Math.floor((width - cell * columns) / 2), rows: Math.ceil(n / columns) };
  }

  function draw() {
    if (!bitmap || !wall.clientWidth) return;
    layout = arrange(values);
    const { columns, cell, caption, left, rows } = layout;
    const context = fit(canvas, wall.clientWidth, rows * (cell + caption));
    const inset = caption ? Math.round(cell * 0.04) : 0;
    context.font = "11px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
    context.textAlign = "center";
    context.fillStyle = "#6b655c";
    const whole = !caption && columns === source; // the picture is laid out as the wall is: one stroke
    if (whole) context.drawImage(bitmap, left, 0, columns * cell, rows * cell);
    for (let i = 0; i < (whole ? 0 : cells()); i++) {
      const x = left + (i % columns) * cell;
      const y = Math.floor(i / columns) * (cell + caption);
      drawCell(context, bitmap, i, source, SIZE, SIZE, x + inset, y + inset, cell - 2 * inset, cell - 2 * inset);
      if (caption) context.fillText(numberAt(i), x + cell / 2, y + cell + 9);
    }
    wall.setAttribute("aria-label", alt());
    wall.dataset.painted = `${values.seed}/${values.count}`;
    place();
  }

  function place() {
    option.hidden = !focused || !layout;
    if (!layout || !values) return;
    const { columns, cell, caption, left } = layout;
    Object.assign(option.style, {
      left: `${left + (active % columns) * cell}px`, top: `${Math.floor(active / columns) * (cell + caption)}px`,
      width: `${cell}px`, height: `${cell + caption}px`,
    });
    option.setAttribute("aria-posinset", active + 1);
    option.setAttribute("aria-setsize", cells());
    option.setAttribute("aria-label", describe(active));
    if (focused) wall.setAttribute("aria-activedescendant", option.id);
    if (focused) tell(active);
  }

  function tell(i) {
    const { columns, cell, caption, left } = layout;
    tip.hidden = false;
    tip.textContent = describe(i);
    const x = left + (i % columns) * cell + cell / 2;
    const row = Math.floor(i / columns);
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.max(half, Math.min(wall.clientWidth - half, x))}px`;
    tip.style.top = `${row * (cell + caption)}px`;
    tip.classList.toggle("below", row === 0);
    if (row === 0) tip.style.top = `${cell + caption}px`;
    tip.dataset.index = i;
    page.reading(alone(i), (text) => { if (tip.dataset.index === String(i)) tip.textContent = `${describe(i)} · ${text}`; });
  }

  function at(event) {
    if (!layout) return null;
    const box = canvas.getBoundingClientRect();
    const { columns, cell, caption, left } = layout;
    const column = Math.floor((event.clientX - box.left - left) / cell);
    const row = Math.floor((event.clientY - box.top) / (cell + caption));
    const i = row * columns + column;
    return column >= 0 && column < columns && row >= 0 && i < cells() ? i : null;
  }

  wall.addEventListener("pointermove", (event) => {
    const i = at(event);
    if (i === null) tip.hidden = true;
    else tell(i);
  });
  wall.addEventListener("pointerleave", () => { tip.hidden = true; });
  wall.addEventListener("click", (event) => {
    const i = at(event);
    if (i !== null) { active = i; openAt(i); }
  });
  wall.addEventListener("focus", () => { focused = wall.matches(":focus-visible"); place(); });
  wall.addEventListener("blur", () => { focused = false; tip.hidden = true; option.hidden = true; wall.removeAttribute("aria-activedescendant"); });

  // The wall has no end: a step past it turns the page.
  function step(by) {
    const target = active + by;
    if (target >= 0 && target < cells()) active = target;
    else {
      turn(by > 0 ? 1 : -1);
      active = ((target % cells()) + cells()) % cells();
    }
    place();
  }
  function turn(pages) {
    const { seed, count } = page.values("digits");
    change("digits", { seed: (((seed + pages * count) % SEEDS) + SEEDS) % SEEDS, open: null });
  }
  wall.addEventListener("keydown", (event) => {
    if (!layout) return;
    focused = true;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: layout.columns, ArrowUp: -layout.columns };
    if (event.key in steps) step(steps[event.key]);
    else if (event.key === "Home") { active = 0; place(); }
    else if (event.key === "End") { active = cells() - 1; place(); }
    else if (event.key === "Enter" || event.key === " ") openAt(active);
    else if (!key(event)) return;
    event.preventDefault();
  });

  function key(event) {
    if (event.key === "ArrowRight" || event.key === "PageDown") turn(1);
    else if (event.key === "ArrowLeft" || event.key === "PageUp") turn(-1);
    else if (event.key === "r") random();
    else return false;
    event.preventDefault();
    return true;
  }

  function random() {
    change("digits", { seed: crypto.getRandomValues(new Uint32Array(1))[0], open: null });
  }

  function alt() {
    if (!values) return "";
    const last = (values.seed + values.count - 1) % SEEDS;
    if (values.ten) return say("alt_ten", { count: values.count, first: values.seed, last });
    const key = values.digit === null ? "alt_digits" : "alt_class";
    return say(key, { count: values.count, first: values.seed, last, digit: values.digit });
  }

  // One digit large

  function openAt(i) {
    if (viewer?.open) return fill(i);
    viewer = el("dialog", { class: "sheet viewer", "aria-labelledby": "viewer-title" });
    viewer.addEventListener("close", () => {
      viewer.remove();
      viewer = null;
      note("digits", { open: null });
      values.open = null;
      wall.focus({ preventScroll: true });
    });
    viewer.addEventListener("click", (event) => { if (event.target === viewer) viewer.close(); });
    viewer.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      if (active + by >= 0 && active + by < cells()) { active += by; fill(active); place(); }
    });
    document.body.append(viewer);
    fill(i);
    viewer.showModal();
    return undefined;
  }

  function fill(i) {
    active = i;
    const digit = classAt(i);
    const number = numberAt(i);
    const one = alone(i);
    const asked = one.digit;
    const link = permalink("digits", { ...one, open: [number] });
    const open = values.ten ? [number, digit] : [number];
    note("digits", { open });
    values.open = open;
    const large = el("canvas", { class: "large", role: "img", "aria-label": describe(i) });
    const small = el("canvas", { "aria-hidden": "true", class: "small" });
    const read = el("p", { class: "read" });
    const morph = (end) => () => {
      viewer.close();
      const { seeds, digits } = page.values("walk");
      const at = end ? seeds.length - 1 : 0;
      const classes = seeds.map((_, k) => digits[k] ?? null);
      change("walk", {
        seeds: seeds.map((s, k) => (k === at ? number : s)),
        digits: page.conditional ? classes.map((c, k) => (k === at ? asked : c)) : [],
      });
      page.open("morph");
    };
    viewer.replaceChildren(
      el("h2", { id: "viewer-title", text: describe(i) }),
      el("div", { class: "viewer-pictures" }, large, small),
      read,
      el("p", { class: "permalink" }, el("a", { href: link, text: link.replace(/^https?:\/\//, "") })),
      el("div", { class: "actions" },
        el("button", { autofocus: true, onclick: (e) => copy(link, e.currentTarget), text: say("copy_link") }),
        el("a", { class: "button", download: `digit-${number}.png`, href: pictureUrl("digits.png", "digits", { ...one, scale: 20 }), text: say("download_png") }),
        el("button", { class: "quiet", onclick: morph(false), text: say("use_as_start") }),
        el("button", { class: "quiet", onclick: morph(true), text: say("use_as_end") })),
      el("button", { class: "quiet close", "aria-label": say("close"), onclick: () => viewer.close(), text: "×" }));
    for (const [node, side] of [[large, 280], [small, 56]]) {
      const context = fit(node, side, side);
      context.imageSmoothingEnabled = node === small; // the large one shows the 784 pixels as they are
      drawCell(context, bitmap, i, source, SIZE, SIZE, 0, 0, side, side);
    }
    page.reading(one, (text) => { read.textContent = text; });
  }

  new ResizeObserver(() => draw()).observe(wall);
  return { update, resize: draw, key, alt, random, next: () => turn(1), previous: () => turn(-1) };
}

/** The wall as a file, enlarged as asked for. */
export function mountDownload(root) {
  const scale = el("input", { type: "number", id: "scale", min: 1, max: 40, value: 4, inputmode: "numeric" });
  const link = el("a", { class: "button", id: "download", text: say("download_png") });
  const refresh = () => {
    const values = page.values("digits");
    const cells = values.ten ? values.count * 10 : values.count;
    const most = Math.max(1, Math.min(40, Math.floor(Math.sqrt(2 ** 24 / (28 * 28 * cells)))));
    const wanted = Math.max(1, Math.min(most, Math.round(Number(scale.value)) || 1));
    scale.max = most;
    link.href = pictureUrl("digits.png", "digits", { ...values, open: null, scale: wanted });
    link.download = `digits-${values.seed}-${values.count}.png`;
  };
  scale.addEventListener("input", refresh);
  scale.addEventListener("blur", () => { scale.value = Math.max(1, Math.min(Number(scale.max), Math.round(Number(scale.value)) || 1)); refresh(); });
  document.addEventListener("digits:address", refresh);
  refresh();
  root.replaceChildren(el("div", { class: "download" }, el("label", { for: "scale", text: say("download_scale") }), scale, link));
}
