// The wall as a file, enlarged as asked for.

import { el } from "./dom.js";
import { largestScale } from "./files.js";
import { places } from "./numbers.js";
import { limits } from "./page.js";
import { saveAs } from "./saving.js";
import { say } from "./words.js";

export function mountDownload(root, { store }) {
  const scale = el("input", {
    type: "number",
    id: "scale",
    min: 1,
    max: limits.scale,
    value: 4,
    inputmode: "numeric",
    oninput: refresh,
    onblur() {
      scale.value = chosen();
    },
  });
  const link = el("a", { class: "button", id: "download", text: say("download_png") });

  const chosen = () => Math.max(1, Math.min(Number(scale.max), Math.round(Number(scale.value)) || 1));

  function refresh() {
    const values = store.shown("digits");
    scale.max = largestScale(limits.scale, places(values) * limits.size ** 2);
    const file = `digits-${values.seed}-${values.count}.png`;
    saveAs(link, file, "digits.png", "digits", { ...values, open: null, scale: chosen() });
  }

  store.subscribe("shown", (kind) => {
    if (kind === "digits") refresh();
  });
  refresh();
  const label = el("label", { for: "scale", text: say("download_scale") });
  root.replaceChildren(el("div", { class: "download" }, label, scale, link));
}
