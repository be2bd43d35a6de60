// The place on the wall that the keys move, for eyes and for screen readers. It is seen while the wall has the focus.

import { corner } from "./arrange.js";
import { el } from "./dom.js";
import { classAt, describe, numberAt, places } from "./numbers.js";

export class Cursor {
  node = el("div", { role: "option", id: "wall-active", "aria-selected": "true", hidden: true });
  place = 0;
  #wall;
  #seen = false;

  /** `wall` is the list box whose option it is. */
  constructor(wall) {
    this.#wall = wall;
  }

  /** Whether it is seen. */
  get seen() {
    return this.#seen;
  }

  set seen(seen) {
    this.#seen = seen;
    this.node.hidden = !seen;
    if (seen) this.#wall.setAttribute("aria-activedescendant", this.node.id);
    else this.#wall.removeAttribute("aria-activedescendant");
  }

  /** Put it where its place is. */
  draw(values, layout) {
    const { cell, caption } = layout;
    const [x, y] = corner(layout, this.place);
    const box = { left: `${x}px`, top: `${y}px`, width: `${cell}px`, height: `${cell + caption}px` };
    Object.assign(this.node.style, box);
    this.node.setAttribute("aria-posinset", this.place + 1);
    this.node.setAttribute("aria-setsize", places(values));
    this.node.setAttribute("aria-label", describe(numberAt(values, this.place), classAt(values, this.place)));
  }
}
