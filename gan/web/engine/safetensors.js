// Safetensors files: 8 bytes with the header's length, a JSON header, the values. Nothing is run.

import { EngineError } from "./errors.js";

const MAX_HEADER_BYTES = 1 << 20;
const TYPES = { F32: Float32Array, I64: BigInt64Array, I32: Int32Array, I8: Int8Array, U8: Uint8Array };

/** The tensors by name, `{ dtype, shape, values }`.
 *
 * Throws "weights-damaged": the file is cut off, has bytes that belong to no tensor, or is no safetensors file. */
export function readSafetensors(buffer) {
  const header = readHeader(buffer);
  const start = buffer.byteLength - dataBytes(buffer);
  const tensors = new Map();
  let end = 0; // the values stand one behind the other, with no gap
  for (const [name, { dtype, shape, data_offsets: offsets }] of inOrder(header)) {
    const [from, to] = offsets;
    const type = TYPES[dtype];
    if (!type) throw damaged(`tensor ${name} has the type ${dtype}`, dtype);
    const bytes = shape.reduce((product, side) => product * side, type.BYTES_PER_ELEMENT);
    if (from !== end || to - from !== bytes)
      throw damaged(`tensor ${name} lies at ${from} … ${to}, not where it must`, from);
    if (start + to > buffer.byteLength) throw damaged(`it ends within tensor ${name}`, buffer.byteLength);
    tensors.set(name, { dtype, shape, values: new type(buffer.slice(start + from, start + to)) });
    end = to;
  }
  if (start + end !== buffer.byteLength) throw damaged("bytes follow the last tensor", buffer.byteLength);
  return tensors;
}

function readHeader(buffer) {
  try {
    const header = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(buffer, 8, headerBytes(buffer))),
    );
    delete header.__metadata__;
    if (Object.values(header).every(isEntry)) return header;
  } catch (error) {
    if (error instanceof EngineError) throw error;
  }
  throw damaged("its header is not the JSON of tensors", null);
}

function headerBytes(buffer) {
  const length = buffer.byteLength < 8 ? Number.NaN : Number(new DataView(buffer).getBigUint64(0, true));
  if (!(length <= MAX_HEADER_BYTES && 8 + length <= buffer.byteLength)) {
    throw damaged(`its ${buffer.byteLength} bytes hold no header`, buffer.byteLength);
  }
  return length;
}

const dataBytes = (buffer) => buffer.byteLength - 8 - headerBytes(buffer);

const isEntry = (entry) =>
  typeof entry?.dtype === "string" &&
  isSizes(entry.shape) &&
  isSizes(entry.data_offsets) &&
  entry.data_offsets.length === 2;

const isSizes = (sizes) => Array.isArray(sizes) && sizes.every((size) => Number.isSafeInteger(size) && size >= 0);

const inOrder = (header) => Object.entries(header).sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);

const damaged = (why, value) =>
  new EngineError("weights-damaged", `the weights are not a whole safetensors file: ${why}`, value);

const WRITTEN = ["I64", "F32", "I32", "I8", "U8"]; // in this order: each type's values begin at a multiple of their size
const TYPE_NAMES = new Map([[BigInt64Array, "I64"], ...Object.entries(TYPES).map(([name, type]) => [type, name])]);

/** A file's bytes, those that the safetensors library writes. Args: tensors `[name, shape, values]`. */
export function writeSafetensors(tensors) {
  const typed = tensors.map(([name, shape, values]) => ({
    name,
    shape,
    values,
    dtype: TYPE_NAMES.get(values.constructor),
  }));
  const order = ({ dtype }) => WRITTEN.indexOf(dtype);
  typed.sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1));
  const header = {};
  let end = 0;
  for (const { name, dtype, shape, values } of typed) {
    header[name] = { dtype, shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const bytes = new Uint8Array(8 + head.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  for (const { name, values } of typed) {
    const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    bytes.set(raw, 8 + head.length + header[name].data_offsets[0]);
  }
  return bytes;
}
