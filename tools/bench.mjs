// Measures Slipway and prints each figure beside what it may be, or beside its rival; the same goes to build/bench.json.
//
//   node tools/bench.mjs [--quick | GROUP …]
//
// One module of tools/bench/ a group; each gives a list of { name, value, unit, how, rival? }. The budgets are in
// tools/bench/budgets.json, by group and name. A budget that has not reached its goal is what was reached last, so that it
// can only fall. Groups that are `exact` give the same figures each time: those are the quick ones, and whoever is over a
// budget there fails the bench. Times of a real clock never do: a busy machine shall not fail a build.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figures as developer } from './bench/developer.mjs';
import { figures as engine } from './bench/engine.mjs';
import { figures as lighthouse } from './bench/lighthouse.mjs';
import { limit, wakes } from './bench/lives.mjs';
import { figures as many } from './bench/many.mjs';
import { figures as page } from './bench/page.mjs';
import { figures as wall } from './bench/wall.mjs';
import { figures as worker } from './bench/worker.mjs';
import { fail, root } from './env.mjs';

const GROUPS = {
  page: { exact: true, figures: page },
  worker: { exact: true, figures: worker },
  limit: { exact: true, figures: limit },
  wakes: { exact: true, figures: wakes },
  engine: { figures: engine },
  lighthouse: { figures: lighthouse },
  many: { figures: many },
  wall: { figures: wall },
  developer: { figures: developer },
};
const BUDGETS = JSON.parse(readFileSync(new URL('bench/budgets.json', import.meta.url), 'utf8'));
const TIMES = ['ms', 's'];
const COLUMNS = [['figure', 66], ['value', 11], ['beside', 14], ['goal', 10]];

const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== '--quick' && !GROUPS[arg]);
if (unknown) fail(`${unknown} is not measured; there are ${Object.keys(GROUPS).join(', ')}`);
const wanted = Object.entries(GROUPS).filter(([name, { exact }]) => args.length === 0 || args.includes(name) || (exact && args.includes('--quick')));

const all = [];
line(COLUMNS.map(([name]) => name), 'how');
for (const [group, { exact, figures }] of wanted) {
  const budgets = BUDGETS[group] ?? {};
  const found = await figures();
  const idle = Object.keys(budgets).find((name) => !found.some((figure) => figure.name === name));
  if (idle) fail(`there is a budget for ${group}: ${idle}, but no such figure`);
  for (const { name, how, ...figure } of found) {
    const over = figure.value > (budgets[name]?.budget ?? Infinity);
    const fails = over && Boolean(exact) && !TIMES.includes(figure.unit);
    const one = { group, name, ...figure, ...budgets[name], over, fails, how };
    all.push(one);
    show(one);
  }
}
mkdirSync(join(root, 'build'), { recursive: true });
writeFileSync(join(root, 'build', 'bench.json'), `${JSON.stringify({ date: new Date().toISOString(), figures: all }, null, 2)}\n`);
const failed = all.filter(({ fails }) => fails);
if (failed.length > 0) fail(`over their budgets: ${failed.map(({ group, name }) => `${group}: ${name}`).join('; ')}`);

function show({ group, name, value, unit, budget, rival, goal, over, how }) {
  const beside = budget === undefined ? rival && said(rival, unit) : `${over ? '>' : '≤'} ${said(budget, unit)}`;
  line([`${group}: ${name}`, said(value, unit), beside ?? '', goal === undefined ? '' : said(goal, unit)], how);
}

function line(cells, how) {
  const padded = cells.map((cell, column) => (column === 0 ? cell.padEnd(COLUMNS[0][1]) : cell.padStart(COLUMNS[column][1])));
  console.log(`${padded.join('')}  ${how}`);
}

// Sizes in kilobytes, the rest with three digits that count, and no more than are needed.
function said(number, unit) {
  if (unit === 'bytes') return `${(number / 1000).toFixed(1)} kB`;
  const digits = number >= 100 || Number.isInteger(number) ? number.toFixed(0) : String(Number(number.toPrecision(3)));
  return unit ? `${digits} ${unit}` : digits;
}
