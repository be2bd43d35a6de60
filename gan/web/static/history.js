// How it learned

import { say } from "./words.js";

export function mountHistory(root, { store }) {
  return { update: (values) => store.painted("history", values), alt: () => say("history_title") };
}
