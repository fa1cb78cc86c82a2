// The engine alone: planning, replaying, signing, links; natively, and in WASM in the profile in which the Worker ships.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, wasmBindgen } from '../env.mjs';
import { bench, JOURNAL, OUT, writeJournal } from './lives.mjs';

const TRIES = 7;
const TARGET = 'wasm32-unknown-unknown';
const target = process.env.CARGO_TARGET_DIR || join(root, 'target');

// What, how large, and how many in one go.
const CASES = [
  { name: 'plan, 3 control planes and 8 pools', what: 'plan', size: 8, times: 200 },
  { name: 'plan, 3 control planes and 4 pools', what: 'plan', size: 4, times: 200 },
  { name: 'replay, 1,000 events', what: 'replay', size: 1000, times: 20 },
  { name: 'replay, 500 events', what: 'replay', size: 500, times: 20 },
  { name: 'sign, 200 bytes', what: 'sign', size: 200, times: 5000 },
  { name: 'sign, 32 KB', what: 'sign', size: 32_768, times: 500 },
  // The most that is made in one wake-up, which has 10 ms of the smallest plan.
  { name: 'certificate authority', what: 'authority', size: 1, times: 20 },
  { name: 'link, encode, 8 pools', what: 'encode', size: 8, times: 2000 },
  { name: 'link, decode, 8 pools', what: 'decode', size: 8, times: 2000 },
];

// Twice the size shall take twice the time, and a little for chance. Of the journal, twice the lines are 2.6 times the bytes.
const GROWTH = [
  { name: 'plan, 8 pools to 4', large: CASES[0].name, small: CASES[1].name },
  { name: 'replay, 1,000 events to 500', large: CASES[2].name, small: CASES[3].name },
];

export async function figures() {
  writeJournal();
  return Object.entries({ native: native(), WASM: await inWasm() }).flatMap(([where, times]) => {
    const how = where === 'native' ? 'profile sim: with assertions' : 'profile edge, in Node';
    const single = CASES.map(({ name }) => ({ name: `${name}, ${where}`, value: times.get(name), unit: 'ms', how: `${how}, best of ${TRIES}` }));
    const growth = GROWTH.map(({ name, large, small }) => ({ name: `growth of a ${name}, ${where}`, value: times.get(large) / times.get(small), unit: '×', how: 'the two above' }));
    return [...single, ...growth];
  });
}

// The least time of each case, in milliseconds.
function native() {
  const asked = Array.from({ length: TRIES }, () => CASES).flat();
  const answers = bench(['engine', JOURNAL], asked.map(({ what, size, times }) => `${what} ${size} ${times}\n`).join(''));
  return least(asked.map(({ name }) => name), answers.trim().split('\n').map(Number));
}

async function inWasm() {
  run('cargo', ['build', '--quiet', '--locked', '--profile', 'edge', '--target', TARGET, '-p', 'bench-engine']);
  run(wasmBindgen, [join(target, TARGET, 'edge/bench_engine.wasm'), '--target', 'experimental-nodejs-module', '--no-typescript', '--out-dir', OUT]);
  const { Engine } = await import(join(OUT, 'bench_engine.js'));
  const engine = new Engine(readFileSync(JOURNAL, 'utf8'));
  const asked = Array.from({ length: TRIES }, () => CASES).flat();
  const answers = asked.map(({ what, size, times }) => {
    const began = performance.now();
    engine.run(what, size, times);
    return (performance.now() - began) / times;
  });
  return least(asked.map(({ name }) => name), answers);
}

function least(names, times) {
  const found = new Map();
  names.forEach((name, at) => found.set(name, Math.min(times[at], found.get(name) ?? Infinity)));
  return found;
}
