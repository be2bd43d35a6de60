// Walks between digits, and planes. Their pictures are drawn once; playing and dragging only move over them.

import { drawCell, fit } from "./canvas.js";
import { el } from "./dom.js";
import { walkFiles } from "./files.js";
import { keyFrames } from "./keyframes.js";
import { Latest } from "./latest.js";
import { CELLS, cellAt, columnAndRow, MIDDLE, planeMap } from "./plane.js";
import { player } from "./player.js";
import { stills } from "./stills.js";
import { describeWalk, picturesOf, withOtherSeeds } from "./walk.js";
import { say } from "./words.js";

const LARGEST = 420; // CSS pixels of the frame's longer side

export function mountMorph(root, { store, pixels, failures }) {
  let film = null; // { values, picture }: the frames of a walk or the cells of a plane, and what they were drawn for
  let position = 0; // the frame or cell that is shown

  const keys = keyFrames({ store, pixels, failures });
  const large = el("canvas", { class: "frame", role: "img" });
  const begin = () => {
    play.pause();
    return film !== null;
  };
  const frame = () => position;
  const map = planeMap({ cell: frame, begin, go });
  const row = stills({ begin, go });
  const play = player({ walk: () => (film && !film.values.plane ? film.values : null), frame, go });
  const downloads = el("div", { class: "actions downloads" });
  const theatre = el("div", { class: "theatre" }, large, map.node);
  const help = el("p", { class: "hint", text: say("morph_help") });
  root.replaceChildren(keys.node, theatre, play.node, row.node, downloads, help);

  const last = () => (film.values.plane ? CELLS : film.values.frames) - 1;

  // Drawing

  const latest = new Latest(paint, (error) => failures.tell("walk", error));

  function update(wish, since) {
    keys.show(wish);
    if (film && !latest.busy && picturesOf(wish) === picturesOf(film.values)) {
      film.values = wish;
      showDownloads();
      store.painted("walk", wish);
    } else latest.want({ wish, since });
  }

  async function paint({ wish, since }) {
    const picture = await (wish.plane ? pixels.drawPlane(wish) : pixels.drawWalk(wish));
    film?.picture.bitmap.close();
    const turned = film?.values.plane !== wish.plane; // it was a walk and is a plane, the reverse, or the first
    film = { values: wish, picture };
    position = Math.min(turned ? placeOf(wish) : position, last());
    draw();
    store.painted("walk", wish, { since, server: picture.server });
  }

  function draw() {
    if (!film || !theatre.clientWidth) return;
    const { plane } = film.values;
    map.node.hidden = !plane;
    play.node.hidden = row.node.hidden = plane;
    theatre.classList.toggle("with-plane", plane);
    if (plane) map.draw(film.picture.bitmap);
    else row.draw(film);
    drawFrame();
    showDownloads();
  }

  function drawFrame() {
    if (!film) return;
    const { values, picture } = film;
    const beside = values.plane && theatre.clientWidth > 640; // the map stands beside it
    const room = Math.min(theatre.clientWidth * (beside ? 0.42 : 1), LARGEST);
    const zoom = room / Math.max(picture.width, picture.height);
    const [w, h] = [picture.width * zoom, picture.height * zoom];
    drawCell(fit(large, Math.round(w), Math.round(h)), picture, position, 0, 0, w, h);
    large.dataset.position = position;
    large.setAttribute("aria-label", alt());
    if (values.plane) map.mark();
    else {
      play.show(position, values.frames);
      row.mark(position);
    }
  }

  const alt = () => (film ? describeWalk(film.values, position) : "");

  // Moving over the film: every event is painted in the next frame, no pixel is asked for

  let scheduled = false;
  function go(to, { write = true } = {}) {
    if (!film) return;
    position = Math.max(0, Math.min(last(), to));
    if (!scheduled) {
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        drawFrame();
      });
    }
    if (write) store.note("walk", { at: film.values.plane ? columnAndRow(position) : [position] });
  }

  function key(event) {
    if (!film) return;
    const steps = { ArrowRight: position + 1, ArrowLeft: position - 1, Home: 0, End: last() };
    if (event.key === " ") play.toggle();
    else if (event.key in steps) {
      play.pause();
      go(steps[event.key]);
    } else return;
    event.preventDefault();
  }

  const random = () => store.change("walk", withOtherSeeds(store.values("walk")));
  const showDownloads = () => downloads.replaceChildren(...walkFiles(film.values));

  new ResizeObserver(draw).observe(root);
  return { update, resize: draw, key, alt, random };
}

// Where a link's walk or plane begins.
function placeOf({ plane, at }) {
  if (!plane) return at?.[0] ?? 0;
  return at ? cellAt(at[0], at[1] ?? 0) : MIDDLE;
}
