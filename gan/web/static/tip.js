// The label beside a digit of the wall: its number, what it is drawn as, how it reads.

import { corner } from "./arrange.js";
import { el } from "./dom.js";
import { alone, classAt, describe, numberAt } from "./numbers.js";
import { tellReading } from "./readings.js";

export class Tip {
  node = el("div", { class: "tip", hidden: true });

  hide() {
    this.node.hidden = true;
  }

  /** Show it above the digit at a place, below in the first row, within a wall of `width`. */
  show(values, i, layout, width) {
    const { node } = this;
    const words = describe(numberAt(values, i), classAt(values, i));
    node.hidden = false;
    node.textContent = words;
    const [x, y] = corner(layout, i);
    const half = node.offsetWidth / 2;
    const below = y === 0;
    node.style.left = `${Math.max(half, Math.min(width - half, x + layout.cell / 2))}px`;
    node.style.top = `${below ? layout.cell + layout.caption : y}px`;
    node.classList.toggle("below", below);
    node.dataset.index = i;
    tellReading(alone(values, i), (reading) => {
      if (node.dataset.index === String(i)) node.textContent = `${words} · ${reading}`;
    });
  }
}
