// The panels that are on the page. Each draws one kind of request and is an object with update(values, since), and, as
// far as it has them: alt(), key(event), resize(), and the commands of its buttons.

const TYPED_IN = "textarea, select, input:not([type=range], [type=radio], [type=checkbox])"; // every key is theirs
const MOVED_BY_KEYS = "input, [role=slider], [role=listbox], [role=tab]"; // arrows and the like are; letters are ours

export class Panels {
  #store;
  #panels = {};
  #keys = {};
  #waiting = {}; // by kind: the command of a panel that has yet to come

  constructor(store) {
    this.#store = store;
    store.subscribe("changed", (kind, { since }) => this.#panels[kind]?.update(store.values(kind), since));
    document.addEventListener("keydown", (event) => this.#key(event));
    let resizing = 0;
    window.addEventListener("resize", () => {
      cancelAnimationFrame(resizing);
      resizing = requestAnimationFrame(() => {
        for (const kind of this.#store.kinds) this.resize(kind);
      });
    });
  }

  add(kind, panel) {
    this.#panels[kind] = panel;
    panel.update(this.#store.values(kind), performance.now());
    if (this.#waiting[kind]) panel[this.#waiting[kind]]();
  }

  /** Call a panel's function, now or as soon as the panel is there. */
  command(kind, name) {
    if (this.#panels[kind]) this.#panels[kind][name]();
    else this.#waiting[kind] = name;
  }

  /** Let a letter call a function, whichever panel is in front. */
  on(letter, call) {
    this.#keys[letter] = call;
  }

  /** Its place has another size. */
  resize(kind) {
    this.#panels[kind]?.resize?.();
  }

  /** What it shows in words. */
  alt(kind) {
    return this.#panels[kind]?.alt() ?? "";
  }

  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]") || event.target.closest(TYPED_IN)) return;
    if (event.target.closest(MOVED_BY_KEYS) && !/^\p{L}$/u.test(event.key)) return;
    const panel = this.#panels[this.#store.active];
    const command = { r: panel?.random, ...this.#keys }[event.key.toLowerCase()];
    if (!command) return panel?.key?.(event);
    command();
    event.preventDefault();
  }
}
