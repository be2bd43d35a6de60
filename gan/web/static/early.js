// The first wall, painted while Gradio still builds the page: where its own wall will stand, with nothing to press.

import { arrange, corner } from "./arrange.js";
import { drawCell, fit } from "./canvas.js";
import { el } from "./dom.js";
import { places } from "./numbers.js";
import { say } from "./words.js";

/** Show the digits that the store wishes for as soon as they come, until the page's own wall shows its first. */
export function showEarly({ store, pixels }) {
  const values = store.values("digits");
  const canvas = el("canvas");
  const wall = el("div", { class: "wall" }, canvas);
  const node = el(
    "div",
    { id: "early", "aria-hidden": "true" },
    el("div", { class: "early-head" }, el("h1", { text: say("title") }), el("p", { text: say("lead") })),
    wall,
  );
  const dark = new URLSearchParams(location.search).get("__theme") ?? theme();
  node.classList.toggle("dark", dark === "dark");
  document.body.append(node);

  const layout = arrange(values, wall.clientWidth);
  pixels.drawAhead(values, layout.columns).then(paint, remove);
  store.subscribe("painted", remove);
  store.subscribe("changed", remove);

  function paint(picture) {
    if (!node.isConnected) return;
    const { rows, cell, caption } = layout;
    const context = fit(canvas, wall.clientWidth, rows * (cell + caption));
    const inset = caption ? Math.round(cell * 0.04) : 0;
    for (let i = 0; i < places(values); i++) {
      const [x, y] = corner(layout, i);
      drawCell(context, picture, i, x + inset, y + inset, cell - 2 * inset, cell - 2 * inset);
    }
    wall.dataset.painted = `${values.seed}/${values.count}`;
  }

  function remove() {
    node.remove();
  }
}

const theme = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
