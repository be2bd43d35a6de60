// Playing a walk: the button, the slider, the counter, and the clock.

import { el } from "./dom.js";
import { say } from "./words.js";

/** The player: { button, node, show(frame, frames), toggle(), start(), pause() }. `walk()` is what plays, null if nothing can; `frame()`
 * is where it is; `go(frame)` moves it; `play(place)` is told in each of the screen's frames where it plays: a frame of the
 * walk and how far it is to the next. */
export function player({ walk, frame, go, play }) {
  const button = el("button", { id: "play", "aria-pressed": "false", onclick: toggle, text: say("play") });
  const slider = el("input", {
    type: "range",
    id: "scrub",
    min: 0,
    max: 59,
    step: 1,
    value: 0,
    "aria-label": say("frame"),
    oninput() {
      pause();
      go(Number(slider.value));
    },
  });
  const counter = el("span", { class: "counter" });
  let playing = false;
  let clock = 0; // frames since the start, with a fraction
  let before = 0; // when the clock was read last

  function show(at, frames) {
    slider.max = frames - 1;
    slider.value = at;
    counter.textContent = `${at + 1} / ${frames}`;
    slider.setAttribute("aria-valuetext", counter.textContent);
  }

  function tick(now) {
    if (!playing) return;
    if (!walk()) return pause(); // it became a plane
    const { fps } = walk();
    clock += (Math.max(0, now - before) / 1000) * fps;
    before = now;
    play(placeAt(clock, walk()));
    requestAnimationFrame(tick);
  }

  function start() {
    const playable = walk();
    if (!playable || playing) return;
    const atEnd = frame() >= playable.frames - 1 && !playable.swing;
    clock = atEnd ? 0 : frame();
    before = performance.now();
    press(true);
    requestAnimationFrame(tick);
  }

  function pause() {
    if (!playing) return;
    press(false);
    go(frame());
  }

  function toggle() {
    if (playing) pause();
    else start();
  }

  function press(on) {
    playing = on;
    button.textContent = say(on ? "pause" : "play");
    button.setAttribute("aria-pressed", String(on));
  }

  return { button, node: el("div", { class: "transport" }, slider, counter), show, toggle, start, pause };
}

/** Where a walk is when so many of its frames have been played: from the start again after the last, or back the same way.
 * A walk that doesn't return to its first digit stays a frame's time at its last. */
export function placeAt(clock, { frames, swing, loop }) {
  if (frames === 1) return 0;
  if (swing) {
    const there = clock % (2 * frames - 2);
    return there <= frames - 1 ? there : 2 * frames - 2 - there;
  }
  const at = clock % frames;
  return loop ? at : Math.min(at, frames - 1);
}
