// Walks between digits. The server draws a walk once, as one strip; playing and dragging only move over it, and never
// wait for the network.

import { pictureUrl } from "./link.js";
import { change, failed, note, painted } from "./main.js";
import { Latest, drawCell, fetchBitmap, fit } from "./picture.js";
import { el, say } from "./words.js";

const SIZE = 28;
const STRIP = 8192; // as gan/rendering.py wraps its strips
const PLANE = 24; // digits along each side of the plane that is dragged through
const page = window.digitsPage;

export function mountMorph(root) {
  const keysBox = el("div", { class: "keys", role: "group", "aria-label": say("key_frames") });
  const large = el("canvas", { class: "frame", role: "img" });
  const frames = el("canvas", { "aria-hidden": "true" });
  const marker = el("div", { class: "marker" });
  const stills = el("div", { class: "stills" }, frames, marker);
  const map = el("canvas", { "aria-hidden": "true" });
  const cross = el("div", { class: "cross" });
  const pad = el("div", { class: "pad", role: "slider", tabindex: 0, "aria-label": say("plane_pad"), "aria-valuemin": 0, "aria-valuemax": PLANE * PLANE - 1 }, map, cross);
  const scrub = el("input", { type: "range", id: "scrub", min: 0, max: 59, step: 1, value: 0, "aria-label": say("frame") });
  const play = el("button", { id: "play", "aria-pressed": "false", text: say("play") });
  const counter = el("span", { class: "counter" });
  const downloads = el("div", { class: "actions downloads" });
  const theatre = el("div", { class: "theatre" }, large, pad);
  const transport = el("div", { class: "transport" }, play, scrub, counter);
  root.replaceChildren(keysBox, theatre, transport, stills, downloads, el("p", { class: "hint", text: say("morph_help") }));

  let values = null; // of the strip that is here
  let bitmap = null;
  let position = 0; // of the frame, or of the plane's cell row by row
  let playing = false;

  const grid = () => {
    const columns = Math.ceil(Math.sqrt(values.count));
    const rows = Math.ceil(values.count / columns);
    return { width: columns * SIZE, height: rows * SIZE };
  };
  const frameColumns = () => Math.min(values.frames, Math.max(1, Math.floor(STRIP / grid().width)));

  let drawn = ""; // the address of the strip that is here
  const stripUrl = (wish) => (wish.plane
    ? pictureUrl("plane.png", "plane", { ...wish, size: PLANE, scale: 1 })
    : pictureUrl("walk.png", "walk", { ...wish, swing: false, fps: 20, scale: 1 }));

  const latest = new Latest(
    async ({ values: wish, since }) => {
      const got = await fetchBitmap(stripUrl(wish));
      drawn = stripUrl(wish);
      bitmap?.close();
      bitmap = got.bitmap;
      const before = values;
      values = structuredClone(wish);
      if (before === null || before.plane !== values.plane) restore();
      position = Math.min(position, last());
      draw();
      painted("walk", values, since, got.server);
    },
    (error) => { if (error) failed("walk", error); },
  );

  const last = () => (values.plane ? PLANE * PLANE : values.frames) - 1;
  function restore() {
    const at = values.at;
    if (!at) position = values.plane ? (PLANE / 2) * PLANE + PLANE / 2 : 0;
    else position = values.plane ? Math.min(at[0], PLANE - 1) + Math.min(at[1] ?? 0, PLANE - 1) * PLANE : at[0];
  }

  function update(wish, since) {
    drawKeys(wish);
    // What only changes how the walk is played needs no new strip.
    if (stripUrl(wish) === drawn && !latest.busy) {
      values = structuredClone(wish);
      drawDownloads();
      painted("walk", values, null, null);
      return;
    }
    latest.want({ values: structuredClone(wish), since });
  }

  // Pictures

  function draw() {
    if (!bitmap || !theatre.clientWidth) return;
    pad.hidden = !values.plane;
    transport.hidden = stills.hidden = values.plane;
    theatre.classList.toggle("with-plane", values.plane);
    scrub.max = last();
    if (values.plane) {
      const side = Math.min(pad.clientWidth || 380, 420);
      const context = fit(map, side, side);
      context.drawImage(bitmap, 0, 0, side, side);
    } else drawStills();
    drawFrame();
    drawDownloads();
  }

  function drawFrame() {
    if (!bitmap) return;
    const { width, height } = values.plane ? { width: SIZE, height: SIZE } : grid();
    const room = Math.min(theatre.clientWidth * (values.plane && theatre.clientWidth > 640 ? 0.42 : 1), 420);
    const zoom = room / Math.max(width, height);
    const context = fit(large, Math.round(width * zoom), Math.round(height * zoom));
    const columns = values.plane ? PLANE : frameColumns();
    drawCell(context, bitmap, position, columns, width, height, 0, 0, width * zoom, height * zoom);
    large.dataset.position = position;
    large.setAttribute("aria-label", alt());
    if (values.plane) {
      const [x, y] = [position % PLANE, Math.floor(position / PLANE)];
      cross.style.left = `${((x + 0.5) / PLANE) * 100}%`;
      cross.style.top = `${((y + 0.5) / PLANE) * 100}%`;
      pad.setAttribute("aria-valuenow", position);
      pad.setAttribute("aria-valuetext", say("plane_at", { x: x + 1, y: y + 1, size: PLANE }));
    } else {
      scrub.value = position;
      counter.textContent = `${position + 1} / ${values.frames}`;
      scrub.setAttribute("aria-valuetext", counter.textContent);
      mark();
    }
  }

  const stillCount = () => Math.max(4, Math.min(values.frames, Math.floor(root.clientWidth / 58)));
  function drawStills() {
    const n = stillCount();
    const { width, height } = grid();
    const w = root.clientWidth / n;
    const h = Math.min(w * (height / width), 90);
    const context = fit(frames, root.clientWidth, h);
    for (let i = 0; i < n; i++) {
      const frame = Math.round((i / (n - 1)) * (values.frames - 1));
      drawCell(context, bitmap, frame, frameColumns(), width, height, i * w + (w - (h * width) / height) / 2, 0, (h * width) / height, h);
    }
    marker.style.width = `${w - 8}px`;
  }
  function mark() {
    const w = root.clientWidth / stillCount();
    marker.style.transform = `translateX(${4 + (position / Math.max(1, values.frames - 1)) * (root.clientWidth - w)}px)`;
  }

  function alt() {
    if (!values) return "";
    const names = values.seeds.map((s, k) => (values.digits[k] === null || values.digits[k] === undefined ? `${s}` : `${s} (${values.digits[k]})`)).join(" → ");
    return say(values.plane ? "alt_plane" : "alt_walk", { keys: names, frame: position + 1, frames: values.frames });
  }

  // Moving over the strip: every event is painted in the next frame, no request is made

  let scheduled = false;
  function go(to, { write = true } = {}) {
    position = Math.max(0, Math.min(last(), to));
    if (!scheduled) {
      scheduled = true;
      requestAnimationFrame(() => { scheduled = false; drawFrame(); });
    }
    if (write) note("walk", { at: values.plane ? [position % PLANE, Math.floor(position / PLANE)] : [position] });
  }

  scrub.addEventListener("input", () => { pause(); go(Number(scrub.value)); });
  const dragStills = (event) => {
    const box = stills.getBoundingClientRect();
    const w = box.width / stillCount();
    go(Math.round(((event.clientX - box.left - w / 2) / (box.width - w)) * (values.frames - 1)));
  };
  const dragPad = (event) => {
    const box = map.getBoundingClientRect();
    const cell = (offset, length) => Math.max(0, Math.min(PLANE - 1, Math.floor((offset / length) * PLANE)));
    go(cell(event.clientX - box.left, box.width) + cell(event.clientY - box.top, box.height) * PLANE);
  };
  for (const [node, drag] of [[stills, dragStills], [pad, dragPad]]) {
    node.addEventListener("pointerdown", (event) => {
      if (!bitmap) return;
      pause();
      node.setPointerCapture(event.pointerId);
      drag(event);
    });
    node.addEventListener("pointermove", (event) => { if (node.hasPointerCapture(event.pointerId)) drag(event); });
  }
  pad.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: PLANE, ArrowUp: -PLANE }[event.key];
    if (!by) return;
    event.preventDefault();
    const column = position % PLANE;
    if ((by === 1 && column === PLANE - 1) || (by === -1 && column === 0)) return;
    if (position + by >= 0 && position + by <= last()) go(position + by);
  });

  // Playing

  let clock = 0; // frames since the start, with a fraction
  let before = 0;
  function tick(now) {
    if (!playing) return;
    clock += ((now - before) / 1000) * values.fps;
    before = now;
    const n = values.frames;
    if (values.swing && n > 1) {
      const t = Math.floor(clock) % (2 * n - 2);
      go(t < n ? t : 2 * n - 2 - t, { write: false });
    } else go(Math.floor(clock) % n, { write: false });
    requestAnimationFrame(tick);
  }
  function start() {
    if (!values || values.plane) return;
    playing = true;
    clock = position >= last() && !values.swing ? 0 : position;
    before = performance.now();
    play.textContent = say("pause");
    play.setAttribute("aria-pressed", "true");
    requestAnimationFrame(tick);
  }
  function pause() {
    if (!playing) return;
    playing = false;
    play.textContent = say("play");
    play.setAttribute("aria-pressed", "false");
    go(position);
  }
  play.addEventListener("click", () => (playing ? pause() : start()));

  function key(event) {
    if (!values) return;
    if (event.key === " ") { if (playing) pause(); else start(); }
    else if (event.key === "ArrowRight") { pause(); go(position + 1); }
    else if (event.key === "ArrowLeft") { pause(); go(position - 1); }
    else if (event.key === "Home") { pause(); go(0); }
    else if (event.key === "End") { pause(); go(last()); }
    else return;
    event.preventDefault();
  }

  // Key frames

  let keysDrawn = "";
  function drawKeys(wish) {
    const signature = JSON.stringify([wish.seeds, wish.digits, wish.temperature]);
    if (signature === keysDrawn) return;
    const shape = keysBox.querySelectorAll(".key").length === wish.seeds.length;
    keysDrawn = signature;
    if (!shape) {
      keysBox.replaceChildren(...wish.seeds.map((_, k) => keyCard(k)),
        el("button", { class: "quiet add", id: "add-key", onclick: add, text: `+ ${say("add_key")}` }));
    }
    keysBox.querySelector("#add-key").disabled = wish.seeds.length >= 16;
    keysBox.querySelectorAll(".key").forEach((card, k) => {
      const digit = wish.digits[k] ?? null;
      const [number, select, image, remove] = ["input", "select", "img", ".close"].map((s) => card.querySelector(s));
      if (document.activeElement !== number) number.value = wish.seeds[k];
      select.value = digit ?? "";
      image.src = pictureUrl("digits.png", "digits", { seed: wish.seeds[k], count: 1, digit, temperature: wish.temperature, ten: false, columns: null, scale: 1, open: null });
      image.alt = say(digit === null ? "digit_number" : "digit_number_class", { number: wish.seeds[k], digit });
      remove.hidden = wish.seeds.length <= 2;
    });
  }

  function keyCard(k) {
    const number = el("input", { type: "number", min: 0, max: 4294967295, step: 1, id: `key-seed-${k}`, inputmode: "numeric",
      oninput: () => setKey(k, { seed: number.value === "" ? null : Number(number.value) }),
      onblur: () => {
        if (page.values("walk").seeds[k] !== values?.seeds[k]) page.revert("walk", "seeds");
        number.value = page.values("walk").seeds[k];
      } });
    const select = el("select", { id: `key-digit-${k}`, disabled: !page.conditional, onchange: () => setKey(k, { digit: select.value === "" ? null : Number(select.value) }) },
      el("option", { value: "", text: say("any") }), ...[...Array(10).keys()].map((d) => el("option", { value: d, text: d })));
    return el("div", { class: "key" },
      el("img", { width: 56, height: 56 }),
      el("div", { class: "key-fields" },
        el("label", { for: `key-seed-${k}`, text: say("key_seed", { n: k + 1 }) }), number,
        el("label", { for: `key-digit-${k}`, text: say("digit") }), select),
      el("button", { class: "quiet close", "aria-label": say("remove_key", { n: k + 1 }), onclick: () => remove(k), text: "×" }));
  }
  const classes = ({ seeds, digits }) => seeds.map((_, k) => digits[k] ?? null);
  const compact = (digits) => (digits.some((d) => d !== null) ? digits : []);
  function setKey(k, { seed, digit }) {
    const { seeds, digits } = page.values("walk");
    const all = classes({ seeds, digits });
    if (digit !== undefined) all[k] = digit;
    const numbers = seeds.map((s, i) => (i === k && seed !== undefined ? seed : s));
    change("walk", { seeds: numbers, digits: compact(all) }, { fromControls: true });
  }
  function add() {
    const { seeds, digits } = page.values("walk");
    change("walk", { seeds: [...seeds, crypto.getRandomValues(new Uint32Array(1))[0] % 100000], digits: compact([...classes({ seeds, digits }), null]) });
    keysBox.querySelector(`#key-seed-${seeds.length}`)?.focus();
  }
  function remove(k) {
    const { seeds, digits } = page.values("walk");
    const without = (list) => list.filter((_, i) => i !== k);
    change("walk", { seeds: without(seeds), digits: compact(without(classes({ seeds, digits }))), plane: false });
    keysBox.querySelector("#add-key").focus();
  }
  function random() {
    const { seeds } = page.values("walk");
    const numbers = [...crypto.getRandomValues(new Uint32Array(seeds.length))].map((n) => n % 100000);
    change("walk", { seeds: numbers });
  }
  function plane(on) {
    const { seeds, digits } = page.values("walk");
    const all = classes({ seeds, digits });
    while (on && seeds.length < 4) { seeds.push(crypto.getRandomValues(new Uint32Array(1))[0] % 100000); all.push(null); }
    change("walk", { seeds: on ? seeds.slice(0, 4) : seeds, digits: compact(on ? all.slice(0, 4) : all), plane: on, at: null });
  }

  function drawDownloads() {
    const name = `walk-${values.seeds.join("-").slice(0, 60)}`;
    const scale = 4;
    const files = values.plane
      ? [["plane.png", "plane", "PNG"]]
      : [["walk.gif", "walk", "GIF"], ["walk.webp", "walk", "WebP"], ["walk.png", "walk", say("strip")]];
    downloads.replaceChildren(...files.map(([path, kind, label]) => el("a", {
      class: "button quiet", id: `download-${path.replace(".", "-")}`, download: `${name}.${path.split(".")[1]}`,
      href: pictureUrl(path, kind, { ...values, size: PLANE, scale: path === "walk.gif" || path === "walk.webp" ? largestScale(scale) : path === "walk.png" ? 1 : 2 }),
      text: say("download", { what: label }),
    })));
  }
  function largestScale(wanted) {
    const { width, height } = grid();
    const played = values.swing ? 2 * values.frames - 2 : values.frames;
    return Math.max(1, Math.min(wanted, Math.floor(Math.sqrt(2 ** 24 / (width * height * played)))));
  }

  new ResizeObserver(() => draw()).observe(root);
  return { update, resize: draw, key, alt, random, plane, pause };
}
