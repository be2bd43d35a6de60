// What a source of pictures rejects with when a request cannot be drawn.

/** The request was refused; `problems` says why, as gan/web/parameters.py does. */
export class Refused extends Error {
  constructor(problems) {
    super("refused");
    this.problems = problems;
  }
}
