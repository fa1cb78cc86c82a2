// Launches and destroys at the pace of the real thing, by the wall clock, through the real Worker: from the request to
// the end, beside the limit of the same seeds under the virtual clock.
import { setTimeout as pause } from 'node:timers/promises';
import { Server } from '../../tests/server.mjs';
import { ask, start } from '../../tests/wire/client.mjs';
import { shapes } from './lives.mjs';

const COPIES = 6;
const POLL_MS = 1000;
const WITHIN_MS = 900_000;

// Accounts of the same seed would be the same organisation, so each life has a seed of its own.
export async function figures() {
  const all = shapes();
  const server = await new Server({ vars: { SANDBOX_ACCOUNTS_MOST: '1000' } }).start();
  try {
    const found = await Promise.all(all.map((shape) => lived(server.origin, shape)));
    return found.flat();
  } finally {
    await server.stop();
  }
}

async function lived(origin, { shape: name, spec, first, limits }) {
  const seeds = limits.slice(0, COPIES);
  const took = await Promise.all(seeds.map((_, at) => life(origin, spec, first + at)));
  return ['launch', 'destroy'].flatMap((what, which) => {
    const [seconds, limit] = [took, seeds].map((all) => all.reduce((sum, one) => sum + one[which], 0) / all.length / 1000);
    return [
      { name: `${what}, ${name}`, value: seconds, unit: 's', rival: limit, how: `mean of ${seeds.length} side by side, beside the limit` },
      { name: `${what} over its limit, ${name}`, value: seconds / limit, unit: '×', how: 'speed 1, calm, from the request to the end' },
    ];
  });
}

async function life(origin, spec, seed) {
  const { body } = await ask(origin, 'POST', '/api/sandbox/accounts', { body: { preset: 'calm', seed, speed: 1 } });
  const credentials = { key: body.key, secret: body.secret };
  const launch = await timed(origin, { kind: 'launch', spec, credentials }, 'ready');
  const cluster = { name: spec.name, zone: spec.zone };
  return [launch, await timed(origin, { kind: 'destroy', cluster, credentials }, 'destroyed')];
}

// The last line but those of tidying up says when a run ended, to the millisecond, whenever it is looked at.
async function timed(origin, wanted, state) {
  const began = Date.now();
  const run = await start(origin, wanted);
  for (;;) {
    await pause(POLL_MS);
    const { body } = await ask(origin, 'GET', `/api/runs/${run.id}`, { token: run.token });
    if (body.view.state === state) break;
    if (!['running'].includes(body.view.state) || Date.now() - began > WITHIN_MS) throw new Error(`a ${wanted.kind} is ${body.view.state}: ${JSON.stringify(body.view.problem)}`);
  }
  const { body } = await ask(origin, 'GET', `/api/runs/${run.id}/events`, { token: run.token });
  const { at } = body.entries.find(({ event }) => event.finished);
  return at - began;
}
