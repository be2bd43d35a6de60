// A panel whose script is fetched when its tab is first in front.

import { el } from "./dom.js";
import { page } from "./page.js";
import { script } from "./script.js";
import { say } from "./words.js";

/** The panel of a part, by its name in parts.js, which is mounted with `details` as soon as it can be seen. Until then it
 * keeps what is wished for and the last command. */
export function laterPanel(root, name, details) {
  let panel = null;
  let wished = null; // the arguments of the last update
  let started = false;
  let loading = false;
  const told = el("p", { class: "told", role: "status" });
  const retry = el("button", { class: "quiet", hidden: true, onclick: load, text: say("retry") });
  root.replaceChildren(told, retry);

  async function load() {
    loading = true;
    retry.hidden = true;
    told.textContent = say("part_loading");
    const parts = await script(page.parts).catch(() => null);
    if (!parts) {
      told.textContent = say("part_missing");
      retry.hidden = false;
      return;
    }
    panel = parts.PARTS[name](root, details);
    panel.update(...wished);
    if (started) panel.start();
  }

  function seen() {
    if (root.clientWidth && !loading) load();
  }
  new ResizeObserver(seen).observe(root);

  return {
    update(...wish) {
      wished = wish;
      panel?.update(...wish);
    },
    resize: () => (panel ? panel.resize() : seen()),
    start() {
      started = true;
      panel?.start();
    },
    alt: () => (panel ? panel.alt() : say(`${name}_title`)),
    key: (event) => panel?.key?.(event),
  };
}
