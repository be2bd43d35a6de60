// The buttons over a training, and the sentence that says how it goes.

import { el } from "./dom.js";
import { nearestNumber } from "./nearest.js";
import { limits, page } from "./page.js";
import { say } from "./words.js";

/** { node, show() }; `training` is a Training, and the store's "watch" what is wished for. */
export function watchBar({ training, store }) {
  const button = (id, act, words, classes = "quiet") =>
    el("button", { id: `watch-${id}`, class: classes, onclick: act, text: say(words) });
  const names = Object.keys(page.fight.recipes).reverse(); // the one that is readable first
  const choice = el(
    "select",
    {
      id: "watch-recipe",
      "aria-label": say("watch_recipe"),
      onchange: () => store.change("watch", { watch: choice.value, preset: null }),
    },
    ...names.map((name) => el("option", { value: name, text: say(`watch_${name}`) })),
  );
  const toggle = button(
    "toggle",
    () => (training.state === "running" ? training.pause() : training.start()),
    "watch_start",
    "",
  );
  const players = [
    button("d", () => training.update("discriminator"), "watch_d"),
    button("g", () => training.update("generator"), "watch_g"),
  ];
  const slow = el("input", { type: "checkbox", id: "watch-slow", onchange: () => training.setSlow(slow.checked) });
  const again = button("restart", () => training.begin(store.values("watch")), "watch_restart");
  const seed = el("input", {
    type: "number",
    id: "watch-seed",
    min: 0,
    max: limits.seeds - 1,
    step: 1,
    inputmode: "numeric",
    onchange() {
      const nearest = nearestNumber("run", seed.value, [0, limits.seeds - 1]);
      if (nearest) store.change("watch", { run: nearest.value });
      seed.value = store.values("watch").run;
    },
  });
  const status = el("p", { id: "watch-status", class: "told", role: "status" });
  const back = button("back", () => training.goBack(), "watch_back", "");
  const node = el(
    "div",
    {},
    el(
      "div",
      { class: "watch-bar" },
      choice,
      toggle,
      ...players,
      el("label", { class: "check" }, slow, say("watch_slow")),
      again,
      el("label", { class: "check" }, say("watch_seed"), seed),
    ),
    status,
    back,
  );

  /** Show the training's state; `moved` is the player that has just learned, if a message told of one. */
  function show(moved = null) {
    const { watch, run } = store.values("watch");
    choice.value = watch;
    if (document.activeElement !== seed) seed.value = run;
    toggle.textContent = say(training.state === "running" ? "watch_pause" : "watch_start");
    for (const one of [toggle, ...players]) one.disabled = !training.able;
    back.hidden = training.state !== "broken";
    if (!back.hidden) back.textContent = say("watch_back", training.reason);
    const live = training.state === "running" ? "off" : "polite"; // not ten times a second
    if (status.ariaLive !== live) status.ariaLive = live;
    const words = moved ? say(`watch_moved_${moved}`) : sentence();
    if (words !== null && words !== status.textContent) status.textContent = words;
  }

  // null: what the last message told stays.
  function sentence() {
    const { state, steps, rate, recipe, reason, slow: slowly } = training;
    if (state === "empty" || state === "stepped" || (state === "running" && slowly)) return null;
    if (state === "broken")
      return say("watch_broken", { ...reason, what: say(`watch_what_${reason.what}`), value: large(reason.value) });
    if (state === "failed")
      return reason.code?.startsWith("no-") && reason.code !== "no-worker"
        ? say("watch_no_wasm")
        : say("watch_failed", { error: reason.message });
    const digits = Math.round(rate * recipe.batch_size * recipe.discriminator_steps);
    return say(`watch_${state}`, { steps, rate: Math.round(rate), digits });
  }

  return { node, show };
}

// As 2 · 10⁶.
function large(value) {
  if (!Number.isFinite(value)) return "∞";
  const [factor, power] = value.toExponential(0).split("e+");
  return `${factor} · 10${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
}
