// The page's state and what it drives: controls ↔ state → picture, address bar. Gradio's controls call in through
// `window.digitsPage`; the panels draw.

import { mountDownload, mountGenerate } from "./generate.js";
import { permalink, pictureUrl, query } from "./link.js";
import { mountMorph } from "./morph.js";
import { mountWrite } from "./write.js";
import { el, explain, language, say } from "./words.js";

const page = window.digitsPage;
const KINDS = { generate: "digits", morph: "walk", write: "text" };
const state = structuredClone(page.state); // {digits: {…}, walk: {…}, text: {…}}
const shown = structuredClone(page.state); // the last state of each that was painted
const panels = {}; // kind → {update(values, since), …}
let active = page.kind;

document.documentElement.lang = language === "zh" ? "zh-CN" : "en";

/** Change a request's values, from a control or from a panel; the controls follow if a panel did it. */
export function change(kind, values, { fromControls = false, since = performance.now() } = {}) {
  Object.assign(state[kind], values);
  if (!fromControls) page.trigger?.(`show_${kind}`);
  panels[kind]?.update(state[kind], since);
}

/** A panel has painted these values: they are true now, so the address may hold them. */
export function painted(kind, values, since, server) {
  shown[kind] = { ...structuredClone(values) };
  refused = null;
  if (kind === active) writeAddress();
  if (since === null) return;
  clearNotice("control");
  // After the next frame the picture is on the screen.
  requestAnimationFrame(() => setTimeout(() => {
    const took = Math.max(0, performance.now() - since);
    document.querySelectorAll(".took").forEach((node) => {
      const ms = took.toFixed(0);
      node.textContent = server === null ? say("took_alone", { ms }) : say("took", { ms, server: server.toFixed(0) });
      node.dataset.ms = took.toFixed(1);
    });
  }));
}

let addressTimer = 0;
let addressWritten = 0;
/** Keep the address bar true; browsers throttle history calls, so not more often than ten times a second. */
export function writeAddress() {
  const embed = document.getElementById("embed");
  if (embed) embed.disabled = active === "text" && !shown.text?.text; // an empty line has no picture
  clearTimeout(addressTimer);
  const wait = Math.max(0, addressWritten + 100 - performance.now());
  addressTimer = setTimeout(() => {
    addressWritten = performance.now();
    history.replaceState(history.state, "", permalink(active, shown[active]));
    document.dispatchEvent(new CustomEvent("digits:address"));
  }, wait);
}

/** What is open beside the digits themselves, as the frame of a walk: true at once, needs no picture. */
export function note(kind, values) {
  Object.assign(state[kind], values);
  Object.assign(shown[kind], values);
  if (kind === active) writeAddress();
}

// Notices

const notices = new Map(); // source → sentences
export function notice(source, sentences, { retry = null } = {}) {
  notices.set(source, { sentences, retry });
  drawNotices();
}
export function clearNotice(source) {
  if (notices.delete(source)) drawNotices();
}
function drawNotices() {
  const place = document.getElementById("notices");
  if (!place) return;
  place.replaceChildren(...[...notices].map(([source, { sentences, retry }]) => el("div", { class: "notice" },
    el("ul", {}, ...sentences.map((text) => el("li", { text }))),
    ...(retry ? [el("button", { class: "quiet", onclick: retry, text: say("retry") })] : []),
    el("button", { class: "quiet close", "aria-label": say("close"), onclick: () => clearNotice(source), text: "×" }))));
}

let refused = null; // the kind of the last request, if the server refused it

/** Tell why a picture is not there. */
export function failed(kind, error) {
  if (!error.problems) {
    const retry = () => { clearNotice("control"); panels[kind].update(state[kind], performance.now()); };
    notice("control", [say("unreachable")], { retry });
    return;
  }
  refused = kind;
  notice("control", error.problems.map((p) => `${explain(p)} ${say("kept")}`));
  if (!document.activeElement?.matches("input, textarea")) goBack(kind); // its field was left before the answer came
}

function goBack(kind) {
  refused = null;
  Object.assign(state[kind], structuredClone(shown[kind]));
  page.trigger?.(`show_${kind}`);
  panels[kind].update(state[kind], null);
}

// Copying

/** Copy text; the old way where a frame of another origin is not allowed the new one. */
export async function copy(text, button) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    const area = el("textarea", { style: "position:fixed;opacity:0", "aria-hidden": "true" });
    area.value = text;
    (button?.closest("dialog") ?? document.body).append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
    button?.focus();
  }
  const status = document.getElementById("status");
  if (status) status.textContent = say(done ? "copied" : "not_copied");
  if (button) {
    button.dataset.done = say(done ? "copied" : "not_copied");
    setTimeout(() => delete button.dataset.done, 1600);
  }
}

// The head: who draws, how long it took, the link

const OTHER_MODEL = new Set(["other_weights", "no_model", "broken_model", "unreachable_model", "not_ready"]); // the served model draws instead
const PATHS = { digits: "digits.png", walk: "walk.gif", text: "text.png" };

