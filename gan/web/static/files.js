// Walks and lines as files: links that download them.

import { el } from "./dom.js";
import { limits, page } from "./page.js";
import { saveAs } from "./saving.js";
import { frameSize } from "./walk.js";
import { say } from "./words.js";

const SCALE = 4; // screen pixels for each pixel of a digit, until another scale is chosen

/** The largest scale, at most `wanted`, at which so many pixels stay within the limit. */
export function largestScale(wanted, pixels) {
  return Math.max(1, Math.min(wanted, Math.floor(Math.sqrt(limits.pixels / pixels))));
}

/** The links that download a walk (or a plane) or a line of writing, enlarged as asked for: { node, show(values) }.
 * `files(values, scale)` makes them, `pixels(values)` is how many the largest has at scale 1. */
export function downloads({ id, files, pixels }) {
  const links = el("div", { class: "actions" });
  let shown = null;
  const scale = scaleField(id, () => shown && show(shown));
  const node = el("div", { class: "downloads" }, links, scale.label);

  function show(values) {
    shown = values;
    links.replaceChildren(...files(values, scale.chosen(largestScale(limits.scale, pixels(values)))));
  }
  return { node, show };
}

/** The field for the scale of files: { label, field, chosen(most) }; the field is in the label. `onchange()` is told. */
export function scaleField(id, onchange) {
  const field = el("input", {
    type: "number",
    id,
    min: 1,
    max: limits.scale,
    value: SCALE,
    inputmode: "numeric",
    oninput: onchange,
    onblur() {
      field.value = chosen(Number(field.max));
    },
  });
  function chosen(most) {
    field.max = most;
    return Math.max(1, Math.min(most, Math.round(Number(field.value)) || 1));
  }
  return { label: el("label", { class: "scale" }, el("span", { text: say("download_scale") }), field), field, chosen };
}

/** Links to the files of a walk, or of a plane. */
export function walkFiles(values, scale) {
  const name = `walk-${values.seeds.join("-").slice(0, 60)}`;
  if (values.plane) return [fileLink(name, "plane.png", "plane", { ...values, size: limits.plane, scale }, "PNG")];
  const enlarged = { ...values, scale };
  const strip = fileLink(name, "walk.png", "walk", enlarged, say("strip"));
  const without = page.own ? "own_no_animations" : page.server ? null : "no_animations";
  if (without) return [strip, el("span", { class: "hint", text: say(without) })];
  const rate = gifRate(values.fps);
  const gif = rate === values.fps ? "GIF" : say("gif_rate", { rate: Number(rate.toFixed(1)) });
  return [
    fileLink(name, "walk.gif", "walk", enlarged, gif),
    fileLink(name, "walk.webp", "walk", enlarged, "WebP"),
    strip,
  ];
}

/** The pixels of a walk's largest file at scale 1. */
export function walkPixels(values) {
  if (values.plane) return (limits.plane * limits.size) ** 2;
  const { width, height } = frameSize(values);
  return width * height * (values.swing ? 2 * values.frames - 2 : values.frames);
}

// GIF counts in hundredths of a second, two at least: how many frames a second it plays. As gan/images.py writes it.
const gifRate = (fps) => 100 / Math.max(2, roundHalfToEven(100 / fps));
const roundHalfToEven = (x) => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/** A link to the file of a line of writing. */
export function textFile(values, scale) {
  return fileLink("written", "text.png", "text", { ...values, scale }, "PNG");
}

function fileLink(name, path, kind, values, what) {
  const link = el("a", {
    class: "button quiet",
    id: `download-${path.replace(".", "-")}`,
    text: say("download", { what }),
  });
  saveAs(link, `${name}.${path.split(".")[1]}`, path, kind, values);
  return link;
}
