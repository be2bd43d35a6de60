// The wall as a file, enlarged as asked for.

import { el } from "./dom.js";
import { pictureUrl } from "./link.js";
import { places } from "./numbers.js";
import { limits } from "./page.js";
import { say } from "./words.js";

/** The largest scale at which `cells` pictures of width × height stay within the limit of pixels, at most `wanted`. */
export function largestScale(wanted, cells, { width, height } = { width: limits.size, height: limits.size }) {
  return Math.max(1, Math.min(wanted, Math.floor(Math.sqrt(limits.pixels / (width * height * cells)))));
}

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
    scale.max = largestScale(limits.scale, places(values));
    link.href = pictureUrl("digits.png", "digits", { ...values, open: null, scale: chosen() });
    link.download = `digits-${values.seed}-${values.count}.png`;
  }

  store.subscribe("shown", (kind) => {
    if (kind === "digits") refresh();
  });
  refresh();
  const label = el("label", { for: "scale", text: say("download_scale") });
  root.replaceChildren(el("div", { class: "download" }, label, scale, link));
}
