// The page's words in the browser's language, as Gradio chooses it for its own labels.

const { words } = window.digitsPage;
export const language = (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";

/** A message with its {placeholders} filled. */
export function say(key, values = {}) {
  return (words[language][key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** What was wrong with a parameter, as a sentence. */
export function explain({ parameter, value, code, args }) {
  const name = words[language][`name_${parameter}`] ?? parameter;
  return say("problem", { name, value, reason: say(`problem_${code}`, args).replace(/[.。]$/, "") }); // the sentence has its own
}

/** Make an element: el("button", {class: "x", onclick: f, text: "…"}, ...children). */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}
