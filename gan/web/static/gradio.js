// The bridge to Gradio: its places, controls and tabs call `digitsPage.…` in the js= snippets of gan/web/page.py.

import { query } from "./link.js";
import { page } from "./page.js";
import { setParameter } from "./setting.js";
import { say } from "./words.js";

const KINDS = { generate: "digits", morph: "walk", write: "text" }; // Gradio's tab → what it shows
const NEED_CLASSES = new Set(["digit", "ten", "text"]); // controls of models that can be asked for a digit

// A control's value ↔ the request's: Gradio's choices are texts, and "" stands for none.
const fromControl = {
  digit: (value) => (value === "" || value === null ? null : Number(value)),
  text: (value) => value ?? "",
};
const toControl = { digit: (value) => (value === null ? "" : String(value)) };

/** Answer Gradio's calls. `mounts` fill its places: by a place's name, a function of the element; what it returns, if
 * anything, is the panel of the place's tab. */
export function connectGradio({ store, panels, failures, mounts }) {
  const firstTab = Object.keys(KINDS).find((tab) => KINDS[tab] === store.active);
  let trigger = () => {};
  let opened = firstTab === "generate";

  store.subscribe("changed", (kind, { byControl }) => {
    if (!byControl) trigger(`show_${kind}`);
  });

  // Gradio mounts the tabs when it likes, and tells of a selection while it does; the link's tab wins.
  function openFirst() {
    const button = document.getElementById(`tab-${firstTab}-button`);
    if (opened || button?.getAttribute("aria-selected") === "true") opened = true;
    else {
      button?.click();
      setTimeout(openFirst, 30);
    }
  }

  const shownBy = (kind, name) => toControl[name]?.(store.values(kind)[name]) ?? store.values(kind)[name];

  Object.assign(page, {
    /** A place is on the page. */
    mount(name, element) {
      const panel = mounts[name](element.querySelector(".panel") ?? element);
      if (panel) panels.add(KINDS[name], panel);
    },
    /** Gradio is there; `triggerEvent` makes the controls ask for their values. */
    connect(triggerEvent) {
      trigger = triggerEvent;
      page.ready.then(() => {
        for (const kind of store.kinds) trigger(`show_${kind}`);
        openFirst();
      });
    },
    /** A control was changed. */
    control(kind, name, value) {
      setParameter({ store, failures }, kind, name, fromControl[name] ? fromControl[name](value) : value);
    },
    /** The values that controls show. */
    values_of(kind, names) {
      return names.map((name) => {
        const value = shownBy(kind, name);
        if (page.conditional || !NEED_CLASSES.has(name)) return value;
        return { __type__: "update", value, interactive: false, info: say("no_classes") };
      });
    },
    /** A field was left; returns its value. */
    revert: shownBy,
    /** A tab was chosen. */
    select(tab) {
      if (!opened && tab !== firstTab) return;
      store.activate(KINDS[tab]);
      requestAnimationFrame(() => panels.resize(store.active));
    },
    /** A button was pressed. */
    command: (kind, name) => panels.command(kind, name),
    values: (kind) => store.values(kind),
    open: openTab,
    query, // the tests compare it with Python's writer
  });
}

/** Bring a tab to the front. */
export function openTab(tab) {
  document.getElementById(`tab-${tab}-button`)?.click();
}
