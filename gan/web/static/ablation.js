// The table of what each ingredient changes (docs/learn.md, "Measured") as a chart: a bar for each distance, columns that
// can be sorted. It stays a table; the numbers are those of the text.

import { el } from "./dom.js";
import { say } from "./words.js";

const BASES = ["modern", "batchnorm"]; // a row's name begins with the recipe that was changed
const MEAN_AND_WORST = /^([\d.]+)[ %]*(?:\(([\d.]+)[ %]*\))?$/;
const NEXT = { none: "ascending", ascending: "descending", descending: "none" };

/** The numbers of a cell such as "90.1 % (89.1 %)": { mean, worst }; null if it has none. */
export function numbersIn(text) {
  const found = MEAN_AND_WORST.exec(text.trim());
  return found && { mean: Number(found[1]), worst: Number(found[2] ?? found[1]) };
}

/** Rows in another order, by `key(row)`: numbers or texts; those without one stay last. */
export function ordered(rows, key, direction) {
  const sign = direction === "descending" ? -1 : 1;
  const [told, untold] = [rows.filter((row) => key(row) !== null), rows.filter((row) => key(row) === null)];
  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
  return [...told.sort((a, b) => sign * compare(key(a), key(b))), ...untold];
}

/** Make the chart of a table. */
export function chartOf(table) {
  const body = table.tBodies[0];
  const all = [...body.rows].map((node) => rowOf(node));
  const rows = all.filter(({ base }) => base);
  const foot = el("tfoot", {}, ...all.filter(({ base }) => !base).map(({ node }) => node)); // real digits: no run
  table.append(foot);
  table.classList.add("chart-table");
  for (const row of all) markUp(row);

  const axis = axisOf(rows.map(({ numbers }) => numbers[1]));
  for (const base of BASES) {
    const whole = rows.find((row) => row.base === base && row.whole);
    for (const row of rows.filter((one) => one.base === base)) drawBar(row, axis, whole.numbers[1].mean);
  }

  const status = el("p", { class: "unseen", role: "status" });
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const words = heading.textContent || say("learn_change");
    const button = el("button", { class: "sort", onclick: () => sort(heading, words, column), text: words });
    heading.replaceChildren(button);
    heading.scope = "col";
    heading.setAttribute("aria-sort", "none");
    if (column === 1) heading.append(ticks(axis));
  });

  function sort(heading, words, column) {
    const direction = NEXT[heading.getAttribute("aria-sort")];
    for (const one of headings) one.setAttribute("aria-sort", one === heading ? direction : "none");
    const key = column ? ({ numbers }) => numbers[column]?.mean ?? null : ({ words: name }) => name;
    body.append(...(direction === "none" ? rows : ordered([...rows], key, direction)).map(({ node }) => node));
    status.textContent = say(`learn_sorted_${direction}`, { column: words });
  }

  const buttons = ["", ...BASES].map((base) =>
    el("button", {
      class: "quiet",
      "aria-pressed": String(base === ""),
      onclick: () => choose(base),
      text: base || say("learn_both"),
    }),
  );
  function choose(base) {
    ["", ...BASES].forEach((one, i) => {
      buttons[i].setAttribute("aria-pressed", String(one === base));
    });
    for (const row of rows) row.node.hidden = base !== "" && row.base !== base;
  }
  const bases = el("div", { class: "actions", role: "group", "aria-label": say("learn_bases") }, ...buttons);
  table.parentElement.before(bases, el("p", { class: "hint", text: say("learn_chart_help") }), status);
}

function rowOf(node) {
  const [name, ...cells] = [...node.cells];
  const words = name.textContent;
  const base = BASES.find((one) => words.startsWith(one)) ?? "";
  const numbers = [null, ...cells.map((cell) => numbersIn(cell.textContent))];
  return { node, name, words, base, whole: name.querySelector("strong") !== null, numbers };
}

// The name heads its row, and the worst seeds, in brackets, stand back behind the means.
function markUp({ node, name }) {
  for (const cell of [...node.cells].slice(1)) {
    const [mean, ...worst] = cell.textContent.split(/(?= \()/);
    cell.replaceChildren(mean, ...worst.map((text) => el("small", { text })));
  }
  const heading = el("th", { scope: "row" });
  heading.append(...name.childNodes);
  name.replaceWith(heading);
}

// A logarithmic axis that holds all means and worsts; the shortest bar still has a length.
function axisOf(numbers) {
  const low = Math.min(...numbers.map(({ mean }) => mean)) / 2.5;
  const high = Math.max(...numbers.map(({ worst }) => worst)) * 1.1;
  return { low, high, share: (value) => (100 * Math.log(value / low)) / Math.log(high / low) };
}

function drawBar({ node, base, numbers }, { low, share }, whole) {
  const { mean, worst } = numbers[1];
  const part = (name, from, to) => {
    const drawn = el("span", { class: name });
    drawn.style.left = `${share(from)}%`;
    drawn.style.width = `${share(to) - share(from)}%`;
    return drawn;
  };
  const parts = [part("mean", low, mean), part("worst", mean, worst), part("whole", whole, whole)];
  const cell = node.cells[1];
  const figures = el("span", { class: "figures" }, ...cell.childNodes);
  cell.replaceChildren(
    el("div", { class: "bar-cell" }, figures, el("span", { class: "bars", "aria-hidden": "true" }, ...parts)),
  );
  node.classList.add(`of-${base}`);
}

// 50, 100, 200, 500, …: what lies on the axis.
function ticks({ low, high, share }) {
  const values = [1, 10, 100, 1000]
    .flatMap((ten) => [ten, 2 * ten, 5 * ten])
    .filter((value) => value > low && value < high);
  const node = el(
    "span",
    { class: "ticks", "aria-hidden": "true" },
    ...values.map((value) => el("span", { class: Number.isInteger(Math.log10(value)) ? "" : "minor", text: value })),
  );
  values.forEach((value, i) => {
    node.children[i].style.left = `${share(value)}%`;
  });
  return node;
}
