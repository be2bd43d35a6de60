// The wall as a file, enlarged as asked for.

import { el } from "./dom.js";
import { largestScale, scaleField } from "./files.js";
import { places } from "./numbers.js";
import { limits } from "./page.js";
import { saveAs } from "./saving.js";
import { say } from "./words.js";

export function mountDownload(root, { store }) {
  const scale = scaleField("scale", refresh);
  const link = el("a", { class: "button quiet", id: "download", text: say("download_png") });

  function refresh() {
    const values = store.shown("digits");
    const chosen = scale.chosen(largestScale(limits.scale, places(values) * limits.size ** 2));
    const file = `digits-${values.seed}-${values.count}.png`;
    saveAs(link, file, "digits.png", "digits", { ...values, open: null, scale: chosen });
  }

  store.subscribe("shown", (kind) => {
    if (kind === "digits") refresh();
  });
  refresh();
  root.replaceChildren(el("div", { class: "download" }, scale.label, link));
}
