// Team mode: who has not come through the team's Cloudflare Access gets nowhere, but for the machines.
import assert from 'node:assert/strict';
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Server } from '../server.mjs';
import { ask, capability, census, exoscale, openAccount, runId } from './client.mjs';

const AUDIENCE = 'f'.repeat(64);
const SPEC = { name: 'demo', zone: 'ch-dk-2', image: 'stock' };

// What a team publishes: its keys, and how often they were fetched.
const team = { keys: [], fetched: 0, status: 200 };
const published = createServer((request, response) => {
  team.fetched += 1;
  if (request.url !== '/cdn-cgi/access/certs') return response.writeHead(404).end();
  const keys = team.keys.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }));
  response.writeHead(team.status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys, public_certs: [] }));
});
const key = (kid, bits = 2048) => ({ kid, ...generateKeyPairSync('rsa', { modulusLength: bits }) });
const current = key('current');
const stranger = { ...key('stranger'), kid: 'current' };

let server;
let issuer;
before(async () => {
  published.listen(0, '127.0.0.1');
  await once(published, 'listening');
  issuer = `http://127.0.0.1:${published.address().port}`;
  team.keys = [current];
  server = new Server({ vars: { ACCESS_TEAM: issuer, ACCESS_AUD: AUDIENCE } });
  await server.start();
});
after(async () => {
  await server.stop();
  published.close();
});

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);
const claims = (other = {}) => ({
  aud: [AUDIENCE], iss: issuer, iat: now() - 5, nbf: now() - 5, exp: now() + 600, email: 'somebody@example.com', type: 'app', sub: '1', ...other,
});

function signed({ by = current, header = {}, body = claims() } = {}) {
  const text = `${part({ alg: 'RS256', kid: by.kid, typ: 'JWT', ...header })}.${part(body)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(by.privateKey, 'base64url')}`;
}

const catalog = (token, headers = {}) =>
  ask(server.origin, 'GET', '/api/catalog', { headers: { ...(token && { 'cf-access-jwt-assertion': token }), ...headers } });

function assertRefused({ status, body }, expected, code, words) {
  assert.equal(status, expected, JSON.stringify(body));
  assert.equal(body.code, code);
  assert.match(body.message, words);
  assert.ok(body.hint.length > 10);
}

test('who has logged in is let in, and nobody else is', async () => {
  assert.equal((await catalog(signed())).status, 200);
  assertRefused(await catalog(), 401, 'login_missing', /nobody has logged in/);
  assertRefused(await catalog('', { cookie: `CF_Authorization=${signed()}` }), 401, 'login_missing', /nobody/);
  assertRefused(await catalog(signed({ body: claims({ exp: now() - 1 }) })), 401, 'login_missing', /expired/);
  assertRefused(await catalog(signed({ body: claims({ nbf: now() + 120 }) })), 403, 'login_refused', /later/);
  assertRefused(await catalog(signed({ body: claims({ aud: ['0'.repeat(64)] }) })), 403, 'login_refused', /another application/);
  assertRefused(await catalog(signed({ body: claims({ iss: 'https://other.cloudflareaccess.com' }) })), 403, 'login_refused', /another team/);
  assertRefused(await catalog('a.b.c'), 403, 'login_refused', /cannot be read/);
});

