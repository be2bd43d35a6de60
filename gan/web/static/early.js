// The first wall, painted while Gradio still builds the page: where its own wall will stand, with nothing to press.

import { drawThemselves, mayMove } from "./alive.js";
import { arrange, corner } from "./arrange.js";
import { drawCell, fit } from "./canvas.js";
import { el } from "./dom.js";
import { leadParts } from "./lead.js";
import { places } from "./numbers.js";
import { say } from "./words.js";

const LATEST = 4000; // milliseconds after the page's own wall is painted: then it shows itself, whatever is missing

/** Show the digits that the store wishes for as soon as they come, until the page has its own wall and its controls. */
export function showEarly({ store, pixels }) {
  const values = store.values("digits");
  const canvas = el("canvas");
  const wall = el("div", { class: "wall" }, canvas);
  const node = el("div", { id: "early", "aria-hidden": "true" }, ...likeThePage(wall));
  const dark = new URLSearchParams(location.search).get("__theme") ?? theme();
  node.classList.toggle("dark", dark === "dark");
  document.body.append(node);

  const layout = arrange(values, wall.clientWidth);
  pixels.drawAhead(values, layout.columns).then(show, () => node.remove());
  store.subscribe("painted", whenComplete);
  store.subscribe("changed", whenComplete);

  // The digits draw themselves where they may; then no control comes in between.
  let drawing = false;
  async function show(shared) {
    drawing = mayMove() && pixels.here;
    const picture = { ...shared, bitmap: await createImageBitmap(shared.bitmap) }; // the page's own wall closes the other
    if (drawing) await drawThemselves({ values, picture, columns: layout.columns, pixels, paint });
    else paint(picture);
    picture.bitmap.close();
    drawing = false;
  }

  // Returns whether there is still a place for it.
  function paint(picture) {
    if (!node.isConnected) return false;
    const { rows, cell, caption } = layout;
    const context = fit(canvas, wall.clientWidth, rows * (cell + caption));
    const inset = caption ? Math.round(cell * 0.04) : 0;
    for (let i = 0; i < places(values); i++) {
      const [x, y] = corner(layout, i);
      drawCell(context, picture, i, x + inset, y + inset, cell - 2 * inset, cell - 2 * inset);
    }
    wall.dataset.painted = `${values.seed}/${values.count}`;
    return true;
  }

  // Controls that came one by one around the digits would make the page restless.
  let since = null;
  function whenComplete() {
    if (since !== null) return;
    since = performance.now();
    const look = () => {
      const complete = document.querySelector(".controls input[type=range]") && !drawing;
      if (complete || performance.now() - since > LATEST) node.remove();
      else requestAnimationFrame(look);
    };
    look();
  }
}

const theme = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

// The elements that stand above and beside the wall, with the same words in the same classes.
function likeThePage(wall) {
  const quiet = (text) => el("button", { class: "quiet", tabindex: -1, disabled: true, text });
  const strong = (text) => el("button", { tabindex: -1, text });
  const heads = [say("undo"), "♥ 0", say("copy_link"), say("embed"), say("stage")].map(quiet);
  const word = (text) => el("a", { class: "word", text });
  return [
    el(
      "div",
      { class: "panel" },
      el("div", { class: "head" }, el("h1", { text: say("title") }), el("div", { class: "actions" }, ...heads)),
      el("p", { class: "lead" }, ...leadParts(word)),
    ),
    el("div", { class: "tabs" }),
    el(
      "div",
      { class: "early-bench" },
      el("div", { class: "early-controls" }),
      el(
        "div",
        { class: "early-work panel" },
        el(
          "div",
          { class: "bar" },
          strong(say("random")),
          strong(say("play")),
          ...[say("previous"), say("next")].map((text) => el("button", { class: "quiet", tabindex: -1, text })),
        ),
        el("div", { class: "wall-and-rail" }, wall),
      ),
    ),
  ];
}
