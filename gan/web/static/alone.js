// The source of pictures (see server.js) of a page without a server: it draws nothing, but says why a request is refused.

import { query } from "./link.js";
import { page } from "./page.js";
import { putRight, readQuery } from "./read.js";
import { Refused } from "./refused.js";

export const choosable = false;

/** Reject with what is wrong with a request. */
export async function refuse(kind, values) {
  const read = readQuery(kind, query(kind, values, { forPage: true }));
  const { problems } = putRight(kind, read.values, read.problems, page.drawing);
  if (problems.length) throw new Refused(problems);
  throw new Error("there is no server");
}

export const drawDigits = (values) => refuse("digits", values);
export const drawWalk = (values) => refuse("walk", values);
export const drawPlane = (values) => refuse("walk", values);
export const drawText = (values) => refuse("text", values);
export const digitAddress = ({ seed }) => refuse("digits", { ...page.defaults.digits, seed });
