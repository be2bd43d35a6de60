// The head of the page: its name, what it is, and what can be done with whatever is shown. Its foot: who draws.

import { el, isForBrowser } from "./dom.js";
import { openEmbed } from "./embed.js";
import { leadParts } from "./lead.js";
import { ownLink, permalink } from "./link.js";
import { openModels } from "./model.js";
import { page } from "./page.js";
import { sayOf, shareButton } from "./share.js";
import { openShelf } from "./shelf.js";
import { explain, say, shownInstead } from "./words.js";

const REVISION = /(@[0-9a-f]{8})[0-9a-f]{32}$/; // of a model on the Hub; its first digits do
// With these problems, the served model draws instead of the one that the link names.
const OTHER_MODEL = new Set(["other_weights", "no_model", "broken_model", "unreachable_model", "not_ready"]);

// Failures that no second try changes.
const FOR_GOOD = new Set(["no-wasm", "no-simd", "unsupported"]);
const PICTURED = ["digits", "walk", "text"]; // kinds that routes draw

export function mountHead(root, { store, pixels, own, notices, panels, steps, shelf, openTab, playDigits, stage }) {
  const link = shareButton({
    id: "copy-link",
    class: "quiet",
    link: () => permalink(store.active, store.shown(store.active)),
    title: () => panels.alt(store.active),
  });
  const embed = el("button", {
    id: "embed",
    class: "quiet",
    onclick: () => openEmbed(store.active, store.shown(store.active), panels.alt(store.active)),
    text: say("embed"),
  });
  const undo = el("button", {
    id: "undo",
    class: "quiet",
    title: say("key", { key: "Ctrl+Z" }),
    onclick: () => steps.undo(),
    text: say("undo"),
  });
  const kept = el("button", { id: "shelf", class: "quiet", "aria-haspopup": "dialog", onclick: showShelf });
  const room = el("button", {
    id: "stage",
    class: "quiet",
    title: say("key", { key: "F" }),
    onclick: stage,
    text: say("stage"),
  });
  function showShelf() {
    openShelf({ shelf, playDigits });
  }
  root.replaceChildren(
    el(
      "div",
      { class: "head" },
      el("h1", { text: say("title") }),
      el("div", { class: "actions" }, undo, kept, link, embed, room),
    ),
    el("p", { class: "lead" }, ...lead(store, openTab)),
    own.place,
    notices.place,
    el("p", { id: "status", class: "unseen", role: "status" }),
  );
  if (page.problems.length) notices.tell("link", page.problems.map(tellProblem));

  const tellLinks = () => {
    const empty = store.active === "text" && !store.shown("text").text;
    const pictured = PICTURED.includes(store.active);
    embed.disabled = empty || !pictured || Boolean(page.own); // nothing to embed, or nothing that a server has
    sayOf(link, page.own && pictured ? "copy_training" : null);
  };
  store.subscribe("shown", tellLinks);
  pixels.subscribe(tellLinks);
  tellLinks();
  const allowUndo = () => {
    undo.disabled = !steps.any;
  };
  steps.subscribe(allowUndo);
  allowUndo();
  const count = () => {
    kept.textContent = `♥ ${shelf.digits.length}`;
    kept.setAttribute("aria-label", say("shelf_count", { count: shelf.digits.length }));
  };
  shelf.subscribe(count);
  count();
}

// In the sentence under the title, the words GAN and discriminator lead to the lesson.
function lead(store, openTab) {
  return leadParts((word, section) => {
    const href = ownLink("learn", { learn: section });
    const onclick = (event) => {
      if (isForBrowser(event)) return;
      event.preventDefault();
      store.note("learn", { learn: section }); // at once: it is one step from here to there
      store.change("learn", {}, { step: false });
      openTab("learn");
    };
    return el("a", { class: "word", href, onclick, text: word });
  });
}

/** The foot of the page: who draws, and how long the last picture took. */
export function mountFoot(root, { store, pixels, notices, own }) {
  const took = el("span", { class: "took", "aria-live": "off", text: "…" });
  const model = el("button", {
    id: "model",
    class: "model",
    title: `${say("weights")} ${page.pin.weights}`,
    "aria-label": `${say("model")}: ${page.pin.model}`,
    "aria-haspopup": "dialog",
    onclick: () => openModels(store),
  });
  const absent = el("span", { class: "origin" });
  const name = () => {
    model.textContent = page.own?.name ?? page.pin.model.replace(REVISION, "$1");
    absent.hidden = !page.absent.length;
    absent.textContent = say("absent_classes", { digits: page.absent.join(", ") });
  };
  pixels.subscribe(name);
  name();
  root.replaceChildren(
    el(
      "p",
      { class: "reading" },
      model,
      ...(page.status ? [el("span", { class: "origin", text: page.status })] : []),
      absent,
      el("span", { class: "drawn" }, ...whoDraws({ store, pixels, own }), " ", took),
    ),
  );
  const tellFailure = () => {
    if (!pixels.failure) return notices.clear("engine");
    const { code, message } = pixels.failure;
    const why = say(`engine_${code}`, { error: message });
    const retry = FOR_GOOD.has(code) ? null : () => draw(store, pixels, "browser");
    notices.tell("engine", [`${why} ${say(page.server ? "server_draws" : "alone_cannot_draw")}`], { retry });
  };
  pixels.subscribe(tellFailure);
  tellFailure();
  store.subscribe("painted", (_, { since, server }) => {
    if (since !== null) afterNextFrame(() => tellTime(took, performance.now() - since, server, pixels.place));
  });
}

// "drawn in your browser,": the sentence's words with a choice between them.
function whoDraws({ store, pixels, own }) {
  if (!page.server) return [nobodyElse(pixels)];
  const choice = el(
    "select",
    {
      id: "drawn-by",
      "aria-label": say("drawn_choice"),
      onchange() {
        own.giveBack(); // no server has it
        draw(store, pixels, choice.value);
      },
    },
    el("option", { value: "browser", disabled: page.engine === null, text: say("drawn_in_browser") }),
    el("option", { value: "server", text: say("drawn_by_server", { device: page.device }) }),
  );
  const show = () => {
    choice.value = pixels.place;
    choice.dataset.here = pixels.here;
  };
  pixels.subscribe(show);
  show();
  const [before, after] = say("drawn").split("{where}");
  return [before, choice, after];
}

// Without a server there is no choice.
function nobodyElse(pixels) {
  const node = el("span", { id: "drawn-by", text: say("drawn", { where: say("drawn_in_browser") }) });
  const show = () => {
    node.dataset.here = pixels.here;
  };
  pixels.subscribe(show);
  show();
  return node;
}

// Another one draws what is shown.
function draw(store, pixels, place) {
  pixels.choose(place);
  store.change(store.active, {}, { byControl: true });
}

const tellProblem = (problem) =>
  `${explain(problem)} ${OTHER_MODEL.has(problem.code) ? say("not_same") : shownInstead(problem.shown)}`;

// Then a picture that was painted now is on the screen.
const afterNextFrame = (tell) => requestAnimationFrame(() => setTimeout(tell));

function tellTime(node, milliseconds, server, place) {
  const ms = Math.max(0, milliseconds);
  const words = { ms: ms.toFixed(0), server: server?.toFixed(0) };
  const byServer = place === "server" ? "took" : "took_first"; // the server may be asked before the engine is there
  node.textContent = say(server === null ? "took_alone" : byServer, words);
  node.dataset.ms = ms.toFixed(1);
}
