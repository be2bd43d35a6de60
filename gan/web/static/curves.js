// Live curves on a canvas: lines over steps, each with its name and its newest value at its end.

import { fit } from "./canvas.js";
import { el } from "./dom.js";

const MOST = 400; // points of a line; when there are more, every second one goes
const HEIGHT = 130;
const MARGIN = { left: 40, right: 8, top: 8, bottom: 18 };

/** A chart: { node, add(step, values), clear(), draw() }, and of a recorded run: show(points), at(step, values).
 *
 * Args: `lines` by name, { label, color } with a CSS colour; `range` [low, high] of the axis, or null to follow the values;
 * `logarithmic`; `label`, what the chart shows; `last(step)`, what stands below its right end. */
export function chart({ lines, range = null, logarithmic = false, label, last: lastLabel = String }) {
  const canvas = el("canvas", { class: "coloured", role: "img", "aria-label": label });
  const legend = el("p", { class: "legend" });
  const node = el("div", { class: "chart" }, canvas, legend);
  const keys = {};
  for (const [name, { label: words, color }] of Object.entries(lines)) {
    const value = el("b", { text: "–" });
    keys[name] = value;
    legend.append(el("span", { style: `--line: ${color}` }, words, " ", value));
  }
  let points = []; // { step, values }
  let cursor = null; // { step, values } of a recorded run
  let scheduled = false;

  function add(step, values) {
    points.push({ step, values });
    if (points.length > MOST) points = points.filter((_, i) => i % 2 === 0 || i === points.length - 1);
    for (const [name, value] of Object.entries(values))
      if (value !== undefined) keys[name].textContent = shortened(value);
    schedule();
  }

  /** All points of a run, { step, values }. */
  function show(all) {
    points = all;
    schedule();
  }

  /** Move the cursor to a step, and tell its values; those that are not known are null. */
  function at(step, values) {
    cursor = { step, values };
    for (const [name, value] of Object.entries(values))
      keys[name].textContent = value === null ? "–" : shortened(value);
    schedule();
  }

  function schedule() {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      draw();
    });
  }

  function draw() {
    const width = node.clientWidth;
    if (!width) return;
    const context = fit(canvas, width, HEIGHT);
    const style = getComputedStyle(node);
    const inner = { width: width - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
    const [low, high] = range ?? spanOf(points, logarithmic);
    const [first, last] = [points[0]?.step ?? 0, Math.max(points.at(-1)?.step ?? 1, 1)];
    const scale = logarithmic ? Math.log : (value) => value;
    const y = (value) => {
      const place = (scale(Math.max(value, low)) - scale(low)) / (scale(high) - scale(low) || 1);
      return MARGIN.top + inner.height * (1 - Math.min(place, 1));
    };
    const x = (step) => MARGIN.left + (inner.width * (step - first)) / (last - first || 1);
    context.font = "11px ui-monospace, monospace";
    context.fillStyle = context.strokeStyle = style.getPropertyValue("--hair");
    context.lineWidth = 1;
    context.fillStyle = style.color;
    context.textAlign = "right";
    for (const value of ticks(low, high, logarithmic)) {
      context.beginPath();
      context.moveTo(MARGIN.left, Math.round(y(value)) + 0.5);
      context.lineTo(width - MARGIN.right, Math.round(y(value)) + 0.5);
      context.stroke();
      context.fillText(value >= 10_000 ? `${value / 1000}k` : shortened(value), MARGIN.left - 5, y(value) + 4);
    }
    context.fillText(lastLabel(last), width - MARGIN.right, HEIGHT - 4);
    if (cursor) {
      const place = x(Math.min(Math.max(cursor.step, first), last));
      context.strokeStyle = style.color;
      context.beginPath();
      context.moveTo(place, MARGIN.top);
      context.lineTo(place, MARGIN.top + inner.height);
      context.stroke();
    }
    context.lineWidth = 1.75;
    context.lineJoin = "round";
    for (const [name, { color }] of Object.entries(lines)) {
      context.strokeStyle = style.getPropertyValue(color.slice(4, -1)); // var(--name)
      context.beginPath();
      context.lineCap = "round";
      for (const { step, values } of points) {
        if (!Number.isFinite(values[name])) continue;
        context.lineTo(x(step), y(values[name]));
        context.lineTo(x(step) + 0.5, y(values[name])); // so that a lone point is a dot
      }
      context.stroke();
      const value = cursor?.values[name];
      if (!Number.isFinite(value)) continue;
      context.fillStyle = context.strokeStyle;
      context.beginPath();
      context.arc(x(cursor.step), y(value), 4, 0, 2 * Math.PI);
      context.fill();
    }
  }

  function clear() {
    points = [];
    for (const value of Object.values(keys)) value.textContent = "–";
    schedule();
  }

  return { node, add, show, at, clear, draw };
}

function spanOf(points, logarithmic) {
  const values = points.flatMap((point) => Object.values(point.values)).filter(Number.isFinite);
  if (!values.length) return logarithmic ? [1, 1000] : [0, 2];
  const high = Math.max(...values);
  if (!logarithmic) return [Math.min(0, ...values), Math.max(high, 1) * 1.05];
  return [10 ** Math.floor(Math.log10(Math.max(Math.min(...values), 0.1))), 10 ** Math.ceil(Math.log10(high))];
}

function ticks(low, high, logarithmic) {
  if (!logarithmic) return [low, (low + high) / 2, high];
  const found = [];
  for (let value = low; value <= high * 1.001; value *= 10) found.push(value);
  return found;
}

const UNITS = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

// In at most five characters, as far as anyone looks.
function shortened(value) {
  const size = Math.abs(value);
  const [unit, sign] = size < 1e4 ? [1, ""] : UNITS.find(([least]) => size >= least);
  if (unit > 1) return `${(value / unit).toFixed(0)}${sign}`;
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
