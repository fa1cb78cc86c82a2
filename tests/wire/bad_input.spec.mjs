// Everything that can be sent wrongly: a clear error with a field and a hint, and the launcher goes on as before.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Server } from '../server.mjs';
import { ask, capability, openAccount, runId, start, until } from './client.mjs';

const server = new Server();
let credentials;
before(async () => {
  await server.start();
  credentials = await openAccount(server.origin);
});
after(() => server.stop());

const SPEC = { name: 'demo', zone: 'ch-dk-2' };
const put = (body, { token = capability(), id = runId(), headers } = {}) =>
  ask(server.origin, 'PUT', `/api/runs/${id}`, { body, token, headers });
const launch = (spec) => put({ kind: 'launch', spec: { ...SPEC, ...spec }, credentials });

// A clear error: a status of the client's, a code, words, and a hint.
function assertClear({ status, body }, expected, code) {
  assert.equal(status, expected, JSON.stringify(body));
  assert.equal(body.code, code, JSON.stringify(body));
  assert.ok(body.message.length > 8, JSON.stringify(body));
  assert.ok(body.hint.length > 3, JSON.stringify(body));
}

// Each field of a spec, wrong in turn, with the field that the answer has to name.
const WRONG = [
  [{ name: 'Demo!' }, 'name'],
  [{ name: '' }, 'name'],
  [{ name: 'a'.repeat(21) }, 'name'],
  [{ zone: 'ch-dk-9' }, 'zone'],
  [{ kubernetes: '1.20' }, 'kubernetes'],
  [{ controlPlane: { count: 2 } }, 'controlPlane.count'],
  [{ controlPlane: { type: 'standard.micro' } }, 'controlPlane.type'],
  [{ controlPlane: { disk: 5 } }, 'controlPlane.disk'],
  [{ pools: [] }, 'pools'],
  [{ pools: [{ name: 'Work_ers' }] }, 'pools[0].name'],
  [{ pools: [{ name: 'a' }, { name: 'a' }] }, 'pools[1].name'],
  [{ pools: [{ name: 'a', min: 3, max: 2 }] }, 'pools[0].max'],
  [{ pools: [{ name: 'a', min: 0 }] }, 'pools[0].min'],
  [{ pools: [{ name: 'a', max: 20, spread: true }] }, 'pools[0].spread'],
  [{ pools: [{ name: 'a', type: 'gpu9.small' }] }, 'pools[0].type'],
  [{ pools: [{ name: 'a', taints: ['what'] }] }, 'pools[0].taints'],
  [{ pools: [{ name: 'a', labels: { 'kubernetes.io/hostname': 'x' } }] }, 'pools[0].labels'],
  [{ network: { private: '10.0.0.0/33' } }, 'network.private'],
  [{ network: { pods: '10.0.0.0/16' } }, 'network.'],
  [{ network: { controlPlane: '10.9.0.1' } }, 'network.controlPlane'],
  [{ network: { domain: 'no spaces' } }, 'network.domain'],
  [{ network: { nodePorts: '30000' } }, 'network.nodePorts'],
  [{ access: { api: [] } }, 'access.api'],
  [{ access: { ssh: ['somewhere'] } }, 'access.ssh'],
  [{ egress: 'closed' }, 'egress'],
  [{ image: 'golden' }, 'image'],
  [{ addons: { metricsServer: 'yes' } }, 'addons.metricsServer'],
  [{ kubeconfigHours: 0 }, 'kubeconfigHours'],
  [{ sshKey: 'ssh-dss AAAA' }, 'sshKey'],
  [{ ingressPool: 'nobody' }, 'ingressPool'],
  [{ surprise: 1 }, 'surprise'],
];

for (const [spec, field] of WRONG) {
  test(`a spec with ${JSON.stringify(spec)} is refused at ${field}`, async () => {
    const answer = await launch(spec);
    assertClear(answer, 400, 'bad_spec');
    const fields = answer.body.problems.map((problem) => problem.field);
    assert.ok(fields.some((named) => named.startsWith(field)), `${fields}`);
    assert.ok(answer.body.problems.every(({ rule }) => rule.length > 8));
  });
}

test('overlapping ranges are refused', async () => {
  assertClear(await launch({ network: { pods: '10.244.0.0/16', services: '10.244.128.0/17' } }), 400, 'bad_spec');
});

