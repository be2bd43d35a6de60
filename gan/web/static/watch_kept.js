// What was trained is kept: as a download, or in the other tabs, which draw with it then (own.js).

import { el } from "./dom.js";
import { page } from "./page.js";
import { say } from "./words.js";

/** { node, show(), hear(message) }; `own` is an Own, `openTab(name)` brings a tab to the front. */
export function watchKept({ training, store, own, openTab }) {
  const use = el("button", { id: "watch-use", disabled: true, onclick: () => ask("use"), text: say("watch_use") });
  const keep = el("button", {
    id: "watch-keep",
    class: "quiet",
    disabled: true,
    onclick: () => ask("save"),
    text: say("watch_keep"),
  });
  const told = el("p", { id: "watch-kept", class: "told", role: "status" });
  const node = el("div", {}, el("div", { class: "actions downloads" }, use, keep), told);
  let busy = false; // the worker makes what was asked for

  function ask(what) {
    busy = true;
    told.textContent = say("watch_making");
    training[what]();
    show();
  }

  function end(words = "") {
    busy = false;
    told.textContent = words;
    show();
  }

  const HEARD = {
    saved({ zip }) {
      const link = el("a", { href: URL.createObjectURL(new Blob([zip], { type: "application/zip" })) });
      link.download = `${training.recipe.name}-${training.steps}.zip`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      end();
    },
    async drawable(made) {
      const name = say("own_name", { recipe: training.recipe.name, steps: made.steps });
      try {
        await own.use(made, { name, watch: store.values("watch") });
      } catch (error) {
        return end(say("own_failed", { error: error.message, model: page.pin.model }));
      }
      end();
      openTab("generate");
      own.place.scrollIntoView({ block: "nearest" });
    },
    unkept: ({ message }) => end(say("watch_unkept", { error: message })),
    failed: () => end(),
  };

  function show() {
    for (const button of [use, keep]) button.disabled = busy || !training.able || training.state === "ready";
  }

  return { node, show, hear: (message) => HEARD[message.kind]?.(message) };
}
