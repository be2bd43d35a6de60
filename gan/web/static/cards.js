// A model's card on the page, fetched when it is opened. gan/web/site_models.py wrote it as HTML that holds no script.

import { el } from "./dom.js";
import { say } from "./words.js";

/** What is known of a model, `{ model, card: its address }`, folded. */
export function cardOf({ model, card }) {
  const text = el("div", { class: "card" });
  const fold = el("details", {}, el("summary", { text: say("card_of", { model }) }), text);
  fold.addEventListener("toggle", async () => {
    if (!fold.open || text.hasChildNodes()) return;
    const answer = await fetch(card).catch(() => null);
    if (answer?.ok) text.innerHTML = await answer.text();
    else text.textContent = say("no_card");
  });
  return fold;
}
