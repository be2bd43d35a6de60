// Walks between digits, and planes. Their pictures are drawn once, and dragging moves over them. Where this browser
// draws, it adds what lies between: frames while a walk plays, points under the pointer in a plane.

import { Between } from "./between.js";
import { gridBitmap } from "./bitmap.js";
import { drawCell, fit } from "./canvas.js";
import { el } from "./dom.js";
import { downloads, walkFiles, walkPixels } from "./files.js";
import { keyFrames } from "./keyframes.js";
import { Latest } from "./latest.js";
import { asWritten } from "./numbers.js";
import { page } from "./page.js";
import { CELLS, cellAt, cellOf, columnAndRow, MIDDLE, planeMap, pointOf } from "./plane.js";
import { player } from "./player.js";
import { stills } from "./stills.js";
import { describeWalk, picturesOf, withOtherSeeds } from "./walk.js";
import { hint, say } from "./words.js";

// CSS pixels of the frame's longer side, so that the player below is seen, too.
const tallest = () => Math.max(220, Math.min(window.innerHeight - 420, 720));

export function mountMorph(root, { store, pixels, failures }) {
  let film = null; // { values, picture }: the frames of a walk or the cells of a plane, and what they were drawn for
  let position = 0; // the frame or cell that is shown, or the nearest one
  let point = pointOf(MIDDLE); // of the plane
  let drawn = null; // { point, picture }: the digit of a point between the cells

  const keys = keyFrames({ store, pixels, failures });
  const large = el("canvas", { class: "frame", role: "img" });
  const cell = el("canvas");
  const begin = () => {
    play.pause();
    return film !== null;
  };
  const frame = () => position;
  const map = planeMap({ point: () => point, begin, go: goTo });
  const row = stills({ begin, go });
  const play = player({ walk: () => (film && !film.values.plane ? film.values : null), frame, go, play: playAt });
  const between = new Between(pixels);
  const files = downloads({ id: "morph-scale", files: walkFiles, pixels: walkPixels });
  const theatre = el("div", { class: "theatre" }, large, map.node);
  const help = el("p", { class: "hint" });
  const bar = el(
    "div",
    { class: "bar" },
    play.button,
    el("button", { id: "morph-random", onclick: () => random(), title: say("key", { key: "R" }), text: say("random") }),
  );
  root.replaceChildren(bar, theatre, play.node, row.node, keys.node, files.node, help);

  const last = () => (film.values.plane ? CELLS : film.values.frames) - 1;

  // Drawing

  const latest = new Latest(paint, (error) => failures.tell("walk", error));

  function update(wish, since) {
    keys.show(wish);
    const drawnBy = page.own?.weights;
    if (film && !latest.busy && drawnBy === film.drawnBy && picturesOf(wish) === picturesOf(film.values)) {
      film.values = wish;
      showDownloads();
      store.painted("walk", wish);
    } else latest.want({ wish, since });
  }

  async function paint({ wish, since }) {
    const drawnBy = page.own?.weights;
    const picture = await (wish.plane ? pixels.drawPlane(wish) : pixels.drawWalk(wish));
    film?.picture.bitmap.close();
    const turned = film?.values.plane !== wish.plane; // it was a walk and is a plane, the reverse, or the first
    film = { values: wish, picture, drawnBy };
    between.begin(wish);
    forgetPoint();
    position = Math.min(turned ? placeOf(wish) : position, last());
    place = position;
    if (wish.plane) point = pointOf(position);
    draw();
    store.painted("walk", wish, { since, server: picture.server });
    if (starting) play.start();
    starting = false;
  }

  function draw() {
    if (!film || !theatre.clientWidth) return;
    const { plane } = film.values;
    map.node.hidden = !plane;
    play.button.hidden = play.node.hidden = row.node.hidden = plane;
    help.textContent = hint(plane ? "plane_help" : "morph_help");
    root.closest(".bench")?.classList.toggle("as-plane", plane); // what only a walk has is not there
    theatre.classList.toggle("with-plane", plane);
    if (plane) map.draw(film.picture.bitmap);
    else row.draw(film);
    drawFrame();
    showDownloads();
  }

  function drawFrame() {
    if (!film) return;
    const { values, picture } = film;
    const room = values.plane ? map.roomBeside(theatre.clientWidth) : Math.min(theatre.clientWidth, tallest());
    const zoom = room / Math.max(picture.width, picture.height);
    const [w, h] = [picture.width * zoom, picture.height * zoom];
    const context = fit(large, Math.round(w), Math.round(h));
    const inside = values.plane ? drawn && { ...drawn, index: 0 } : between.find(place);
    takeCell(inside?.picture ?? picture, inside?.index ?? position);
    context.drawImage(cell, 0, 0, w, h);
    large.dataset.position = position;
    large.dataset.place = inside ? inside.place : position;
    large.setAttribute("aria-label", alt());
    if (values.plane) map.mark();
    else {
      play.show(position, values.frames);
      row.mark(position);
    }
  }

  // One cell by itself: enlarged from the whole picture, its edges would take in what lies beside it there.
  function takeCell(from, index) {
    Object.assign(cell, { width: from.width, height: from.height });
    drawCell(cell.getContext("2d"), from, index, 0, 0, from.width, from.height);
  }

  const alt = () => (film ? describeWalk(film.values) : "");

  // Moving over the film: every event is painted in the next frame, no pixel is asked for

  let place = 0; // where a walk plays, in frames with a fraction
  let stroke = 0; // over the plane: counts those that ended at a cell
  let scheduled = false;

  function schedule() {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      drawFrame();
    });
  }

  function go(to) {
    if (!film) return;
    position = Math.max(0, Math.min(last(), to));
    place = position;
    if (film.values.plane) {
      point = pointOf(position);
      forgetPoint();
    }
    schedule();
    store.note("walk", { at: film.values.plane ? columnAndRow(position) : [position] });
  }

  // In each frame of the screen: what lies between two frames of the walk is drawn ahead.
  function playAt(to) {
    position = Math.floor(to);
    place = to;
    between.want(to, film.values);
    drawFrame();
  }

  // To a point of the plane, which the link rounds to its nearest cell.
  function goTo(to) {
    if (!pixels.here) return go(cellOf(to));
    point = to;
    position = cellOf(to);
    points.want({ to, walk: film.values, stroke });
    schedule();
    store.note("walk", { at: columnAndRow(position) });
  }

  const points = new Latest(drawPoint, () => {}); // without an engine, the nearest cell is shown
  async function drawPoint({ to, walk, stroke: current }) {
    const { seeds, digits, temperature, mode } = walk;
    const asked = { corners: seeds, digits: digits.length ? digits : null, temperature: asWritten(temperature), mode };
    const bitmap = await gridBitmap(await pixels.pointPixels({ ...asked, ...to }), 1);
    if (stroke !== current) return bitmap.close(); // it went on to a cell, or to another plane
    drawn?.picture.bitmap.close();
    drawn = { place: `${to.u},${to.v}`, picture: { ...film.picture, bitmap, columns: 1 } };
    drawFrame();
  }

  function forgetPoint() {
    stroke++;
    drawn?.picture.bitmap.close();
    drawn = null;
  }

  function key(event) {
    if (!film) return;
    if (film.values.plane) return map.key(event);
    const steps = { ArrowRight: position + 1, ArrowLeft: position - 1, Home: 0, End: last() };
    if (event.key === " ") play.toggle();
    else if (event.key in steps) {
      play.pause();
      go(steps[event.key]);
    } else return;
    event.preventDefault();
  }

  let starting = false; // it plays as soon as it is painted
  function start() {
    starting = latest.busy;
    if (!starting) play.start();
  }

  const random = () => store.change("walk", withOtherSeeds(store.values("walk")));
  const showDownloads = () => files.show(film.values);

  new ResizeObserver(draw).observe(root);
  return { update, resize: draw, key, alt, random, start };
}

// Where a link's walk or plane begins.
function placeOf({ plane, at }) {
  if (!plane) return at?.[0] ?? 0;
  return at ? cellAt(at[0], at[1] ?? 0) : MIDDLE;
}
