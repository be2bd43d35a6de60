// The address bar holds what is shown.

import { ownLink } from "./link.js";

const PAUSE = 100; // milliseconds: browsers throttle calls that come more often than some ten times a second

/** Keep the address true to the store. */
export function keepAddress(store) {
  let timer = 0;
  let written = 0;

  function write() {
    written = performance.now();
    history.replaceState(history.state, "", ownLink(store.active, store.shown(store.active)));
  }

  store.subscribe("shown", (kind) => {
    if (kind !== store.active) return;
    clearTimeout(timer);
    timer = setTimeout(write, Math.max(0, written + PAUSE - performance.now()));
  });
}
