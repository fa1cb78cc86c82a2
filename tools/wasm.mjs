// What both builds do to a WASM file.
import { readFileSync, writeFileSync } from 'node:fs';

// Drops the section with the functions' names, half of the module. (`strip` in the profile would also drop the section
// by which wasm-bindgen knows the target's features.)
export function removeNames(path) {
  const wasm = readFileSync(path);
  const kept = sections(wasm).filter((section) => !isNames(section));
  writeFileSync(path, Buffer.concat([wasm.subarray(0, 8), ...kept.map(({ bytes }) => bytes)]));
}

// The sections of a module: number, all bytes, and those after the number and the size.
export function sections(wasm) {
  const found = [];
  for (let at = 8; at < wasm.length; ) {
    const [size, body] = leb128(wasm, at + 1);
    found.push({ id: wasm[at], bytes: wasm.subarray(at, body + size), body: wasm.subarray(body, body + size) });
    at = body + size;
  }
  return found;
}

export function isNames({ id, body }) {
  const [size, at] = leb128(body, 0);
  return id === 0 && body.toString('latin1', at, at + size) === 'name';
}

// The number at a place in the module, and where what follows it begins.
export function leb128(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}
