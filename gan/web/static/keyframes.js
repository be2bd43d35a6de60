// The key frames of a walk: a card for each, with its digit, its number and its class.

import { el } from "./dom.js";
import { nearestNumber } from "./nearest.js";
import { describe } from "./numbers.js";
import { limits, page } from "./page.js";
import { withKey, withOneMore, without } from "./walk.js";
import { say } from "./words.js";

const SIDE = 56; // CSS pixels of a card's digit

/** The cards, which change the store's walk: { node, show(walk) }. */
export function keyFrames({ store, pixels, failures }) {
  const node = el("div", { class: "keys", role: "group", "aria-label": say("key_frames") });
  const adder = el("button", { class: "quiet add", id: "add-key", onclick: add, text: `+ ${say("add_key")}` });
  let cards = [];
  let drawn = "";

  /** Show the key frames of a walk. */
  function show({ seeds, digits, temperature, plane }) {
    const signature = JSON.stringify([seeds, digits, temperature, plane, page.own?.weights]);
    if (signature === drawn) return;
    drawn = signature;
    if (cards.length !== seeds.length) {
      cards = seeds.map((_, k) => keyCard(k));
      node.replaceChildren(...cards.map((card) => card.node), adder);
    }
    adder.disabled = seeds.length >= limits.keys;
    adder.hidden = plane; // it has four corners
    cards.forEach((card, k) => {
      card.show({ seed: seeds[k], digit: digits[k] ?? null, temperature }, seeds.length > 2 && !plane);
    });
  }

  function keyCard(k) {
    const image = el("img", { width: SIDE, height: SIDE });
    const number = el("input", {
      type: "number",
      min: 0,
      max: limits.seeds - 1,
      step: 1,
      id: `key-seed-${k}`,
      inputmode: "numeric",
      oninput() {
        const nearest = nearestNumber("seeds", number.value, [0, limits.seeds - 1]);
        if (nearest === null) return; // half typed
        change(k, { seed: nearest.value });
        failures.adjusted(nearest.problems);
      },
      onblur() {
        number.value = store.values("walk").seeds[k];
      },
    });
    const choice = el(
      "select",
      {
        id: `key-digit-${k}`,
        onchange: () => change(k, { digit: choice.value === "" ? null : Number(choice.value) }),
      },
      el("option", { value: "", text: say("any") }),
      ...Array.from({ length: limits.classes }, (_, d) => el("option", { value: d, text: d })),
    );
    const remove = el("button", {
      class: "quiet close",
      "aria-label": say("remove_key", { n: k + 1 }),
      onclick: () => drop(k),
      text: "×",
    });
    const fields = el(
      "div",
      { class: "key-fields" },
      el("label", { for: number.id, text: say("key_seed", { n: k + 1 }) }),
      number,
      el("label", { for: choice.id, text: say("digit") }),
      choice,
    );
    return {
      node: el("div", { class: "key" }, image, fields, remove),
      show(key, removable) {
        if (document.activeElement !== number) number.value = key.seed;
        choice.value = key.digit ?? "";
        choice.disabled = !page.conditional;
        pixels.showDigit(image, key);
        image.alt = describe(key.seed, key.digit);
        remove.hidden = !removable;
      },
    };
  }

  function change(k, key) {
    store.change("walk", withKey(store.values("walk"), k, key), { byControl: true });
  }

  function add() {
    store.change("walk", withOneMore(store.values("walk")));
    node.querySelector(".key:last-of-type input").focus();
  }

  function drop(k) {
    store.change("walk", without(store.values("walk"), k));
    adder.focus();
  }

  return { node, show };
}
