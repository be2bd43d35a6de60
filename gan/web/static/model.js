// Which model draws. Another one draws the same numbers: the page opens its own link again, with that model instead.

import { cardOf } from "./cards.js";
import { el } from "./dom.js";
import { ownLink } from "./link.js";
import { page } from "./page.js";
import { fillSheet, makeSheet } from "./sheet.js";
import { explain, say } from "./words.js";

const PATIENCE = 120; // seconds that the server may take to fetch a model

/** Open the dialog that offers the models; the choice opens the link of what the store shows. */
export function openModels(store) {
  const open = (choice) => location.assign(linkWith(store, choice));
  const sheet = makeSheet("model");
  const buttons = page.models.map((choice, i) =>
    el("button", {
      class: "quiet",
      "aria-pressed": String(isDrawing(choice)),
      onclick: () => open(choice),
      text: nameOf(choice, i),
    }),
  );
  fillSheet(
    sheet,
    say("other_model"),
    el("div", { class: "actions" }, ...buttons),
    ...page.models.flatMap((choice, i) =>
      choice.card ? [cardOf({ model: nameOf(choice, i), card: choice.card })] : [],
    ),
    ...(page.remote ? hubForm(sheet, open) : []),
  );
  sheet.showModal();
}

/** The link of what the store shows, drawn by another model. */
export function linkWith(store, { model, weights }) {
  const url = new URL(ownLink(store.active, store.shown(store.active)));
  url.searchParams.set("model", model);
  url.searchParams.delete("score"); // it was won against the other model's digits
  if (weights) url.searchParams.set("weights", weights);
  else url.searchParams.delete("weights");
  return url;
}

/** Whether a model of `page.models` draws the page. */
export const isDrawing = ({ model, weights }) => model === page.pin.model && (!weights || weights === page.pin.weights);

/** What the i-th of `page.models` is called; a run may have a bundled model's name, and comes first. */
export function nameOf({ model }, i) {
  const twice = page.models.findIndex((choice) => choice.model === model) < i;
  return twice ? say("bundled_model", { model }) : model;
}

// The field for a model on the Hub, and the place for what is wrong with it.
function hubForm(sheet, open) {
  const field = el("input", {
    id: "model-name",
    type: "text",
    placeholder: "user/repo",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
    maxlength: 200,
  });
  const told = el("p", { class: "told", role: "alert" });
  const onsubmit = async (event) => {
    event.preventDefault();
    const model = field.value.trim();
    if (!model) return;
    told.textContent = say("fetching");
    const problems = await whenThere(model);
    if (!sheet.open || model !== field.value.trim()) return; // closed, or another name was typed meanwhile
    if (!problems.length) open({ model });
    else told.textContent = problems.map(explain).join(" ");
  };
  const label = el("label", { for: "model-name", text: say("hub_model") });
  const button = el("button", { type: "submit", text: say("open") });
  return [el("form", { class: "snippet", onsubmit }, label, field, button), told];
}

/** Wait until the server has a model, which it may have to fetch; resolves to the problems, none if it is there. */
async function whenThere(model, tries = PATIENCE) {
  const answer = await fetch(`model.json?model=${encodeURIComponent(model)}`).catch(() => null);
  if (answer?.ok) return [];
  const silent = { parameter: "model", value: model, code: "unreachable_model", args: { error: say("no_answer") } };
  const problems = (await answer?.json().catch(() => null))?.detail ?? [silent];
  if (answer?.status !== 503 || tries === 0) return problems;
  await new Promise((done) => setTimeout(done, 1000));
  return whenThere(model, tries - 1);
}

/** A link may name a model that the server has yet to fetch: the page opens the link again when it is there, unless
 * someone has begun to use what is shown meanwhile. */
export function reopenWhenThere(store) {
  if (!page.problems.some((problem) => problem.code === "not_ready")) return;
  const opened = location.href;
  let used = false;
  store.subscribe("changed", () => {
    used = true;
  });
  whenThere(new URLSearchParams(location.search.replace(/&amp;/g, "&")).get("model")).then((problems) => {
    if (!problems.length && !used) location.replace(opened);
  });
}
