// Judge: a digit that the visitor draws, or a picture of one. What D makes of it, what it is read as, and where the generator
// comes nearest to it. The drawing is the link.

import { readDrawing, writtenDrawing } from "../engine/drawing.js";
import { el } from "./dom.js";
import { DrawPad, PictureError } from "./drawpad.js";
import { drawEye, eyeCanvas } from "./eye.js";
import { digitCanvas, Finder, paintDigit } from "./finder.js";
import { Judges } from "./verdict.js";
import { say } from "./words.js";

export function mountJudge(root, { store, openTab, playDigits }) {
  const judges = new Judges();
  const pad = new DrawPad(say("judge_paper"), changed);
  let digit = null; // what the drawing is read as
  let opened = false;

  const undo = el("button", { id: "judge-undo", class: "quiet", onclick: () => pad.undo(), text: say("judge_undo") });
  const clear = el("button", {
    id: "judge-clear",
    class: "quiet",
    onclick: () => pad.clear(),
    text: say("judge_clear"),
  });
  const file = el("input", { id: "judge-file", type: "file", accept: "image/*", class: "unseen", onchange: chosen });
  const choose = el("label", { class: "button quiet", for: "judge-file", text: say("judge_choose") });
  const told = el("p", { id: "judge-told", class: "hint", role: "status" });
  const seen = digitCanvas(say("judge_seen"));
  const eye = eyeCanvas(say("judge_eye"));
  const verdict = el("div", { id: "judge-verdict", "aria-live": "polite" });
  const again = el("button", { id: "judge-again", class: "quiet", hidden: true, onclick: load, text: say("retry") });
  const finder = new Finder({ open: openNumber, morph: playDigits });
  finder.button.addEventListener("click", () => finder.find(pad.pixels, digit));

  const figure = (canvas, name) => el("figure", {}, canvas, el("figcaption", { text: say(`judge_${name}`) }));
  root.replaceChildren(
    el("p", { class: "lead", text: say("judge_lead") }),
    el(
      "div",
      { class: "judge" },
      el(
        "div",
        { class: "judge-paper" },
        pad.node,
        el("div", { class: "actions" }, undo, clear, el("span", { class: "chooser" }, file, choose)),
        el("p", { class: "hint", text: say("judge_paper_help") }),
        told,
      ),
      el(
        "div",
        { class: "judge-told" },
        el("div", { class: "judge-pictures" }, figure(seen, "seen"), figure(eye, "eye")),
        verdict,
        again,
        el("p", { class: "hint", text: say("judge_eye_help") }),
        el("section", { class: "part" }, el("h2", { text: say("judge_find_title") }), finder.node),
      ),
    ),
  );

  // The drawing

  function changed(pixels, { done }) {
    const since = performance.now();
    paintDigit(seen, pixels);
    if (!done) return;
    told.textContent = "";
    judge(pixels);
    root.dataset.took = (performance.now() - since).toFixed(1);
    store.change("judge", { judge: pixels ? writtenDrawing(pixels) : "" }, { since });
  }

  function judge(pixels) {
    undo.disabled = !pad.undoable;
    clear.disabled = !pixels;
    finder.forget(pixels);
    const light = document.querySelector(".dark") === null;
    const ground = light ? { paper: 255, ink: 40 } : { paper: 24, ink: 235 };
    if (!pixels) drawEye(eye, new Uint8Array(784), new Float32Array(784), ground);
    if (!pixels || !judges.there) {
      digit = null;
      const state = pixels ? [] : [say("judge_empty")];
      tell(root.dataset.state === "ready" ? [...state, ...judges.missing] : [...state, say("judge_loading")]);
      if (pixels) drawEye(eye, pixels, new Float32Array(784), ground);
      return;
    }
    const found = judges.read(pixels);
    digit = found.digit;
    drawEye(eye, pixels, found.eye ?? new Float32Array(784), ground);
    tell([...found.sentences, ...judges.missing]);
  }

  function tell(sentences) {
    verdict.replaceChildren(...sentences.map((text) => el("p", { text })));
  }

  async function load() {
    again.hidden = true;
    root.dataset.state = "loading";
    judge(pad.pixels);
    await judges.load();
    again.hidden = !judges.failed;
    root.dataset.state = "ready";
    judge(pad.pixels);
  }

  // Pictures

  async function take(given) {
    try {
      told.textContent = "";
      const { did, width, height, reduced } = await pad.take(given);
      const done = [...(reduced ? ["reduced"] : []), ...did].map((code) => say(`judge_did_${code}`));
      const list = done.length ? say("judge_did", { list: done.join(say("judge_comma")) }) : "";
      told.textContent = [say("judge_taken", { width, height }), list].filter(Boolean).join(say("judge_space"));
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      told.textContent = say(`judge_${error.code}`, error.values);
    }
  }

  function chosen() {
    if (file.files.length) take(file.files[0]);
    file.value = ""; // the same file may be chosen again
  }

  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    const [given] = event.dataTransfer.files;
    if (given) take(given);
    else told.textContent = say("judge_no_file");
  });
  document.addEventListener("paste", (event) => {
    const [given] = event.clipboardData?.files ?? [];
    if (store.active === "judge" && given) take(given);
  });

  // The panel

  function openNumber(values) {
    store.change("digits", values);
    openTab("generate");
  }

  function show(values) {
    const own = pad.pixels ? writtenDrawing(pad.pixels) : "";
    if (values.judge !== own) {
      const pixels = readDrawing(values.judge);
      pad.show(pixels);
      paintDigit(seen, pixels);
      told.textContent = values.judge && !pixels ? say("judge_bad_link") : "";
      if (opened) judge(pixels);
    }
    store.painted("judge", values);
  }

  function resize() {
    if (opened || !root.clientWidth) return;
    opened = true; // the tab is in front for the first time
    load();
  }

  paintDigit(seen, null);
  judge(null);
  new ResizeObserver(resize).observe(root);
  return { update: show, resize, alt: () => say(pad.pixels ? "judge_title" : "judge_empty") };
}
