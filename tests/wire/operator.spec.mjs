// What an operator sets and reads: another master secret, ceilings, plain HTTP, and the log.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Server } from '../server.mjs';
import { adminKey, ask, census, look, openAccount, runId, capability, start, until } from './client.mjs';

const ZONE = 'ch-dk-2';
const SPEC = { name: 'demo', zone: ZONE, image: 'stock' };
const secret = () => randomBytes(32).toString('base64');

const server = new Server({ vars: { SANDBOX_ACCOUNTS_MOST: '3', RUNS_MOST: '3' } });
before(() => server.start());
after(() => server.stop());

function assertClear({ status, body }, expected, code) {
  assert.equal(status, expected, JSON.stringify(body));
  assert.equal(body.code, code, JSON.stringify(body));
  assert.ok(body.message.length > 8 && body.hint.length > 8, JSON.stringify(body));
}

const doneSteps = ({ steps }) => steps.filter(({ state }) => state === 'done').length;

test('a run goes on under a new master secret as long as the old one is there, and without it waits and loses nothing', async () => {
  const [old, older, fresh] = [secret(), secret(), secret()];
  const own = new Server({ vars: { MASTER_SECRET: old } });
  try {
    await own.start();
    const credentials = await openAccount(own.origin, { speed: 20 });
    const { publicKey } = adminKey();
    const run = await start(own.origin, { kind: 'launch', spec: SPEC, credentials, adminPublicKey: publicKey });
    await until(own.origin, run, (view) => doneSteps(view) >= 4);

    own.vars = { MASTER_SECRET: fresh };
    await own.restart();
    await pause(4_000);
    const waiting = await look(own.origin, run);
    await pause(4_000);
    assert.deepEqual(doneSteps(await look(own.origin, run)), doneSteps(waiting));
    assert.equal(waiting.state, 'running');
    const refused = await ask(own.origin, 'POST', `/api/runs/${run.id}/cancel`, { body: {}, token: run.token });
    assertClear(refused, 503, 'other_master');
    assert.match(own.log, /put it into MASTER_SECRET_OLD/);

    own.vars = { MASTER_SECRET: fresh, MASTER_SECRET_OLD: `${older} ${old}` };
    await own.restart();
    await until(own.origin, run, ({ state }) => state === 'ready', 120_000);
    const later = await start(own.origin, { kind: 'destroy', cluster: { name: 'demo', zone: ZONE }, credentials });

    // What was begun under the new one needs no old one.
    own.vars = { MASTER_SECRET: fresh };
    await own.restart();
    await until(own.origin, later, ({ state }) => state === 'destroyed', 120_000);
    assert.deepEqual(await census(own.origin, credentials, ZONE), {});
  } finally {
    await own.stop();
  }
});

test('an organisation has so many runs under way, and one more has to wait', async () => {
  const credentials = await openAccount(server.origin, { speed: 1, preset: 'unmanned' });
  const runs = [];
  for (let number = 0; number < 3; number += 1) {
    runs.push(await start(server.origin, { kind: 'launch', spec: { ...SPEC, name: `demo-${number}` }, credentials }));
  }
  const body = { kind: 'launch', spec: { ...SPEC, name: 'one-more' }, credentials };
  const more = () => ask(server.origin, 'PUT', `/api/runs/${runId()}`, { body, token: capability() });
  const refused = await more();
  assertClear(refused, 429, 'too_many');
  assert.match(refused.body.message, /3 runs/);
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  // One that is there already is still that one, and one that ends makes room.
  const again = await ask(server.origin, 'PUT', `/api/runs/${runs[0].id}`, { body, token: runs[0].token });
  assert.equal(again.status, 200);
  const cancelled = await ask(server.origin, 'POST', `/api/runs/${runs[1].id}/cancel`, { body: {}, token: runs[1].token });
  assert.equal(cancelled.status, 202);
  for (let tries = 0; ; tries += 1) {
    const view = await look(server.origin, runs[1]);
    if (view.state === 'undone') break;
    assert.ok(tries < 1_200, JSON.stringify({ state: view.state, waiting: view.waiting }));
    await pause(100);
  }
  assert.equal((await more()).status, 201);
});

test('one caller has so many pretend accounts open, and others have theirs', async () => {
  const open = (address) => ask(server.origin, 'POST', '/api/sandbox/accounts', { body: {}, headers: { 'cf-connecting-ip': address } });
  for (let number = 0; number < 3; number += 1) assert.equal((await open('2001:db8::1')).status, 201);
  assertClear(await open('2001:db8::2'), 429, 'too_many');
  assert.equal((await open('2001:db8:0:1::1')).status, 201);
  assert.equal((await open('127.0.0.1')).status, 201);
});

test('plain HTTP is for this machine alone, machines included', async () => {
  const as = (host, path, headers = {}) =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: server.port, path, headers: { host, ...headers } };
      const asked = request(options, async (answer) => {
        const text = Buffer.concat(await answer.toArray()).toString();
        resolve({ status: answer.statusCode, body: JSON.parse(text) });
      });
      asked.on('error', reject);
      asked.end();
    });
  for (const path of ['/api/catalog', `/api/runs/${runId()}/machines/control-plane-1/bundle`, '/sandbox/ch-dk-2/v2/zone']) {
    assertClear(await as('slipway.example', path), 403, 'https_only');
  }
  assert.equal((await as('slipway.example', '/api/catalog', { 'x-forwarded-proto': 'https' })).status, 200);
  assert.equal((await as('localhost', '/api/catalog')).status, 200);
});

test('the log tells what becomes of a run and who is refused, and names nobody', async () => {
  const own = await new Server({ vars: { MASTER_SECRET: secret() } }).start();
  try {
    const credentials = await openAccount(own.origin);
    const [id, token] = [runId(), capability()];
    const headers = { 'cf-connecting-ip': '203.0.113.77' };
    const wanted = { kind: 'launch', spec: { ...SPEC, name: 'secretname' }, credentials };
    const begun = await ask(own.origin, 'PUT', `/api/runs/${id}`, { body: wanted, token, headers });
    assert.equal(begun.status, 201, JSON.stringify(begun.body));
    await until(own.origin, { id, token }, (view) => doneSteps(view) >= 3);
    assert.equal((await ask(own.origin, 'GET', `/api/runs/${id}`, { token: capability(), headers })).status, 404);
    assert.equal((await ask(own.origin, 'POST', `/api/runs/${id}/cancel`, { body: {}, token, headers })).status, 202);
    for (let tries = 0; (await look(own.origin, { id, token })).state !== 'undone'; tries += 1) {
      assert.ok(tries < 600);
      await pause(100);
    }
    await pause(500);
    const lines = own.log.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    const [begins, refused, cancelled, ended] = lines.filter(({ kind }) => kind === 'run' || kind === 'refused 404');
    assert.equal(begins.what, 'launch begins');
    assert.equal(refused.what, 'GET /api/runs/*');
    assert.equal(cancelled.what, 'launch is cancelled');
    assert.equal(ended.what, 'launch ended: taken back');
    for (const line of [begins, refused, cancelled]) {
      assert.match(line.caller, /^[0-9a-f]{8}$/);
      assert.deepEqual([line.run, line.caller], [begins.run, begins.caller]);
    }
    assert.deepEqual([ended.run, ended.caller], [begins.run, undefined]);
    for (const told of [id, token, '203.0.113.77', 'secretname', credentials.key]) {
      assert.ok(!JSON.stringify(lines).includes(told), `the log says ${told}`);
    }
  } finally {
    await own.stop();
  }
});
