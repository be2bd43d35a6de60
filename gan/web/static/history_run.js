// One recipe's training at an epoch: its hundred numbers, the curves with a cursor, and the moments that are marked.

import { chart } from "./curves.js";
import { el } from "./dom.js";
import { frameAt, paintFrame } from "./recordings.js";
import { language, say } from "./words.js";

/** { node, at(epoch), draw() } of a recording; `go(epoch)` moves the slider. */
export function historyRun(recorded, { go }) {
  const { name, epochs, at: told } = recorded;
  const last = epochs.at(-1);
  const canvas = el("canvas", { role: "img" });
  const caption = el("p", { class: "told" });
  const ended = (epoch) => say("history_axis", { epoch: Number(epoch.toFixed(1)) }); // a run may stop within one
  const beliefs = chart({
    label: say("history_beliefs_of", { model: name }),
    range: [0, 1],
    last: ended,
    lines: {
      real: { label: say("history_real"), color: "var(--line-d)" },
      fake: { label: say("history_fake"), color: "var(--line-g)" },
    },
  });
  const begin = { step: 0, values: {} }; // both axes begin with the training, whatever was recorded first
  beliefs.show([begin, ...recorded.curves.map(([step, real, fake]) => ({ step, values: { real, fake } }))]);
  const distance = chart({
    label: say("history_distance_of", { model: name }),
    logarithmic: true,
    last: ended,
    lines: { distance: { label: say("history_distance"), color: "var(--line-u)" } },
  });
  distance.show([begin, ...recorded.distances.map(([step, value]) => ({ step, values: { distance: value } }))]);
  const measured = recorded.distances.length > 0;
  const hint = (key, values) => el("p", { class: "hint", text: say(key, values) });
  const moments = new Map(
    Object.entries(recorded.moments).map(([epoch, said]) => [Number(epoch), moment(Number(epoch), said[language], go)]),
  );
  const { temperature, floor } = recorded;
  const node = el(
    "section",
    { class: "part history-run", "data-model": name },
    el(
      "div",
      {},
      el("h2", { text: name }),
      caption,
      canvas,
      ...(temperature === 1 ? [] : [hint("history_temperature", { temperature })]),
    ),
    el(
      "div",
      {},
      el("h3", { text: say(recorded.probabilities ? "history_beliefs" : "history_scores") }),
      beliefs.node,
      ...(recorded.probabilities ? [] : [hint("history_scores_help")]),
      el("h3", { text: say("history_distance_title") }),
      ...(measured ? [distance.node] : [hint("history_no_distance")]),
      ...(measured && floor !== null ? [hint("history_distance_help", { floor: floor.toFixed(1) })] : []),
      ...(moments.size ? [el("h3", { text: say("history_moments") })] : []),
      el("ul", { class: "moments" }, ...[...moments.values()].map((one) => one.node)),
    ),
  );

  /** Show the newest recorded epoch at this one; returns the sentence of its moment, if it has one. */
  function at(epoch) {
    const frame = frameAt(recorded, epoch);
    const here = epochs[frame];
    paintFrame(canvas, recorded, frame);
    canvas.setAttribute("aria-label", say("history_numbers", { model: name, epoch: here }));
    const words = here === 0 ? "history_before" : here === last ? "history_last" : "history_epoch";
    caption.textContent = say(words, { epoch: here, last });
    node.dataset.epoch = here;
    beliefs.at(here, { real: told.d_real[frame], fake: told.d_fake[frame] });
    distance.at(here, { distance: told.distance[frame] });
    for (const [of, one] of moments) one.mark(of === here && of === epoch);
    return here === epoch ? moments.get(here)?.words : undefined;
  }

  return {
    node,
    at,
    draw() {
      beliefs.draw();
      distance.draw();
    },
  };
}

function moment(epoch, words, go) {
  const button = el("button", { class: "quiet", onclick: () => go(epoch), text: say("history_go", { epoch }) });
  const node = el("li", {}, button, el("span", { text: words }));
  return { node, words, mark: (on) => node.classList.toggle("here", on) };
}
