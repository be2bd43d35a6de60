// Ink from strokes, and from pictures of any kind: grey levels, light on dark, colours, a photo of a sheet under a lamp.

const SPECK = 0.05; // of the largest patch of ink: what is smaller than that is dust
const FAINT = 0.12; // of the whole range from black to white: fainter ink is none
const LEAST = 0.5 / 255; // what rounding leaves
const NOISE = 4; // standard deviations of the ground

/** Paint a line from `a` to `b` ([x, y], in pixels) with a round pen on paper `Uint8Array [size × size]`. */
export function paintLine(paper, size, a, b, radius) {
  const [[ax, ay], [bx, by]] = [a, b];
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const [left, right] = range(ax, bx, radius, size);
  const [top, bottom] = range(ay, by, radius, size);
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
      const along = length ? Math.max(0, Math.min(1, (px * dx + py * dy) / length)) : 0;
      const away = Math.hypot(px - along * dx, py - along * dy);
      const ink = Math.round(255 * Math.max(0, Math.min(1, radius - away + 0.5)));
      if (ink > paper[y * size + x]) paper[y * size + x] = ink;
    }
}

const range = (a, b, radius, size) => [
  Math.max(0, Math.floor(Math.min(a, b) - radius - 1)),
  Math.min(size - 1, Math.ceil(Math.max(a, b) + radius + 1)),
];

/** The ink of a picture's pixels (`rgba` of ImageData): `{ ink: Float32Array [width × height] in 0 … 1, did }`, or null if
 * there is no contrast. `did` says what was done to get it: "grey", "turned", "ground", "specks". */
export function inkOfPicture({ data, width, height }) {
  const { values, coloured } = oneChannel(data);
  const did = coloured ? ["grey"] : [];
  const { ground, deviation } = groundOf(values, width, height);
  const away = values.map((value, i) => value - ground.at(i));
  let balance = 0; // of light and dark: the ink is what is further from the ground
  for (const value of away) balance += value * Math.abs(value);
  const sign = balance > 0 ? 1 : -1;
  if (sign > 0) did.push("turned");
  const ink = away.map((value) => (value * sign < LEAST ? 0 : value * sign));
  const most = ink.reduce((a, b) => Math.max(a, b), 0);
  if (most < Math.max(FAINT, NOISE * deviation)) return null;
  const noisy = deviation > 1 / 255 || ground.slope > 0.05;
  if (!noisy && most > 0.9) return { ink, did };
  const level = threshold(ink);
  const low = noisy ? Math.min(0.5 * level, NOISE * deviation) : 0;
  const inked = ink.filter((value) => value > level).sort();
  const high = inked[Math.floor(inked.length / 2)];
  for (let i = 0; i < ink.length; i++) ink[i] = Math.max(0, Math.min(1, (ink[i] - low) / (high - low)));
  did.push("ground");
  if (removeSpecks(ink, width, height)) did.push("specks");
  return { ink, did };
}

/** The channel with the most contrast, in 0 … 1: red ink on blue may be as light as its ground. Where a picture is
 * transparent, there is paper: white, or black under light ink. */
function oneChannel(data) {
  const count = data.length / 4;
  let [light, opaque] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    light += (luminance(data, i) * data[i + 3]) / 255;
    opaque += data[i + 3] / 255;
  }
  const paper = opaque < count && light > 0.6 * 255 * opaque ? 0 : 255;
  const channels = [0, 1, 2, 3].map(() => new Float32Array(count));
  let coloured = false;
  for (let i = 0; i < count; i++) {
    const [r, g, b, alpha] = data.subarray(4 * i, 4 * i + 4);
    const over = (value) => (value * alpha + paper * (255 - alpha)) / 255 / 255;
    [over(luminance(data, 4 * i)), over(r), over(g), over(b)].forEach((value, c) => {
      channels[c][i] = value;
    });
    coloured ||= alpha > 0 && Math.max(r, g, b) - Math.min(r, g, b) > 24;
  }
  if (!coloured) return { values: channels[0], coloured };
  const variances = channels.map(variance);
  const best = variances.indexOf(Math.max(...variances));
  return { values: channels[variances[best] > 2 * variances[0] ? best : 0], coloured };
}

