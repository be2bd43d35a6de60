// What may be turned while a training runs.

import { el } from "./dom.js";
import { say } from "./words.js";

const RATES = [1e-5, 3e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2, 1e-1];
const KNOBS = {
  learning_rate: RATES,
  discriminator_learning_rate: RATES,
  discriminator_steps: [1, 2, 3, 5],
  loss: ["non_saturating", "least_squares", "hinge", "wasserstein"],
  batch_size: [16, 32, 64, 128, 256],
  beta1: [0, 0.5, 0.9],
  r1: [0, 0.01, 0.1, 0.3, 1, 10],
  label_smoothing: [0, 0.1, 0.3],
};

/** The knobs: { node, show(recipe) }; `turned(knobs)` hears of each that a visitor turns. */
export function knobs(turned) {
  const selects = Object.fromEntries(Object.keys(KNOBS).map((name) => [name, makeSelect(name)]));
  const fields = Object.entries(selects).map(([name, select]) =>
    el("label", {}, el("span", { text: say(`watch_${name}`) }), select),
  );

  function makeSelect(name) {
    const select = el("select", { id: `watch-${name.replaceAll("_", "-")}` });
    select.addEventListener("change", () => {
      const value = name === "loss" ? select.value : Number(select.value);
      turned({ [name]: value });
    });
    return select;
  }

  function show(recipe) {
    for (const [name, select] of Object.entries(selects)) {
      const value = recipe[name] ?? recipe.learning_rate; // D's rate is G's where it has none of its own
      const values = KNOBS[name].includes(value) ? KNOBS[name] : [...KNOBS[name], value].sort((a, b) => a - b);
      const words = (one) => (name === "loss" ? say(`watch_${one}`) : String(one));
      select.replaceChildren(...values.map((one) => el("option", { value: one, text: words(one) })));
      select.value = String(value);
    }
  }

  return { node: el("div", { class: "knob-fields" }, ...fields), show };
}
