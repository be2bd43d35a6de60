// SHA-256 as 64 hex digits: the browser's own, or, since a page over plain http has none, FIPS 180-4 in forty lines.

/** The hash of bytes (`Uint8Array`). */
export async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) return plainSha256(bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => hex(byte, 2)).join("");
}

/** The same without the browser's help. */
export function plainSha256(bytes) {
  const padded = new Uint8Array((bytes.length + 72) & ~63); // a 1, zeros, the length in bits; multiples of 64 bytes
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const state = new Uint32Array(START);
  const w = new Uint32Array(64);
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const [a, b] = [w[i - 15], w[i - 2]];
      w[i] =
        w[i - 16] +
        (turned(a, 7) ^ turned(a, 18) ^ (a >>> 3)) +
        w[i - 7] +
        (turned(b, 17) ^ turned(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const first = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i] + w[i]) | 0;
      const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      state[i] += value;
    });
  }
  return Array.from(state, (word) => hex(word, 8)).join("");
}

const hex = (value, digits) => value.toString(16).padStart(digits, "0");

const turned = (value, by) => (value >>> by) | (value << (32 - by));

// The first 32 bits of the fractional parts of the roots of the first primes: square roots (8), cube roots (64).
const PRIMES = Array.from({ length: 312 }, (_, n) => n).filter((n) => n > 1 && !hasDivisor(n));
const fraction = (root) => Math.floor((root % 1) * 2 ** 32);
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const ROUNDS = PRIMES.map((prime) => fraction(Math.cbrt(prime)));

function hasDivisor(n) {
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return true;
  return false;
}