function picture(kind, scale) {
  const values = shown[kind];
  if (kind === "walk" && values.plane) {
    return pictureUrl("plane.png", "plane", { ...values, scale: Math.min(scale, 4) });
  }
  return pictureUrl(PATHS[kind], kind, { ...values, scale });
}

function embedDialog() {
  const kind = active;
  const link = permalink(kind, shown[kind]);
  const image = picture(kind, 4);
  const alt = panels[kind]?.alt() ?? "";
  const snippets = {
    HTML: `<a href="${escapeHtml(link)}"><img src="${escapeHtml(image)}" alt="${escapeHtml(alt)}"></a>`,
    Markdown: `[![${alt}](${image})](${link})`,
  };
  const dialog = el("dialog", { class: "sheet", "aria-labelledby": "embed-title", onclose: () => dialog.remove() },
    el("h2", { id: "embed-title", text: say("embed") }),
    ...Object.entries(snippets).map(([name, code]) => el("div", { class: "snippet" },
      el("label", { for: `snippet-${name}`, text: name }),
      el("textarea", { id: `snippet-${name}`, readonly: true, rows: 4, text: code }),
      el("button", { class: "quiet", onclick: (event) => copy(code, event.currentTarget), text: say("copy") }))),
    el("p", {}, el("a", { href: image, target: "_blank", rel: "noopener", text: say("picture_address") })),
    el("button", { class: "quiet close", "aria-label": say("close"), onclick: () => dialog.close(), text: "×" }));
  document.body.append(dialog);
  dialog.showModal();
}

/** Another model draws the same numbers: the page opens its own link again, with that model instead of this one. */
function modelDialog() {
  const open = ({ model, weights }) => {
    const url = new URL(permalink(active, shown[active]));
    url.searchParams.set("model", model);
    if (weights) url.searchParams.set("weights", weights);
    else url.searchParams.delete("weights");
    location.assign(url);
  };
  const drawn = ({ model, weights }) => model === page.pin.model && (!weights || weights === page.pin.weights);
  const name = ({ model }, i) => (page.models.findIndex((m) => m.model === model) < i ? say("bundled_model", { model }) : model);
  const field = el("input", { id: "model-name", type: "text", placeholder: "user/repo", autocomplete: "off", spellcheck: "false", required: true, maxlength: 200 });
  const told = el("p", { class: "told", role: "alert" });
  const openNamed = async (event) => {
    event.preventDefault();
    const model = field.value.trim();
    if (!model) return;
    told.textContent = say("fetching");
    const problems = await whenThere(model);
    if (!dialog.open || model !== field.value.trim()) return; // closed, or another name was typed meanwhile
    if (!problems.length) open({ model });
    else told.textContent = problems.map(explain).join(" ");
  };
  const dialog = el("dialog", { class: "sheet", "aria-labelledby": "model-title", onclose: () => dialog.remove() },
    el("h2", { id: "model-title", text: say("other_model") }),
    el("div", { class: "actions" }, ...page.models.map((choice, i) =>
      el("button", { class: "quiet", "aria-pressed": String(drawn(choice)), onclick: () => open(choice), text: name(choice, i) }))),
    ...(page.remote ? [el("form", { class: "snippet", onsubmit: openNamed },
      el("label", { for: "model-name", text: say("hub_model") }), field,
      el("button", { type: "submit", text: say("open") })), told] : []),
    el("button", { class: "quiet close", "aria-label": say("close"), onclick: () => dialog.close(), text: "×" }));
  document.body.append(dialog);
  dialog.showModal();
}

/** Wait until the server has a model, which it may have to fetch; resolves to the problems, none if it is there. */
async function whenThere(model, tries = 120) {
  const answer = await fetch(`model.json?model=${encodeURIComponent(model)}`).catch(() => null);
  if (answer?.ok) return [];
  const problems = (await answer?.json().catch(() => null))?.detail ?? [{ parameter: "model", value: model, code: "unreachable_model", args: { error: say("no_answer") } }];
  if (answer?.status !== 503 || tries === 0) return problems;
  await new Promise((done) => setTimeout(done, 1000));
  return whenThere(model, tries - 1);
}

function escapeHtml(text) {
  return text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
}

function mountHead(root) {
  root.replaceChildren(
    el("div", { class: "head" },
      el("h1", { text: say("title") }),
      el("p", { class: "reading" },
        el("button", { id: "model", class: "model", title: `${say("weights")} ${page.pin.weights}`, "aria-label": `${say("model")}: ${page.pin.model}`, "aria-haspopup": "dialog", onclick: modelDialog, text: page.pin.model.replace(/(@[0-9a-f]{8})[0-9a-f]{32}$/, "$1") }),
        el("span", { class: "device", text: page.device }),
        ...(page.status ? [el("span", { class: "origin", text: page.status })] : []),
        el("span", { class: "took", "aria-live": "off", text: "…" })),
      el("div", { class: "actions" },
        el("button", { id: "copy-link", onclick: (e) => copy(permalink(active, shown[active]), e.currentTarget), text: say("copy_link") }),
        el("button", { id: "embed", class: "quiet", onclick: embedDialog, text: say("embed") }))),
    el("p", { class: "lead", text: say("lead") }),
    el("div", { id: "notices", role: "alert" }),
    el("p", { id: "status", class: "unseen", role: "status" }));
  if (page.problems.length) notice("link", page.problems.map((p) => `${explain(p)} ${say(OTHER_MODEL.has(p.code) ? "not_same" : "ignored")}`));
  else drawNotices();
}

