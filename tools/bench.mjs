// Measures what ships and prints it beside what it may be. One module of tools/bench/ a group of figures; each gives a
// list of { name, value, unit, how, budget?, goal?, beside? }. A figure over its budget fails the bench. A budget that has
// not reached its goal is what was reached last, so that it can only fall.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figures as page } from './bench/page.mjs';
import { figures as worker } from './bench/worker.mjs';
import { root } from './env.mjs';

const groups = { page, worker };
const COLUMNS = [['figure', 34], ['value', 12], ['budget', 12], ['goal', 12]];

const all = [];
for (const [group, figures] of Object.entries(groups)) {
  for (const figure of await figures()) all.push({ group, ...figure, over: figure.budget !== undefined && figure.value > figure.budget });
}
mkdirSync(join(root, 'build'), { recursive: true });
writeFileSync(join(root, 'build', 'bench.json'), `${JSON.stringify({ date: new Date().toISOString(), figures: all }, null, 2)}\n`);

line(COLUMNS.map(([name]) => name), 'how');
for (const { group, name, value, unit, budget, goal, how, beside, over } of all) {
  const shown = [value, budget, goal].map((number) => (number === undefined ? '' : said(number, unit)));
  line([`${group}: ${name}`, ...shown], `${over ? 'OVER ' : ''}${how}${beside ? ` (${beside})` : ''}`);
}
if (all.some(({ over }) => over)) process.exitCode = 1;

function line(cells, how) {
  const padded = cells.map((cell, column) => (column === 0 ? cell.padEnd(COLUMNS[0][1]) : cell.padStart(COLUMNS[column][1])));
  console.log(`${padded.join('')}  ${how}`);
}

function said(number, unit) {
  return unit === 'bytes' ? `${(number / 1000).toFixed(1)} kB` : `${number}${unit ? ` ${unit}` : ''}`;
}
