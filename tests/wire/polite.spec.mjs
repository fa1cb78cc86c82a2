// What is asked beside the runs: it takes its turn in the organisation's office, and what it meets is felt there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Server } from '../server.mjs';
import { ask, openAccount } from './client.mjs';

const server = new Server();
before(() => server.start());
after(() => server.stop());

const check = (credentials) =>
  ask(server.origin, 'POST', '/api/preflight', { body: { spec: { name: 'demo', zone: 'ch-dk-2' }, credentials } });
const look = (credentials) => ask(server.origin, 'POST', '/api/clusters', { body: { credentials, zone: 'ch-dk-2' } });

async function refuse(credentials, perMille) {
  const inside = (change) => ask(server.origin, 'POST', '/api/sandbox/inside', { body: { credentials, ...change } });
  const { faults } = (await inside({})).body;
  const { status } = await inside({ faults: { ...faults, too_many_requests: perMille } });
  assert.equal(status, 200);
}

test('a refusal for too many calls that one question meets holds back the next, and no other organisation', async () => {
  const [credentials, neighbour] = [await openAccount(server.origin, { speed: 1 }), await openAccount(server.origin, { speed: 1 })];
  assert.equal((await look(credentials)).status, 200);
  await refuse(credentials, 300);
  // Whose key it is must be told before anything else can be refused.
  for (let tries = 0; (await check(credentials)).status === 502 && tries < 20; tries++);
  await refuse(credentials, 0);
  const { status, body, headers } = await look(credentials);
  assert.deepEqual([status, body.code], [429, 'too_many'], JSON.stringify(body));
  assert.ok(Number(headers.get('retry-after')) >= 1);
  assert.match(body.hint, /Try again in \d+ s/);
  assert.equal((await look(neighbour)).status, 200);
});
