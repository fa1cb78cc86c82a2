// Lives under a virtual clock, by the program `bench` of the tests: figures in JSON, a line each.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../env.mjs';

const BENCH = 'run --quiet --locked --profile sim -p tests --features sabotage,arbitrary --bin bench --'.split(' ');
export const OUT = join(root, 'build', 'bench');
export const JOURNAL = join(OUT, 'journal.json');

// What the program says when it is asked for a group.
export function bench(args, input = '') {
  return run('cargo', [...BENCH, ...args], { input, stdio: ['pipe', 'pipe', 'inherit'], maxBuffer: 1 << 28 }).stdout;
}

const lines = (text) => text.trim().split('\n').map((line) => JSON.parse(line));

let lived;
const virtually = () => (lived ??= lines(bench(['limit'])));

export const limit = () => virtually().filter(({ name }) => name);
// The shapes that are launched: name, spec, the first seed, and for each seed what a launch and a destroy take at least.
export const shapes = () => virtually().filter(({ shape }) => shape);
export const wakes = () => lines(bench(['wakes']));

// A long run as it lies on disk, for the engine.
export function writeJournal() {
  mkdirSync(OUT, { recursive: true });
  writeFileSync(JOURNAL, bench(['journal']));
}
