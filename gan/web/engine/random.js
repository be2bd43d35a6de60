// numpy.random.RandomState(seed).randn: MT19937 (Matsumoto & Nishimura 1998) seeded by one integer, and NumPy's legacy
// normal numbers by the polar method (Marsaglia & Bray 1964). Equal to NumPy's but for Math.log, which may differ by an
// ulp: gan/latents.py rounds that away.

const LENGTH = 624;
const SHIFT = 397;

export class RandomState {
  #words = new Uint32Array(LENGTH);
  #place = 0;
  #kept = null; // the polar method makes two normal numbers at a time

  /** Start the stream of a seed, a whole number in 0 … 2³²−1. */
  seed(seed) {
    const words = this.#words;
    words[0] = seed;
    for (let i = 1; i < LENGTH; i++) words[i] = Math.imul(words[i - 1] ^ (words[i - 1] >>> 30), 1812433253) + i;
    this.#place = 0;
    this.#kept = null;
    return this;
  }

  /** The next 32 bits. Each word is renewed when it is needed, not all 624 at once: a latent needs half of them. */
  #next() {
    const words = this.#words;
    const i = this.#place;
    const after = i + 1 === LENGTH ? 0 : i + 1;
    const joined = (words[i] & 0x80000000) | (words[after] & 0x7fffffff);
    const far = words[i + SHIFT < LENGTH ? i + SHIFT : i + SHIFT - LENGTH];
    words[i] = far ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    this.#place = after;
    let bits = words[i];
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  }

  /** A number in 0 … 1, below 1, with 53 random bits. */
  uniform() {
    const high = this.#next() >>> 5;
    const low = this.#next() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** The next standard normal number. */
  normal() {
    if (this.#kept !== null) {
      const kept = this.#kept;
      this.#kept = null;
      return kept;
    }
    let x, y, square;
    do {
      x = 2 * this.uniform() - 1;
      y = 2 * this.uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    this.#kept = factor * x;
    return factor * y;
  }
}
