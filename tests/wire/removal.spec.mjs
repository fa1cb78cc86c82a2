// A destroy over HTTP: what it would do, what it did, and the bake that goes with its cluster, also when all is killed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Server } from '../server.mjs';
import { ask, census, openAccount, start, until } from './client.mjs';

const ZONE = 'ch-dk-2';
const cluster = { name: 'demo', zone: ZONE };
const server = new Server();
before(() => server.start());
after(() => server.stop());

const inspect = (credentials, which = cluster) =>
  ask(server.origin, 'POST', '/api/clusters', { body: { credentials, zone: ZONE, cluster: which, removal: { also: [] } } });

test('what a destroy would do is what it does, and the receipt proves it', async () => {
  const credentials = await openAccount(server.origin);
  assert.deepEqual([(await inspect(credentials)).status, (await inspect(credentials)).body.code], [404, 'no_cluster']);
  const spec = { ...cluster, image: 'stock' };
  const launch = await start(server.origin, { kind: 'launch', spec, credentials });
  await until(server.origin, launch, ({ state }) => state === 'ready');
  const { status, body } = await inspect(credentials);
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.removal.hourly, { known: '0.10032000', unpriced: 0 });
  const destroy = await start(server.origin, { kind: 'destroy', cluster, credentials });
  const view = await until(server.origin, destroy, ({ state }) => state === 'destroyed');
  const ids = (items) => items.map(({ id }) => id).sort();
  assert.deepEqual(ids(view.removed), ids(body.removal.items));
  assert.ok(view.removed.every(({ proof, goneAt, hourly }) => proof && goneAt && hourly !== undefined), JSON.stringify(view.removed));
  assert.deepEqual(view.hourlyBefore, { known: '0.10032000', unpriced: 0 });
  assert.deepEqual(view.hourly, { known: '0.00000000', unpriced: 0 });
  assert.deepEqual(await census(server.origin, credentials, ZONE), {});
});

for (const kill of [false, true]) {
  test(`the bake beside a launch is cancelled with its cluster${kill ? ', whatever dies meanwhile' : ''}`, async () => {
    const credentials = await openAccount(server.origin, { speed: 20 });
    const launch = await start(server.origin, { kind: 'launch', spec: { ...cluster, image: 'stock' }, credentials });
    const { cluster: { id } } = await until(server.origin, launch, ({ state }) => state === 'ready', 120_000);
    const bake = await start(server.origin, { kind: 'bake', spec: cluster, cluster: { ...cluster, id }, credentials });
    const machine = ({ steps }) => steps.some((step) => step.id === 'image' && step.state === 'done');
    await until(server.origin, bake, machine, 120_000);
    const destroy = await start(server.origin, { kind: 'destroy', cluster, credentials });
    if (kill) {
      await until(server.origin, destroy, ({ steps }) => steps[0].state === 'done');
      await server.restart();
    }
    await until(server.origin, destroy, ({ state }) => state === 'destroyed', 120_000);
    const view = await until(server.origin, bake, ({ state }) => state === 'undone', 120_000);
    assert.match(view.problem.what, /cancelled/);
    assert.deepEqual(await census(server.origin, credentials, ZONE), {});
    // Only the process itself can call a run off.
    const outside = await ask(server.origin, 'POST', `/api/runs/${bake.id}/called-off`, { body: {}, token: bake.token });
    assert.equal(outside.status, 404);
  });
}
