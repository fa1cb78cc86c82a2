// The whole path without a browser: with curl alone, and through a power loss in the middle.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Server } from '../server.mjs';
import { verifyWithOpenssl } from './openssl.mjs';
import { adminKey, capability, census, counts, exoscale, look, openAccount, runId, start, until } from './client.mjs';

const server = new Server();
before(() => server.start());
after(() => server.stop());

const ZONE = 'ch-dk-2';
// What is baked beside a launch is another story: day_two.spec.mjs.
const SPEC = { name: 'demo', zone: ZONE, image: 'stock' };

test('curl launches the default cluster, and destroys it to zero', async () => {
  const curl = (method, path, token, body) => {
    const send = ['-H', 'content-type: application/json', '-d', JSON.stringify(body)];
    const args = ['-sS', '-X', method, `${server.origin}${path}`, '-H', `authorization: Bearer ${token}`];
    return JSON.parse(execFileSync('curl', [...args, ...(body ? send : [])], { encoding: 'utf8' }));
  };
  const wait = async (id, token, state) => {
    for (let tries = 0; tries < 600; tries += 1) {
      const { view } = curl('GET', `/api/runs/${id}`, token);
      if (view.state === state) return view;
      assert.equal(view.state, 'running', JSON.stringify(view.problem));
      await pause(100);
    }
    assert.fail(`never ${state}`);
  };
  const { key, secret } = curl('POST', '/api/sandbox/accounts', '', { speed: 60 });
  const credentials = { key, secret };
  const [launched, token] = [runId(), capability()];
  const admin = adminKey();
  const wanted = { kind: 'launch', spec: SPEC, credentials, adminPublicKey: admin.publicKey };
  assert.equal(curl('PUT', `/api/runs/${launched}`, token, wanted).id, launched);
  const view = await wait(launched, token, 'ready');
  verifyWithOpenssl(view.cluster, admin.pem);
  assert.ok(view.steps.every(({ state }) => state === 'done'));
  assert.ok(view.resources.some(({ kind, hourly }) => kind === 'instance-pool' && Number(hourly) > 0));
  assert.equal((await census(server.origin, credentials, ZONE)).instances.length, 2);

  const [destroyed, other] = [runId(), capability()];
  curl('PUT', `/api/runs/${destroyed}`, other, { kind: 'destroy', cluster: { name: 'demo', zone: ZONE }, credentials });
  const receipt = await wait(destroyed, other, 'destroyed');
  assert.equal(receipt.resources.length, 0);
  assert.ok(receipt.removed.length >= 12, JSON.stringify(receipt.removed));
  assert.deepEqual(await census(server.origin, credentials, ZONE), {});
});

test('a power loss in the middle of a launch: it ends ready, and nothing is there twice', async () => {
  const credentials = await openAccount(server.origin);
  const undisturbed = await start(server.origin, { kind: 'launch', spec: { ...SPEC, name: 'calm' }, credentials });
  await until(server.origin, undisturbed, ({ state }) => state === 'ready');
  const expected = counts(await census(server.origin, credentials, ZONE));

  for (const steps of [2, 6, 10, 14]) {
    const account = await openAccount(server.origin);
    const run = await start(server.origin, { kind: 'launch', spec: SPEC, credentials: account });
    const done = ({ steps: all }) => all.filter(({ state }) => state === 'done').length;
    await until(server.origin, run, (view) => done(view) >= steps || view.state === 'ready');
    await server.restart();
    await until(server.origin, run, ({ state }) => state === 'ready');
    assert.deepEqual(counts(await census(server.origin, account, ZONE)), expected, `after ${steps} steps`);
  }
});

test('the same start again is the same run, and another capability sees nothing', async () => {
  const credentials = await openAccount(server.origin);
  const run = await start(server.origin, { kind: 'launch', spec: SPEC, credentials });
  const again = await fetch(`${server.origin}/api/runs/${run.id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${run.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'launch', spec: SPEC, credentials }),
  });
  assert.equal(again.status, 200);
  assert.equal(await look(server.origin, { ...run, token: capability() }), undefined);
  await until(server.origin, run, ({ state }) => state === 'ready');
});

test('a second run on the same cluster has to wait', async () => {
  const credentials = await openAccount(server.origin, { speed: 20 });
  const run = await start(server.origin, { kind: 'launch', spec: SPEC, credentials });
  const cluster = { name: 'demo', zone: ZONE };
  await assert.rejects(start(server.origin, { kind: 'destroy', cluster, credentials }), /409.*busy/);
  await until(server.origin, run, ({ state }) => state === 'ready');
  await until(server.origin, await start(server.origin, { kind: 'destroy', cluster, credentials }), ({ state }) => state === 'destroyed');
});

test('the pretend Exoscale checks signatures over what it received', async () => {
  const credentials = await openAccount(server.origin);
  assert.equal((await exoscale(server.origin, credentials, ZONE, '/instance')).status, 200);
  const forged = { ...credentials, secret: 'x'.repeat(43) };
  assert.equal((await exoscale(server.origin, forged, ZONE, '/instance')).status, 403);
  assert.equal((await exoscale(server.origin, credentials, ZONE, '/instance', { expires: 1_700_000_000 })).status, 403);
});
