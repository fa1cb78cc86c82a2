// Puts the functions of a WASM module in the order of their bytes, and drops their names. Nothing else changes: but
// functions that are alike then lie beside each other, and gzip, which looks back 32 KiB, finds what repeats.
import { readFileSync, writeFileSync } from 'node:fs';
import { npmTool, run } from './env.mjs';
import { isNames, leb128, sections } from './wasm.mjs';

const NAMES = 0;
const IMPORTS = 2;
const CODE = 10;
const FUNCTION = 0;
const TAG = 4;

export function orderFunctions(path) {
  const wasm = readFileSync(path);
  const others = sections(wasm).filter((section) => !isNames(section));
  const imported = importedFunctions(others.find(({ id }) => id === IMPORTS).body);
  const bodies = functions(others.find(({ id }) => id === CODE).body);
  // Binaryen moves functions, with all that refers to them, and goes by their names: so they are called by their places.
  const places = bodies.map((body, index) => [body, imported + index]).sort(([a], [b]) => Buffer.compare(a, b));
  const names = places.map(([, index], place) => [index, String(place).padStart(8, '0')]).sort(([a], [b]) => a - b);
  writeFileSync(path, Buffer.concat([wasm.subarray(0, 8), ...others.map(({ bytes }) => bytes), nameSection(names)]));
  run(npmTool('wasm-opt'), [...FEATURES, '--reorder-functions-by-name', path, '-o', path]);
}

// What rustc's target and unwinding need.
const FEATURES = ['bulk-memory', 'exception-handling', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext'].map(
  (feature) => `--enable-${feature}`,
);

// wasm-bindgen's modules import functions and the tag of JavaScript's exceptions: two texts, the kind, the type.
function importedFunctions(imports) {
  let [count, at] = leb128(imports, 0);
  let found = 0;
  for (let left = count; left > 0; left--) {
    for (let text = 0; text < 2; text++) {
      const [size, start] = leb128(imports, at);
      at = start + size;
    }
    const kind = imports[at];
    if (kind !== FUNCTION && kind !== TAG) throw new Error(`imports of kind ${kind} are not expected`);
    if (kind === FUNCTION) found++;
    [, at] = leb128(imports, at + (kind === TAG ? 2 : 1));
  }
  return found;
}

function functions(code) {
  let [count, at] = leb128(code, 0);
  return Array.from({ length: count }, () => {
    const [size, body] = leb128(code, at);
    at = body + size;
    return code.subarray(body, at);
  });
}

function nameSection(names) {
  const text = (name) => [...number(name.length), ...Buffer.from(name)];
  const list = Buffer.from([...number(names.length), ...names.flatMap(([index, name]) => [...number(index), ...text(name)])]);
  const body = Buffer.concat([Buffer.from([...text('name'), 1, ...number(list.length)]), list]);
  return Buffer.concat([Buffer.from([NAMES, ...number(body.length)]), body]);
}

function number(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...number(value >>> 7)];
}
