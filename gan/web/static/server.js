// Pictures from the server, over plain HTTP; pixels.js says what a picture is. A request that cannot be drawn rejects
// with `Refused`; any other error means that the server does not answer.

import { pictureUrl } from "./link.js";
import { limits } from "./page.js";
import { Refused } from "./refused.js";
import { stripColumns } from "./strip.js";
import { frameSize } from "./walk.js";

const { size } = limits;

export const choosable = true;

/** The digits of a request, `columns` in a row. */
export async function drawDigits(values, columns) {
  const url = pictureUrl("digits.png", "digits", { ...values, columns, scale: 1, open: null });
  return { ...(await fetchBitmap(url)), columns, width: size, height: size };
}

/** The frames of a walk, in rows that browsers can decode. */
export async function drawWalk(values) {
  const { width, height } = frameSize(values);
  const columns = stripColumns(values.frames, width);
  const url = pictureUrl("walk.png", "walk", { ...values, swing: false, fps: 20, scale: 1 });
  return { ...(await fetchBitmap(url)), columns, width, height };
}

/** The plane between the four key frames of a walk, `limits.plane` digits along each side. */
export async function drawPlane(values) {
  const url = pictureUrl("plane.png", "plane", { ...values, size: limits.plane, scale: 1 });
  return { ...(await fetchBitmap(url)), columns: limits.plane, width: size, height: size };
}

/** A line of writing: one cell, as wide as the line. */
export async function drawText(values) {
  const drawn = await fetchBitmap(pictureUrl("text.png", "text", { ...values, scale: 1 }));
  return { ...drawn, columns: 1, width: drawn.bitmap.width, height: drawn.bitmap.height };
}

/** The address of a picture of one digit, for an <img>. */
export async function digitAddress({ seed, digit, temperature }) {
  const one = { seed, count: 1, digit, temperature, ten: false, columns: null, scale: 1, open: null };
  return pictureUrl("digits.png", "digits", one);
}

async function fetchBitmap(url) {
  const response = await fetch(url);
  if (response.status >= 400 && response.status < 500) throw new Refused((await response.json()).detail);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const bitmap = await createImageBitmap(await response.blob());
  const server = /draw;dur=([\d.]+)/.exec(response.headers.get("server-timing") ?? "");
  return { bitmap, server: server ? Number(server[1]) : null };
}
