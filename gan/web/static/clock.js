// A clock that runs down, as a bar and in whole seconds. It stands still while the page is hidden, and then begins anew.

import { el } from "./dom.js";
import { say } from "./words.js";

/** { node, running, start(seconds, ondone), stop() } */
export function countdown() {
  const bar = el("div", { class: "clock-bar" });
  const told = el("span", { class: "clock-told" });
  const node = el("div", { class: "clock", role: "timer" }, bar, told);
  const still = matchMedia("(prefers-reduced-motion: reduce)"); // then the bar moves once a second
  let running = null; // { seconds, ondone, began }
  let frame = 0;

  function start(seconds, ondone) {
    stop();
    running = { seconds, ondone, began: performance.now() };
    tick();
  }

  function stop() {
    running = null;
    cancelAnimationFrame(frame);
  }

  function tick() {
    const { seconds, ondone, began } = running;
    const left = seconds - (performance.now() - began) / 1000;
    if (left <= 0) {
      stop();
      return ondone();
    }
    bar.style.transform = `scaleX(${(still.matches ? Math.ceil(left) : left) / seconds})`;
    told.textContent = say("game_seconds", { seconds: Math.ceil(left) });
    frame = requestAnimationFrame(tick);
  }

  document.addEventListener("visibilitychange", () => {
    if (!running) return;
    if (document.hidden) cancelAnimationFrame(frame);
    else start(running.seconds, running.ondone);
  });

  return {
    node,
    start,
    stop,
    get running() {
      return running !== null;
    },
  };
}