test('a body that is no JSON, too large, of another type or with unknown fields is refused', async () => {
  assertClear(await put('{"kind":'), 400, 'bad_request');
  assertClear(await put({ kind: 'launch', spec: SPEC, credentials, extra: 1 }), 400, 'bad_request');
  assertClear(await put({ kind: 'grow', spec: SPEC, credentials }), 400, 'bad_request');
  assertClear(await put({ kind: 'destroy', spec: SPEC, credentials }), 400, 'bad_request');
  assertClear(await put('x'.repeat(10 * 1024 * 1024)), 413, 'too_large');
  assertClear(await put('{}', { headers: { 'content-type': 'text/plain' } }), 415, 'bad_request');
});

test('a wrong key is said at once, and a key that is none too', async () => {
  const wrong = await put({ kind: 'launch', spec: SPEC, credentials: { ...credentials, secret: 'x'.repeat(43) } });
  assertClear(wrong, 403, 'credentials_refused');
  assert.equal(wrong.body.field, 'credentials');
  const gone = { key: 'EXOsandboxzzzzzzzzzzzzzzzzzzzzzz', secret: credentials.secret };
  assertClear(await put({ kind: 'launch', spec: SPEC, credentials: gone }), 403, 'credentials_refused');
  assertClear(await put({ kind: 'launch', spec: SPEC, credentials: { key: 'me', secret: 'x' } }), 400, 'bad_request');
});

test('a real key is refused on an origin that machines cannot reach, before anything is made', async () => {
  const real = { key: `EXO${'a'.repeat(24)}`, secret: 'x'.repeat(43) };
  assertClear(await put({ kind: 'launch', spec: SPEC, credentials: real }), 422, 'origin_unreachable');
});

test('an unknown run, a bad id, a missing capability and an unknown route are told apart', async () => {
  const get = (path, token) => ask(server.origin, 'GET', path, { token });
  assertClear(await get(`/api/runs/${runId()}`, capability()), 404, 'not_found');
  assertClear(await get('/api/runs/short', capability()), 404, 'not_found');
  assertClear(await get(`/api/runs/${runId()}`), 401, 'capability_missing');
  assertClear(await put({ kind: 'launch', spec: SPEC, credentials }, { token: 'short' }), 401, 'capability_missing');
  assertClear(await get('/api/nothing'), 404, 'not_found');
});

test('another site may not ask', async () => {
  const foreign = { headers: { origin: 'https://evil.example' } };
  assertClear(await ask(server.origin, 'GET', '/api/catalog', foreign), 403, 'forbidden');
  assertClear(await ask(server.origin, 'POST', '/api/sandbox/accounts', { body: {}, ...foreign }), 403, 'forbidden');
});

test('who comes too often from one address has to wait, and nobody else', async () => {
  const search = (address) => ask(server.origin, 'POST', '/api/clusters', { body: {}, headers: { 'cf-connecting-ip': address } });
  const statuses = [];
  for (let time = 0; time < 31; time += 1) statuses.push((await search('203.0.113.50')).status);
  assert.deepEqual(statuses.slice(0, 30), Array(30).fill(400));
  const refused = await search('203.0.113.50');
  assertClear(refused, 429, 'too_many');
  assert.equal(refused.headers.get('retry-after'), '60');
  assert.equal((await search('203.0.113.51')).status, 400);
});

test('a plan that is not the one that was seen is not launched', async () => {
  assertClear(await put({ kind: 'launch', spec: SPEC, credentials, planHash: '0'.repeat(32) }), 409, 'plan_changed');
});

test('every answer carries the security headers, errors too', async () => {
  for (const { headers } of [await ask(server.origin, 'GET', '/api/catalog'), await ask(server.origin, 'GET', '/api/nothing')]) {
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.match(headers.get('content-security-policy'), /default-src 'none'/);
  }
});

test('a run is unharmed by everything that is sent to it wrongly', async () => {
  const run = await start(server.origin, { kind: 'launch', spec: SPEC, credentials });
  const path = `/api/runs/${run.id}`;
  const post = (rest, options) => ask(server.origin, 'POST', `${path}/${rest}`, options);
  assertClear(await post('retry', { body: {}, token: run.token }), 409, 'not_now');
  assertClear(await post('cancel', { body: {}, token: capability() }), 404, 'not_found');
  assertClear(await post('machines/control-plane-1/bundle', { body: {}, token: 'guess' }), 403, 'forbidden');
  const key = await ask(server.origin, 'PUT', `${path}/admin-key`, { body: { publicKey: 'AAAA' }, token: run.token });
  assertClear(key, 400, 'bad_request');
  await until(server.origin, run, ({ state }) => state === 'ready');
});
