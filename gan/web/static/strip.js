// A walk's frames in one picture.

import { limits } from "./page.js";

/** How many frames of a width stand in a row: browsers decode no wider rows. As gan/images.py wraps them. */
export const stripColumns = (frames, width) => Math.min(frames, Math.max(1, Math.floor(limits.strip / width)));
