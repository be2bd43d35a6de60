// The bridge to Gradio: its places, controls and tabs call `digitsPage.…` in the js= snippets of gan/web/page.py.

import { openTab, tabButton } from "./compose.js";
import { Controls } from "./controls.js";
import { query } from "./link.js";
import { page } from "./page.js";
import { say } from "./words.js";

const INFO = { ten: "ten_info", text: "text_info" }; // what Gradio's controls say (gan/web/controls.py)

/** Answer Gradio's calls with the parts of the page (compose.js). */
export function connectGradio({ store, panels, failures, mounts }) {
  const controls = new Controls({ store, failures });
  const kinds = page.tabs; // what each tab shows
  const firstTab = Object.keys(kinds).find((tab) => kinds[tab] === store.active);
  let trigger = () => {};
  let opened = firstTab === "generate";
  const unused = new Set(); // controls that the model which draws has no use for

  store.subscribe("changed", (kind, { byControl }) => {
    if (!byControl) trigger(`show_${kind}`);
  });

  // Gradio mounts the tabs when it likes, and tells of a selection while it does; the link's tab wins.
  function openFirst() {
    const button = tabButton(firstTab);
    if (opened || button?.getAttribute("aria-selected") === "true") opened = true;
    else {
      openTab(firstTab);
      setTimeout(openFirst, 30);
    }
  }

  Object.assign(page, {
    /** A place is on the page. */
    mount(name, element) {
      const panel = mounts[name](element.querySelector(".panel") ?? element);
      if (panel) panels.add(kinds[name], panel);
    },
    /** Gradio is there; `triggerEvent` makes the controls ask for their values. */
    connect(triggerEvent) {
      trigger = triggerEvent;
      document.title = say("title"); // Gradio has one for all languages
      page.ready.then(() => {
        for (const kind of store.kinds) trigger(`show_${kind}`);
        openFirst();
      });
    },
    /** A control was changed. */
    control: (kind, name, value) => controls.changed(kind, name, value),
    /** The values that controls show. */
    values_of(kind, names) {
      return names.map((name) => {
        const value = controls.shown(kind, name);
        if (!controls.used(name)) {
          unused.add(name);
          return { __type__: "update", value, interactive: false, info: say("no_classes") };
        }
        if (!unused.delete(name)) return value;
        const info = INFO[name] ? say(INFO[name]) : "";
        return { __type__: "update", value, interactive: true, info }; // another model draws than before
      });
    },
    /** A field was left; returns its value. */
    revert: (kind, name) => controls.left(kind, name),
    /** A tab was chosen. */
    select(tab) {
      if (!opened && tab !== firstTab) return;
      store.activate(kinds[tab]);
      requestAnimationFrame(() => panels.resize(store.active));
    },
    values: (kind) => store.values(kind),
    open: openTab,
    query, // the tests compare it with Python's writer
  });
}
