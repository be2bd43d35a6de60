// Puts the page together: the store, what follows it, the panels, and the bridge to Gradio, whose page this is.

import { installDigits } from "../engine/client.js";
import { keepAddress } from "./address.js";
import { startEngine } from "./browser.js";
import { mountDownload } from "./download.js";
import { showEarly } from "./early.js";
import { Failures } from "./failures.js";
import { mountGenerate } from "./generate.js";
import { connectGradio, openTab } from "./gradio.js";
import { mountHead } from "./head.js";
import { reopenWhenThere } from "./model.js";
import { mountMorph } from "./morph.js";
import { Notices } from "./notices.js";
import { page } from "./page.js";
import { Panels } from "./panels.js";
import { Pixels } from "./pixels.js";
import * as server from "./server.js";
import { Store } from "./state.js";
import { language } from "./words.js";
import { mountWrite } from "./write.js";

document.documentElement.lang = language === "zh" ? "zh-CN" : "en";

const store = new Store(page);
const pixels = new Pixels(server, startEngine);
const notices = new Notices();
const failures = new Failures(store, notices);
const panels = new Panels(store);

if (store.active === "digits") showEarly({ store, pixels });
installDigits({ sample: async (request) => (await pixels.engine()).digitPixels(request) });
keepAddress(store);
reopenWhenThere(store);
connectGradio({
  store,
  panels,
  failures,
  mounts: {
    head: (root) => mountHead(root, { store, pixels, notices, panels }),
    generate: (root) => mountGenerate(root, { store, pixels, failures, openTab }),
    download: (root) => mountDownload(root, { store }),
    morph: (root) => mountMorph(root, { store, pixels, failures }),
    write: (root) => mountWrite(root, { store, pixels, failures }),
  },
});
page.go();
