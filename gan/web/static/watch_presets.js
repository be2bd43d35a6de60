// Ways to break a training, and one remedy each.

import { PRESETS } from "../engine/training/presets.js";
import { el } from "./dom.js";
import { say } from "./words.js";

/** { node, now, show() }: the presets, and a line on the one that the training began with. A break begins a new run of
 * "small", its remedy goes on with that run. */
export function watchPresets({ training, store }) {
  const saves = {};
  const told = el("p");
  const save = el("button", { id: "watch-cure", onclick: () => training.cure(), text: say("watch_save") });
  const now = el("div", { class: "watch-preset", hidden: true }, told, save);
  const node = el("div", { class: "preset-cards" }, ...Object.keys(PRESETS).map(card));

  function card(name) {
    const label = say(`watch_preset_${name}`);
    const button = (kind, act, classes) =>
      el("button", {
        id: `watch-${kind}-${name}`,
        class: classes,
        "aria-label": `${label}: ${say(`watch_${kind}`)}`,
        onclick() {
          act();
          now.scrollIntoView({ block: "center" }); // what comes of it is above
        },
        text: say(`watch_${kind}`),
      });
    saves[name] = button("save", () => training.cure(), "");
    return el(
      "div",
      { class: "preset" },
      el("h3", { text: label }),
      el("p", { text: say(`watch_preset_${name}_seen`) }),
      button("break", () => breakIt(name), "quiet"),
      el("p", { text: say(`watch_preset_${name}_cure`) }),
      saves[name],
    );
  }

  function breakIt(name) {
    store.change("watch", { watch: "small", preset: name }); // begins a run, unless that one goes on already
    if (training.steps || training.state === "failed") training.begin(store.values("watch"));
    training.start();
  }

  function show() {
    const { preset, cured, able, state } = training;
    for (const [name, button] of Object.entries(saves)) {
      button.disabled = preset !== name || cured || !able;
      button.closest(".preset").classList.toggle("chosen", preset === name);
    }
    now.hidden = !preset;
    save.hidden = cured;
    save.disabled = !able || state === "ready";
    if (preset) told.textContent = say(`watch_preset_${preset}_${cured ? "cure" : "seen"}`);
  }

  return { node, now, show };
}
