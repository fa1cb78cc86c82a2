// What comes after a launch, over HTTP: an image, other pools, other doors, another certificate, and the end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Server } from '../server.mjs';
import { adminKey, ask, capability, census, exoscale, openAccount, start, until } from './client.mjs';
import { verifyWithOpenssl } from './openssl.mjs';

const ZONE = 'ch-dk-2';
const cluster = { name: 'demo', zone: ZONE };
const server = new Server();
before(() => server.start());
after(() => server.stop());

test('a cluster is resized, opened, renewed and destroyed, and its image stays for the next one', async () => {
  const credentials = await openAccount(server.origin);
  const change = async (wanted) => {
    const run = await start(server.origin, { cluster, credentials, ...wanted });
    return until(server.origin, run, ({ state }) => state === 'done', 120_000);
  };
  const standing = async () => {
    const { status, body } = await ask(server.origin, 'POST', '/api/clusters', { body: { credentials, zone: ZONE, cluster } });
    assert.equal(status, 200, JSON.stringify(body));
    return body.cluster.spec;
  };
  const images = async () => {
    const { body } = await exoscale(server.origin, credentials, ZONE, '/template?visibility=private');
    return body.templates.filter(({ name }) => name.startsWith('slipway-'));
  };

  const launch = await start(server.origin, { kind: 'launch', spec: cluster, credentials });
  await until(server.origin, launch, ({ state }) => state === 'ready');
  const spec = await standing();
  assert.deepEqual(spec.pools.map(({ name, min, max }) => [name, min, max]), [['workers', 1, 5]]);

  // Beside the launch an image was begun; the machine that it is made of goes, the image stays.
  const baked = Date.now() + 120_000;
  while ((await images()).length === 0 || (await census(server.origin, credentials, ZONE)).instances.length > 2) {
    assert.ok(Date.now() < baked, 'no image');
    await new Promise((next) => setTimeout(next, 500));
  }
  const [image] = await images();
  const pool = async (name) => {
    const { body } = await exoscale(server.origin, credentials, ZONE, '/instance-pool');
    const { id } = body['instance-pools'].find((one) => one.name.endsWith(name));
    return (await exoscale(server.origin, credentials, ZONE, `/instance-pool/${id}`)).body;
  };
  assert.equal((await pool('workers')).template.id, image.id);

  await change({ kind: 'resize', spec: { ...spec, pools: [{ ...spec.pools[0], min: 2, max: 6 }, { name: 'fresh', min: 1, max: 2 }] } });
  assert.deepEqual((await standing()).pools.map(({ name, min, max }) => [name, min, max]), [['workers', 2, 6], ['fresh', 1, 2]]);
  assert.equal((await pool('fresh')).template.id, image.id);

  await change({ kind: 'access', spec: { ...spec, access: { ...spec.access, api: ['203.0.113.0/24'] } } });
  assert.deepEqual((await standing()).access.api, ['203.0.113.0/24']);

  const admin = adminKey();
  verifyWithOpenssl((await change({ kind: 'renew', adminPublicKey: admin.publicKey })).cluster, admin.pem);

  const destroy = await start(server.origin, { kind: 'destroy', cluster, credentials });
  const receipt = await until(server.origin, destroy, ({ state }) => state === 'destroyed');
  assert.deepEqual(receipt.kept.map(({ item }) => item.name), [image.name]);
  assert.deepEqual(await census(server.origin, credentials, ZONE), {});
});

test('what cannot be changed is said before anything is', async () => {
  const credentials = await openAccount(server.origin);
  const refusal = async (wanted) => {
    const id = 'a'.repeat(25) + 'bcdefghijk'[Math.floor(Math.random() * 10)];
    const { status, body } = await ask(server.origin, 'PUT', `/api/runs/${id}`, { body: { credentials, ...wanted }, token: capability() });
    return [status, body.code];
  };
  assert.deepEqual(await refusal({ kind: 'resize', cluster, spec: cluster }), [404, 'no_cluster']);
  assert.deepEqual(await refusal({ kind: 'resize', spec: cluster }), [400, 'bad_request']);
  assert.deepEqual(await refusal({ kind: 'renew', cluster, spec: cluster, adminPublicKey: adminKey().publicKey }), [400, 'bad_request']);
  assert.deepEqual(await refusal({ kind: 'polish', cluster }), [400, 'bad_request']);
});
