// What Lighthouse says of each place, as a phone with a slow processor on a slow network meets it (both simulated).
import { Server } from '../../tests/server.mjs';
import { lighthouse, run } from '../env.mjs';

const PLACES = { compose: '/', run: '/run', clusters: '/clusters' };
const SCORES = ['performance', 'accessibility', 'best-practices', 'seo'];
const TIMES = { 'largest-contentful-paint': 'largest paint', 'total-blocking-time': 'time blocked' };

export async function figures() {
  run(process.execPath, ['tools/setup.mjs', 'browser', 'lighthouse']);
  const server = await new Server().start();
  try {
    return Object.entries(PLACES).flatMap(([place, path]) => judged(place, `${server.origin}${path}`));
  } finally {
    await server.stop();
  }
}

function judged(place, url) {
  const { stdout } = run(process.execPath, [lighthouse.program, url, '--quiet', '--output=json', '--chrome-flags=--headless=new --no-sandbox --disable-gpu'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
    env: { CHROME_PATH: process.env.CHROMIUM || '/usr/bin/chromium' },
  });
  const { categories, audits } = JSON.parse(stdout);
  const how = 'Lighthouse, mobile';
  // Budgets are upper bounds: what is counted is what is missing from the best.
  const lost = SCORES.map((name) => {
    const { score, auditRefs } = categories[name];
    const by = auditRefs.filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.9).map(({ id }) => id);
    return { name: `${place}, ${name}, points lost`, value: 100 - Math.round(score * 100), how: by.length > 0 ? `${how}; by ${by.join(', ')}` : how };
  });
  const times = Object.entries(TIMES).map(([id, name]) => ({ name: `${place}, ${name}`, value: Math.round(audits[id].numericValue), unit: 'ms', how }));
  return [...lost, ...times, { name: `${place}, layout shift`, value: Number(audits['cumulative-layout-shift'].numericValue.toFixed(3)), how }];
}
