// The latest wish wins: one piece of work at a time, the newest wish waits, those between are dropped. So what is done
// last is always what was wished for last.

export class Latest {
  #busy = false;
  #wanted = null;
  #work;
  #failed;

  /** `work(wish)` is awaited for the newest wish; `failed(error)` is told what it threw. */
  constructor(work, failed) {
    this.#work = work;
    this.#failed = failed;
  }

  get busy() {
    return this.#busy;
  }

  want(wish) {
    this.#wanted = wish;
    if (!this.#busy) this.#run();
  }

  async #run() {
    this.#busy = true;
    while (this.#wanted !== null) {
      const wish = this.#wanted;
      this.#wanted = null;
      try {
        await this.#work(wish);
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#busy = false;
  }
}
