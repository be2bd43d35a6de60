// The real digits, from the picture that gan/web/digits.py makes of them: a grey PNG whose rows are not filtered.

import { EngineError } from "../errors.js";
import { NUM_CLASSES, PIXELS } from "./networks.js";

const SIDE = 28;
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const GREY = "8,0,0,0,0"; // bits, grey, and the standard's only compression and filters; not interlaced

/** `{ count, images, label(i) }`: `Uint8Array [count × 784]`, 0 = paper, 255 = ink, class after class.
 *
 * Throws "digits-damaged" if the bytes are not such a picture. */
export async function readDigits(buffer) {
  const { width, height, rows } = await readPng(buffer);
  const columns = width / SIDE;
  const count = (columns * height) / SIDE;
  const images = new Uint8Array(count * PIXELS);
  for (let i = 0; i < count; i++) {
    const [left, top] = [(i % columns) * SIDE, Math.floor(i / columns) * SIDE];
    for (let y = 0; y < SIDE; y++) {
      const from = (top + y) * (width + 1) + 1 + left; // a row begins with its filter
      images.set(rows.subarray(from, from + SIDE), i * PIXELS + y * SIDE);
    }
  }
  return { count, images, label: (i) => Math.floor((i * NUM_CLASSES) / count) };
}

async function readPng(buffer) {
  const bytes = new Uint8Array(buffer);
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) throw damaged("it is no PNG");
  const view = new DataView(buffer);
  let [width, height, data] = [0, 0, null];
  for (let at = 8; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, at + 8 + size);
    if (body.length < size) throw damaged("it is cut off");
    if (name === "IHDR") {
      [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      if (body.subarray(8).join() !== GREY) throw damaged("it is no grey PNG");
    }
    if (name === "IDAT") data = body;
    at += 12 + size;
  }
  const rows = data && (await inflated(data));
  if (rows?.length !== (width + 1) * height || width % SIDE || height % SIDE)
    throw damaged(`it is ${width} × ${height}`);
  return { width, height, rows };
}

async function inflated(data) {
  try {
    const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw damaged(error.message);
  }
}

const damaged = (why) => new EngineError("digits-damaged", `the picture of real digits is damaged: ${why}`);
