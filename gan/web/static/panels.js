// The panels that are on the page. Each draws one kind of request and is an object with update(values, since), and, as
// far as it has them: alt(), key(event), resize(), and the commands of its buttons.

const TYPED_IN = "textarea, select, input:not([type=range], [type=radio], [type=checkbox])"; // every key is theirs
const MOVED_BY_KEYS = "input, [role=slider], [role=listbox], [role=tab]"; // arrows and the like are; letters are ours

export class Panels {
  #store;
  #panels = {};

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
  }

  /** A button was pressed. */
  command(kind, name) {
    this.#panels[kind]?.[name]?.();
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
    if (event.key.toLowerCase() !== "r") return panel?.key?.(event);
    panel?.random();
    event.preventDefault();
  }
}
