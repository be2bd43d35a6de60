// A drawing as a link holds it: its 28 × 28 grey levels, without the paper around them, as base64url of bytes. First come
// the left and the top edge, width and height of what isn't paper, then its pixels, row by row: 4 + 784 bytes at most, that
// is 1,051 characters.

import { boundingBox } from "./centring.js";

const SIDE = 28;

/** The text of pixels `Uint8Array [784]`; empty for paper alone. */
export function writtenDrawing(pixels) {
  const box = boundingBox(pixels, SIDE, SIDE);
  if (!box) return "";
  const { left, top, width, height } = box;
  const bytes = [left, top, width, height];
  for (let y = top; y < top + height; y++) bytes.push(...pixels.subarray(y * SIDE + left, y * SIDE + left + width));
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

/** The pixels of a text; null if it is empty, or not a drawing's. */
export function readDrawing(text) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
  const [left, top, width, height] = bytes;
  const fits = bytes.length === 4 + width * height && left + width <= SIDE && top + height <= SIDE;
  if (!(fits && width && height)) return null;
  const pixels = new Uint8Array(SIDE * SIDE);
  for (let y = 0; y < height; y++)
    pixels.set(bytes.subarray(4 + y * width, 4 + (y + 1) * width), (top + y) * SIDE + left);
  return pixels;
}
