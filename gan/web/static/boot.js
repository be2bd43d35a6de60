// In the HTML of a page without a server, before anything else: what draws is asked for at once, and a file that is
// missing is told by name, whichever script it is.

import { modelOfQuery } from "./models.js";
import { page } from "./page.js";
import { say } from "./words.js";

/** Say something in place of the page, or above it; the HTML has an element for it. */
function tell(message) {
  const plain = document.getElementById("plain");
  if (plain) plain.append(Object.assign(document.createElement("p"), { role: "alert", textContent: message }));
  else addEventListener("DOMContentLoaded", () => tell(message));
}

const missing = (address) => tell(say("file_missing", { file: address.replace(/^\.\//, "") }));

// A script or style that didn't come, or a script that this browser can't read.
addEventListener(
  "error",
  ({ target, message }) => {
    const file = target instanceof HTMLElement && (target.getAttribute("src") ?? target.getAttribute("href"));
    if (file) missing(file);
    else if (!page.started) tell(say("old_browser", { error: message ?? "" }));
  },
  true,
);

page.drawing = modelOfQuery(page.models, location.search.slice(1));
page.engine = page.drawing.engine;
const theme = matchMedia("(prefers-color-scheme: dark)");
const chosen = new URLSearchParams(location.search).get("__theme"); // as Gradio's pages have it
const dark = () => (chosen === "dark" || chosen === "light" ? chosen === "dark" : theme.matches);
const paint = () => document.documentElement.classList.toggle("dark", dark());
theme.addEventListener?.("change", paint);
paint();

function asked(address) {
  const answer = fetch(address);
  answer.then(
    ({ ok }) => ok || missing(address),
    () => {}, // no connection: the engine says so
  );
  return answer;
}

/** The engine's worker, on its way before the script that talks to it. */
function started(address) {
  const worker = new Worker(address, { type: "module" });
  worker.addEventListener("message", () => {
    worker.arrived = true;
  });
  worker.addEventListener("error", async () => {
    worker.failed = true;
    const answer = await fetch(address).catch(() => null);
    if (answer && !answer.ok) missing(address);
  });
  return worker;
}

const { weights, wasm, worker } = page.engine;
page.engine.asked = { weights: asked(weights), wasm: asked(wasm) };
try {
  page.engine.asked.worker = started(worker);
} catch {
  // the engine says that it can't be started
}
