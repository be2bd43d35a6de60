// In a Space, the page stands in a frame of the Hub's page, whose address bar follows if it is told
// (huggingface.co/docs/hub/spaces-handle-url-parameters).

import { query } from "./link.js";

const HUB = "https://huggingface.co";
const PAUSE = 100; // milliseconds: browsers throttle what changes an address more than some ten times a second

/** Tell the Hub's page what is shown, if it is what holds this frame. */
export function followAddress(store) {
  const outer = location.ancestorOrigins; // Firefox doesn't say, and is told: a message to another origin isn't delivered
  if (window.parent === window || (outer && !outer.contains(HUB))) return;
  let timer = 0;

  store.subscribe("shown", (kind) => {
    if (kind !== store.active) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const queryString = `?${query(kind, store.shown(kind), { forPage: true })}`;
      window.parent.postMessage({ queryString, hash: "" }, HUB);
    }, PAUSE);
  });
}
