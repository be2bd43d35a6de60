// The controls of a page without a server, made from the same description as Gradio's (gan/web/controls.py), with the
// same names on the page.

import { el } from "./dom.js";
import { page } from "./page.js";
import { say } from "./words.js";

/** The controls of a tab: { node, show() }, which lets them show what is wished for. `controls` is what they change,
 * `place(name, element)` is told of places. */
export function makeInputs(tab, { controls, place }) {
  const kind = page.tabs[tab];
  const shown = [];

  const make = {
    number(control) {
      const input = el("input", {
        type: "number",
        id: idOf(tab, control),
        min: control.low,
        max: control.high,
        step: 1,
        inputmode: "numeric",
        oninput: () => controls.changed(kind, control.name, numberIn(input)),
        onblur: () => write(input, controls.left(kind, control.name)),
      });
      shown.push([control, (value) => write(input, value), [input]]);
      return block(control, labelFor(control, input), input);
    },
    slider(control) {
      const { low: min, high: max, step } = control;
      const change = (value) => {
        controls.changed(kind, control.name, value);
        return controls.shown(kind, control.name);
      };
      const range = el("input", {
        type: "range",
        id: idOf(tab, control),
        min,
        max,
        step,
        oninput: () => {
          write(number, change(Number(range.value)));
          fill();
        },
      });
      // How far the track is full (style.css): Gradio's own sliders have the same property.
      const fill = () => range.style.setProperty("--range_progress", `${(100 * (range.value - min)) / (max - min)}%`);
      const number = el("input", {
        type: "number",
        min,
        max,
        step,
        "aria-label": say(control.label),
        oninput: () => {
          write(range, change(numberIn(number)));
          fill();
        },
        onblur: () => write(number, controls.left(kind, control.name)),
      });
      const show = (value) => {
        write(range, value);
        write(number, value);
        fill();
      };
      shown.push([control, show, [range, number]]);
      const title = el("div", { class: "title" }, labelFor(control, range), number);
      return block(control, title, information(control), range);
    },
    choice(control) {
      const name = idOf(tab, control);
      const options = control.options.map(([value, words]) => {
        const radio = el("input", {
          type: "radio",
          name,
          value,
          onchange() {
            show(value);
            controls.changed(kind, control.name, value);
          },
        });
        return { value, radio, label: el("label", {}, radio, el("span", { text: say(words) })) };
      });
      const show = (chosen) => {
        for (const { value, radio, label } of options) {
          radio.checked = value === chosen;
          label.classList.toggle("selected", value === chosen);
        }
      };
      shown.push([control, show, options.map(({ radio }) => radio)]);
      const wrap = el("div", { class: "wrap" }, ...options.map(({ label }) => label));
      const legend = el("legend", { text: say(control.label) });
      return el("fieldset", { id: control.element, class: `block choice ${control.style ?? ""}` }, legend, wrap);
    },
    switch(control) {
      const box = el("input", {
        type: "checkbox",
        onchange: () => controls.changed(kind, control.name, box.checked),
      });
      const show = (on) => {
        box.checked = on;
      };
      shown.push([control, show, [box]]);
      const label = el("label", { class: "switch" }, box, el("span", { text: say(control.label) }));
      return block(control, label, information(control));
    },
    line(control) {
      const input = el("input", {
        type: "text",
        id: idOf(tab, control),
        maxlength: control.most,
        placeholder: control.placeholder,
        autocomplete: "off",
        spellcheck: "false",
        oninput: () => controls.changed(kind, control.name, input.value),
        onblur: () => write(input, controls.left(kind, control.name)),
      });
      shown.push([control, (value) => write(input, value), [input]]);
      return block(control, labelFor(control, input), information(control), input);
    },
    place({ name }) {
      const panel = el("div", { class: "panel" });
      place(name, panel);
      return el("div", { id: `mount-${name}` }, panel);
    },
  };

  const node = el(
    "div",
    { class: "column controls" },
    ...page.controls[tab].map((control) => make[control.form](control)),
  );

  // Another model may draw now, which has no use for some of them.
  function allow({ name }, inputs) {
    const used = controls.used(name);
    if (inputs[0].disabled !== used) return;
    for (const input of inputs) input.disabled = !used;
    const block = inputs[0].closest(".block");
    if (used) block.querySelector(".no-classes").remove();
    else block.append(el("p", { class: "info no-classes", text: say("no_classes") }));
  }

  const show = () => {
    for (const [control, tell, inputs] of shown) {
      allow(control, inputs);
      tell(controls.shown(kind, control.name));
    }
  };
  return { node, show };
}

const idOf = (tab, control) => `input-${tab}-${control.name}`;

const block = (control, ...parts) =>
  el("div", { id: control.element, class: `block ${control.style ?? ""}` }, ...parts.filter(Boolean));

const labelFor = (control, input) => el("label", { for: input.id, text: say(control.label) });

const information = (control) => (control.info ? el("p", { class: "info", text: say(control.info) }) : null);

// An emptied field is none.
const numberIn = (input) => (input.value === "" ? null : Number(input.value));

function write(input, value) {
  if (value !== undefined && input.value !== String(value)) input.value = value ?? "";
}
