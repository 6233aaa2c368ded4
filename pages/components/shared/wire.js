import { useNotation } from './number.js';

// Messages of bytes as wire.py packs them: the length of the JSON, the JSON, the arrays.
const KINDS = { u1: Uint8Array, u2: Uint16Array, f4: Float32Array };

// The header and the arrays, flat.
export function unpack(data) {
  const buffer = bytesOf(data).slice().buffer; // aligned: the message's own may start anywhere
  const length = new DataView(buffer).getUint32(0, true);
  const { head, arrays, language, notation } =
    JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  useNotation(notation);
  let start = 4 + length;
  return {
    head,
    language: language ?? 'en',
    arrays: arrays.map(([kind, size]) => {
      const array = new KINDS[kind](buffer, start, size);
      start += Math.ceil(array.byteLength / 4) * 4;
      return array;
    }),
  };
}

// Tells one message from another without reading every byte of a long one.
export function fingerprint(data) {
  const bytes = bytesOf(data);
  const step = 1 + (bytes.length >> 14);
  let sum = bytes.length;
  for (let i = 0; i < bytes.length; i += step) sum = (sum * 31 + bytes[i]) | 0;
  return sum;
}

function bytesOf(data) {
  return data instanceof Uint8Array ? data : new Uint8Array(data);
}
