// Puts the page together, whichever shell it stands in (Gradio's page, or the one without a server): the store, what
// follows it, and the panels. A panel needs no shell: it gets a place, and draws through `pixels`.

import { installDigits } from "../engine/client.js";
import { startEngine } from "./browser.js";
import { mountDownload } from "./download.js";
import { Failures } from "./failures.js";
import { mountGenerate } from "./generate.js";
import { mountFoot, mountHead } from "./head.js";
import { laterPanel } from "./later.js";
import { mountLearn } from "./learn.js";
import { mountMorph } from "./morph.js";
import { Notices } from "./notices.js";
import { Own } from "./own.js";
import { page } from "./page.js";
import { Panels } from "./panels.js";
import { Pixels } from "./pixels.js";
import { Shelf } from "./shelf.js";
import { openStage } from "./stage.js";
import { Store } from "./state.js";

import { Steps } from "./steps.js";
import { walkThrough } from "./walk.js";
import { language, say } from "./words.js";

import { mountWrite } from "./write.js";

/** The parts of the page. `server` is a source of pictures (see server.js).
 *
 * `mounts` fill the shell's places: by a place's name (gan/web/controls.py), a function of the element; what it returns,
 * if anything, is the panel of the place's tab. */
export function composePage(server) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = say("title");
  const store = new Store(page);
  const pixels = new Pixels(server, startEngine);
  const notices = new Notices();
  const failures = new Failures(store, notices);
  const panels = new Panels(store);
  installDigits({ sample: async (request) => (await pixels.engine()).digitPixels(request) });
  const own = new Own({ store, pixels, notices });
  const steps = new Steps(store, openTab);
  const shelf = new Shelf();
  const stage = () => openStage({ store, pixels });
  panels.on("f", stage);
  function playDigits(keys) {
    store.change("walk", { ...walkThrough(keys), plane: false, loop: true, at: null });
    openTab("morph");
    panels.command("walk", "start");
  }
  const mounts = {
    head: (root) => mountHead(root, { store, pixels, own, notices, panels, steps, shelf, openTab, playDigits, stage }),
    foot: (root) => mountFoot(root, { store, pixels, notices, own }),
    generate: (root) => mountGenerate(root, { store, pixels, failures, shelf, openTab, playDigits }),
    download: (root) => mountDownload(root, { store }),
    morph: (root) => mountMorph(root, { store, pixels, failures }),
    watch: (root) => laterPanel(root, "watch", { store, own, openTab }),
    game: (root) => laterPanel(root, "game", { store, pixels }),
    judge: (root) => laterPanel(root, "judge", { store, openTab, playDigits }),
    history: (root) => laterPanel(root, "history", { store }),
    learn: (root) => mountLearn(root, { store, panels, openTab }),
    write: (root) => mountWrite(root, { store, pixels, failures }),
  };
  return { store, pixels, notices, failures, panels, mounts };
}

/** Bring a tab to the front. */
export function openTab(tab) {
  tabButton(tab)?.click();
}

/** What opens a tab, if it is there yet: both shells give it this name. On a narrow page, Gradio moves the last tabs into a
 * menu, where they have their words alone. */
export function tabButton(tab) {
  const inMenu = () =>
    [...document.querySelectorAll(".overflow-dropdown button")].find(
      (button) => button.textContent.trim() === say(`tab_${tab}`),
    );
  return document.getElementById(`tab-${tab}-button`) ?? inMenu();
}
