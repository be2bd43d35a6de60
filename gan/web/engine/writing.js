// gan/writing.py in a browser: a line of text whose digits are generated. Its separators come drawn, in separators.js.

import { EngineError } from "./errors.js";
import { seedRange } from "./latents.js";
import { DIGIT_ADVANCE, MARKS, READ_AS, SEPARATORS } from "./separators.js";

const SIZE = 28;
const MARGIN = (SIZE - DIGIT_ADVANCE) / 2; // of a line, so that its ends are as airy as a digit's cell

const DECIMAL = /^\p{Nd}$/u;
const SPACE = /^\p{White_Space}$/u;
const INVISIBLE = /^\p{Cf}$/u;

const isDigit = (character) => character >= "0" && character <= "9";
const advance = (character) => SEPARATORS[character]?.advance ?? DIGIT_ADVANCE;

// The decimal digit that a character is in whichever script, null if none: scripts have their ten in a row, from 0 on.
function decimal(character) {
  if (!DECIMAL.test(character)) return null;
  let code = character.codePointAt(0);
  let digit = 0;
  while (DECIMAL.test(String.fromCodePoint(--code))) digit++;
  return digit % 10; // mathematical digits stand in five rows of ten
}

/** What a line can hold of any text, and the characters that it cannot hold, each once: { held, refused }. */
export function readable(text) {
  let held = "";
  const refused = new Set();
  const characters = [...text.normalize("NFKC")];
  characters.forEach((character, i) => {
    const digit = decimal(character);
    if (digit !== null) held += digit;
    else if (Object.hasOwn(SEPARATORS, character)) held += character;
    else if (Object.hasOwn(MARKS, character)) held += decimal(characters[i + 1] ?? "") === null ? "" : MARKS[character];
    else if (Object.hasOwn(READ_AS, character)) held += READ_AS[character];
    else if (SPACE.test(character)) held += " ";
    else if (!INVISIBLE.test(character)) refused.add(character);
  });
  return { held, refused: [...refused].join("") };
}

/** Text as one line `[28, W]`, `Uint8Array`. `seed` is the handwriting of every digit; with `own`, digit i of the line has
 * the number seed + i instead. */
export function writtenLine(generator, { text, seed, own = false, temperature = 1 }) {
  const characters = [...text];
  if (!characters.length || !characters.every((c) => isDigit(c) || Object.hasOwn(SEPARATORS, c))) {
    throw new EngineError(
      "request",
      `text must be digits, spaces and - . / : + , ( ) only, not ${JSON.stringify(text)}`,
      text,
    );
  }
  const wanted = characters.filter(isDigit).map(Number);
  const seeds = own ? seedRange(seed, wanted.length) : wanted.map(() => seed);
  const generated = generator.sample(seeds, wanted, temperature);
  const width = characters.reduce((sum, character) => sum + advance(character), 2 * MARGIN);
  const line = new Uint8Array(SIZE * width);
  let x = MARGIN;
  let drawn = 0;
  for (const character of characters) {
    // The cell is centred on the pen's way, and may overhang it.
    const left = x + Math.floor((advance(character) - SIZE) / 2);
    const glyph = isDigit(character)
      ? generated.subarray(drawn * SIZE * SIZE, ++drawn * SIZE * SIZE)
      : separator(character);
    for (let column = Math.max(left, 0); column < Math.min(left + SIZE, width); column++) {
      for (let row = 0; row < SIZE; row++) {
        const at = row * width + column;
        line[at] = Math.max(line[at], glyph[row * SIZE + column - left]);
      }
    }
    x += advance(character);
  }
  return line;
}

/** A separator as `Uint8Array [28 × 28]`. */
export function separator(character) {
  const { left, top, width, ink } = SEPARATORS[character];
  const glyph = new Uint8Array(SIZE * SIZE);
  for (let i = 0; 2 * i < ink.length; i++) {
    const at = (top + Math.floor(i / width)) * SIZE + left + (i % width);
    glyph[at] = Number.parseInt(ink.slice(2 * i, 2 * i + 2), 16);
  }
  return glyph;
}
