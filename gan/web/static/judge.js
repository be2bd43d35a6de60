// Judge

import { say } from "./words.js";

export function mountJudge(root, { store }) {
  return { update: (values) => store.painted("judge", values), alt: () => say("judge_title") };
}
