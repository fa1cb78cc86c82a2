// `make bench`: runs the groups of figures, prints a table, writes build/bench.json, and fails where a budget of bytes
// or counts is broken. Ratios and times are for the eye: a busy machine shall not fail a build.
//
//   node tests/bench/bench.mjs [--quick | --developer | GROUP …]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/env.mjs';
import * as developer from './developer.mjs';
import * as engine from './engine.mjs';
import { lives } from './lives.mjs';
import * as many from './many.mjs';
import * as wall from './wall.mjs';

const ENFORCED = ['bytes', 'count'];

let virtual;
const virtually = () => (virtual ??= lives('limit'));
// `quick` ones need no server and take a minute; what is `apart` builds, and runs only when it is asked for.
const GROUPS = {
  developer: { apart: true, rows: () => developer.rows() },
  limit: { quick: true, rows: () => virtually().filter(({ figure }) => figure) },
  wakes: { quick: true, rows: () => lives('wakes') },
  engine: { rows: () => engine.rows() },
  many: { rows: () => many.rows() },
  wall: { rows: () => wall.rows(virtually().filter(({ shape }) => shape)) },
};

const args = process.argv.slice(2);
const wanted = Object.entries(GROUPS).filter(([name, { quick, apart }]) => {
  if (args.length === 0) return !apart;
  return args.includes(name) || args.includes(`--${name}`) || (quick && args.includes('--quick'));
});
const all = [];
for (const [group, { rows }] of wanted) {
  const found = await rows();
  for (const row of found) console.log(line(row));
  all.push(...found.map((row) => ({ group, ...row })));
}
mkdirSync(join(root, 'build'), { recursive: true });
const written = { date: new Date().toISOString(), rows: all };
writeFileSync(join(root, 'build', 'bench.json'), `${JSON.stringify(written, null, 2)}\n`);
const broken = all.filter((row) => ENFORCED.includes(row.kind) && isOver(row));
if (broken.length > 0) console.error(`\n${broken.length} budgets are broken: ${broken.map(({ figure }) => figure).join('; ')}`);
process.exit(broken.length > 0 ? 1 : 0);

function isOver({ value, budget }) {
  return budget !== null && !(value <= budget);
}

function line(row) {
  const { figure, value, unit, budget, method } = row;
  const limit = budget === null ? '' : `${isOver(row) ? '>' : '≤'} ${shown(budget)}`;
  return `${figure.padEnd(64)}${shown(value).padStart(9)} ${unit.padEnd(4)}${limit.padEnd(10)}${method}`;
}

// Three digits that count, and no more than are needed.
function shown(value) {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
