// The rules of "Real or drawn?": the rounds that a seed stands for, the same everywhere, so that a link is the same game;
// and how answers count.
//
// A round shows one digit, real or drawn, or a pair of both. An answer is 0 or 1: the digit is real, or it is drawn; of a
// pair: the left one is real, or the right one. null: no answer came in time.

import { RandomState } from "./random.js";

const CLASSES = 10;
const LEAST = 2 / 5; // of the rounds have the answer 0, and as many the answer 1: of either kind there are enough to count

/** The rounds of a game: a list of { digits, answer }, whose digits are { real: true, place, digit } (the place among the
 * real ones, `perClass` of each class) or { real: false, seed, digit }. `digit` is the class.
 *
 * Nothing but the picture gives a digit away. Every class is as likely for a real one as for a drawn one, both of a pair
 * have the same, and each round is independent of the others: who has seen a real three learns nothing of the next. Only a
 * real digit comes no second time, since it would be known by then. */
export function roundsOf(seed, { count, pairs, perClass }) {
  const random = new RandomState().seed(seed);
  const below = (n) => Math.floor(random.uniform() * n);
  const answers = fairAnswers(count, () => below(2));
  const seen = new Set();
  const realDigit = (digit) => {
    let place;
    do place = digit * perClass + below(perClass);
    while (seen.has(place));
    seen.add(place);
    return { real: true, place, digit };
  };
  const drawnDigit = (digit) => ({ real: false, seed: below(2 ** 32), digit });
  return answers.map((answer) => {
    const digit = below(CLASSES);
    if (!pairs) return { digits: [answer === 0 ? realDigit(digit) : drawnDigit(digit)], answer };
    const both = [realDigit(digit), drawnDigit(digit)];
    return { digits: answer === 0 ? both : both.reverse(), answer };
  });
}

// A coin for each round, all of them again as long as one side is rare. With just as many of each, the last answers could
// be told by counting.
function fairAnswers(count, coin) {
  const least = Math.ceil(count * LEAST);
  for (;;) {
    const answers = Array.from({ length: count }, coin);
    const zeros = answers.filter((answer) => answer === 0).length;
    if (zeros >= least && count - zeros >= least) return answers;
  }
}

/** What a discriminator answers, from its logits of the digits, round by round: above `neutral` (0 with most losses) a digit
 * is real; of a pair, the one with the higher logit. */
export function answersOf(logits, { pairs, neutral }) {
  if (!pairs) return logits.map((logit) => (logit > neutral ? 0 : 1));
  return Array.from({ length: logits.length / 2 }, (_, i) => (logits[2 * i] > logits[2 * i + 1] ? 0 : 1));
}

/** How answers count: { right, of } of all rounds, and the same of those whose answer is 0 (of single digits: the real
 * ones, sensitivity) and of those whose answer is 1 (the drawn ones, specificity). */
export function tally(rounds, answers) {
  const count = (asked) => ({
    right: rounds.filter(({ answer }, i) => asked(answer) && answers[i] === answer).length,
    of: rounds.filter(({ answer }) => asked(answer)).length,
  });
  return { all: count(() => true), real: count((answer) => answer === 0), drawn: count((answer) => answer === 1) };
}

/** The probability that a coin is right in `right` of `of` rounds or more. */
export function byChance({ right, of }) {
  let [term, sum] = [1, 0]; // the binomial coefficient of `of` over k
  for (let k = 0; k <= of; k++) {
    if (k >= right) sum += term;
    term = (term * (of - k)) / (k + 1);
  }
  return sum / 2 ** of;
}
