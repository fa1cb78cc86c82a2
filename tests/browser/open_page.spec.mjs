// The page opens at each of its places, without an error, for everybody, and is kept by browsers as it should be.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/env.mjs';
import { assertAccessible, shot, suite } from './harness.mjs';

const { scenario } = suite();

for (const place of ['/', '/run', '/clusters', '/inside']) {
  scenario(`opens ${place}`, async ({ page }) => {
    await page.goto(place);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await assertAccessible(page);
    await shot(page, `opens ${place}`);
  });
}

scenario('answers an unknown address with a page that leads back', async ({ page, tolerate }) => {
  tolerate(/404/);
  const reply = await page.goto('/nowhere');
  assert.equal(reply.status(), 404);
  await assertAccessible(page);
  await page.getByRole('link', { name: 'Compose a cluster' }).click();
  await page.waitForURL((url) => url.pathname === '/');
});

scenario('keeps hashed files for ever, and nothing else', async ({ server }) => {
  const kept = async (path) => (await fetch(server.origin + path)).headers.get('cache-control').includes('immutable');
  for (const file of readdirSync(join(root, 'build/site/assets'))) assert.ok(await kept(`/assets/${file}`), file);
  for (const path of ['/', '/run', '/assets/gone.js']) assert.ok(!(await kept(path)), path);
});
