// A panic in the driver of one run: the others, which share its isolate and its memory, and their alarms go on.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../tools/env.mjs';
import { Server } from '../server.mjs';
import { ask, capability, census, counts, look, openAccount, runId, until } from './client.mjs';

const ZONE = 'ch-dk-2';
const SPEC = { name: 'demo', zone: ZONE, image: 'stock' };
// After a wake-up that died the next one comes within this; it is the Worker's own safety net, and some patience.
const AGAIN_WITHIN_MS = 60_000;

// The built Worker behind an entry of its own, which hands each run's object a state that is whole but for one
// question: what is a bug of the runtime for the Worker's library, it answers with a panic in Rust. Runs whose id
// begins with `once` suffer it at their third wake-up, those with `always` at each from the third on.
const ENTRY = `// Plants a panic in the driver of the runs that are named for it.
import slipway, { AccountObject, RunObject as Real, SandboxObject } from './slipway.js';
export { AccountObject, SandboxObject };
export default slipway;

const asked = new Map();
function rigged(state) {
  const name = state.id.name ?? '';
  const getWebSockets = () => {
    const times = (asked.get(name) ?? 0) + 1;
    asked.set(name, times);
    if (times < 3 || (name.startsWith('once') && times > 3)) return state.getWebSockets();
    console.log('planted a panic in ' + name);
    throw new Error('planted');
  };
  return new Proxy(state, {
    get(_, property) {
      if (property === 'getWebSockets') return getWebSockets;
      const value = Reflect.get(state, property, state);
      return typeof value === 'function' ? value.bind(state) : value;
    },
  });
}

export const RunObject = new Proxy(Real, {
  construct: (target, [state, env]) => Reflect.construct(target, [/^(once|always)/.test(state.id.name) ? rigged(state) : state, env], target),
});
`;

const folder = mkdtempSync(join(tmpdir(), 'slipway-planted-'));
cpSync(join(root, 'build', 'worker'), folder, { recursive: true });
renameSync(join(folder, 'index.js'), join(folder, 'slipway.js'));
writeFileSync(join(folder, 'index.js'), ENTRY);

const server = new Server({ worker: folder });
before(() => server.start());
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

// A launch in an account of its own, under an id that begins as asked.
async function launch(prefix) {
  const credentials = await openAccount(server.origin, { speed: 30 });
  const run = { id: prefix + runId().slice(prefix.length), token: capability(), credentials };
  const { status, body } = await ask(server.origin, 'PUT', `/api/runs/${run.id}`, { body: { kind: 'launch', spec: SPEC, credentials }, token: run.token });
  assert.equal(status, 201, JSON.stringify(body));
  return run;
}

const planted = (run) => server.log.split(`planted a panic in ${run.id}`).length - 1;

test('a panic planted in one run leaves the others and their alarms alone', async () => {
  const alone = await launch('');
  await until(server.origin, alone, ({ state }) => state === 'ready');
  const expected = counts(await census(server.origin, alone.credentials, ZONE));
  const calm = await lasted(alone);

  const [always, once, ...others] = await Promise.all([launch('always'), launch('once'), launch(''), launch(''), launch('')]);
  await Promise.all(others.map((run) => until(server.origin, run, ({ state }) => state === 'ready')));
  assert.ok(planted(always) > 0 && planted(once) > 0, 'nothing was planted');
  assert.match(server.log, /panicked/, 'it was no panic');
  for (const run of others) {
    assert.deepEqual(counts(await census(server.origin, run.credentials, ZONE)), expected);
    // Had its alarm been lost, the safety net alone would have gone on with it.
    assert.ok((await lasted(run)) < calm + 20_000, `${await lasted(run)} ms against ${calm} ms`);
  }

  // The run that panics can still be looked at; one that panicked once ends as if nothing had been.
  assert.equal((await look(server.origin, always)).state, 'running');
  await until(server.origin, once, ({ state }) => state === 'ready', AGAIN_WITHIN_MS);
  assert.equal(planted(once), 1);
  assert.deepEqual(counts(await census(server.origin, once.credentials, ZONE)), expected);
  assert.ok(planted(always) > 1, 'its own alarm was lost');
});

async function lasted(run) {
  const { body } = await ask(server.origin, 'GET', `/api/runs/${run.id}/events`, { token: run.token });
  return body.entries.at(-1).at - body.entries[0].at;
}
