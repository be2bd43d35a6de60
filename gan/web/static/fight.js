// The page's side of a training (engine/trainer.js): a worker that is started when it is first needed.

import { checkSupport } from "../engine/client.js";
import { page } from "./page.js";

export class Fight {
  #worker = null;
  #told;

  /** Args: `told(message)` hears what the worker says; see engine/trainer.js. */
  constructor(told) {
    this.#told = told;
  }

  /** Begin a run of `{ recipe, seed, limit }`. Throws an EngineError where the browser can't. */
  begin(options) {
    if (this.#worker) return this.send("restart", options);
    checkSupport();
    const { worker, wasm, digits, unseen } = page.fight;
    this.#worker = new Worker(worker, { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#told(data);
    this.#worker.onerror = ({ message }) =>
      this.#told({ kind: "failed", code: "no-worker", message: message || "worker" });
    const here = (address) => new URL(address, document.baseURI).href; // the worker has another base
    this.send("load", { ...options, wasm: here(wasm), digits: here(digits), unseen: here(unseen) });
  }

  /** Stop for good; the next run starts another worker. */
  end() {
    this.#worker?.terminate();
    this.#worker = null;
  }

  send(kind, details = {}) {
    this.#worker?.postMessage({ ...details, kind });
  }
}