test('a signature by another key, over other words or by another algorithm is none', async () => {
  assertRefused(await catalog(signed({ by: stranger })), 403, 'login_refused', /signature is wrong/);
  const [header, , signature] = signed().split('.');
  const other = part(claims({ email: 'root@example.com' }));
  assertRefused(await catalog(`${header}.${other}.${signature}`), 403, 'login_refused', /signature is wrong/);
  assertRefused(await catalog(`${header}.${other}.`), 403, 'login_refused', /signature is wrong/);
  const none = `${part({ alg: 'none', kid: 'current' })}.${part(claims())}.`;
  assertRefused(await catalog(none), 403, 'login_refused', /another way/);
  // The public key as the secret of an HMAC, which is how verifiers have been fooled that let a token choose.
  const pem = current.publicKey.export({ type: 'spki', format: 'pem' });
  const text = `${part({ alg: 'HS256', kid: 'current' })}.${part(claims())}`;
  const forged = `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
  assertRefused(await catalog(forged), 403, 'login_refused', /another way/);
  const relabelled = `${part({ alg: 'RS256', kid: 'current' })}.${part(claims())}`;
  const hmac = createHmac('sha256', pem).update(relabelled).digest('base64url');
  assertRefused(await catalog(`${relabelled}.${hmac}`), 403, 'login_refused', /signature is wrong/);
});

test('every route of a person wants a login, and those of machines and of the pretend Exoscale do not', async () => {
  const id = runId();
  const person = [
    ['GET', '/api/catalog'], ['POST', '/api/sandbox/accounts'], ['POST', '/api/sandbox/inside'], ['POST', '/api/clusters'],
    ['PUT', `/api/runs/${id}`], ['GET', `/api/runs/${id}`], ['GET', `/api/runs/${id}/events`], ['GET', `/api/runs/${id}/live`],
    ['POST', `/api/runs/${id}/cancel`], ['PUT', `/api/runs/${id}/admin-key`], ['GET', '/api/nothing'],
  ];
  for (const [method, path] of person) {
    const answer = await ask(server.origin, method, path, { body: method === 'GET' ? undefined : {}, token: capability() });
    assertRefused(answer, 401, 'login_missing', /nobody has logged in/);
  }
  for (const action of ['bundle', 'confirm', 'report']) {
    const path = `/api/runs/${id}/machines/control-plane-1/${action}`;
    const { status, body } = await ask(server.origin, 'POST', path, { body: {}, token: 'ticket' });
    assert.ok(status === 404 || status === 403, `${action}: ${status}`);
    assert.ok(!body.code.startsWith('login'), body.code);
  }
  assert.equal((await ask(server.origin, 'GET', '/sandbox/ch-dk-2/v2/zone')).status, 200);
});

test('a key that the team has just made is fetched, one that somebody makes up is asked for once', async () => {
  const next = key('next');
  await pause(5_500);
  team.keys = [next, current];
  assert.equal((await catalog(signed({ by: next }))).status, 200);
  assert.equal((await catalog(signed())).status, 200);
  const before = team.fetched;
  for (let guess = 0; guess < 20; guess += 1) {
    assertRefused(await catalog(signed({ header: { kid: `guess-${guess}` } })), 403, 'login_refused', /does not have/);
  }
  assert.ok(team.fetched - before <= 1, `${team.fetched - before} fetches`);
});

test('a key that is too short or is no longer published is none', async () => {
  await pause(5_500);
  const short = key('short', 1024);
  team.keys = [short, current];
  assertRefused(await catalog(signed({ by: short })), 403, 'login_refused', /does not have/);
});

test('somebody who has logged in launches a cluster and destroys it', async () => {
  const login = { 'cf-access-jwt-assertion': signed() };
  const asked = (method, path, options = {}) => ask(server.origin, method, path, { ...options, headers: login });
  const opened = await asked('POST', '/api/sandbox/accounts', { body: { speed: 60 } });
  assert.equal(opened.status, 201, JSON.stringify(opened.body));
  const credentials = { key: opened.body.key, secret: opened.body.secret };
  const live = async (wanted, state) => {
    const [id, token] = [runId(), capability()];
    const begun = await asked('PUT', `/api/runs/${id}`, { body: { ...wanted, credentials }, token });
    assert.equal(begun.status, 201, JSON.stringify(begun.body));
    for (let tries = 0; tries < 600; tries += 1) {
      const { body } = await asked('GET', `/api/runs/${id}`, { token });
      if (body.view.state === state) return;
      assert.equal(body.view.state, 'running', JSON.stringify(body.view.problem));
      await pause(100);
    }
    assert.fail(`never ${state}`);
  };
  await live({ kind: 'launch', spec: SPEC }, 'ready');
  assert.equal((await exoscale(server.origin, credentials, 'ch-dk-2', '/instance')).status, 200);
  await live({ kind: 'destroy', cluster: { name: 'demo', zone: 'ch-dk-2' } }, 'destroyed');
  assert.deepEqual(await census(server.origin, credentials, 'ch-dk-2'), {});
});

test('while the keys cannot be had nobody is let in, and half a configuration lets nobody in', async () => {
  const closed = async (vars, status, code) => {
    const other = new Server({ vars });
    try {
      await other.start();
      const answer = await ask(other.origin, 'GET', '/api/catalog', { headers: { 'cf-access-jwt-assertion': signed() } });
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.equal(answer.body.code, code);
      await assert.rejects(openAccount(other.origin), /no account/);
    } finally {
      await other.stop();
    }
  };
  team.status = 503;
  await closed({ ACCESS_TEAM: issuer, ACCESS_AUD: AUDIENCE }, 503, 'login_unchecked');
  team.status = 200;
  await closed({ ACCESS_TEAM: issuer }, 500, 'internal');
  await closed({ ACCESS_AUD: AUDIENCE }, 500, 'internal');
  await closed({ ACCESS_TEAM: 'http://team.example', ACCESS_AUD: AUDIENCE }, 500, 'internal');
});
