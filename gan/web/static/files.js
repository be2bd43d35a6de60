// Walks and lines as files: links that download them.

import { el } from "./dom.js";
import { limits, page } from "./page.js";
import { saveAs } from "./saving.js";
import { frameSize } from "./walk.js";
import { say } from "./words.js";

const SCALE = 4; // screen pixels for each pixel of a digit, where that is not too large

/** The largest scale, at most `wanted`, at which so many pixels stay within the limit. */
export function largestScale(wanted, pixels) {
  return Math.max(1, Math.min(wanted, Math.floor(Math.sqrt(limits.pixels / pixels))));
}

/** Links to the files of a walk, or of a plane. */
export function walkFiles(values) {
  const name = `walk-${values.seeds.join("-").slice(0, 60)}`;
  if (values.plane) return [fileLink(name, "plane.png", "plane", { ...values, size: limits.plane, scale: 2 }, "PNG")];
  const { width, height } = frameSize(values);
  const played = values.swing ? 2 * values.frames - 2 : values.frames;
  const moving = { ...values, scale: largestScale(SCALE, width * height * played) };
  const strip = fileLink(name, "walk.png", "walk", { ...values, scale: 1 }, say("strip"));
  if (!page.server) return [strip, el("span", { class: "hint", text: say("no_animations") })];
  return [
    fileLink(name, "walk.gif", "walk", moving, "GIF"),
    fileLink(name, "walk.webp", "walk", moving, "WebP"),
    strip,
  ];
}

/** A link to the file of a line of writing. */
export function textFile(values) {
  return fileLink("written", "text.png", "text", { ...values, scale: SCALE }, "PNG");
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
