// Many launches at once in one local runtime, each in a pretend account of its own: how evenly they end, and what each
// costs: memory, processor, rows, alarms, and money at Cloudflare's prices. N= and SPEED= take others.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Server } from '../../tests/server.mjs';
import { ask, start } from '../../tests/wire/client.mjs';
import { cost, PRICES } from './price.mjs';

const N = Number(process.env.N || 300);
// The pretend account's clock. A launch is some 230 of its seconds; two cores carry so many only at nearly real pace.
const SPEED = Number(process.env.SPEED || 1);
const AT_ONCE = 25;
const LOOK_MS = 5000;
const PATIENCE = 3;
const LAUNCH_S = 240;
const SPEC = { name: 'demo', zone: 'ch-dk-2', image: 'stock' };

export async function figures() {
  const server = await new Server({ vars: { SANDBOX_ACCOUNTS_MOST: String(N), RUNS_MOST: String(N) } }).start();
  try {
    const accounts = await each(Array.from({ length: N }), async (_, at) => {
      const { body } = await ask(server.origin, 'POST', '/api/sandbox/accounts', { body: { preset: 'calm', seed: at + 1, speed: SPEED } });
      return { key: body.key, secret: body.secret };
    });
    const cpuBefore = cpuSeconds(server.runtime());
    const runs = await each(accounts, async (credentials) => {
      const began = Date.now();
      return { began, run: await start(server.origin, { kind: 'launch', spec: SPEC, credentials }) };
    });
    const open = new Set(runs);
    const deadline = Date.now() + (LAUNCH_S * 1000 * PATIENCE) / SPEED;
    await pause((LAUNCH_S * 700) / SPEED);
    while (open.size > 0 && Date.now() < deadline) {
      await each([...open], async (one) => {
        const { body } = await ask(server.origin, 'GET', `/api/runs/${one.run.id}`, { token: one.run.token });
        one.state = body.view.state;
        if (one.state !== 'running') open.delete(one);
      });
      await pause(LOOK_MS);
    }
    const cpu = cpuSeconds(server.runtime()) - cpuBefore;
    const memory = rssBytes(server.runtime());
    await each(runs, async (one) => {
      const { body } = await ask(server.origin, 'GET', `/api/runs/${one.run.id}/events`, { token: one.run.token });
      one.entries = body.entries;
    });
    await server.kill();
    const kept = JSON.parse(execFileSync('python3', ['-c', READ, server.state], { encoding: 'utf8' }));
    return told(runs, kept, cpu, memory);
  } finally {
    await server.stop();
  }
}

function told(runs, kept, cpu, memory) {
  const ready = runs.filter(({ state }) => state === 'ready');
  const took = ready
    .map(({ began, entries }) => entries.find(({ event }) => event.finished).at - began)
    .sort((one, other) => one - other);
  const at = (share) => took[Math.floor((took.length - 1) * share)] / 1000;
  const mean = (all) => all.reduce((sum, one) => sum + one, 0) / all.length;
  const [lines, alarms] = [0, 1].map((which) => mean(kept.map((run) => run[which])));
  const heard = mean(runs.map(({ entries }) => entries.filter(({ event }) => event.reported || event.confirmed).length));
  const price = cost({ lines, alarms, heard, cpuMs: (cpu * 1000) / runs.length });
  const one = (name, value, unit, how) => ({ name, value, unit, how: `${N} at once; ${how}` });
  return [
    one('launches that are not ready', runs.length - ready.length, '', `one runtime, accounts at speed ${SPEED}`),
    one('a launch, p50', at(0.5), 's', 'from the request to the end, by the wall clock'),
    one('a launch, p95 over p50', at(0.95) / at(0.5), '×', `p95 ${at(0.95).toFixed(1)} s`),
    one('memory of the runtime', memory, 'bytes', 'RSS at its highest, accounts included'),
    one('memory of a run', memory / runs.length, 'bytes', 'the same, divided'),
    one('processor of a launch', cpu / runs.length, 's', 'user and system time of the runtime, accounts included'),
    one('lines of a journal', lines, '', 'rows in the database of each'),
    one('alarms of a launch', alarms, '', 'the number of the last wake-up'),
    one('cost of 1,000 launches', price * 1000, 'USD', `Cloudflare's prices of ${PRICES.date}, nothing of it free`),
  ];
}

// The lines of each run's journal, and how often it was woken, out of its database.
const READ = `
import glob, json, sqlite3, sys
found = []
for path in glob.glob(sys.argv[1] + '/v3/do/**/*.sqlite', recursive=True):
    try:
        with sqlite3.connect(path) as base:
            lines, = base.execute('SELECT count(*) FROM journal').fetchone()
            alarms, = base.execute("SELECT text FROM fact WHERE name = 'epoch'").fetchone()
            found.append([lines, int(alarms)])
    except sqlite3.OperationalError:
        pass  # not a run's
print(json.dumps(found))
`;

// At most so many at once.
async function each(all, work) {
  const done = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < all.length; at = next++) done[at] = await work(all[at], at);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return done;
}

const TICKS = 100;
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

const rssBytes = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1]) * 1024;
