// The same hundred numbers at the end of every recipe's training, with a sentence on why they look so, and the figures.

import { el } from "./dom.js";
import { histories, paintFrame, recording } from "./recordings.js";
import { language, say } from "./words.js";

const FIGURES = {
  frechet_train: (value) => value.toFixed(value < 10 ? 2 : 0),
  precision: share,
  recall: share,
  classes: (value) => `${Math.round(value)} / 10`,
  largest_class: share,
  specks: (value) => value.toFixed(2),
};

/** { node, begin() }: once begun, it fetches what it shows when it comes into view. `open(model)` shows one in the part
 * above. */
export function historyAll(open) {
  const cards = histories.map(({ model }) => card(model, open));
  const node = el(
    "section",
    { class: "part history-all" },
    el("h2", { text: say("history_all") }),
    el("p", { class: "hint", text: say("history_all_help") }),
    el("div", { class: "history-cards" }, ...cards.map((one) => one.node)),
  );
  const seen = new IntersectionObserver(async ([entry]) => {
    if (!entry.isIntersecting) return;
    seen.disconnect();
    for (const one of cards) await one.fill(); // one after the other: decoding keeps a slow machine busy
    node.dataset.state = "ready";
  });
  return { node, begin: () => seen.observe(node) };
}

function card(model, open) {
  const picture = el("canvas", { role: "img", width: 280, height: 280 });
  const why = el("p");
  const told = el("dl");
  const node = el(
    "article",
    { class: "history-card", "data-model": model },
    picture,
    el("h3", { text: model }),
    why,
    told,
    el("button", { class: "quiet", "aria-label": say("history_look_at", { model }), text: say("history_look") }),
  );
  node.querySelector("button").addEventListener("click", () => open(model));

  async function fill() {
    try {
      const recorded = await recording(model);
      const frame = recorded.epochs.length - 1;
      paintFrame(picture, recorded, frame);
      picture.setAttribute("aria-label", say("history_numbers", { model, epoch: recorded.epochs[frame] }));
      why.textContent = recorded.why?.[language] ?? "";
      const figures = Object.entries(FIGURES).filter(([name]) => recorded.figures[name] !== undefined);
      told.replaceChildren(
        ...figures.map(([name, form]) =>
          el("div", {}, el("dt", { text: say(`history_${name}`) }), el("dd", { text: form(recorded.figures[name]) })),
        ),
      );
      if (!figures.length) picture.after(el("p", { class: "hint", text: say("history_not_evaluated") }));
    } catch (error) {
      picture.replaceWith(el("p", { class: "told trouble", text: error.message }));
      told.remove();
    }
  }

  return { node, fill };
}

function share(value) {
  return `${Math.round(100 * value)} %`;
}
