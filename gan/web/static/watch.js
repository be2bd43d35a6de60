// Two networks fight in this tab: what a visitor sees of it, and the buttons. The worker trains (fight.js); nothing of it
// runs before Start is pressed, but for the first picture of noise.

import { PRESETS } from "../engine/training/presets.js";
import { gridBitmap } from "./bitmap.js";
import { chart } from "./curves.js";
import { el } from "./dom.js";
import { drawEye, eyeCanvas } from "./eye.js";
import { Fight } from "./fight.js";
import { knobs } from "./knobs.js";
import { page } from "./page.js";
import { path } from "./path.js";
import { say } from "./words.js";

const COLUMNS = 8;
const SLOW = 1.5; // updates a second in slow motion

export function mountWatch(root, { store }) {
  const { recipes } = page.fight;
  let recipe = null; // of the run, with its knobs as they are
  let limit;
  let preset = null; // the way in which the run began broken
  let state = "empty"; // loading, ready, running, paused, stepped, hidden, broken, failed
  let steps = 0;
  let rate = 0;
  let trained = 0; // milliseconds
  let startedAt = 0;

  const fight = new Fight((message) => HEARD[message.kind](message));

  // The buttons

  const names = Object.keys(recipes).reverse(); // the one that is readable first
  const choice = el(
    "select",
    {
      id: "watch-recipe",
      "aria-label": say("watch_recipe"),
      onchange: () => store.change("watch", { watch: choice.value, preset: null }),
    },
    ...names.map((name) => el("option", { value: name, text: say(`watch_${name}`) })),
  );
  const toggle = el("button", { id: "watch-toggle", onclick: startOrPause, text: say("watch_start") });
  const stepD = el("button", {
    id: "watch-d",
    class: "quiet",
    onclick: () => update("discriminator"),
    text: say("watch_d"),
  });
  const stepG = el("button", {
    id: "watch-g",
    class: "quiet",
    onclick: () => update("generator"),
    text: say("watch_g"),
  });
  const again = el("button", {
    id: "watch-restart",
    class: "quiet",
    onclick: () => begin(),
    text: say("watch_restart"),
  });
  const slow = el("input", { type: "checkbox", id: "watch-slow", onchange: () => setPace() });
  const status = el("p", { id: "watch-status", class: "told", role: "status", text: "" });
  const brokenBy = el("p", { class: "told watch-preset" });
  const back = el("button", { id: "watch-back", hidden: true, onclick: goBack });
  const keep = el("button", {
    id: "watch-keep",
    class: "quiet",
    disabled: true,
    onclick: save,
    text: say("watch_keep"),
  });

  // The pictures

  const wall = el("canvas", {
    role: "img",
    "aria-label": say("watch_numbers"),
    width: 28 * COLUMNS,
    height: 28 * COLUMNS,
  });
  const way = path(say("watch_path"));
  const eye = eyeCanvas(say("watch_eye"));
  const losses = chart({
    label: say("watch_losses"),
    lines: {
      dLoss: { label: say("watch_loss_d"), color: "var(--line-d)" },
      gLoss: { label: say("watch_loss_g"), color: "var(--line-g)" },
    },
  });
  const beliefs = chart({
    label: say("watch_probabilities"),
    range: [0, 1],
    lines: {
      dReal: { label: say("watch_real"), color: "var(--line-d)" },
      unseen: { label: say("watch_unseen"), color: "var(--line-u)" },
      dFake: { label: say("watch_fake"), color: "var(--line-g)" },
    },
  });
  const distances = chart({
    label: say("watch_distance"),
    logarithmic: true,
    lines: { distance: { label: say("watch_distance_value"), color: "var(--line-u)" } },
  });
  const charts = [losses, beliefs, distances];
  const turned = knobs((changed) => change(changed));
  const part = (name, ...children) =>
    el(
      "section",
      { class: `part ${name}` },
      el("h2", { text: say(`watch_${name}`) }),
      ...children,
      help(`watch_${name}_help`),
    );
  const help = (key) => el("p", { class: "hint", text: say(key) });
  root.replaceChildren(
    el("p", { class: "lead", text: say("watch_lead") }),
    el(
      "div",
      { class: "watch-bar" },
      choice,
      toggle,
      stepD,
      stepG,
      el("label", { class: "check" }, slow, say("watch_slow")),
      again,
    ),
    brokenBy,
    status,
    back,
    el(
      "div",
      { class: "watch" },
      el("div", { class: "watch-seen" }, part("numbers", wall, way.node), part("eye", eye)),
      el(
        "div",
        { class: "watch-told" },
        part("probabilities", beliefs.node),
        part("losses", losses.node),
        part("distance", distances.node),
      ),
    ),
    part("presets", el("div", { class: "preset-cards" }, ...Object.entries(PRESETS).map(presetCard))),
    part("knobs", turned.node),
    el("div", { class: "actions downloads" }, keep),
    help("watch_keep_help"),
    help("watch_data"),
  );

  function presetCard([name, { cure }]) {
    const label = say(`watch_preset_${name}`);
    const button = (kind, act) =>
      el("button", {
        id: `watch-${kind}-${name}`,
        class: "quiet",
        "aria-label": `${label}: ${say(`watch_${kind}`)}`,
        onclick: act,
        text: say(`watch_${kind}`),
      });
    return el(
      "div",
      { class: "preset" },
      el("h3", { text: label }),
      el("p", { text: say(`watch_preset_${name}_seen`) }),
      button("break", () => {
        preset = undefined; // a new run, of the same preset, too
        store.change("watch", { watch: "small", preset: name });
        start();
      }),
      el("p", { text: say(`watch_preset_${name}_cure`) }),
      button("save", () => {
        if (state === "empty" || recipe.name !== "small") return;
        change(cure);
        start();
      }),
    );
  }

  // What the buttons do

  /** A new run of the recipe that the link names, broken if it says so. */
  function begin() {
    const { watch, run } = store.values("watch");
    preset = store.values("watch").preset;
    const { limit: few, ...fields } = preset ? PRESETS[preset].broken : {};
    brokenBy.textContent = preset ? `${say(`watch_preset_${preset}`)}: ${say(`watch_preset_${preset}_seen`)}` : "";
    recipe = { ...recipes[watch], ...fields, name: watch };
    limit = few;
    [steps, rate, trained] = [0, 0, 0];
    for (const one of charts) one.clear();
    way.clear();
    turned.show(recipe);
    back.hidden = true;
    become("loading");
    try {
      fight.begin({ recipe: { ...recipe }, seed: run, limit });
      setPace();
    } catch (error) {
      become(
        "failed",
        error.code.startsWith("no-") ? say("watch_no_wasm") : say("watch_failed", { error: error.message }),
      );
    }
  }

  function change({ limit: few, ...fields }) {
    Object.assign(recipe, fields);
    turned.show(recipe);
    fight.send("change", { knobs: few ? { ...fields, limit: few } : fields });
  }

  function startOrPause() {
    if (state === "running") pause("paused");
    else start();
  }

  function start() {
    if (state === "empty") begin(); // before the tab was seen
    if (state === "running" || state === "failed" || state === "broken") return;
    startedAt = performance.now();
    fight.send("start");
    become("running");
  }

  function pause(why) {
    trained += performance.now() - startedAt;
    fight.send("pause");
    become(why);
  }

  function update(player) {
    if (state === "running") pause("paused");
    become("stepped");
    fight.send("update", { player });
  }

  function setPace() {
    fight.send("pace", { updates: slow.checked ? SLOW : 0 });
  }

  function goBack() {
    back.hidden = true;
    fight.send("goBack");
    become("paused");
  }

  function save() {
    if (state === "running") pause("paused");
    fight.send("save", { name: recipe.name, seconds: Math.round(trained / 100) / 10 });
  }

  // A hidden tab costs nothing
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && state === "running") pause("hidden");
    else if (!document.hidden && state === "hidden") tell();
  });

  // What the worker says

  const HEARD = {
    loaded: () => {
      if (state === "loading") become("ready");
    },
    curves(told) {
      ({ steps, rate } = told);
      losses.add(steps, { dLoss: told.dLoss, gLoss: told.gLoss });
      beliefs.add(steps, { dReal: told.dReal, unseen: told.unseen, dFake: told.dFake });
      tell();
    },
    async pictures({ digits, eye: seen }) {
      way.add(digits);
      const dark = document.querySelector(".dark") !== null;
      drawEye(eye, digits, seen, dark ? { paper: 24, ink: 235 } : { paper: 255, ink: 40 });
      const bitmap = await gridBitmap(digits, COLUMNS);
      wall.getContext("2d").drawImage(bitmap, 0, 0);
      bitmap.close();
      wall.dataset.painted = String(Number(wall.dataset.painted ?? 0) + 1);
    },
    distance({ steps: at, distance }) {
      distances.add(at, { distance });
    },
    moved({ player }) {
      status.textContent = say(`watch_moved_${player}`);
    },
    broken({ steps: at, what, kept }) {
      back.textContent = say("watch_back", { step: kept, kept });
      back.hidden = false;
      become("broken", say("watch_broken", { steps: at, what, kept }));
    },
    saved({ zip }) {
      const link = el("a", { href: URL.createObjectURL(new Blob([zip], { type: "application/zip" })) });
      link.download = `${recipe.name}-${steps}.zip`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    },
    failed({ message }) {
      fight.end();
      become("failed", say("watch_failed", { error: message }));
    },
  };

  function become(next, words = null) {
    state = next;
    root.dataset.state = state;
    toggle.textContent = say(state === "running" ? "watch_pause" : "watch_start");
    const off = state === "loading" || state === "failed" || state === "broken";
    for (const button of [toggle, stepD, stepG]) button.disabled = off;
    keep.disabled = off || state === "ready" || state === "empty";
    tell(words);
  }

  function tell(words = null) {
    root.dataset.steps = steps;
    if ((state === "stepped" || (state === "running" && slow.checked)) && !words) return; // `moved` tells who
    if ((state === "broken" || state === "failed") && !words) return;
    const digits = Math.round(rate * recipe.batch_size * recipe.discriminator_steps);
    status.textContent = words ?? say(`watch_${state}`, { steps, rate: Math.round(rate), digits });
  }

  // The panel

  function show(values) {
    choice.value = values.watch;
    const same = recipe?.name === values.watch && preset === values.preset;
    if (recipe && !same) begin();
    store.painted("watch", values);
  }

  function resize() {
    if (!root.clientWidth) return;
    if (state === "empty") begin(); // the tab was opened
    for (const one of charts) one.draw();
  }

  new ResizeObserver(resize).observe(root);
  return { update: show, resize, start, alt: () => say("watch_numbers") };
}
