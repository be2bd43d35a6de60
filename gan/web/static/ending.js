// How a game of "Real or drawn?" ended: the visitor's share beside the discriminator's and chance, and every digit with
// the truth.

import { answersOf, byChance, tally } from "../engine/rounds.js";
import { el } from "./dom.js";
import { ownLink } from "./link.js";
import { limits, page } from "./page.js";
import { say } from "./words.js";

const MARKS = { true: "✓", false: "✗" };
const percent = (share) => say("game_percent", { percent: (100 * share).toFixed(share > 0 && share < 0.01 ? 1 : 0) });

/** The ending of a played game (game.js) as an element. `friend` is the score of the link that was opened, or null. */
export function ending({ game, friend }) {
  const { rounds, answers, values } = game;
  const own = tally(rounds, answers);
  const rows = el("tbody");
  const about = el("p", { class: "told" });
  const cards = rounds.map((round, i) => card(game, round, i));
  const cell = (parts) => el("td", {}, ...[parts].flat().map((text) => el("span", { text })));
  const row = (key, name, counts) =>
    el("tr", { class: key }, el("th", { scope: "row", text: name }), ...counts.map(cell));
  const shares = ({ all, real, drawn }) => (values.pairs ? [all] : [all, real, drawn]).map(share);
  const share = ({ right, of }) => [say("game_share", { right, of }), percent(right / of)];
  const blank = values.pairs ? [] : ["–", "–"];

  rows.append(row("you", say("game_you"), shares(own)));
  if (friend !== null) {
    rows.append(row("friend", say("game_the_friend"), [share({ right: friend, of: limits.rounds }), ...blank]));
  }
  rows.append(row("d", say("game_d", { model: page.pin.model }), ["…", ...blank]));
  rows.append(row("chance", say("game_chance"), values.pairs ? [percent(0.5)] : Array(3).fill(percent(0.5))));

  // The discriminator's row and scores; they are there as a rule, since they were asked for when the game began.
  game.opponent.then(({ logits, neutral, loss, why }) => {
    if (!logits) {
      rows.querySelector(".d").remove();
      about.textContent = why;
      return;
    }
    const judged = answersOf(logits, { pairs: values.pairs, neutral });
    rows
      .querySelector(".d")
      .replaceWith(row("d", say("game_d", { model: page.pin.model }), shares(tally(rounds, judged))));
    const kind = values.pairs ? "pairs" : loss === "wasserstein" ? "critic" : "d";
    about.textContent = say(`game_about_${kind}`, { neutral: Number(neutral.toFixed(2)) });
    for (const [i, { judge }] of cards.entries()) judge(judged[i], logits);
  });

  const heads = ["all", ...(values.pairs ? [] : ["real", "drawn"])];
  return el(
    "section",
    {},
    el("h2", { tabindex: -1, text: say("game_result", own.all) }),
    el("p", {
      class: "told",
      text: say("game_by_chance", { right: own.all.right, percent: percent(byChance(own.all)) }),
    }),
    el(
      "table",
      { class: "game-table" },
      el(
        "thead",
        {},
        el("tr", {}, el("td"), ...heads.map((key) => el("th", { scope: "col", text: say(`game_col_${key}`) }))),
      ),
      rows,
    ),
    about,
    el("h3", { text: say("game_truth") }),
    el("ol", { class: `game-cards${values.pairs ? " pairs" : ""}` }, ...cards.map(({ node }) => node)),
  );
}

// One round as it was: { node, judge(answer, logits) }, which adds the discriminator's scores.
function card({ rounds, answers, bitmaps, values }, round, i) {
  const perRound = round.digits.length;
  const right = answers[i] === round.answer;
  const scores = round.digits.map(() => el("span", { class: "score" }));
  const digits = round.digits.map((digit, side) => {
    const canvas = el("canvas", {
      width: limits.size,
      height: limits.size,
      role: "img",
      "aria-label": describe(digit),
    });
    bitmaps[i].then((found) => canvas.getContext("2d").drawImage(found[side], 0, 0));
    return el("div", { class: `one${digit.real ? " real" : ""}` }, canvas, el("p", {}, truth(digit)), scores[side]);
  });
  const said = (answer) =>
    say(answer === null ? "game_nothing" : `game_said_${values.pairs ? "pair" : "single"}_${answer}`);
  const you = el(
    "p",
    { class: `by ${right ? "right" : "wrong"}` },
    `${MARKS[right]} ${say("game_you_said", { answer: said(answers[i]) })}`,
  );
  const d = el("p", { class: "by" });
  return {
    node: el("li", { class: right ? "right" : "wrong" }, el("div", { class: "digits" }, ...digits), you, d),
    judge(answer, logits) {
      const ok = answer === rounds[i].answer;
      scores.forEach((score, side) => {
        score.textContent = signed(logits[i * perRound + side]);
      });
      d.className = `by ${ok ? "right" : "wrong"}`;
      d.textContent = `${MARKS[ok]} ${say("game_d_said", { answer: said(answer) })}`;
    },
  };
}

const signed = (logit) => `${logit > 0 ? "+" : "−"}${Math.abs(logit).toFixed(2)}`;

const describe = ({ real, digit }) => {
  if (real) return say("game_alt_real", { digit });
  return page.conditional ? say("game_alt_drawn", { digit }) : say("game_alt_drawn_any");
};

// What the digit was; a drawn one leads to where it can be drawn again.
function truth({ real, seed, digit }) {
  if (real) return say("game_real");
  const own = page.conditional ? digit : null;
  const values = { ...page.defaults.digits, seed, digit: own, count: 1, open: [seed] };
  return el("a", {
    href: ownLink("digits", values),
    title: say("digit_number", { number: seed }),
    text: say("game_drawn"),
  });
}
