// The stack stands: the page opens, its WASM runs, and a Durable Object remembers through a power loss.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/env.mjs';
import { assertAccessible, shot, suite } from './harness.mjs';

const { scenario } = suite();
const visit = (page) => page.getByRole('status').getByText(/Visit \d+/).textContent();

for (const place of ['/', '/run', '/clusters']) {
  scenario(`opens ${place}`, async ({ page }) => {
    await page.goto(place);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await visit(page);
    await assertAccessible(page);
    await shot(page, `opens ${place}`);
  });
}

scenario('remembers what a Durable Object stored when the server dies', async ({ page, server, tolerate }) => {
  tolerate(/ERR_CONNECTION/);
  await page.goto('/');
  const before = Number((await visit(page)).match(/\d+/)[0]);
  await server.restart();
  await page.reload();
  assert.equal(Number((await visit(page)).match(/\d+/)[0]), before + 1);
});

scenario('answers an unknown address with a page that leads back', async ({ page, tolerate }) => {
  tolerate(/404/);
  const reply = await page.goto('/nowhere');
  assert.equal(reply.status(), 404);
  await assertAccessible(page);
  await page.getByRole('link', { name: 'Compose a cluster' }).click();
  await visit(page);
});

scenario('keeps hashed files for ever, and nothing else', async ({ server }) => {
  const kept = async (path) => (await fetch(server.origin + path)).headers.get('cache-control').includes('immutable');
  for (const file of readdirSync(join(root, 'build/site/assets'))) assert.ok(await kept(`/assets/${file}`), file);
  for (const path of ['/', '/run', '/assets/gone.js']) assert.ok(!(await kept(path)), path);
});
