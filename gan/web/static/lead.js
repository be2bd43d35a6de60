// The sentence under the page's title, in which some words lead further.

import { say } from "./words.js";

/** Its parts: texts, and what `link(word)` makes of the words that lead further. */
export const leadParts = (link) =>
  say("lead")
    .split(/\[(.*?)\]/)
    .map((part, i) => (i % 2 ? link(part) : part));
