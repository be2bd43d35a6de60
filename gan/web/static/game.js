// Real or drawn?

import { say } from "./words.js";

export function mountGame(root, { store }) {
  return { update: (values) => store.painted("game", values), alt: () => say("game_title") };
}
