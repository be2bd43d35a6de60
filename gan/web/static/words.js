// The page's words in the browser's language, as Gradio chooses it for its own labels.

import { page } from "./page.js";

export const language = (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
const words = page.words[language];

/** A message with its {placeholders} filled. */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** A hint for those who point with a finger, or for those who have keys. */
export const hint = (key) => say(matchMedia("(pointer: coarse)").matches ? `${key}_touch` : key);

/** What is shown in place of a value that was refused, as a sentence; null: nothing. */
export const shownInstead = (value) => (value ? say("shown_instead", { value }) : say("shown_without"));

// What the server says of the Hub, in the visitor's language: it has English sentences alone.
function translated(error) {
  if (language === "en") return error;
  for (const [key, english] of Object.entries(page.words.en).filter(
    ([name]) => name.startsWith("hub_") && name !== "hub_model",
  )) {
    const [before, after] = english.split("{subject}");
    if (after === undefined ? error === english : error.startsWith(before) && error.endsWith(after)) {
      return say(key, { subject: error.slice(before.length, error.length - (after ?? "").length) });
    }
  }
  return error;
}

/** What was wrong with a parameter, as a sentence. */
export function explain({ parameter, value, code, args }) {
  const name = words[`name_${parameter}`] ?? parameter;
  const reason = say(`problem_${code}`, args.error ? { ...args, error: translated(args.error) } : args).replace(
    /[.。]$/,
    "",
  ); // the sentence has a full stop of its own
  return say("problem", { name, value, reason });
}
