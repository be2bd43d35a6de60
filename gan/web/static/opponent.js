// The visitor's opponent: what the model's discriminator says of the digits of a game. It is fetched with the first one.

import { fetchDiscriminator } from "../engine/discriminator.js";
import { page } from "./page.js";
import { say } from "./words.js";

let fetched = null; // a promise

/** `{ logits, neutral, loss }` of all digits of dealt rounds (deck.js); neutral: the logit between real and drawn, loss: what
 * it was trained with. Or `{ why }` there are none, in words. */
export async function opponentsScores({ rounds, pixels }) {
  if (!page.discriminator) return { why: say(`game_d_${page.no_discriminator}`, { model: page.pin.model }) };
  if (!pixels) return { why: say("game_no_pixels") };
  fetched ??= fetchDiscriminator(page.discriminator);
  try {
    const { discriminator, reference } = await fetched;
    const classes = rounds.flatMap((round) => round.digits.map(({ digit }) => digit));
    return {
      logits: Array.from(discriminator.logits(pixels, classes)),
      neutral: reference.neutral,
      loss: reference.loss,
    };
  } catch (error) {
    fetched = null; // the next game tries again
    return { why: say("game_d_failed", { error: error.message }) };
  }
}
