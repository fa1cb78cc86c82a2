// What Lighthouse says of each place, as a phone with a slow processor on a slow network would meet it.
import { join } from 'node:path';
import { Server } from '../../tests/server.mjs';
import { lighthouse, run } from '../env.mjs';

const PLACES = { compose: '/', clusters: '/clusters' };
// Of 100. What is no time is the same each time; a busy machine makes the times worse than they are.
const SCORES = { accessibility: 100, 'best-practices': 100, seo: 100 };
const TIMES = [
  ['largest-contentful-paint', 1200],
  ['total-blocking-time', 50],
];

export async function figures() {
  const server = await new Server().start();
  try {
    return Object.entries(PLACES).flatMap(([place, path]) => judged(place, `${server.origin}${path}`));
  } finally {
    await server.stop();
  }
}

function judged(place, url) {
  const flags = ['--quiet', '--output=json', '--chrome-flags=--headless=new --no-sandbox --disable-gpu'];
  const { stdout } = run(process.execPath, [lighthouse.program, url, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
    env: { CHROME_PATH: process.env.CHROMIUM || '/usr/bin/chromium' },
  });
  const { categories, audits } = JSON.parse(stdout);
  const how = 'Lighthouse, mobile';
  const score = (name) => Math.round(categories[name].score * 100);
  return [
    { name: `${place}, performance`, value: score('performance'), goal: 98, how },
    ...Object.entries(SCORES).map(([name, least]) => ({ name: `${place}, ${name}`, value: score(name), least, how, beside: failures(categories[name], audits) })),
    ...TIMES.map(([name, goal]) => ({ name: `${place}, ${name}`, value: Math.round(audits[name].numericValue), unit: 'ms', goal, how })),
    { name: `${place}, layout shift`, value: audits['cumulative-layout-shift'].numericValue, budget: 0.001, how },
  ];
}

// What a score below the most is lost by.
function failures({ auditRefs }, audits) {
  const failed = auditRefs.filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1);
  return failed.map(({ id }) => id).join(', ');
}