const luminance = (data, i) => 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];

function variance(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** The ground of a picture, as a plane through its edge, since a photo is lighter on one side:
 * `{ ground: { at(i), slope }, deviation }`. The second fit leaves out what the first one misses by far: ink at the edge. */
function groundOf(values, width, height) {
  let edge = [];
  const deep = Math.max(1, Math.round(Math.min(width, height) / 40));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (Math.min(x, y, width - 1 - x, height - 1 - y) < deep)
        edge.push([x / width, y / height, values[y * width + x]]);
  const middle = edge.map(([, , value]) => value).sort((a, b) => a - b)[Math.floor(edge.length / 2)];
  const close = edge.filter(([, , value]) => Math.abs(value - middle) < 0.25);
  let plane = null;
  let deviation = 0;
  for (edge = close; ; ) {
    plane = fittedPlane(edge);
    const misses = edge.map(([x, y, value]) => Math.abs(value - plane[0] - plane[1] * x - plane[2] * y));
    deviation = Math.sqrt(misses.reduce((sum, miss) => sum + miss * miss, 0) / misses.length);
    const kept = edge.filter((_, i) => misses[i] <= 2.5 * deviation + 1 / 255);
    if (kept.length === edge.length || kept.length < 12) break;
    edge = kept;
  }
  const [level, alongX, alongY] = plane;
  const at = (i) => level + (alongX * (i % width)) / width + (alongY * Math.floor(i / width)) / height;
  return { ground: { at, slope: Math.hypot(alongX, alongY) }, deviation };
}

/** Least squares of value = a + b x + c y: `[a, b, c]`. */
function fittedPlane(points) {
  const sums = [0, 1, 2].map(() => [0, 0, 0, 0]);
  for (const [x, y, value] of points) {
    const row = [1, x, y];
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) sums[i][j] += row[i] * row[j];
      sums[i][3] += row[i] * value;
    }
  }
  for (let i = 0; i < 3; i++) {
    if (Math.abs(sums[i][i]) < 1e-9) return [points[0]?.[2] ?? 1, 0, 0];
    for (let k = 0; k < 3; k++) {
      if (k === i) continue;
      const factor = sums[k][i] / sums[i][i];
      for (let j = 0; j < 4; j++) sums[k][j] -= factor * sums[i][j];
    }
  }
  return sums.map((row, i) => row[3] / row[i]);
}

/** The level that best parts ink from ground (Otsu 1979). */
function threshold(values) {
  const bins = new Float64Array(256);
  for (const value of values) bins[Math.min(255, Math.floor(value * 255))]++;
  const total = bins.reduce((sum, count, i) => sum + count * i, 0);
  let [below, sumBelow, best, level] = [0, 0, -1, 0];
  for (let i = 0; i < 255; i++) {
    below += bins[i];
    sumBelow += bins[i] * i;
    const above = values.length - below;
    if (!below || !above) continue;
    const between = below * above * (sumBelow / below - (total - sumBelow) / above) ** 2;
    if (between > best) [best, level] = [between, (i + 0.5) / 255];
  }
  return level;
}

/** Take away patches that are small beside the largest; whether there were any. */
function removeSpecks(ink, width, height) {
  const patch = new Int32Array(ink.length); // the number of the patch that a pixel is of; 0: none yet
  const weights = [0];
  for (let start = 0; start < ink.length; start++) {
    if (!ink[start] || patch[start]) continue;
    const number = weights.length;
    const waiting = [start];
    patch[start] = number;
    weights.push(0);
    while (waiting.length) {
      const at = waiting.pop();
      weights[number] += ink[at];
      const [x, y] = [at % width, Math.floor(at / width)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (!ink[next] || patch[next]) continue;
          patch[next] = number;
          waiting.push(next);
        }
    }
  }
  const least = SPECK * weights.reduce((a, b) => Math.max(a, b));
  let removed = false;
  for (let i = 0; i < ink.length; i++) {
    if (!ink[i] || weights[patch[i]] >= least) continue;
    ink[i] = 0;
    removed = true;
  }
  return removed;
}
