// Learn: the lesson of docs/learn.md. Its text, and the script that shows it (lesson.js), are fetched when the tab is first
// opened.

import { el } from "./dom.js";
import { page } from "./page.js";
import { script } from "./script.js";
import { language, say } from "./words.js";

export function mountLearn(root, { store, panels, openTab }) {
  let lesson = null;
  let asked = false;
  let wanted = null; // a section, { section, back }, that is shown as soon as it can be seen
  const told = el("p", { id: "learn-told", class: "told", role: "status" });
  const retry = el("button", { class: "quiet", hidden: true, onclick: open, text: say("retry") });
  const place = el("div", { class: "lesson" });
  root.replaceChildren(el("p", { class: "lead", text: say("learn_lead") }), told, retry, place);

  async function open() {
    asked = true;
    retry.hidden = true;
    told.textContent = say("learn_loading");
    try {
      const [{ showLesson }, text] = await Promise.all([script(page.lesson.script), textAt(page.lesson[language])]);
      lesson = showLesson(place, text, { store, panels, openTab });
    } catch {
      told.textContent = say("learn_missing");
      retry.hidden = false;
      return;
    }
    told.textContent = "";
    root.dataset.lesson = language;
    settle();
  }

  function settle() {
    if (!root.clientWidth) return; // another tab is in front
    if (!asked) open();
    if (!lesson || !wanted) return;
    const known = lesson.go(wanted);
    told.textContent = known ? "" : say("learn_no_section", { section: wanted.section });
    wanted = null;
  }

  // Who goes back passes no moment.
  function update(values, since) {
    wanted = { section: values.learn, back: since === null };
    store.painted("learn", values);
    settle();
  }

  new ResizeObserver(settle).observe(root);
  return { update, resize: settle, alt: () => say("learn_title") };
}

async function textAt(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.text();
}
