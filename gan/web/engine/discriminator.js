// A model's discriminator in this browser, as gan.Discriminator in Python, in plain JavaScript: an image takes some
// milliseconds, and a browser without WebAssembly has it, too.
//
//     const { discriminator, reference } = await fetchDiscriminator(page.discriminator);
//     const logits = discriminator.logits(images, classes);
//
// Some discriminators also look at a batch: how much its features vary, since a collapsed generator's vary little. Asked for
// one image, gan.Discriminator sees no variation at all and calls every image drawn. Here each image is judged as if it stood
// alone in a batch of real digits: the variation is theirs (`reference.beside`, from gan/web/discriminators.py), and one
// image's answer hangs on nothing but itself.

import { check, EngineError } from "./errors.js";
import { NUM_CLASSES } from "./latents.js";
import { readSafetensors } from "./safetensors.js";
import { sha256 } from "./sha256.js";

const PIXELS = 784;
const SLOPE = 0.2; // of leaky ReLU

/** `{ discriminator, reference }` of a model, fetched and verified; `reference` is gan/web/discriminators.py's.
 *
 * Args: `page.discriminator`. Throws "discriminator-missing" or "discriminator-damaged". */
export async function fetchDiscriminator({ config, weights, sha256: expected, reference }) {
  const [data, known] = await Promise.all([asked(weights, "arrayBuffer"), asked(reference, "json")]);
  const found = await sha256(new Uint8Array(data));
  if (found !== expected) throw damaged(`its sha256 is ${found}, not ${expected}`);
  return { discriminator: new Discriminator(data, config, known.beside), reference: known };
}

async function asked(address, kind) {
  const missing = (why) => new EngineError("discriminator-missing", `${address} didn't arrive: ${why}`);
  let answer;
  try {
    answer = await fetch(address);
    if (answer.ok) return await answer[kind]();
  } catch (error) {
    throw missing(error.message);
  }
  throw missing(answer.status);
}

const damaged = (why) => new EngineError("discriminator-damaged", `the discriminator is damaged: ${why}`);

/** Images (and classes) in, a logit for each out, positive for "real". */
export class Discriminator {
  #layers; // { weight [outputs × inputs], bias [outputs], inputs, outputs }
  #head; // [features]
  #embedding; // [10 × features], null without classes
  #fixed; // what the last layer adds for each class (one number without classes): its bias, and what stands beside

  /** Args:
   *   buffer: the bytes of discriminator.safetensors.
   *   config: "discriminator" of config.json.
   *   beside: for each class, or for all images, what the last layer sees beside the features. */
  constructor(buffer, { widths, num_classes: classes }, beside = [[]]) {
    const tensors = readSafetensors(buffer);
    const tensor = (name, ...shape) => {
      const { dtype, shape: found, values } = tensors.get(name) ?? {};
      if (dtype !== "F32" || found.join() !== shape.join()) throw damaged(`tensor ${name} isn't F32 [${shape}]`);
      return values;
    };
    this.#layers = widths.map((outputs, i) => {
      const inputs = widths[i - 1] ?? PIXELS;
      const weight = tensor(`features.${2 * i}.weight`, outputs, inputs);
      return { weight, bias: tensor(`features.${2 * i}.bias`, outputs), inputs, outputs };
    });
    const width = widths.at(-1);
    const more = beside[0].length;
    const last = tensor("logit.weight", 1, width + more);
    const [bias] = tensor("logit.bias", 1);
    this.#head = last.subarray(0, width);
    this.#fixed = beside.map((row) => row.reduce((sum, value, i) => sum + value * last[width + i], bias));
    this.#embedding = classes ? scaledRows(tensor("embedding.weight", width, NUM_CLASSES), width) : null;
  }

  /** Whether an image is judged as one of a class. */
  get conditional() {
    return this.#embedding !== null;
  }

  /** Logits `Float32Array [N]` of images `Uint8Array [N × 784]`, 0 = paper, and their classes, N digits, which a
   * discriminator without classes ignores. */
  logits(images, classes = null) {
    return this.#each(images, classes, ({ logit }) => logit);
  }

  /** `{ logits, gradient }`: gradient `Float32Array [N × 784]` is D's eye, of each logit by the pixels of its image, which
   * count from −1 (paper) to 1 (ink). */
  eye(images, classes = null) {
    const gradient = new Float32Array(images.length);
    const logits = this.#each(images, classes, ({ logit, passed, head }, i) => {
      gradient.set(this.#back(passed, head), i * PIXELS);
      return logit;
    });
    return { logits, gradient };
  }

  #each(images, classes, take) {
    const count = images.length / PIXELS;
    check(Number.isInteger(count), "request", "images", `N × ${PIXELS} grey levels`, images.length);
    if (this.conditional) {
      const given = Array.isArray(classes) || ArrayBuffer.isView(classes) ? classes : [];
      const ok = given.length === count && given.every((digit) => digit >= 0 && digit < NUM_CLASSES);
      check(ok, "request", "classes", `${count} digits, one for each image`, classes);
    }
    const logits = new Float32Array(count);
    for (let i = 0; i < count; i++)
      logits[i] = take(this.#pass(images.subarray(i * PIXELS, (i + 1) * PIXELS), classes?.[i]), i);
    return logits;
  }

  #pass(image, digit) {
    let x = Float32Array.from(image, (grey) => (grey * 2) / 255 - 1);
    const passed = this.#layers.map((layer) => {
      x = linear(layer, x);
      for (let o = 0; o < x.length; o++) if (x[o] < 0) x[o] *= SLOPE;
      return x;
    });
    // The last layer, and (Miyato & Koyama 2018) the projection on the class's embedding: both are sums over the features.
    const embedded = this.#embedding?.[digit];
    const head = embedded ? this.#head.map((value, i) => value + embedded[i]) : this.#head;
    const fixed = this.#fixed[this.#fixed.length > 1 ? digit : 0];
    return { logit: fixed + dot(head, x, 0, x.length), passed, head };
  }

  /** The gradient by the pixels of an image that has passed. */
  #back(passed, head) {
    let dy = head;
    for (let i = passed.length - 1; i >= 0; i--) {
      const { weight, inputs, outputs } = this.#layers[i];
      const dx = new Float32Array(inputs);
      for (let o = 0; o < outputs; o++) {
        const d = passed[i][o] > 0 ? dy[o] : SLOPE * dy[o];
        for (let k = 0, at = o * inputs; k < inputs; k++) dx[k] += d * weight[at + k];
      }
      dy = dx;
    }
    return dy;
  }
}

/** A matrix [width × 10] as ten rows, divided by √width. */
function scaledRows(matrix, width) {
  const scale = 1 / Math.sqrt(width);
  return Array.from({ length: NUM_CLASSES }, (_, digit) =>
    Float32Array.from({ length: width }, (_, i) => matrix[i * NUM_CLASSES + digit] * scale),
  );
}

function linear({ weight, bias, inputs, outputs }, x) {
  const y = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) y[o] = bias[o] + dot(weight, x, o * inputs, inputs);
  return y;
}

// Four sums at a time: one alone would wait for each addition.
function dot(a, b, from, count) {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const end = count - (count % 4);
  for (let i = 0; i < end; i += 4) {
    s0 += a[from + i] * b[i];
    s1 += a[from + i + 1] * b[i + 1];
    s2 += a[from + i + 2] * b[i + 2];
    s3 += a[from + i + 3] * b[i + 3];
  }
  for (let i = end; i < count; i++) s0 += a[from + i] * b[i];
  return s0 + s1 + (s2 + s3);
}
