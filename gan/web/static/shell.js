// The shell of a page without a server: the head's place, the tabs, each with its controls and the place of its panel.

import { Controls } from "./controls.js";
import { el } from "./dom.js";
import { makeInputs } from "./inputs.js";
import { page } from "./page.js";
import { say } from "./words.js";

/** Build it in an element, from the parts of the page (compose.js), with the store's tab in front. */
export function buildShell(root, { store, panels, failures, mounts }) {
  const controls = new Controls({ store, failures });
  const kinds = page.tabs;
  const names = Object.keys(kinds);
  const tabs = Object.fromEntries(names.map((name) => [name, makeTab(name)]));

  const list = el("div", { role: "tablist", class: "tab-nav" }, ...names.map((name) => tabs[name].button));
  list.addEventListener("keydown", (event) => {
    const at = names.indexOf(tabOf(store.active));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[names.at(to % names.length)];
    next.button.focus();
    next.button.click();
  });
  const head = el("div", { class: "panel" });
  const foot = el("div", { class: "panel" });
  root.append(
    el("header", { id: "mount-head" }, head),
    el("main", { id: "tabs" }, list, ...names.map((name) => tabs[name].node)),
    el("footer", {}, el("div", { id: "mount-foot" }, foot), el("p", { class: "info", text: say("no_server") })),
  );
  mounts.head(head);
  mounts.foot(foot);
  store.subscribe("changed", (kind, { byControl }) => {
    if (!byControl) tabs[tabOf(kind)].show();
  });
  select(tabOf(store.active));

  function tabOf(kind) {
    return names.find((name) => kinds[name] === kind);
  }

  // A tab's panel is mounted when the tab is first in front: it may draw a lot.
  function makeTab(name) {
    const kind = kinds[name];
    const places = [];
    const inputs = makeInputs(name, {
      controls,
      place: (place, element) => places.push(() => mounts[place](element)),
    });
    const panel = el("div", { class: "panel" });
    const work = el("div", { class: "column" }, el("div", { id: `mount-${name}` }, panel));
    const node = el(
      "section",
      { role: "tabpanel", id: `tab-${name}`, "aria-labelledby": `tab-${name}-button`, hidden: true },
      page.controls[name].length ? el("div", { class: "bench" }, inputs.node, work) : work,
    );
    const button = el("button", {
      role: "tab",
      id: `tab-${name}-button`,
      "aria-controls": `tab-${name}`,
      onclick: () => select(name),
      text: say(`tab_${name}`),
    });
    let mounted = false;
    const mount = () => {
      if (mounted) return;
      mounted = true;
      panels.add(kind, mounts[name](panel));
      for (const fill of places) fill();
    };
    inputs.show();
    return { node, button, mount, show: inputs.show };
  }

  // A phone has no room for all tabs: the row scrolls.
  function showInRow(button) {
    const [row, own] = [list, button].map((node) => node.getBoundingClientRect());
    list.scrollLeft += own.left + own.width / 2 - (row.left + row.width / 2);
  }

  function select(chosen) {
    for (const name of names) {
      const { node, button } = tabs[name];
      node.hidden = name !== chosen;
      button.setAttribute("aria-selected", String(name === chosen));
      button.tabIndex = name === chosen ? 0 : -1;
      button.classList.toggle("selected", name === chosen);
    }
    showInRow(tabs[chosen].button);
    tabs[chosen].mount();
    store.activate(kinds[chosen]);
    panels.resize(kinds[chosen]);
  }
}
