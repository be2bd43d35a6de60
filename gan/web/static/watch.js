// Two networks fight in this tab: what a visitor sees of it. The worker trains (training.js); nothing of it runs before
// Start is pressed, but for the first picture of noise.

import { el } from "./dom.js";
import { knobs } from "./knobs.js";
import { page } from "./page.js";
import { Training } from "./training.js";
import { watchBar } from "./watch_bar.js";
import { watchCurves } from "./watch_curves.js";
import { watchKept } from "./watch_kept.js";
import { watchPictures } from "./watch_pictures.js";
import { watchPresets } from "./watch_presets.js";
import { say } from "./words.js";

export function mountWatch(root, { store, own, openTab }) {
  const training = new Training({ recipes: page.fight.recipes, changed, heard });
  const bar = watchBar({ training, store });
  const pictures = watchPictures();
  const curves = watchCurves();
  const presets = watchPresets({ training, store });
  const turned = knobs((knob) => training.change(knob));
  const kept = watchKept({ training, store, own, openTab });

  const help = (key) => el("p", { class: "hint", text: say(key) });
  const part = (name, ...children) =>
    el(
      "section",
      { class: `part ${name}` },
      el("h2", { text: say(`watch_${name}`) }),
      ...children,
      help(`watch_${name}_help`),
    );
  root.replaceChildren(
    el("p", { class: "lead", text: say("watch_lead") }),
    bar.node,
    presets.now,
    el(
      "div",
      { class: "watch" },
      el("div", { class: "watch-seen" }, part("numbers", ...pictures.numbers), part("eye", pictures.eye)),
      el(
        "div",
        { class: "watch-told" },
        part("probabilities", curves.probabilities),
        part("losses", curves.losses),
        part("distance", curves.distance),
      ),
    ),
    part("presets", presets.node),
    part("knobs", turned.node),
    part("kept", kept.node),
    help("watch_data"),
  );

  let recipe = ""; // whose knobs are shown, as text

  function changed() {
    root.dataset.state = training.state;
    root.dataset.steps = training.steps;
    if (training.state === "loading") for (const one of [curves, pictures]) one.clear();
    const knobsNow = JSON.stringify(training.recipe);
    if (knobsNow !== recipe) turned.show(training.recipe);
    recipe = knobsNow;
    for (const one of [bar, presets, kept]) one.show();
  }

  function heard(message) {
    const { kind } = message;
    if (kind === "curves" || kind === "distance") curves.add(message);
    if (kind === "pictures") pictures.add(message);
    if (kind === "curves" || kind === "moved") bar.show(message.player);
    root.dataset.steps = training.steps;
    kept.hear(message);
  }

  // What nobody can see costs nothing.
  const hide = () => training.pause("hidden");
  document.addEventListener("visibilitychange", () => document.hidden && hide());

  function show(values) {
    const { watch, run, preset: wished = null } = values;
    const same = training.recipe?.name === watch && training.run === run && training.preset === wished;
    if (training.state !== "empty" && !same) training.begin(values);
    bar.show();
    store.painted("watch", values);
  }

  function resize() {
    if (!root.clientWidth) return hide(); // another tab of the page is in front
    if (training.state === "empty") training.begin(store.values("watch")); // the tab was opened
    curves.draw();
  }

  function start() {
    if (training.state === "empty") training.begin(store.values("watch")); // before the tab was seen
    training.start();
  }

  new ResizeObserver(resize).observe(root);
  return { update: show, resize, start, alt: () => say("watch_numbers") };
}
