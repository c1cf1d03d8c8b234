/** Reading safetensors: 8 bytes of length, a JSON header, then the numbers. Always float32 afterwards. */

const READERS = {
  F32: (bytes) => new Float32Array(bytes),
  F16: halves,
  BF16: (bytes) => Float32Array.from(new Uint16Array(bytes), (bits) => fromBits(bits << 16)),
};

/** { name: { shape, data: Float32Array } } of a whole file, and its metadata under `metadata`. */
export function readSafetensors(buffer) {
  const size = Number(new DataView(buffer).getBigUint64(0, true));
  if (size > buffer.byteLength - 8) throw new Error(`not a safetensors file: its header has ${size} bytes`);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [start, end] = data_offsets;
    if (!READERS[dtype]) throw new Error(`${name} is stored as ${dtype}; known: ${Object.keys(READERS)}`);
    tensors[name] = { shape, data: READERS[dtype](buffer.slice(8 + size + start, 8 + size + end)) };
  }
  return { tensors, metadata: header.__metadata__ ?? {} };
}

/** The bytes of a file that PEFT reads: tensors { name: { shape, data } } as float32. */
export function writeSafetensors(tensors, metadata = { format: "pt" }) {
  const header = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, (end += 4 * data.length)] };
  }
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (text.length % 8)) % 8);
  const bytes = new Uint8Array(8 + text.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(new TextEncoder().encode(text), 8);
  let place = 8 + text.length;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(Float32Array.from(data).buffer), place);
    place += 4 * data.length;
  }
  return bytes;
}

const scratch = new DataView(new ArrayBuffer(4));

function fromBits(bits) {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}

/** Many float16: there are only 65,536 of them, so each is computed once. */
function halves(bytes) {
  table ??= Float32Array.from({ length: 65536 }, (_, bits) => half(bits));
  const found = new Uint16Array(bytes);
  const numbers = new Float32Array(found.length);
  for (let i = 0; i < found.length; i++) numbers[i] = table[found[i]];
  return numbers;
}

let table = null;

/** A float16: sign, 5 bits of exponent, 10 of mantissa; below 2^-14 the numbers lie evenly. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
