// Real or drawn? The visitor is the discriminator: twenty digits one after the other, or twenty pairs.
// engine/rounds.js says which digits a seed stands for; deck.js makes their pictures before they are shown.

import { roundsOf, tally } from "../engine/rounds.js";
import { countdown } from "./clock.js";
import { deal, realDigits } from "./deck.js";
import { el } from "./dom.js";
import { ending } from "./ending.js";
import { permalink } from "./link.js";
import { isDrawing, linkWith, nameOf } from "./model.js";
import { opponentsScores } from "./opponent.js";
import { limits, page } from "./page.js";
import { randomSeed } from "./seeds.js";
import { shareButton } from "./share.js";
import { say } from "./words.js";

const EASY_AND_HARD = ["relu-2", "modern"]; // of the bundled models, of which a page may have others or none
const SECONDS = 3; // for each, by the clock
const KEYS = { ArrowLeft: 0, ArrowRight: 1 };
const MARKS = { true: "✓", false: "✗" };

export function mountGame(root, { store, pixels }) {
  const opened = store.values("game");
  let state = "empty"; // loading, ready, playing, ended, failed
  let game = null; // { values, rounds, answers, opponent } of what is played, and what deck.js dealt
  let asked = 0; // how often digits were dealt: those that come late belong to an older game
  let waiting = true; // for the picture of a round

  // Before and after

  const model = el(
    "select",
    { id: "game-model", "aria-label": say("game_recipe"), onchange: () => openModel(page.models[model.value]) },
    ...page.models.map((choice, i) => el("option", { value: i, selected: isDrawing(choice), text: nameOf(choice, i) })),
  );
  if (!page.models.some(isDrawing)) model.prepend(el("option", { value: "", selected: true, text: page.pin.model }));
  const setting = (name) => {
    const box = el("input", { type: "checkbox", id: `game-${name}`, onchange: () => change({ [name]: box.checked }) });
    return box;
  };
  const [pairs, clock] = [setting("pairs"), setting("clock")];
  const begin = el("button", { id: "game-start", onclick: start, text: say("game_start") });
  const other = el("button", {
    id: "game-other",
    class: "quiet",
    onclick: () => change({ game: randomSeed() }),
    text: say("game_other"),
  });
  const share = shareButton({
    id: "game-share",
    class: "quiet",
    link: () => permalink("game", store.shown("game")),
    title: () => say("game_title"),
  });
  const friend = el("p", { class: "told game-friend", hidden: true });
  const settings = el(
    "fieldset",
    { class: "watch-bar game-settings" },
    el("label", { class: "game-label" }, say("game_recipe"), model),
    el("label", { class: "check" }, pairs, say("game_pairs")),
    el("label", { class: "check" }, clock, say("game_clock", { seconds: SECONDS })),
  );
  const told = el("p", { id: "game-status", class: "told", role: "status" });
  const retry = el("button", { id: "game-retry", class: "quiet", hidden: true, onclick: prepare, text: say("retry") });
  const starts = el("div", { class: "actions game-starts" }, begin, other, share, retry);

  // A round

  const canvases = [0, 1].map(() => el("canvas", { width: limits.size, height: limits.size, role: "img" }));
  const choices = [0, 1].map((answer) => el("button", { id: `game-${answer}`, onclick: () => choose(answer) }));
  const frames = canvases.map((canvas) => el("div", { class: "game-frame" }, canvas));
  const row = el(
    "div",
    { class: "game-row" },
    ...choices,
    el("button", { id: "game-stop", class: "quiet", onclick: rest, text: say("game_stop") }),
  );
  const timer = countdown();
  const strip = el("ol", { class: "game-strip", "aria-label": say("game_strip") });
  const stage = el(
    "div",
    { class: "game", tabindex: -1, role: "group", "aria-label": say("game_title") },
    timer.node,
    el("div", { class: "game-digits" }, ...frames),
    row,
  );
  const end = el("div", { class: "game-end", hidden: true });
  canvases.forEach((canvas, side) => {
    canvas.addEventListener("click", () => game?.values.pairs && choose(side)); // a finger takes the digit itself
  });

  root.replaceChildren(
    el("p", { class: "lead", text: say("game_lead") }),
    friend,
    settings,
    stage,
    starts,
    told,
    strip,
    end,
    ...(EASY_AND_HARD.every((name) => page.models.some((choice) => choice.model === name))
      ? [el("p", { class: "hint", text: say("game_models") })]
      : []),
    ...(matchMedia("(pointer: coarse)").matches ? [] : [el("p", { class: "hint", text: say("game_keys") })]),
    ...(page.conditional ? [] : [el("p", { class: "hint", text: say("game_no_classes", { model: page.pin.model }) })]),
    el("p", { class: "hint", text: say("game_data") }),
  );

  // Another model, another seed, another way

  function openModel(choice) {
    if (choice) location.assign(linkWith(store, choice));
  }

  function change(values) {
    store.change("game", { ...values, score: null });
  }

  /** Deal the digits of the game that is wished for. */
  async function prepare() {
    const values = store.values("game");
    const time = ++asked;
    timer.stop();
    if (page.own) return become("failed", say("own_elsewhere", { model: page.pin.model }));
    become("loading");
    try {
      const perClass = (await realDigits()).count / limits.classes;
      const rounds = roundsOf(values.game, { count: limits.rounds, pairs: values.pairs, perClass });
      const dealt = await deal(rounds, pixels);
      if (time !== asked) return;
      game = { values, rounds, answers: [], ...dealt };
      become("ready");
    } catch (error) {
      if (time === asked) become("failed", whyNot(error));
    }
  }

  function whyNot(error) {
    if (error.code?.startsWith("digits-")) return say("game_missing", { error: error.message });
    return say(page.server ? "game_nobody" : "game_alone");
  }

  // Playing

  function start() {
    if (state !== "ready" && state !== "ended") return;
    game.answers = [];
    game.opponent = opponentsScores(game); // the discriminator is fetched while the visitor plays
    become("playing");
    stage.focus({ preventScroll: true });
    stage.scrollIntoView({ block: "nearest" });
    show();
  }

  /** The round that waits for an answer; it is there at once, unless the server draws and is slow. */
  async function show() {
    const [playing, i] = [game, game.answers.length];
    waiting = true;
    let bitmaps;
    try {
      bitmaps = await game.bitmaps[i];
    } catch (error) {
      if (playing === game && state === "playing") become("failed", whyNot(error));
      return;
    }
    if (playing !== game || state !== "playing" || game.answers.length !== i) return;
    waiting = false;
    bitmaps.forEach((bitmap, side) => {
      canvases[side].getContext("2d").drawImage(bitmap, 0, 0);
      canvases[side].setAttribute("aria-label", say("game_digit", { n: i + 1, of: limits.rounds }));
    });
    stage.dataset.round = i;
    tick();
  }

  function tick() {
    if (state === "playing" && game.values.clock && !waiting && store.active === "game")
      timer.start(SECONDS, () => choose(null));
    else timer.stop();
  }

  function choose(answer) {
    if (state !== "playing" || waiting) return;
    const i = game.answers.push(answer) - 1;
    timer.stop();
    mark(i);
    told.textContent = feedback(i);
    if (game.answers.length < limits.rounds) show();
    else finish();
  }

  // Right or wrong, and what it was.
  function feedback(i) {
    const [{ answer }, chosen] = [game.rounds[i], game.answers[i]];
    const verdict = chosen === null ? "late" : chosen === answer ? "right" : "wrong";
    const truth = say(`game_was_${game.values.pairs ? "pair" : "single"}_${answer}`);
    return say(`game_${verdict}`, { truth, n: i + 1, of: limits.rounds });
  }

  // The answered digit joins the strip; of a pair, the real one.
  async function mark(i) {
    const [cell, right] = [strip.children[i], game.answers[i] === game.rounds[i].answer];
    cell.className = right ? "right" : "wrong";
    cell.lastChild.textContent = MARKS[right];
    const bitmaps = await game.bitmaps[i];
    cell.firstChild.getContext("2d").drawImage(bitmaps[game.values.pairs ? game.rounds[i].answer : 0], 0, 0);
  }

  function finish() {
    const { right } = tally(game.rounds, game.answers).all;
    store.note("game", { score: right });
    end.replaceChildren(ending({ game, friend: friendsScore() }));
    become("ended");
    end.querySelector("h2").focus({ preventScroll: true });
  }

  /** Back to the start of the same game. */
  function rest() {
    timer.stop();
    become("ready");
    begin.focus();
  }

  // A link with a score: of this game, until the visitor chooses another one.
  const isOpened = ({ game: seed, pairs: two, clock: timed }) =>
    seed === opened.game && two === opened.pairs && timed === opened.clock;
  const friendsScore = () => (isOpened(store.values("game")) ? opened.score : null);

  // What is seen in each state

  function become(next, words = null) {
    state = next;
    root.dataset.state = state;
    const playing = state === "playing";
    const values = store.values("game");
    const question = values.pairs ? "game_first_pairs" : "game_first";
    settings.disabled = playing;
    starts.hidden = playing;
    row.hidden = !playing;
    stage.hidden = state === "ended";
    stage.classList.toggle("pairs", values.pairs);
    frames[1].hidden = !values.pairs;
    timer.node.hidden = !values.clock;
    end.hidden = state !== "ended";
    strip.hidden = !playing;
    share.hidden = state !== "ended";
    begin.hidden = state === "failed";
    begin.disabled = state === "loading";
    begin.textContent = say(state === "ended" ? "game_again" : "game_start");
    retry.hidden = state !== "failed";
    const score = friendsScore();
    friend.hidden = score === null || playing || state === "ended";
    friend.textContent = say("game_friend", { score, of: limits.rounds });
    if (state === "playing") {
      choices.forEach((button, answer) => {
        button.textContent = say(`game_answer_${values.pairs ? "pair" : "single"}_${answer}`);
      });
      strip.replaceChildren(
        ...game.rounds.map(() =>
          el("li", {}, el("canvas", { width: limits.size, height: limits.size, "aria-hidden": "true" }), el("span")),
        ),
      );
    }
    told.textContent = words ?? (state === "ended" ? "" : say(state === "loading" ? "game_loading" : question));
  }

  function update(values, since = null) {
    pairs.checked = values.pairs;
    clock.checked = values.clock;
    const same = game && ["game", "pairs", "clock"].every((name) => game.values[name] === values[name]);
    if (state !== "empty" && !same) prepare();
    store.painted("game", values, { since });
  }

  // The digits are fetched when the tab is opened.
  function resize() {
    if (root.clientWidth && state === "empty") prepare();
  }

  function key(event) {
    if (event.repeat) return;
    if (state === "playing" && event.key in KEYS) choose(KEYS[event.key]);
    else if (event.key === "Enter" && !event.target.closest("button, a, select, input, [role=tab]")) start();
    else return;
    event.preventDefault();
  }

  // The clock stands still while another tab is in front.
  store.subscribe("shown", (kind) => {
    if (kind === store.active && (kind === "game") !== timer.running) tick();
  });
  new ResizeObserver(resize).observe(root);
  return { update, resize, key, alt: () => say("game_title") };
}
