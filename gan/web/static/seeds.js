// Seeds: whole numbers that go round in a circle, 0 after the last.

import { limits } from "./page.js";

export const wrap = (seed) => ((seed % limits.seeds) + limits.seeds) % limits.seeds;

/** A random seed; `below` keeps it short where several stand side by side. */
export const randomSeed = (below = limits.seeds) => crypto.getRandomValues(new Uint32Array(1))[0] % below;
