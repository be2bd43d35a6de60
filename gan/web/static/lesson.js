// The lesson on the page, from the HTML that gan/web/lesson.py made of its Markdown: its links change the tab without
// another page, and its largest table is a chart that can be sorted.

import { chartOf } from "./ablation.js";
import { isForBrowser } from "./dom.js";
import { ownLink } from "./link.js";
import { page } from "./page.js";
import { kindOf, putRight, readQuery } from "./read.js";
import { say } from "./words.js";

/** Show a lesson in its place; returns { go }. */
export function showLesson(place, html, { store, panels, openTab }) {
  place.innerHTML = html; // our own, without scripts
  const requests = new Map(); // what each of the page's own links asks for
  const left = new Map(); // by section: the link by which it was left
  for (const link of place.querySelectorAll("a[href^='?']")) {
    const request = requestOf(link.getAttribute("href").slice(1));
    requests.set(link, request);
    link.href = ownLink(request.kind, request.values); // for who opens it in another tab, or copies it
    if (request.kind === "learn") continue;
    if (!link.querySelector("img")) link.classList.add("live");
    link.title = say("learn_opens", { tab: say(`tab_${tabOf(request.kind)}`) });
  }
  const contents = place.querySelector(".contents");
  contents.setAttribute("aria-label", say("learn_contents"));
  markCurrent(contents, requests);
  const measured = place.querySelector("table[data-section=measured]");
  if (measured) chartOf(measured);

  place.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!requests.has(link) || isForBrowser(event)) return;
    event.preventDefault();
    left.set(store.shown("learn").learn, link);
    follow(requests.get(link));
  });

  function follow({ kind, values }) {
    if (kind === "learn") return store.change("learn", values);
    store.note(kind, values); // at once: it is one step from here to there, whenever its picture comes
    store.change(kind, {}, { step: false });
    openTab(tabOf(kind));
    document.getElementById(`tab-${tabOf(kind)}-button`)?.focus();
    document.getElementById("tabs").scrollIntoView();
    if (values.preset) panels.command("watch", "start");
  }

  /** Go to a section, or `back` to the link by which it was left; returns whether there is such a section. */
  function go({ section, back }) {
    const heading = document.getElementById(`learn-${section}`);
    const link = back ? left.get(section) : heading?.querySelector("a");
    if (link && back) link.scrollIntoView({ block: "center" });
    else if (heading || back) (heading ?? place).scrollIntoView();
    if (document.activeElement !== document.body) link?.focus({ preventScroll: true }); // not when the page has opened
    return heading !== null || section === "";
  }
  return { go };
}

function requestOf(query) {
  const kind = kindOf(query);
  const { values, problems } = readQuery(kind, query);
  const { model, weights, v, ...own } = putRight(kind, values, problems, {
    model: page.pin.model,
    conditional: page.conditional,
  }).values;
  return { kind, values: own };
}

const tabOf = (kind) => Object.keys(page.tabs).find((tab) => page.tabs[tab] === kind);

const READING = 100; // pixels from the top: the last heading above that line is the one whose section is read

// The table of contents tells which section is being read.
function markCurrent(contents, requests) {
  const links = [...contents.querySelectorAll("a")];
  const headings = links.map((link) => document.getElementById(`learn-${requests.get(link).values.learn}`));
  const observer = new IntersectionObserver(
    () => {
      const read = headings.findLastIndex((heading) => heading.getBoundingClientRect().top < READING);
      links.forEach((link, i) => {
        if (i === read) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
    },
    { rootMargin: `-${READING}px 0px 0px 0px` },
  );
  for (const heading of headings) observer.observe(heading);
}
