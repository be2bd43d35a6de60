// D's eye: the gradient of D's logit by the pixels, as colour over the digits that it is of.

import { el } from "./dom.js";

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const MORE = [196, 48, 20]; // D would sooner believe with more ink here
const LESS = [28, 92, 190]; // with less

/** Draw digits (`uint8 [N × 784]`, 0 = paper) side by side with the eye (−1 … 1) over the first of them on a canvas, one
 * pixel for each; `paper` and `ink` are grey levels. */
export function drawEye(canvas, digits, eye, { paper, ink }) {
  const count = eye.length / PIXELS;
  if (canvas.width !== count * SIDE) [canvas.width, canvas.height] = [count * SIDE, SIDE]; // costs a layout
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, SIDE);
  for (let i = 0; i < count; i++)
    for (let p = 0; p < PIXELS; p++) {
      const grey = paper + ((ink - paper) * digits[i * PIXELS + p]) / 255;
      const strength = Math.min(1, Math.sqrt(Math.abs(eye[i * PIXELS + p])));
      const tint = eye[i * PIXELS + p] > 0 ? MORE : LESS;
      const at = 4 * (Math.floor(p / SIDE) * canvas.width + i * SIDE + (p % SIDE));
      for (let c = 0; c < 3; c++) image.data[at + c] = grey * (1 - strength) + tint[c] * strength;
      image.data[at + 3] = 255;
    }
  context.putImageData(image, 0, 0);
}

/** A canvas for it. */
export const eyeCanvas = (label) => el("canvas", { class: "coloured eye", role: "img", "aria-label": label });
