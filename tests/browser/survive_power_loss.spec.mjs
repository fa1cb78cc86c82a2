// A run outlives the machine it runs on: everything is killed in the middle, comes back, and goes on by itself.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite } from './harness.mjs';

const READY_WITHIN_MS = 120_000;
const { scenario } = suite();

// Asks as the page would: from its origin, under its policy.
const ask = (page, method, path, { body, token } = {}) =>
  page.evaluate(
    async ([method, path, body, token]) => {
      const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
      const reply = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
      return { status: reply.status, body: await reply.json() };
    },
    [method, path, body, token],
  );

scenario('launches a cluster through a power loss', async ({ page, server, tolerate }) => {
  tolerate(/ERR_CONNECTION|WebSocket/);
  const token = randomBytes(32).toString('base64url');
  const run = `/api/runs/${[...randomBytes(26)].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte & 31]).join('')}`;
  await page.goto('/');
  const account = await ask(page, 'POST', '/api/sandbox/accounts', { body: { speed: 20 } });
  assert.equal(account.status, 201);
  const { key, secret } = account.body;
  const body = { kind: 'launch', spec: { name: 'demo', zone: 'ch-dk-2' }, credentials: { key, secret } };
  assert.equal((await ask(page, 'PUT', run, { body, token })).status, 201);

  const view = async () => (await ask(page, 'GET', run, { token })).body.view;
  const reaches = async (wanted) => {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (let now = await view(); !wanted(now); now = await view()) {
      const where = now.steps.map(({ id, state, detail }) => `${id}: ${state} ${detail ?? ''}`).join('\n');
      assert.ok(['running', 'ready'].includes(now.state) && Date.now() < deadline, `${now.state}\n${where}`);
      await page.waitForTimeout(100);
    }
  };
  await reaches(({ steps }) => steps.filter(({ state }) => state === 'done').length >= 3);
  assert.equal((await view()).state, 'running');
  await server.restart();
  await reaches(({ state }) => state === 'ready');
});