// A link may name a model that the server has yet to fetch: the page opens the link again when it is there, unless someone
// has begun to use what is shown meanwhile.
const openedLink = location.href;
let used = false;
if (page.problems.some((p) => p.code === "not_ready")) {
  whenThere(new URL(openedLink).searchParams.get("model")).then((problems) => {
    if (!problems.length && !used) location.replace(openedLink);
  });
}

// What Gradio calls

const mounts = { head: mountHead, generate: mountGenerate, download: mountDownload, morph: mountMorph, write: mountWrite };

page.mount = (name, element) => {
  const root = element.querySelector(".panel") ?? element;
  const panel = mounts[name](root);
  if (panel?.update) {
    const kind = KINDS[name];
    panels[kind] = panel;
    panel.update(state[kind], performance.now());
  }
};
// A control's value ↔ the request's: Gradio's choices are texts, and "" stands for none.
const fromControl = { digit: (value) => (value === "" || value === null ? null : Number(value)), text: (value) => value ?? "" };
const toControl = { digit: (value) => (value === null ? "" : String(value)) };
page.control = (kind, name, value) => {
  const since = performance.now();
  const next = fromControl[name] ? fromControl[name](value) : value;
  if (next === state[kind][name]) return;
  used = true;
  if (kind === "walk" && name === "plane") panels.walk?.plane(next);
  else if (kind === "digits" && name !== "open") change(kind, { [name]: next, open: null }, { fromControls: true, since });
  else change(kind, { [name]: next }, { fromControls: true, since });
};
page.values = (kind) => state[kind];
const NEED_CLASSES = new Set(["digit", "ten", "text"]); // which model a link names, and so what it can do, is known only here
page.values_of = (kind, names) => names.map((name) => {
  const value = toControl[name] ? toControl[name](state[kind][name]) : state[kind][name];
  if (page.conditional || !NEED_CLASSES.has(name)) return value;
  return { __type__: "update", value, interactive: false, info: say("no_classes") };
});
page.connect = (trigger) => {
  page.trigger = trigger;
  page.ready.then(() => {
    Object.values(KINDS).forEach((kind) => trigger(`show_${kind}`));
    openFirst();
  });
};
// Gradio mounts the tabs when it likes, and tells of a selection while it does; the link's tab wins.
const firstTab = Object.keys(KINDS).find((name) => KINDS[name] === page.kind);
let opened = firstTab === "generate";
function openFirst() {
  const button = document.getElementById(`tab-${firstTab}-button`);
  if (opened || button?.getAttribute("aria-selected") === "true") opened = true;
  else {
    button?.click();
    setTimeout(openFirst, 30);
  }
}
page.open = (tab) => document.getElementById(`tab-${tab}-button`)?.click();
page.revert = (kind, name) => {
  // A field that is left with a value that was refused goes back to what is shown.
  if (refused === kind) {
    goBack(kind);
    clearNotice("control");
  }
  return toControl[name] ? toControl[name](state[kind][name]) : state[kind][name];
};
page.select = (tab) => {
  if (!opened && tab !== firstTab) return;
  active = KINDS[tab];
  writeAddress();
  requestAnimationFrame(() => panels[active]?.resize?.());
};
page.command = (kind, name) => panels[kind]?.[name]?.();
// How a digit reads, asked for when someone looks at it.
const readings = new Map();
let readingTimer = 0;
page.reading = (request, tell) => {
  const address = pictureUrl("judge.json", "digits", { ...request, count: 1, ten: false, open: null, columns: null, scale: 1 });
  clearTimeout(readingTimer);
  if (readings.has(address)) return tell(readings.get(address));
  readingTimer = setTimeout(async () => {
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok) return;
    const [{ read_as: digit, probability }] = (await answer.json()).readings;
    const text = say("read_as", { digit, percent: Math.floor(probability * 100) });
    if (readings.size > 5000) readings.clear();
    readings.set(address, text);
    tell(text);
  }, 80);
  return undefined;
};
page.query = query; // the tests compare it with Python's writer
page.go();

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [role=slider], [role=listbox], [role=tab], dialog")) return;
  panels[active]?.key?.(event);
});

let resizing = 0;
window.addEventListener("resize", () => {
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(() => Object.values(panels).forEach((panel) => panel.resize?.()));
});
