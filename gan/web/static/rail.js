// The slim track beside the wall: where among all numbers it stands, and a handle to go anywhere else. It belongs to the
// pointer alone; keys and screen readers have the number's own field.

import { el, onDrag } from "./dom.js";
import { limits } from "./page.js";
import { say } from "./words.js";

/** The track: { node, show(seed) }; `go(seed)` is told where it is dragged to. */
export function seedRail({ go }) {
  const handle = el("div", { class: "handle" });
  const node = el("div", { class: "rail", id: "rail", "aria-hidden": "true", title: say("wall_rail") }, handle);

  const share = (event) => {
    const box = node.getBoundingClientRect();
    const [from, length] = [box.top + handle.offsetHeight / 2, box.height - handle.offsetHeight];
    return Math.max(0, Math.min(1, (event.clientY - from) / length));
  };
  onDrag(
    node,
    () => true,
    (event) => go(Math.round(share(event) * (limits.seeds - 1))),
  );

  /** Let the handle stand where a number is. */
  function show(seed) {
    const at = seed / (limits.seeds - 1);
    handle.style.top = `calc(${at * 100}% - ${at} * var(--handle))`;
  }

  return { node, show };
}
