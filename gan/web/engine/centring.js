// A picture of ink as MNIST has it (LeCun et al. 1998): fitted into 20 × 20 pixels with its sides in proportion, and laid
// into 28 × 28 so that its centre of mass, rounded, is pixel (14, 14). All 800 digits of test-digits.png lie so.

const SIDE = 28;
const BOX = 20;
const MIDDLE = 14;

/** `Uint8Array [784]`, 0 = paper, of ink `Float32Array [width × height]` in 0 … 1; null if there is none. */
export function centred(ink, width, height) {
  const box = boundingBox(ink, width, height);
  if (!box) return null;
  const factor = BOX / Math.max(box.width, box.height);
  const [w, h] = [box.width, box.height].map((side) => Math.max(1, Math.round(side * factor)));
  const small = resized(ink, width, box, w, h);
  const [x, y] = cornerOf(small, w, h);
  const digit = new Uint8Array(SIDE * SIDE);
  for (let row = 0; row < h; row++)
    for (let i = 0; i < w; i++) digit[(y + row) * SIDE + x + i] = Math.round(255 * small[row * w + i]);
  return digit;
}

/** `{ left, top, width, height }` of what isn't paper. */
export function boundingBox(ink, width, height) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!ink[y * width + x]) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** A part of a picture in w × h pixels: each is the mean of what it covers. */
export function resized(ink, stride, { left, top, width, height }, w, h) {
  const [columns, rows] = [shares(width, w), shares(height, h)];
  const narrow = new Float64Array(w * height);
  for (let y = 0; y < height; y++)
    columns.forEach((parts, x) => {
      for (const [from, share] of parts) narrow[y * w + x] += share * ink[(top + y) * stride + left + from];
    });
  const small = new Float64Array(w * h);
  rows.forEach((parts, y) => {
    for (const [from, share] of parts) for (let x = 0; x < w; x++) small[y * w + x] += share * narrow[from * w + x];
  });
  return small;
}

/** For each of `to` pixels, which of `from` pixels it covers, and how large a part of it each is. */
function shares(from, to) {
  const step = from / to;
  return Array.from({ length: to }, (_, i) => {
    const parts = [];
    for (let at = Math.floor(i * step); at < Math.min(from, (i + 1) * step - 1e-9); at++)
      parts.push([at, (Math.min(at + 1, (i + 1) * step) - Math.max(at, i * step)) / step]);
    return parts;
  });
}

/** Where the upper left corner comes to lie. */
function cornerOf(small, w, h) {
  let [sum, alongX, alongY] = [0, 0, 0];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      sum += small[y * w + x];
      alongX += x * small[y * w + x];
      alongY += y * small[y * w + x];
    }
  return [
    [alongX, w],
    [alongY, h],
  ].map(([along, side]) => Math.max(0, Math.min(SIDE - side, Math.round(MIDDLE - along / sum))));
}
