// A recorded time-lapse, taken apart: the pictures of an animated WebP, each as the file has it. Browsers decode a still
// WebP, and not all of them the single pictures of a moving one; but each of its pictures is stored as in a still file.

const HEAD = 12; // bytes: RIFF, a length, WEBP
const FRAME_HEAD = 16; // bytes: place, size, duration, flags
const NO_BLEND = 2;
const ERASE = 1;
const ALPHA = 0x10;

/** The pictures of an animated WebP in order, each as a bitmap of the whole canvas. Rejects where the file is damaged. */
export async function filmPictures(bytes) {
  const film = chunks(bytes, HEAD);
  const about = film.find(({ kind }) => kind === "VP8X");
  if (!about) throw new Error("not an animated WebP");
  const [width, height] = [int24(bytes, about.at + 4) + 1, int24(bytes, about.at + 7) + 1];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  const pictures = [];
  for (const { at, end } of film.filter(({ kind }) => kind === "ANMF")) {
    const [x, y] = [2 * int24(bytes, at), 2 * int24(bytes, at + 3)];
    const [w, h] = [int24(bytes, at + 6) + 1, int24(bytes, at + 9) + 1];
    const flags = bytes[at + 15];
    const still = new Blob([stillFile(bytes.subarray(at + FRAME_HEAD, end), w, h)], { type: "image/webp" });
    const part = await createImageBitmap(still, { colorSpaceConversion: "none" });
    if (flags & NO_BLEND) context.clearRect(x, y, w, h);
    context.drawImage(part, x, y);
    part.close();
    pictures.push(await createImageBitmap(canvas));
    if (flags & ERASE) context.clearRect(x, y, w, h);
  }
  return pictures;
}

/** A picture of the film as a file of its own. */
function stillFile(content, width, height) {
  const transparent = chunks(content, 0).some(({ kind }) => kind === "ALPH");
  const extended = new Uint8Array(transparent ? 18 : 0);
  if (transparent) {
    extended.set(ascii("VP8X"));
    extended[4] = 10;
    extended[8] = ALPHA;
    setInt24(extended, 12, width - 1);
    setInt24(extended, 15, height - 1);
  }
  const file = new Uint8Array(HEAD + extended.length + content.length);
  file.set(ascii("RIFF"));
  new DataView(file.buffer).setUint32(4, file.length - 8, true);
  file.set(ascii("WEBP"), 8);
  file.set(extended, HEAD);
  file.set(content, HEAD + extended.length);
  return file;
}

// The chunks of a RIFF file from a place on, { kind, at, end } of their contents.
function chunks(bytes, from) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = [];
  for (let at = from; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    if (at + 8 + size > bytes.length) throw new Error("the file ends too early");
    found.push({ kind: String.fromCharCode(...bytes.subarray(at, at + 4)), at: at + 8, end: at + 8 + size });
    at += 8 + size + (size % 2);
  }
  return found;
}

const ascii = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const int24 = (bytes, at) => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
function setInt24(bytes, at, value) {
  for (const i of [0, 1, 2]) bytes[at + i] = (value >> (8 * i)) & 255;
}
