// The sentence under the page's title, in which some words lead to a section of the lesson: [word|section].

import { say } from "./words.js";

/** Its parts: texts, and what `link(word, section)` makes of the words that lead further. */
export function leadParts(link) {
  const parts = say("lead").split(/\[(.*?)\|(.*?)\]/);
  return parts.flatMap((part, i) => [[part], [link(part, parts[i + 1])], []][i % 3]);
}
