// What both builds do to a WASM file.
import { readFileSync, writeFileSync } from 'node:fs';

// Drops the section with the functions' names, half of the module. (`strip` in the profile would also drop the section
// by which wasm-bindgen knows the target's features.)
export function removeNames(path) {
  const wasm = readFileSync(path);
  const kept = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    const [size, body] = leb128(wasm, at + 1);
    const [nameSize, name] = leb128(wasm, body);
    const isNames = wasm[at] === 0 && wasm.toString('latin1', name, name + nameSize) === 'name';
    if (!isNames) kept.push(wasm.subarray(at, body + size));
    at = body + size;
  }
  writeFileSync(path, Buffer.concat(kept));
}

// The number at a place in the module, and where what follows it begins.
function leb128(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}
