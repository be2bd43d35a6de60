// How it learned: a slider over a recorded training, or over two side by side, and all recipes below. What is shown was
// recorded while they trained; nothing is drawn anew.

import { el } from "./dom.js";
import { historyAll } from "./history_all.js";
import { historyRun } from "./history_run.js";
import { frameAt, histories, recording } from "./recordings.js";
import { say } from "./words.js";

const PLAYED = 600; // milliseconds for an epoch

export function mountHistory(root, { store }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let runs = []; // as they are shown
  let shown = ""; // whose runs these are
  let epochs = []; // the slider's places: those that any of them recorded
  let visible = false;
  let loading = 0; // the newest wish, so that an older answer is not shown
  let clock = 0; // while it plays
  let trouble = ""; // why one of the two isn't shown

  const option = ({ model }) => el("option", { value: model, text: model });
  const first = el(
    "select",
    { id: "history-model", onchange: () => store.change("history", { history: first.value }) },
    ...histories.map(option),
  );
  const second = el(
    "select",
    { id: "history-beside", onchange: () => store.change("history", { beside: second.value || null }) },
    el("option", { value: "", text: say("history_alone") }),
    ...histories.map(option),
  );
  const play = el("button", { id: "history-play", onclick: () => (clock ? pause() : start()), hidden: still });
  const slider = el("input", {
    type: "range",
    id: "history-epoch",
    min: 0,
    step: 1,
    "aria-label": say("history_slider"),
    oninput() {
      pause();
      go(epochs[slider.valueAsNumber]);
    },
  });
  const marks = el("div", { class: "history-marks", "aria-hidden": "true" });
  const counter = el("span", { class: "counter" });
  const status = el("p", { id: "history-status", class: "told", role: "status" });
  const retry = el("button", { id: "history-again", hidden: true, text: say("history_again") });
  retry.addEventListener("click", () => show(store.values("history")));
  const place = el("div", { class: "history-runs" });
  const label = (key, control) => el("label", {}, say(key), control);
  const all = historyAll((model) => {
    store.change("history", { history: model, epoch: null });
    node.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
  });
  const node = el(
    "div",
    { class: "history", "data-state": "empty" },
    el("p", { class: "lead", text: say("history_lead") }),
    el("div", { class: "watch-bar" }, label("history_model", first), label("history_beside", second)),
    el("div", { class: "history-slider" }, play, el("div", { class: "history-track" }, slider, marks), counter),
    status,
    retry,
    place,
    all.node,
  );
  root.replaceChildren(node);
  press(false);

  // Which trainings

  function update(wish) {
    if (!histories.length) {
      status.textContent = say("history_none");
      return store.painted("history", wish);
    }
    if (!histories.some(({ model }) => model === wish.history)) {
      store.note("history", { history: histories[0].model }); // the default is not here
      return update(store.values("history"));
    }
    first.value = wish.history;
    second.value = wish.beside ?? "";
    store.painted("history", wish);
    if (visible) show(wish);
  }

  async function show({ history, beside }) {
    const names = [history, ...(beside ? [beside] : [])];
    if (names.join() === shown) return placeAt(store.values("history").epoch);
    pause();
    node.dataset.state = "loading";
    loading += 1;
    const mine = loading;
    const found = await Promise.allSettled(names.map(recording));
    if (mine !== loading) return;
    const troubles = found.filter(({ status: how }) => how === "rejected").map(({ reason }) => reason);
    const recorded = found.filter(({ status: how }) => how === "fulfilled").map(({ value }) => value);
    runs = recorded.map((one) => historyRun(one, { go: goByHand }));
    shown = troubles.length ? "" : names.join();
    epochs = [...new Set(recorded.flatMap((one) => one.epochs))].sort((a, b) => a - b);
    place.replaceChildren(...runs.map((one) => one.node));
    place.classList.toggle("pair", runs.length === 2);
    slider.disabled = play.disabled = !runs.length;
    slider.max = Math.max(epochs.length - 1, 1);
    marks.replaceChildren(...recorded.flatMap(({ moments }) => Object.keys(moments)).map(markAt));
    retry.hidden = !troubles.some(({ again }) => again);
    node.dataset.state = troubles.length ? "failed" : "ready";
    trouble = troubles.map(({ message }) => message).join(" ");
    status.textContent = trouble;
    placeAt(store.values("history").epoch);
    all.begin(); // not before: with nothing above it, it would be in view
  }

  const markAt = (epoch) =>
    el("i", { style: `--at: ${epochs.indexOf(Number(epoch)) / Math.max(epochs.length - 1, 1)}` });

  // Which epoch

  /** Show the epoch that a link names, or the newest recorded one before it, which is then told. */
  function placeAt(epoch) {
    if (!runs.length) {
      counter.textContent = "";
      return;
    }
    const wished = epoch ?? epochs.at(-1);
    const here = epochs[frameAt({ epochs }, wished)];
    paint(here);
    if (here === wished) return;
    status.textContent = trouble || say("history_not_recorded", { epoch: wished, here });
    note(here);
  }

  function paint(epoch) {
    const told = runs.map((run) => run.at(epoch)).filter(Boolean);
    slider.value = epochs.indexOf(epoch);
    counter.textContent = say("history_counter", { epoch });
    slider.setAttribute("aria-valuetext", counter.textContent);
    node.dataset.epoch = epoch;
    status.textContent = trouble || told.join(" ");
  }

  function go(epoch) {
    paint(epoch);
    note(epoch);
  }

  function goByHand(epoch) {
    pause();
    go(epoch);
  }

  function note(epoch) {
    store.note("history", { epoch: epoch === epochs.at(-1) ? null : epoch });
  }

  // Playing

  function start() {
    if (!runs.length) return;
    if (slider.valueAsNumber === epochs.length - 1) go(epochs[0]);
    press(true);
    clock = setInterval(() => {
      if (store.active !== "history" || document.hidden) return pause();
      go(epochs[slider.valueAsNumber + 1]);
      if (slider.valueAsNumber === epochs.length - 1) pause();
    }, PLAYED);
  }

  function pause() {
    clearInterval(clock);
    clock = 0;
    press(false);
  }

  function press(on) {
    play.textContent = say(on ? "pause" : "play");
    play.setAttribute("aria-pressed", String(on));
  }

  // The panel

  function resize() {
    if (!root.clientWidth || !histories.length) return;
    if (!visible) {
      visible = true; // the tab was opened
      show(store.values("history"));
    }
    for (const run of runs) run.draw();
  }

  new ResizeObserver(resize).observe(root);
  return { update, resize, alt: () => say("history_title") };
}
