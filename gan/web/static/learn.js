// Learn

import { say } from "./words.js";

export function mountLearn(root, { store }) {
  return { update: (values) => store.painted("learn", values), alt: () => say("learn_title") };
}
