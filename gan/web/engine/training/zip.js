// A zip of files as they are, uncompressed: weights hardly get smaller.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const FIRST_DAY = 0x21; // 1 January 1980: the same bytes whenever it is made

/** The zip's bytes. Args: the files' bytes by their paths. */
export function zipped(files) {
  const parts = [];
  const directory = [];
  let at = 0;
  const put = (list, part) => {
    list.push(part);
    return part.length;
  };
  for (const [path, bytes] of Object.entries(files)) {
    const name = new TextEncoder().encode(path);
    const common = [
      u16(20),
      u16(0),
      u16(0),
      u16(0),
      u16(FIRST_DAY),
      u32(crc32(bytes)),
      u32(bytes.length),
      u32(bytes.length),
      u16(name.length),
      u16(0),
    ];
    directory.push(u32(CENTRAL), u16(20), ...common, u16(0), u16(0), u16(0), u32(0), u32(at), name);
    for (const part of [u32(LOCAL), ...common, name, bytes]) at += put(parts, part);
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = u16(Object.keys(files).length);
  return joined([...parts, ...directory, u32(END), u16(0), u16(0), count, count, u32(size), u32(at), u16(0)]);
}

const u16 = (value) => Uint8Array.of(value, value >>> 8);
const u32 = (value) => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);

function crc32(bytes) {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
