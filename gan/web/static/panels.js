// The panels that are on the page. Each draws one kind of request and is an object with update(values, since), and, as
// far as it has them: alt(), key(event), resize(), and the commands of its buttons.

// What has the focus and keys of its own.
const NOT_OURS = "input, textarea, select, [role=slider], [role=listbox], [role=tab], dialog";

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
    if (!event.target.closest(NOT_OURS)) this.#panels[this.#store.active]?.key?.(event);
  }
}
