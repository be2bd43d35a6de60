// The latest wish wins: one piece of work at a time, the newest wish waits, those between are dropped. So what is done
// last is always what was wished for last.

export class Latest {
  #busy = false;
  #wanted = null;
  #work;
  #done;

  /** `work(wish)` is awaited for the newest wish; then `done(error)` is called with what went wrong, or with null. */
  constructor(work, done) {
    this.#work = work;
    this.#done = done;
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
      let failure = null;
      try {
        await this.#work(wish);
      } catch (error) {
        failure = error;
      }
      this.#done(failure);
    }
    this.#busy = false;
  }
}
