// The engine alone: planning, replaying, signing, links; natively, and in WASM in the profile in which the Worker ships.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root, run, wasmBindgen } from '../../tools/env.mjs';
import { JOURNAL, lives } from './lives.mjs';

const TRIES = 7;
const TARGET = 'wasm32-unknown-unknown';
const TRIPLE = process.env.CARGO_TARGET_DIR || join(root, 'target');
const OUT = join(root, 'build', 'bench');

// What, how large, how many in one go, and the budget in milliseconds: natively and in WASM, where there is one.
const CASES = [
  { figure: 'plan, 3 control planes and 8 pools', what: 'plan', size: 8, times: 200, native: 0.2, wasm: 2 },
  { figure: 'replay, 1,000 events', what: 'replay', size: 1000, times: 20, wasm: 5 },
  { figure: 'sign, 200 bytes', what: 'sign', size: 200, times: 5000, native: 0.002 },
  { figure: 'sign, 32 KB', what: 'sign', size: 32_768, times: 500, native: 0.03 },
  // The most that is made in one wake-up, which has 10 ms of the smallest plan.
  { figure: 'certificate authority', what: 'authority', size: 1, times: 20, wasm: 10 },
  { figure: 'link, encode, 8 pools', what: 'encode', size: 8, times: 2000, native: 0.03 },
  { figure: 'link, decode, 8 pools', what: 'decode', size: 8, times: 2000, native: 0.03 },
];

// Twice the size may take twice the time, and a little for chance.
const GROWTH = [
  { figure: 'plan, 8 pools to 4', what: 'plan', small: 4, large: 8, times: 200 },
  { figure: 'replay, 1,000 events to 500', what: 'replay', small: 500, large: 1000, times: 20 },
];
const GROWTH_MOST = 2.3;

export function rows() {
  lives('journal');
  run('cargo', ['build', '--quiet', '--locked', '--release', '-p', 'bench-engine']);
  run('cargo', ['build', '--quiet', '--locked', '--profile', 'edge', '--target', TARGET, '--lib', '-p', 'bench-engine']);
  run(wasmBindgen, [join(TRIPLE, TARGET, 'edge/bench_engine.wasm'), '--target', 'nodejs', '--no-typescript', '--out-dir', OUT]);
  const { Engine } = createRequire(import.meta.url)(join(OUT, 'bench_engine.js'));
  const engine = new Engine(readFileSync(JOURNAL, 'utf8'));
  const timers = { native, wasm: (...one) => inWasm(engine, ...one) };
  const method = `best of ${TRIES}`;
  const times = CASES.flatMap(({ figure, what, size, times, ...budgets }) =>
    Object.entries(timers).map(([where, timer]) => ({
      figure: `${figure}, ${where}`,
      kind: 'time',
      value: best(timer, what, size, times),
      unit: 'ms',
      budget: budgets[where] ?? null,
      method,
    })),
  );
  const growth = GROWTH.map(({ figure, what, small, large, times }) => ({
    figure: `growth of a ${figure}, wasm`,
    kind: 'ratio',
    value: best(timers.wasm, what, large, times) / best(timers.wasm, what, small, times),
    unit: '×',
    budget: GROWTH_MOST,
    method: 'twice the size',
  }));
  return [...times, ...growth];
}

const best = (timer, ...one) => Math.min(...Array.from({ length: TRIES }, () => timer(...one)));

function native(what, size, times) {
  const program = join(TRIPLE, 'release/bench-engine');
  return Number(execFileSync(program, [JOURNAL], { input: `${what} ${size} ${times}\n`, encoding: 'utf8' }));
}

function inWasm(engine, what, size, times) {
  const began = performance.now();
  engine.run(what, size, times);
  return (performance.now() - began) / times;
}
