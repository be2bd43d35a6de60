// Small help with elements.

/** Make an element: el("button", {class: "x", onclick: f, text: "…"}, ...children). */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Whether a click on a link asks the browser to open it elsewhere: in another tab, or as a file. */
export const isForBrowser = (event) =>
  event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;

/** Call `drag(event)` for a press on a node and for each move until it is let go; `begin()` may refuse the press. */
export function onDrag(node, begin, drag) {
  node.addEventListener("pointerdown", (event) => {
    if (!begin()) return;
    node.setPointerCapture(event.pointerId);
    drag(event);
  });
  node.addEventListener("pointermove", (event) => {
    if (node.hasPointerCapture(event.pointerId)) drag(event);
  });
}
